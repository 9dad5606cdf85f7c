"""What both sides hold when everything has come to rest, as values; and that it is the same (promise 8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from station.simulate.judge.facts import OfCentre
from station.simulate.judge.journals import Found
from station.simulate.judge.places import Seat
from station.simulate.judge.wrong import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One thing that the centre says should not have happened. `device`: whose journal told of it, "" for none."""

    station: int
    kind: str
    subject: str
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as the centre knows it; its seat is 0 where places are only counted. `issued_ms` by who sold it."""

    seat: Seat
    state: str
    issuer: str
    issued_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Everything that a judge asks for at the end. `journals` are those on living disks, by machine."""

    journals: Mapping[str, Found]
    centre_events: Mapping[str, Sequence[tuple[int, bytes]]]
    tickets: Mapping[str, Ticket]
    """All that the centre knows of, by their numbers."""
    capacity: Mapping[Seat, int]
    incidents: Collection[Incident]
    known: OfCentre | None = None
    """Every fact that the centre knows; None where nobody looked."""
    differences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """In what each machine's cache differs from the centre, fact by fact."""
    personal: Sequence[str] = ()
    """Where somebody's document or name can be read."""
    printers_well: bool = True
    """Whether no printer was ever out of paper or jammed."""
    relays: frozenset[str] = frozenset()
    """The epochs of relays' journals, as the centre knows them: nobody hears of what a relay writes."""
    devices: Mapping[str, str] = field(default_factory=dict)
    """Whose each epoch is, as the centre knows them."""

    def subjects(self, *kinds: str) -> set[str]:
        """What incidents of these kinds are about."""
        return {each.subject for each in self.incidents if each.kind in kinds}

    def places(self, *kinds: str) -> set[str]:
        """Which places incidents of these kinds are about: the station before date/trip/seat."""
        return {f"{each.station}/{each.subject}" for each in self.incidents if each.kind in kinds}


NEVER: Final = frozenset(
    {
        "place_not_allotted",
        "place_returned_sold",
        "departure_not_known",
        "number_issued_twice",
        "issued_unpaid",
        "code_differs",
        "claim_settled_twice",
        "end_without_claim",
        "refunded_twice",
        "refund_above_fare",
        "refund_overpaid",
        "payment_differs",
        "forked_journal",
        "taken_back_twice",
        "digest_differs",
        "event_conflict",
        "poisoned_event",
    }
)
"""Incidents that no loss, repetition, reordering or death excuses: some program did what it must not."""


FORGOTTEN: Final = frozenset({"place_not_allotted", "place_returned_sold", "departure_not_known", "digest_differs"})
"""What a centre may find that was put back to a backup: it does not know what it gave away since."""


def nothing_forbidden_happened(
    wrong: Wrong, ends: Ends, *, restored: bool = False, forked: Collection[str] = ()
) -> None:
    """The centre has found nothing that only a wrong program can have done.

    `restored`: it lost its newest past. `forked` are the epochs that two machines wrote: what their device is said to
    have done proves nothing.
    """
    devices = {ends.devices.get(epoch, epoch) for epoch in forked}
    for each in ends.incidents:
        if each.kind not in NEVER or (restored and each.kind in FORGOTTEN):
            continue
        if each.device not in devices and not {*each.subject.split("/")} & {*forked}:
            wrong(f"the centre found what must never be: {each.kind} of {each.subject}", *each.subject.split("/"))


def sides_are_equal(wrong: Wrong, ends: Ends, untold: Sequence[str]) -> None:
    """Centre and stations know the same. `untold`: facts of journals that the centre tells otherwise or lacks."""
    if untold:
        wrong(f"centre and journals differ in {len(untold)} facts, the first: {untold[0]}", "centre")
    for node, found in ends.differences.items():
        if found:
            wrong(f"the centre and the cache of {node} differ in {len(found)} facts, the first: {found[0]}", node)
