"""What the relay knows of its station from its own terminal's cache: devices and their keys, the trust list, time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from sync.cache.reader import CacheReader
from sync.newest_trust import NewestTrust
from tickets.admission import TrustedNow
from tickets.keys import Algorithm, AnyOf, PublicKey
from tickets.trust import TrustList

_LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A device of this station, as the centre has enrolled it."""

    device: str
    kind: Literal["till", "gate", "relay"]
    key: PublicKey
    state: Literal["active", "retired", "revoked"]
    former: tuple[PublicKey, ...] = ()

    def keys(self) -> AnyOf:
        """What it may sign with: its key, and for a while the one before."""
        return AnyOf((self.key, *self.former))


class StationView(Protocol):
    """Whom the relay believes. It is asked on the event loop only, and answers at once."""

    def terminals(self) -> Mapping[str, Terminal]:
        """The devices of this station by their ids; once known they stay known when the cache is lost."""
        ...

    def gates(self) -> frozenset[str] | None:
        """The gates in use, or None while the centre has not once told everything: there may be more."""
        ...

    def gone(self) -> frozenset[str]:
        """Devices that are in use no more."""
        ...

    def trust_list(self) -> TrustList:
        """Whose badges count."""
        ...

    def now(self) -> TrustedNow:
        """The time, and how far to trust it."""
        ...


class CacheView:
    """The station as the cache says, looked at anew at most twice a second."""

    def __init__(
        self,
        cache: CacheReader,
        trust: NewestTrust,
        clock: Callable[[], TrustedNow],
        monotonic: Callable[[], float],
    ) -> None:
        """`monotonic` counts seconds; it paces the looks into the cache."""
        self._cache = cache
        self._trust = trust
        self._clock = clock
        self._monotonic = monotonic
        self._looked: float | None = None
        self._terminals: dict[str, Terminal] = {}
        self._whole = False

    def terminals(self) -> Mapping[str, Terminal]:
        """The devices of this station by their ids."""
        self._look()
        return self._terminals

    def gates(self) -> frozenset[str] | None:
        """The gates in use, or None while the centre has not once told everything."""
        self._look()
        if not self._whole:
            return None
        return frozenset(each.device for each in self._terminals.values() if each.kind == "gate" and _used(each))

    def gone(self) -> frozenset[str]:
        """Devices that are in use no more."""
        self._look()
        return frozenset(each.device for each in self._terminals.values() if not _used(each))

    def trust_list(self) -> TrustList:
        """The newest trust list."""
        return self._trust.trust_list()

    def now(self) -> TrustedNow:
        """The terminal's trusted time."""
        return self._clock()

    def _look(self) -> None:
        now = self._monotonic()
        if self._looked is not None and now - self._looked < _LOOK_EVERY_S:
            return
        self._looked = now
        if not self._cache.changed() and self._whole:
            return
        found = {
            body.device: Terminal(
                device=body.device,
                kind=body.kind,
                key=PublicKey(Algorithm.EDDSA, bytes.fromhex(body.key)),
                state=body.state,
                former=tuple(PublicKey(Algorithm.EDDSA, bytes.fromhex(key)) for key in body.former),
            )
            for body in self._cache.devices()
        }
        status = self._cache.status()
        if found:  # an empty cache is one that was lost: what is known of the devices stays true
            self._terminals = found
            self._whole = self._whole or (status is not None and status.last_success_ms is not None)


def _used(terminal: Terminal) -> bool:
    return terminal.state == "active"
