"""The departure sheet (路单): what a coach leaves with, counted from what was sold and from the passages at the gates.

Pure: the same tickets and uses give the same sheet on a gate, a kiosk and the centre. Only admissions that passed
count as boarded, and who walked back out is taken off again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from tickets.admission import Flag, TicketState
from tickets.departures import Departure, DepartureState
from tickets.journey import Journey, TicketKind
from tickets.numbers import TicketNumber
from tickets.reading import ms_of
from tickets.uses import Presence, Use, UseEnd, merged, presence


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldTicket:
    """A ticket of the departure as the store has it: its number, journey, and what has become of it."""

    number: TicketNumber
    journey: Journey
    state: TicketState = TicketState.VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneCount:
    """Persons that walked through one lane: towards the coach, and back."""

    entered: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What holds of a departure at `at`. Ticket numbers are listed only where somebody has to look into them.

    These sums agree, whatever the tickets and uses:
    `sold` = `boarded` − `boarded_unlisted` − `boarded_void` + `no_shows`;
    `boarded` = the sum of `boarded_by_kind` + `boarded_unlisted`; `no_shows` = the sum of `no_shows_by_stop`;
    the persons that entered the lanes − those that left = `persons` − `left_without_entering`.

    - `sold`: tickets that still stand, by kind in `sold_by_kind`; `refunded`, `changed` and `revoked` are besides.
    - `boarded`: tickets with somebody aboard; `persons`: how many those are. `boarded_unlisted`: of them, tickets that
      are not among the sold ones here (sold elsewhere while the line was cut); `boarded_void`: refunded, changed or
      revoked, and aboard all the same.
    - `children_on_tickets`: carried children that standing tickets speak of; `children_boarded`: persons aboard beside
      the holders (one for each passage that stands).
    - `no_shows`: standing tickets with nobody aboard, also when somebody walked back out (`walked_out` of them), by
      alighting stop; `no_show_seats` are their numbered seats.
    - `late` (补检), `overridden`, `unarbitrated`: boarded tickets admitted with that flag. `under_way`: tickets whose
      holder stands in a lane. `unresolved`: tickets of which nobody can say whether the holder passed.
      `admitted_twice`: passed again without walking out in between.
    - `lanes`: persons through each lane. `left_without_entering`: walked out, and no way in is known.
    """

    service_date: date
    trip: str
    departs_at: datetime
    gate: str
    bay: str
    plate: str
    seats: int | None
    state: DepartureState
    merged_into: str | None
    at: datetime
    sold: int
    sold_by_kind: Mapping[TicketKind, int]
    refunded: int
    changed: int
    revoked: int
    boarded: int
    boarded_by_kind: Mapping[TicketKind, int]
    boarded_unlisted: int
    boarded_void: int
    persons: int
    children_on_tickets: int
    children_boarded: int
    no_shows: int
    no_shows_by_stop: Mapping[int, int]
    no_show_seats: tuple[int, ...]
    walked_out: int
    late: int
    overridden: int
    unarbitrated: int
    under_way: int
    unresolved: tuple[TicketNumber, ...]
    admitted_twice: tuple[TicketNumber, ...]
    lanes: Mapping[str, LaneCount]
    left_without_entering: int

    def to_record(self) -> dict[str, object]:
        """Ready for JSON, a member for each field: kinds by name, stops as text, numbers as 20 digits, instants in ms
        since 1970.
        """
        return {field.name: _told(getattr(self, field.name)) for field in fields(self)}


def departure_sheet(departure: Departure, sold: Iterable[SoldTicket], uses: Iterable[Use], at: datetime) -> Sheet:
    """The sheet of `departure` (its standing) at `at`.

    `sold`: all tickets that travel on it now, those of departures merged into it too. `uses`: all uses of these and of
    any other ticket let in for it, in any order; of each attempt what is known furthest counts.
    """
    listed = {ticket.number: ticket for ticket in sold}
    histories: dict[TicketNumber, list[Use]] = {}
    for use in uses:
        histories.setdefault(use.ticket, []).append(use)
    walks = {number: _Walk.of(merged(history)) for number, history in histories.items()}
    aboard = {number: walk for number, walk in walks.items() if walk.persons > 0}
    standing = [ticket for ticket in listed.values() if ticket.state is TicketState.VALID]
    missing = [ticket for ticket in standing if ticket.number not in aboard]
    states = Counter(ticket.state for ticket in listed.values())
    void = [number for number in aboard if number in listed and listed[number].state is not TicketState.VALID]
    return Sheet(
        service_date=departure.service_date,
        trip=departure.trip,
        departs_at=departure.departs_at,
        gate=departure.gate,
        bay=departure.bay,
        plate=departure.plate,
        seats=departure.seats,
        state=departure.state,
        merged_into=departure.merged_into,
        at=at,
        sold=len(standing),
        sold_by_kind=_by_kind(ticket.journey for ticket in standing),
        refunded=states[TicketState.REFUNDED],
        changed=states[TicketState.CHANGED],
        revoked=states[TicketState.REVOKED],
        boarded=len(aboard),
        boarded_by_kind=_by_kind(listed[number].journey for number in aboard if number in listed),
        boarded_unlisted=sum(number not in listed for number in aboard),
        boarded_void=len(void),
        persons=sum(walk.persons for walk in aboard.values()),
        children_on_tickets=sum(ticket.journey.children for ticket in standing),
        children_boarded=sum(max(0, walk.persons - len(walk.ways_in)) for walk in aboard.values()),
        no_shows=len(missing),
        no_shows_by_stop=dict(sorted(Counter(ticket.journey.alighting for ticket in missing).items())),
        no_show_seats=tuple(sorted(ticket.journey.seat for ticket in missing if ticket.journey.seat is not None)),
        walked_out=sum(ticket.number in walks and walks[ticket.number].left > 0 for ticket in missing),
        late=_flagged(aboard, Flag.LATE),
        overridden=_flagged(aboard, Flag.OVERRIDDEN),
        unarbitrated=_flagged(aboard, Flag.UNARBITRATED),
        under_way=sum(walk.stands(None) for walk in walks.values()),
        unresolved=tuple(sorted(number for number, walk in walks.items() if walk.stands(UseEnd.UNRESOLVED))),
        admitted_twice=tuple(sorted(number for number, walk in walks.items() if walk.twice)),
        lanes=_lanes(walks.values()),
        left_without_entering=sum(max(0, walk.left - walk.entered) for walk in walks.values()),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """One ticket's passages. A use that passed let at least one person through, whatever was counted."""

    history: tuple[Use, ...]
    presence: Presence
    entered: int
    left: int

    @classmethod
    def of(cls, history: Iterable[Use]) -> Self:
        uses = tuple(history)
        passed = [use for use in uses if use.end is UseEnd.PASSED]
        return cls(
            uses,
            presence(uses),
            sum(_persons(use) for use in passed if use.purpose == "admission"),
            sum(_persons(use) for use in passed if use.purpose == "exit"),
        )

    @property
    def ways_in(self) -> tuple[Use, ...]:
        """The passages that brought in who is aboard; the latest, where some of them have left again."""
        passed = tuple(use for use in self.history if use.end is UseEnd.PASSED and use.purpose == "admission")
        return self.presence.inside or passed[-1:]

    @property
    def persons(self) -> int:
        return max(0, self.entered - self.left)

    @property
    def twice(self) -> bool:
        """Whether at any time two passages in stood with no way out between them."""
        numbers = {use.use_no for use in self.history}
        return any(len(presence(use for use in self.history if use.use_no <= no).inside) > 1 for no in numbers)

    def stands(self, end: UseEnd | None) -> bool:
        return any(use.end is end for use in self.presence.standing)


def _persons(use: Use) -> int:
    """How many persons a passage counts for: at least one."""
    return max(1, use.persons)


def _by_kind(journeys: Iterable[Journey]) -> dict[TicketKind, int]:
    """A count for every kind, so that a reader need not know which there are."""
    counted = Counter(journey.kind for journey in journeys)
    return {kind: counted[kind] for kind in TicketKind}


def _flagged(aboard: Mapping[TicketNumber, _Walk], flag: Flag) -> int:
    """Tickets of which a way in carries the flag that still stands: what was waived before a way out is history."""
    return sum(any(flag.value in use.flags for use in walk.ways_in) for walk in aboard.values())


def _lanes(walks: Iterable[_Walk]) -> dict[str, LaneCount]:
    entered: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for walk in walks:
        for use in walk.history:
            if use.end is UseEnd.PASSED:
                match use.purpose:
                    case "admission":
                        entered[use.lane] += _persons(use)
                    case "exit":
                        left[use.lane] += _persons(use)
    return {lane: LaneCount(entered=entered[lane], left=left[lane]) for lane in sorted(entered | left)}


def _told(value: object) -> object:
    match value:
        case datetime():
            return ms_of(value)
        case date():
            return value.isoformat()
        case TicketNumber():
            return value.digits
        case TicketKind():
            return value.name.lower()
        case StrEnum():
            return str(value)
        case LaneCount():
            return {"entered": value.entered, "left": value.left}
        case tuple():
            return [_told(item) for item in value]
        case Mapping():
            return {str(_told(key)): _told(item) for key, item in value.items()}
        case _:
            return value
