"""What an admission says to its passenger and to the attendant: who passes, and what there is to look at."""

from dataclasses import replace
from uuid import UUID

import pytest

from drivers.barrier import Way
from gate.announce import FOR_STAFF, go
from gate.decision import RE_ENTRY, Admitted
from gate.screen.face import ANY_SEAT, face
from gate.screen.message import Message, decode
from tests.gate.bench import DEPARTURE, Desk
from tests.tickets.samples import JOURNEY
from tickets.admission import Flag
from tickets.departures import Departure, IdentityPolicy
from tickets.journey import TicketKind

NO_ID = Flag.IDENTITY_NOT_CHECKED.value


def admitted(*flags: str, kind: TicketKind = TicketKind.ADULT, departure: Departure | None = DEPARTURE) -> Admitted:
    return Admitted(
        number=Desk().ticket().number,
        journey=replace(JOURNEY, kind=kind, children=0),
        departure=departure,
        use_no=1,
        attempt=UUID(int=1),
        persons=1,
        flags=frozenset(flags),
        by="code",
    )


@pytest.mark.parametrize(
    ("kind", "policy", "looks"),
    [
        (TicketKind.ADULT, IdentityPolicy.CODE, False),
        (TicketKind.CHILD, IdentityPolicy.CODE, False),
        (TicketKind.CONCESSION, IdentityPolicy.CODE, True),
        (TicketKind.FREE, IdentityPolicy.CODE, True),
        (TicketKind.ADULT, IdentityPolicy.CARD, True),
        (TicketKind.ADULT, IdentityPolicy.CODE_AND_CARD, True),
    ],
)
def test_the_attendant_is_to_look_at_an_id_where_somebody_asks_for_it(
    kind: TicketKind, policy: IdentityPolicy, looks: bool
) -> None:
    said = go(admitted(NO_ID, kind=kind, departure=replace(DEPARTURE, identity=policy)))
    assert said.flags == (NO_ID,), "it is recorded and logged all the same"
    band = face(said).band
    assert band is not None
    assert (said.staff, band.look) == (((NO_ID,), ("请核对证件", "Check ID")) if looks else ((), ("", "")))
    assert not go(admitted(kind=kind, departure=replace(DEPARTURE, identity=policy))).staff, "it was checked"


def test_a_coach_that_is_not_known_is_looked_at_first() -> None:
    said = go(admitted(NO_ID, Flag.DEPARTURE_NOT_KNOWN.value, kind=TicketKind.CONCESSION, departure=None))
    assert said.staff == (Flag.DEPARTURE_NOT_KNOWN.value, NO_ID)
    assert go(admitted(NO_ID, Flag.DEPARTURE_NOT_KNOWN.value, departure=None)).staff == (said.staff[0],)


@pytest.mark.parametrize("flag", FOR_STAFF)
def test_everything_that_staff_are_to_see_has_words(flag: str) -> None:
    said = go(admitted(flag, kind=TicketKind.CONCESSION))
    assert said.staff == (flag,)
    band = face(said).band
    assert band is not None
    assert all(band.look)


def test_staff_see_late_boarding_overrides_and_those_who_come_in_again() -> None:
    assert {Flag.LATE.value, Flag.OVERRIDDEN.value, RE_ENTRY} < set(FOR_STAFF)
    assert go(admitted(Flag.LATE.value, Flag.OVERRIDDEN.value)).staff[0] == Flag.OVERRIDDEN.value


def test_a_seat_that_the_coach_does_not_have_is_not_shown() -> None:
    drawn = face(go(admitted(Flag.SEAT_NOT_IN_COACH.value)))
    assert drawn.facts[0] == ANY_SEAT
    assert str(JOURNEY.seat) not in [fact.value for fact in drawn.facts]


def test_on_the_way_out_nobody_needs_a_seat() -> None:
    said = go(admitted(), Way.OUT)
    assert (said.word, said.seat, said.bay, face(said).facts) == (("请出", "Out"), None, None, ())


def test_what_staff_are_to_see_reaches_the_display() -> None:
    said = go(admitted(Flag.LATE.value))
    assert decode(Message(announcement=said, said_ms=1, sent_ms=2).encode()).announcement == said
