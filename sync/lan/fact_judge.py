"""Whether a staff fact is to be obeyed here: signed by a badge of the newest trust list, for this station."""

from collections.abc import Callable
from typing import Protocol

from sync.lan.writer import JudgedFact
from tickets.admission import TrustedNow
from tickets.staff import BadFact, StaffFact, open_fact, read_fact
from tickets.trust import TrustList


class TrustLists(Protocol):
    """Where the newest trust list is (`sync.newest_trust.NewestTrust`)."""

    def trust_list(self) -> TrustList:
        """The newest list known here."""
        ...


class FactJudge:
    """Judges staff facts. Belongs to one thread."""

    def __init__(self, trust: TrustLists, station: int, now: Callable[[], TrustedNow]) -> None:
        self._trust = trust
        self._station = station
        self._now = now

    @property
    def version(self) -> int:
        """The version of the list that is judged by."""
        return self._trust.trust_list().version

    def judge(self, data: bytes) -> JudgedFact:
        """The fact, and why it must not be obeyed if so. Never raises for bad bytes."""
        try:
            fact = open_fact(data, self._trust.trust_list(), self._station, self._now())
        except BadFact as bad:
            return JudgedFact(data=data, fact=_read(data), refused=bad.what)
        return JudgedFact(data=data, fact=fact, refused="")


def _read(data: bytes) -> StaffFact | None:
    try:
        return read_fact(data)
    except BadFact:
        return None
