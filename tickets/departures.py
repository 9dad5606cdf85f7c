"""A departure as the station knows it: when, where from, how it is checked in, and where it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from tickets.errors import Malformed as Malformed
from tickets.money import Fen
from tickets.reading import instant_ms, integer, ms_of, text

_MOST_MERGES = 8


class DepartureState(StrEnum):
    """What has become of it. A delay is no state: the times change."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    DEPARTED = "departed"


class IdentityPolicy(StrEnum):
    """What a gate asks for: the code alone (an attendant compares), the ID card alone, or both."""

    CODE = "code"
    CARD = "card"
    CODE_AND_CARD = "code+card"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCall:
    """A stop that tickets are sold to: its number, the full fare to it, minutes on the road (0 when not known)."""

    stop: int
    fare: Fen
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One coach on one service day. Check-in runs from `opens_at` until just before `closes_at`; all instants are UTC.

    `seats` is the number of numbered seats, or None on a coach without fixed seats; `places` is how many may travel.
    `merged_into` names the trip of the same service day whose coach takes these passengers. `late_until`: passengers
    still board after closing time until just before it (补检). `planned_close` is the closing time before somebody
    stopped check-in, `planned_at` the time of departure before somebody changed it; each None while nobody has. `acts`
    are the ids (32 hexadecimal digits) of the staff facts that whoever tells of this departure has already taken in;
    see standing.py.
    """

    service_date: date
    trip: str
    departs_at: datetime
    boarding: int
    gate: str
    bay: str
    plate: str
    seats: int | None
    places: int
    stops: tuple[StopCall, ...]
    opens_at: datetime
    closes_at: datetime
    state: DepartureState = DepartureState.SCHEDULED
    identity: IdentityPolicy = IdentityPolicy.CODE
    merged_into: str | None = None
    late_until: datetime | None = None
    planned_close: datetime | None = None
    planned_at: datetime | None = None
    acts: tuple[str, ...] = ()

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> Self:
        """The departure in a record of the centre. Raises Malformed; members it does not know are ignored.

        `late_until`, `planned_close`, `planned_at` and `acts` came later: a record may lack them.
        """
        try:
            return cls(
                service_date=date.fromisoformat(text(record["service_date"])),
                trip=text(record["trip"]),
                departs_at=instant_ms(record["departs_at"]),
                boarding=integer(record["boarding"]),
                gate=text(record["gate"]),
                bay=text(record["bay"]),
                plate=text(record["plate"]),
                seats=None if record["seats"] is None else integer(record["seats"]),
                places=integer(record["places"]),
                stops=_stops(record["stops"]),
                opens_at=instant_ms(record["opens_at"]),
                closes_at=instant_ms(record["closes_at"]),
                state=DepartureState(text(record["state"])),
                identity=IdentityPolicy(text(record["identity"])),
                merged_into=None if record["merged_into"] is None else text(record["merged_into"]),
                late_until=_optional_instant(record.get("late_until")),
                planned_close=_optional_instant(record.get("planned_close")),
                planned_at=_optional_instant(record.get("planned_at")),
                acts=_acts(record.get("acts", ())),
            )
        except KeyError as error:
            raise Malformed(f"a departure without {error}") from None
        except ValueError as error:
            raise Malformed(f"not a departure: {error}") from error

    def to_record(self) -> dict[str, object]:
        """Ready for JSON: the date in ISO form, instants in ms since 1970, fares in fen. What a record may lack is
        left out where there is nothing to say.
        """
        return {
            "service_date": self.service_date.isoformat(),
            "trip": self.trip,
            "departs_at": ms_of(self.departs_at),
            "boarding": self.boarding,
            "gate": self.gate,
            "bay": self.bay,
            "plate": self.plate,
            "seats": self.seats,
            "places": self.places,
            "stops": [{"stop": call.stop, "fare": int(call.fare), "minutes": call.minutes} for call in self.stops],
            "opens_at": ms_of(self.opens_at),
            "closes_at": ms_of(self.closes_at),
            "state": str(self.state),
            "identity": str(self.identity),
            "merged_into": self.merged_into,
            **_told(
                late_until=None if self.late_until is None else ms_of(self.late_until),
                planned_close=None if self.planned_close is None else ms_of(self.planned_close),
                planned_at=None if self.planned_at is None else ms_of(self.planned_at),
                acts=list(self.acts) or None,
            ),
        }

    def call_at(self, stop: int) -> StopCall | None:
        """How this coach serves `stop`, or None."""
        return next((call for call in self.stops if call.stop == stop), None)


def travelled(service_date: date, trip: str, find: Callable[[date, str], Departure | None]) -> Departure | None:
    """The departure on which a ticket sold for `trip` travels now: that one, or the one it was merged into.

    None when the last link is not known here (or the merges run in a circle): the caller then knows no departure.
    """
    for _ in range(_MOST_MERGES):
        departure = find(service_date, trip)
        if departure is None or departure.merged_into is None:
            return departure
        trip = departure.merged_into
    return None


def _told(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def _optional_instant(value: object) -> datetime | None:
    return None if value is None else instant_ms(value)


def _acts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise Malformed("acts are a list")
    return tuple(text(fact_id) for fact_id in value)


def _stops(value: object) -> tuple[StopCall, ...]:
    if not isinstance(value, list):
        raise Malformed("stops are a list")
    calls = []
    for call in value:
        if not isinstance(call, Mapping):
            raise Malformed("a stop is a map")
        fare = Fen(integer(call["fare"]))
        calls.append(StopCall(stop=integer(call["stop"]), fare=fare, minutes=integer(call["minutes"])))
    return tuple(calls)
