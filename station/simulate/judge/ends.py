"""What both sides hold when everything has come to rest, as values; and that it is the same (promise 8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from station.simulate.judge.journals import Found
from station.simulate.judge.places import Seat
from station.simulate.judge.wrong import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One thing that the centre says should not have happened."""

    station: int
    kind: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as the centre knows it; its seat is 0 where places are only counted."""

    seat: Seat
    state: str
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """One departure as two sides know it: what differs, fact by fact, where its digests do."""

    departure: str
    here: str
    there: str
    side: str
    differences: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Everything that a judge asks for at the end. `journals` are those on living disks, by machine."""

    journals: Mapping[str, Found]
    centre_events: Mapping[str, Sequence[tuple[int, bytes]]]
    tickets: Mapping[str, Ticket]
    """All that the centre knows of, by their numbers."""
    capacity: Mapping[Seat, int]
    incidents: Collection[Incident]
    digests: Sequence[Digests] = ()
    differences: Sequence[str] = ()
    """Facts of journals that the centre tells otherwise, or does not know."""
    duplicates_at_relays: frozenset[str] = frozenset()
    relays: frozenset[str] = frozenset()
    """The epochs of relays' journals, as the centre knows them: nobody hears of what a relay writes."""

    def subjects(self, *kinds: str) -> set[str]:
        """What incidents of these kinds are about."""
        return {each.subject for each in self.incidents if each.kind in kinds}


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
        "event_conflict",
        "poisoned_event",
    }
)
"""Incidents that no loss, repetition, reordering or death excuses: some program did what it must not."""


FORGOTTEN: Final = frozenset({"place_not_allotted", "place_returned_sold", "departure_not_known"})
"""What a centre may find that was put back to a backup: it does not know what it gave away since."""


def nothing_forbidden_happened(wrong: Wrong, ends: Ends, *, restored: bool = False) -> None:
    """The centre has found nothing that only a wrong program can have done. `restored`: it lost its newest past."""
    for each in ends.incidents:
        if each.kind in NEVER and not (restored and each.kind in FORGOTTEN):
            wrong(f"the centre found what must never be: {each.kind} of {each.subject}", *each.subject.split("/"))


def sides_are_equal(wrong: Wrong, ends: Ends) -> None:
    """Centre and stations know the same of every departure, and of every fact that a journal has."""
    if ends.differences:
        number = len(ends.differences)
        wrong(f"centre and journals differ in {number} facts, the first: {ends.differences[0]}", "centre")
    for each in ends.digests:
        if each.here != each.there:
            what = each.differences[0] if each.differences else "nothing that can be named"
            wrong(f"the centre and {each.side} have different digests of {each.departure}: {what}", each.side)
