"""Journeys, departures, uses, days, money, fares, identity, sealed identity, faults."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.tickets.samples import JOURNEY, TICKET
from tickets import identity, sealed
from tickets.departures import Departure, DepartureState, IdentityPolicy, StopCall, travelled
from tickets.errors import Bug, EnvironmentFault, Fault, Malformed, PeerError
from tickets.events import Event, from_bytes, to_bytes, uuid7
from tickets.fares import FareRules, Rounding, fare, half_fare
from tickets.journey import TicketKind
from tickets.money import Fen, yuan
from tickets.numbers import TicketNumber
from tickets.service_day import CHINA, service_date, service_day_bounds
from tickets.uses import Use, UseEnd, merged, next_use_no, open_use


@pytest.mark.parametrize(
    "change",
    [
        {"trip": ""},
        {"trip": "A" * 17},
        {"trip": "班"},
        {"trip": "A\nB"},
        {"boarding": -1},
        {"alighting": 2**32},
        {"seat": 0},
        {"seat": 256},
        {"children": 10},
        {"fare": -1},
        {"fare": 10_000_001},
        {"tag": b"seven77"},
        {"service_date": date(1969, 12, 31)},
    ],
)
def test_a_journey_that_no_station_sells_cannot_be_made(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(JOURNEY, **change)  # type: ignore[arg-type]  # names are fields


def test_carried_children_walk_through_too() -> None:
    assert replace(JOURNEY, children=2).persons == 3


DEPARTURE = Departure(
    service_date=date(2026, 11, 22),
    trip="LW1408",
    departs_at=datetime(2026, 11, 22, 6, 30, 0, 250_000, tzinfo=UTC),
    boarding=1,
    gate="3",
    bay="12",
    plate="鲁A12345",
    seats=None,
    places=45,
    stops=(StopCall(stop=2, fare=Fen(4500), minutes=75),),
    opens_at=datetime(2026, 11, 22, 5, 45, tzinfo=UTC),
    closes_at=datetime(2026, 11, 22, 6, 25, tzinfo=UTC),
    identity=IdentityPolicy.CODE_AND_CARD,
    merged_into="LW1500",
)


def test_a_departure_goes_through_its_record() -> None:
    record = DEPARTURE.to_record()
    assert record["departs_at"] == 1_795_329_000_250
    assert (record["service_date"], record["identity"], record["seats"]) == ("2026-11-22", "code+card", None)
    assert Departure.from_record(record) == DEPARTURE
    assert Departure.from_record({**record, "added_later": 1}) == DEPARTURE
    numbered = replace(DEPARTURE, seats=45, state=DepartureState.DEPARTED, merged_into=None)
    assert Departure.from_record(numbered.to_record()) == numbered


@pytest.mark.parametrize(
    "change",
    [
        {"departs_at": "06:30"},
        {"departs_at": 2**62},
        {"state": "late"},
        {"seats": True},
        {"stops": {}},
        {"stops": [2]},
        {"stops": [{"stop": 2}]},
        {"service_date": "22.11."},
        {"gate": None},
    ],
)
def test_a_record_that_is_no_departure_is_malformed(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Departure.from_record({**DEPARTURE.to_record(), **change})


def test_a_record_with_a_member_missing_is_malformed() -> None:
    record = DEPARTURE.to_record()
    del record["gate"]
    with pytest.raises(Malformed, match="gate"):
        Departure.from_record(record)


def test_a_coach_calls_at_its_stops() -> None:
    call = DEPARTURE.call_at(2)
    assert call is not None
    assert call.fare == 4500
    assert DEPARTURE.call_at(3) is None


def test_a_merged_departure_travels_as_the_other() -> None:
    last = replace(DEPARTURE, trip="LW1600", merged_into=None)
    between = replace(DEPARTURE, trip="LW1500", merged_into="LW1600")
    known = {coach.trip: coach for coach in (DEPARTURE, between, last)}

    def find(_: date, trip: str) -> Departure | None:
        return known.get(trip)

    assert travelled(DEPARTURE.service_date, "LW1408", find) == last
    del known["LW1600"]
    assert travelled(DEPARTURE.service_date, "LW1408", find) is None
    known["LW1600"] = replace(last, merged_into="LW1408")
    assert travelled(DEPARTURE.service_date, "LW1408", find) is None


def use(no: int, end: UseEnd | None, attempt: int = 1) -> Use:
    at = datetime(2026, 11, 22, 6, no, tzinfo=UTC)
    return Use(ticket=TICKET.number, use_no=no, attempt=UUID(int=attempt), device="gate-1", lane="1", at=at, end=end)


def test_uses_are_numbered_from_one() -> None:
    assert next_use_no([]) == 1
    assert next_use_no([use(2, None), use(1, UseEnd.RELEASED)]) == 3


def test_the_open_use_is_the_latest_without_an_end() -> None:
    assert open_use([]) is None
    assert open_use([use(1, UseEnd.RELEASED), use(2, UseEnd.PASSED)]) is None
    assert open_use([use(2, None), use(1, None)]) == use(2, None)


def test_histories_merge_to_what_is_known_furthest() -> None:
    own = [use(1, UseEnd.RELEASED), use(2, UseEnd.PASSED)]
    lagging = [use(2, None), use(1, None), use(2, UseEnd.UNRESOLVED, attempt=9)]
    assert merged(own, lagging) == merged(lagging, own) == [*own, use(2, UseEnd.UNRESOLVED, attempt=9)]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 18, 59, 59, tzinfo=UTC), date(2026, 11, 22)),  # 02:59:59 on the 23rd at the station
        (datetime(2026, 11, 22, 19, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 22, 4, 0, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_the_service_day_ends_at_three(at: datetime, day: date) -> None:
    assert service_date(at, CHINA) == day
    start, end = service_day_bounds(day, CHINA)
    assert start <= at < end
    assert end - start == timedelta(hours=24)


def test_the_service_day_follows_the_clocks_of_its_zone() -> None:
    start, end = service_day_bounds(date(2026, 3, 28), ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(hours=23)
    with pytest.raises(ValueError, match="time zone"):
        service_date(datetime(2026, 1, 1), CHINA)  # noqa: DTZ001 - a naive time is the point


@pytest.mark.parametrize(("fen", "text"), [(0, "¥0.00"), (5, "¥0.05"), (4500, "¥45.00"), (-1050, "-¥10.50")])
def test_money_for_people(fen: int, text: str) -> None:
    assert yuan(Fen(fen)) == text


@pytest.mark.parametrize(
    ("full", "rounding", "half"),
    [
        (4500, Rounding.NEAREST, 2250),
        (4510, Rounding.NEAREST, 2260),
        (4510, Rounding.DOWN, 2250),
        (4510, Rounding.UP, 2260),
        (4501, Rounding.UP, 2260),
        (0, Rounding.UP, 0),
        (5, Rounding.UP, 5),
    ],
)
def test_half_fares_are_rounded_as_the_rules_say(full: int, rounding: Rounding, half: int) -> None:
    rules = replace(FareRules.default(), rounding=rounding)
    assert half_fare(Fen(full), rules) == half


def test_each_kind_pays_its_share() -> None:
    rules = FareRules.default()
    paid = {kind: fare(Fen(18_500), kind, rules) for kind in TicketKind}
    assert paid == {TicketKind.ADULT: 18_500, TicketKind.CHILD: 9250, TicketKind.CONCESSION: 9250, TicketKind.FREE: 0}
    assert fare(Fen(4505), TicketKind.ADULT, rules) == 4505
    with pytest.raises(ValueError):
        fare(Fen(-1), TicketKind.ADULT, rules)
    with pytest.raises(ValueError):
        replace(rules, shares={TicketKind.CHILD: 10_001})
    with pytest.raises(ValueError):
        replace(rules, unit=Fen(0))


KEY = bytes(range(32))
DAY = date(2026, 11, 22)
INVENTED = "11010519491231002X"


def tag(day: date = DAY, trip: str = "LW1408", kind: int = 1, number: str = INVENTED, key: bytes = KEY) -> bytes:
    return identity.identity_tag(key, day, trip, identity.DocumentKind(kind), number)


def test_a_tag_is_the_same_for_the_same_document_however_it_is_written() -> None:
    assert len(tag()) == 8
    assert tag() == tag(number="110105 1949-1231 002x") == tag(number="１１０１０５19491231002Ｘ")


def test_a_tag_is_another_for_any_other_departure_document_or_day_key() -> None:
    others = [tag(day=date(2026, 11, 23)), tag(trip="LW1409"), tag(kind=5), tag(number="E1234"), tag(key=bytes(32))]
    assert len({tag(), *others}) == 6


@pytest.mark.parametrize("number", ["", " - ", "张三", "A\x00B"])
def test_what_is_no_document_number_has_no_tag(number: str) -> None:
    with pytest.raises(ValueError):
        tag(number=number)
    assert not identity.resident_number_ok(number)


def test_a_day_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        tag(key=b"short")


def test_the_check_character_catches_any_single_wrong_digit() -> None:
    assert identity.resident_number_ok(INVENTED)
    for at in range(17):
        for digit in "0123456789":
            wrong = INVENTED[:at] + digit + INVENTED[at + 1 :]
            assert identity.resident_number_ok(wrong) == (wrong == INVENTED)
    assert not identity.resident_number_ok(INVENTED[:17])


SECRET = sealed.SealedIdentity(kind=identity.DocumentKind.PASSPORT, number="E 1234-5678", name="张小明")


def test_a_sealed_identity_opens_with_the_days_key_only_and_for_its_ticket_only() -> None:
    private, public = sealed.new_sealing_key()
    closed = sealed.seal(public, SECRET, TICKET.number)
    assert sealed.unseal(private, closed, TICKET.number) == replace(SECRET, number="E12345678")
    for key, data, ticket in (
        (sealed.new_sealing_key()[0], closed, TICKET.number),
        (private, closed, TicketNumber(1)),
        (private, closed[:-1], TICKET.number),
        (private, b"", TICKET.number),
    ):
        with pytest.raises(Malformed):
            sealed.unseal(key, data, ticket)


def test_a_sealed_identity_says_nothing_by_its_size_or_its_repr() -> None:
    _, public = sealed.new_sealing_key()
    short = sealed.SealedIdentity(kind=identity.DocumentKind.RESIDENT_ID, number="1", name="")
    assert len(sealed.seal(public, short, TICKET.number)) == len(sealed.seal(public, SECRET, TICKET.number)) == 176
    assert "1234" not in repr(SECRET)
    assert "明" not in repr(SECRET)
    with pytest.raises(ValueError, match="120 bytes"):
        sealed.seal(public, replace(SECRET, name="长" * 50), TICKET.number)


def test_a_fault_says_what_happened_and_what_to_do() -> None:
    for kind in (EnvironmentFault, PeerError, Bug):
        fault = kind("The disk is full", "Delete old support bundles")
        assert isinstance(fault, Fault)
        assert str(fault) == "The disk is full. Delete old support bundles"


def test_a_uuid7_carries_its_millisecond_and_sorts_by_it() -> None:
    early, late = uuid7(1_000, lambda n: b"\xff" * n), uuid7(1_001, bytes)
    assert early < late
    assert (early.version, early.variant, early.int >> 80) == (7, "specified in RFC 4122", 1_000)
    example = uuid7(0x017F22E279B0, lambda n: (0x0CC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(n))
    assert str(example) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"  # RFC 9562 appendix A.6
    with pytest.raises(ValueError):
        uuid7(-1, bytes)


def test_an_event_that_is_too_long_or_not_cbor_is_not_written() -> None:
    event = Event(event_id=UUID(int=1), epoch=UUID(int=2), seq=1, kind="x", at_ms=0, quality="trusted", body={})
    assert from_bytes(to_bytes(event)) == event
    with pytest.raises(ValueError, match="bytes"):
        to_bytes(replace(event, body={"text": "x" * 17_000}))
    with pytest.raises(TypeError):
        to_bytes(replace(event, body={"fare": 1.5}))
    with pytest.raises(Malformed):
        from_bytes(to_bytes(replace(event, seq=0)))
