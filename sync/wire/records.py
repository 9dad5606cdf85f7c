"""What terminals are told, by kind of record."""

from typing import Literal

from pydantic import Field

from sync.wire.types import (
    Bilingual,
    Bytes,
    Digits,
    Fen,
    Hex,
    Hex32,
    Hex64,
    IsoDate,
    Millis,
    OrderCode,
    Seat,
    Stop,
    TripCode,
    UseNo,
    Wire,
)


class StationBody(Wire):
    """Record `station` "": the station itself; `stop` is its own boarding stop."""

    code: int
    name: Bilingual
    operator: Bilingual
    timezone: str
    stop: Stop


class StopBody(Wire):
    """Record `stop` "<id>": a place to travel to. `popular` orders the first screen, highest first."""

    id: Stop
    name: Bilingual
    pinyin: str
    initials: str
    popular: int


class StopCallBody(Wire):
    """One stop of a departure: the full fare to it and the minutes after leaving."""

    stop: Stop
    fare: Fen
    minutes: int


class DepartureBody(Wire):
    """Record `departure` "<date>/<trip>", as `tickets.departures.Departure.to_record` writes it.

    `acts` are the facts of staff (their ids, 32 hexadecimal digits) that the centre has worked into it already.
    """

    service_date: IsoDate
    trip: TripCode
    departs_at: Millis
    boarding: Stop
    gate: str
    bay: str
    plate: str
    seats: int | None
    places: int
    stops: tuple[StopCallBody, ...]
    opens_at: Millis
    closes_at: Millis
    state: str
    identity: str
    merged_into: str | None = None
    late_until: Millis | None = None
    planned_close: Millis | None = None
    planned_at: Millis | None = None
    acts: tuple[Hex32, ...] = ()


class AllotmentBody(Wire):
    """Record `allotment` "<date>/<trip>/<device>": all that this till was ever granted there; it only grows."""

    service_date: IsoDate
    trip: TripCode
    device: str
    seats: tuple[Seat, ...] | None
    count: int | None = Field(ge=0)


class PoolBody(Wire):
    """Record `pool` "<date>/<trip>": how many places the centre still has to give, at least (told in steps)."""

    service_date: IsoDate
    trip: TripCode
    left: int = Field(ge=0)


class RecallBody(Wire):
    """Record `recall` "<date>/<trip>/<device>": the centre asks a till to give back these `seats`, and of the other
    places that it has not sold all but `keep` (None: as many as it likes). Asked, never taken.
    """

    service_date: IsoDate
    trip: TripCode
    device: str
    seats: tuple[Seat, ...] = ()
    keep: int | None = Field(default=None, ge=0)


class SeatingBody(Wire):
    """Record `seating` "<date>/<trip>": who sits elsewhere than the ticket says on the coach that goes (by ticket
    number: another coach, or a merged departure's passengers), and the tickets for which there is no seat.
    """

    service_date: IsoDate
    trip: TripCode
    seats: dict[Digits, Seat]
    without: tuple[Digits, ...] = ()


class TicketBody(Wire):
    """Record `ticket` "<digits>": a ticket as the centre knows it. `expires` is in whole seconds since 1970.

    With `order_code` a ticket that was bought elsewhere is collected at a till.
    """

    number: Digits
    service_date: IsoDate
    trip: TripCode
    boarding: Stop
    alighting: Stop
    seat: Seat | None
    kind: int
    children: int
    fare: Fen
    tag: Hex
    expires: int
    state: Literal["valid", "refunded", "changed", "revoked"]
    issuer: str
    order_code: OrderCode | None = None


class UseBody(Wire):
    """Record `use` "<digits>/<use_no>": one use of a ticket, by any device of the station.

    `persons` is how many it lets through (how many walked through, once it has passed), `by` how the ticket was shown;
    the departure is None where only the end of a use is known.
    """

    number: Digits
    use_no: UseNo
    attempt: Hex32
    device: str
    lane: str
    at: Millis
    end: Literal["passed", "released", "unresolved"] | None
    purpose: Literal["admission", "refund", "change", "exit"] = "admission"
    persons: int = Field(default=1, ge=0, le=10)
    flags: tuple[str, ...] = ()
    by: str = ""
    service_date: IsoDate | None = None
    trip: TripCode | None = None


class DayKeyBody(Wire):
    """Record `day_key` "<date>": the key of that service day's identity tags; its tombstone destroys it here."""

    service_date: IsoDate
    key: Hex


class TrustBody(Wire):
    """Record `trust` "": the newest signed trust list. Nothing believes it before its signature was checked."""

    list: Bytes


class FreshnessBody(Wire):
    """Record `freshness` "": which trust list is the newest, said by the centre every hour (`tickets.freshness`)."""

    statement: Bytes


class CertificateBody(Wire):
    """Record `certificate` "<device>": a till's renewed certificate."""

    certificate: Bytes


class DeviceBody(Wire):
    """Record `device` "<device>": an enrolled device of this station and the public key that it signs with.

    `retired` may still report what it did; what a `revoked` one says is not believed. `former` are keys that it may
    still sign with for a while: not every process of it has the new one yet.
    """

    device: str
    kind: Literal["till", "gate", "relay"]
    name: str
    key: Hex64
    state: Literal["active", "retired", "revoked"]
    former: tuple[Hex64, ...] = ()


class ClaimBody(Wire):
    """Record `claim` "<number>": money that a passenger is owed, and whether a cashier has paid it out."""

    number: str
    device: str
    fen: Fen
    state: Literal["open", "settled"]
    reason: str


BODIES: dict[str, type[Wire]] = {
    "station": StationBody,
    "stop": StopBody,
    "departure": DepartureBody,
    "allotment": AllotmentBody,
    "pool": PoolBody,
    "recall": RecallBody,
    "seating": SeatingBody,
    "ticket": TicketBody,
    "use": UseBody,
    "day_key": DayKeyBody,
    "trust": TrustBody,
    "freshness": FreshnessBody,
    "certificate": CertificateBody,
    "claim": ClaimBody,
    "device": DeviceBody,
}
"""The body of each kind of record that this version knows."""
