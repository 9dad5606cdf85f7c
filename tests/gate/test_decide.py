"""The decision on real files: every reason that a gate can give, what is recorded of it, and what a crash leaves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from gate.decide import Refused
from gate.settings import GateSettings
from gate.shown import Card, Code
from sync.lan.arbiter import Answer, Granted
from sync.wire.relay import ClaimRequest
from tests.gate.bench import (
    DEPARTURE,
    EXPIRES,
    ID,
    LEAVES,
    NOON,
    OTHER_ID,
    STOP,
    TODAY,
    Centre,
    Desk,
    Gate,
    admitted,
    card,
    reason,
    trust_bytes,
)
from tests.tickets.samples import CERTIFICATE_KEY, OTHER_KEY, PREFIX, TICKET_KEY, trusted
from tickets.admission import Flag, TimeQuality
from tickets.departures import DepartureState, IdentityPolicy
from tickets.identity import DocumentKind
from tickets.numbers import TicketNumber
from tickets.reasons import Reason, sentence
from tickets.trust import KeyUse
from tickets.uses import UseEnd


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield gate
    gate.close()


Arrange = Callable[[Gate, Centre, Desk], str]
"""Prepares a scene and answers the text to show."""


def _used(end: UseEnd | None, purpose: str = "admission") -> Arrange:
    def arrange(_: Gate, centre: Centre, desk: Desk) -> str:
        ticket = desk.ticket()
        centre.use(ticket.number, end, purpose=purpose)
        return desk.by_centre(ticket)

    return arrange


def _state(state: str) -> Arrange:
    def arrange(_: Gate, centre: Centre, desk: Desk) -> str:
        ticket = desk.ticket()
        centre.ticket(ticket, state)
        return desk.by_centre(ticket)

    return arrange


def _leaving(**changes: object) -> Arrange:
    def arrange(_: Gate, centre: Centre, desk: Desk) -> str:
        centre.departure(replace(DEPARTURE, **changes))  # type: ignore[arg-type]  # names are fields
        return desk.by_centre(desk.ticket())

    return arrange


def _at(**before_leaving: float) -> Arrange:
    def arrange(gate: Gate, _: Centre, desk: Desk) -> str:
        gate.clock.set(LEAVES - timedelta(**before_leaving))
        return desk.by_centre(desk.ticket())

    return arrange


def _revoked_till(gate: Gate, centre: Centre, desk: Desk) -> str:
    centre.trust(2, trust_bytes(2, revoked=frozenset({PREFIX})))
    return desk.by_till(desk.ticket())


def _another_day(_: Gate, centre: Centre, desk: Desk) -> str:
    tomorrow = TODAY + timedelta(days=1)
    later = {each: getattr(DEPARTURE, each) + timedelta(days=1) for each in ("departs_at", "opens_at", "closes_at")}
    centre.departure(replace(DEPARTURE, service_date=tomorrow, **later))
    return desk.by_centre(desk.ticket(service_date=tomorrow))


def _expired(gate: Gate, _: Centre, desk: Desk) -> str:
    gate.clock.set(EXPIRES)
    return desk.by_centre(desk.ticket())


def _counter(_: Gate, centre: Centre, desk: Desk) -> str:
    ticket = desk.ticket(TicketNumber(123456789012))
    centre.ticket(ticket)
    return "123456789012"


SCENES: list[tuple[str, Reason, Arrange]] = [
    ("check-in opens later", Reason.NOT_YET_OPEN, _at(minutes=46)),
    ("check-in is over", Reason.CLOSED, _at(minutes=4)),
    ("the coach has left", Reason.DEPARTED, _at(minutes=-1)),
    ("the coach has left early", Reason.DEPARTED, _leaving(state=DepartureState.DEPARTED)),
    ("cancelled", Reason.CANCELLED, _leaving(state=DepartureState.CANCELLED)),
    ("boards elsewhere", Reason.WRONG_STATION, lambda _, __, desk: desk.by_centre(desk.ticket(boarding=STOP + 1))),
    ("another gate", Reason.WRONG_GATE, _leaving(gate="7")),
    ("another day", Reason.WRONG_DEPARTURE, _another_day),
    ("passed at another gate", Reason.USED, _used(UseEnd.PASSED)),
    ("being let in at another gate", Reason.USED, _used(None)),
    ("another gate died over it", Reason.SEE_STAFF, _used(UseEnd.UNRESOLVED)),
    ("refund under way", Reason.REFUNDED, _used(None, "refund")),
    ("change done", Reason.CHANGED, _used(UseEnd.PASSED, "change")),
    ("refunded", Reason.REFUNDED, _state("refunded")),
    ("changed", Reason.CHANGED, _state("changed")),
    ("revoked by number", Reason.REVOKED, _state("revoked")),
    ("sold by a revoked till, unknown to the centre", Reason.REVOKED, _revoked_till),
    ("forged", Reason.FORGED, lambda _, __, desk: _with_another_last_character(desk.by_centre(desk.ticket()))),
    ("signed by nobody we know", Reason.UNKNOWN_ISSUER, lambda _, __, desk: desk.by_centre(desk.ticket(), OTHER_KEY)),
    ("expired", Reason.EXPIRED, _expired),
    ("cut short", Reason.UNREADABLE, lambda _, __, desk: desk.by_centre(desk.ticket())[:60]),
    ("somebody else's code", Reason.UNREADABLE, lambda *_: "https://example.org"),
    ("a number that nobody told us of", Reason.NOT_KNOWN_HERE, lambda _, __, desk: desk.ticket().number.digits),
    ("a number that can be guessed", Reason.IDENTITY_NEEDED, _counter),
    ("the ID card is asked for", Reason.IDENTITY_NEEDED, _leaving(identity=IdentityPolicy.CODE_AND_CARD)),
]


def _with_another_last_character(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


@pytest.mark.parametrize(("expected", "arrange"), [scene[1:] for scene in SCENES], ids=[scene[0] for scene in SCENES])
def test_each_refusal_is_given_and_recorded(
    gate: Gate, centre: Centre, desk: Desk, expected: Reason, arrange: Arrange
) -> None:
    text = arrange(gate, centre, desk)
    decision = gate.shows(text)
    assert reason(decision) == expected
    ((kind, body),) = gate.facts()
    assert (kind, body["reason"], body["lane"]) == ("scan.refused", expected, "3A")
    assert "RT1:" not in str(body), "what is shown is not kept"


def test_every_reason_is_reached() -> None:
    reached = {scene[1] for scene in SCENES} | {Reason.IDENTITY_DIFFERS}  # that one takes a card: below
    assert reached == set(Reason)


def test_a_signed_code_is_admitted_by_a_durable_use(gate: Gate, centre: Centre, desk: Desk, tmp_path: Path) -> None:
    ticket = desk.ticket(children=2)
    for text in (desk.by_centre(ticket), desk.by_till(desk.ticket())):
        let_in = admitted(gate.shows(text))
        assert let_in.use_no == 1
        assert let_in.departure == DEPARTURE
        assert not let_in.resumed
    first, _ = gate.facts()
    assert first[0] == "use.claimed"
    assert {name: first[1][name] for name in ("number", "use_no", "trip", "lane", "persons", "by", "purpose")} == {
        "number": ticket.number.digits,
        "use_no": 1,
        "trip": ticket.journey.trip,
        "lane": "3A",
        "persons": 3,
        "by": "code",
        "purpose": "admission",
    }
    assert first[1]["flags"] == [Flag.IDENTITY_NOT_CHECKED]


def test_a_bare_number_is_admitted_through_the_cache(gate: Gate, centre: Centre, desk: Desk) -> None:
    ticket = desk.ticket()
    centre.ticket(ticket)
    assert admitted(gate.shows(ticket.number.grouped)).by == "number"
    assert reason(gate.shows(desk.by_centre(ticket))) == Reason.USED


@pytest.mark.parametrize("shown", ["110105194912310025", "13800138000"])
def test_a_number_that_may_be_a_persons_is_not_kept(gate: Gate, centre: Centre, shown: str) -> None:
    """An ID number or a telephone number has the form of a ticket number: only what is one for certain is written."""
    assert reason(gate.shows(shown)) == Reason.NOT_KNOWN_HERE
    assert gate.facts()[0][1]["number"] is None


def test_a_number_that_can_be_guessed_is_admitted_with_its_card(gate: Gate, centre: Centre, desk: Desk) -> None:
    centre.ticket(desk.ticket(TicketNumber(123456789012)))
    assert reason(gate.shows("123456789012")) == Reason.IDENTITY_NEEDED
    assert reason(gate.pairs("123456789012", OTHER_ID)) == Reason.IDENTITY_DIFFERS
    assert admitted(gate.pairs("123456789012")).by == "number"


def test_what_a_revoked_till_sold_and_the_centre_knows_stays_good(gate: Gate, centre: Centre, desk: Desk) -> None:
    text = _revoked_till(gate, centre, desk)
    assert reason(gate.shows(text)) == Reason.REVOKED
    known = desk.ticket()
    centre.ticket(known)
    assert not isinstance(gate.shows(desk.by_till(known)), Refused)


def test_a_released_use_gives_the_right_back(gate: Gate, centre: Centre, desk: Desk) -> None:
    text = desk.by_centre(desk.ticket())
    gate.ends(gate.shows(text), UseEnd.RELEASED)
    again = admitted(gate.shows(text))
    assert (again.use_no, again.resumed) == (2, False)
    gate.ends(again, UseEnd.PASSED)
    decision = gate.shows(text)
    assert isinstance(decision, Refused)
    assert (decision.refusal.reason, decision.refusal.where, decision.refusal.when) == (Reason.USED, "3A", NOON)


def test_an_own_use_that_is_still_open_is_nobody_elses(gate: Gate, centre: Centre, desk: Desk) -> None:
    text = desk.by_centre(desk.ticket())
    admitted(gate.shows(text))
    assert reason(gate.shows(text)) == Reason.USED


def test_the_cache_may_know_more_of_an_own_use(gate: Gate, centre: Centre, desk: Desk) -> None:
    """Staff found out where an unresolved passenger went: the centre says it, this journal does not."""
    ticket = desk.ticket()
    text = desk.by_centre(ticket)
    first = admitted(gate.shows(text))
    gate.ends(first, UseEnd.UNRESOLVED)
    centre.use(ticket.number, UseEnd.PASSED, device="gate-1", attempt=first.attempt)
    assert reason(gate.shows(text)) == Reason.USED


def test_an_unresolved_use_is_taken_up_again_here_and_nowhere_else(
    gate: Gate, centre: Centre, desk: Desk, tmp_path: Path
) -> None:
    ticket = desk.ticket()
    text = desk.by_centre(ticket)
    first = admitted(gate.shows(text))
    gate.ends(first, UseEnd.UNRESOLVED)
    centre.use(ticket.number, UseEnd.UNRESOLVED, device="gate-1", attempt=first.attempt)
    other = Gate(tmp_path / "gate-2", cache=tmp_path / "cache.db", device="gate-2")
    assert reason(other.shows(text)) == Reason.SEE_STAFF
    other.close()
    again = admitted(gate.shows(text))
    assert (again.use_no, again.attempt, again.resumed) == (1, first.attempt, True)
    assert gate.facts()[-1][0] == "lane.event", "that it was taken up again is durable too"
    gate.ends(again, UseEnd.PASSED)
    assert reason(gate.shows(text)) == Reason.USED


def test_an_unresolved_use_of_a_journal_that_is_lost_goes_to_staff(gate: Gate, centre: Centre, desk: Desk) -> None:
    ticket = desk.ticket()
    centre.use(ticket.number, UseEnd.UNRESOLVED, device="gate-1", attempt=UUID(int=77))
    assert reason(gate.shows(desk.by_centre(ticket))) == Reason.SEE_STAFF


def test_who_comes_second_to_the_same_use_is_refused(tmp_path: Path, centre: Centre, desk: Desk) -> None:
    """Between judging and claiming another decision about the same ticket commits: the insert is what decides."""
    text = desk.by_centre(desk.ticket())
    quick: list[object] = []

    class Meanwhile:
        def ask(self, claim: ClaimRequest) -> Answer:  # noqa: ARG002  the port's own signature
            if not quick:
                quick.append(None)
                quick.append(admitted(slow.shows(text)))
            return Granted()

    slow = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db", arbiter=Meanwhile())
    assert reason(slow.shows(text)) == Reason.USED
    assert [kind for kind, _ in slow.facts()] == ["use.claimed", "scan.refused"]
    slow.close()


def test_two_gates_admit_once_as_soon_as_one_has_heard_of_the_other(
    gate: Gate, centre: Centre, desk: Desk, tmp_path: Path
) -> None:
    ticket = desk.ticket()
    text = desk.by_centre(ticket)
    other = Gate(tmp_path / "gate-2", cache=tmp_path / "cache.db", device="gate-2")
    first = admitted(gate.shows(text))
    apart = admitted(other.shows(text))  # no line between them: once per isolated part, found after the merge
    assert apart.attempt != first.attempt
    another = desk.ticket()
    mine = admitted(gate.shows(desk.by_centre(another)))
    centre.use(another.number, UseEnd.PASSED, device="gate-1", attempt=mine.attempt)
    assert reason(other.shows(desk.by_centre(another))) == Reason.USED
    other.close()


def test_what_the_centre_says_of_a_departure_holds_from_the_next_scan_on(
    gate: Gate, centre: Centre, desk: Desk
) -> None:
    assert not isinstance(gate.shows(desk.by_centre(desk.ticket())), Refused)
    centre.departure(replace(DEPARTURE, gate="7"))
    assert reason(gate.shows(desk.by_centre(desk.ticket()))) == Reason.WRONG_GATE
    centre.departure(replace(DEPARTURE, merged_into="K77"))
    assert Flag.DEPARTURE_NOT_KNOWN in admitted(gate.shows(desk.by_centre(desk.ticket()))).flags
    centre.departure(replace(DEPARTURE, trip="K77", state=DepartureState.CANCELLED))
    assert reason(gate.shows(desk.by_centre(desk.ticket()))) == Reason.CANCELLED


def test_who_comes_late_by_leave_of_staff_is_let_in_and_counted(gate: Gate, centre: Centre, desk: Desk) -> None:
    gate.clock.set(LEAVES - timedelta(minutes=2))
    assert reason(gate.shows(desk.by_centre(desk.ticket()))) == Reason.CLOSED
    centre.departure(replace(DEPARTURE, late_until=LEAVES - timedelta(minutes=1)))
    assert Flag.LATE in admitted(gate.shows(desk.by_centre(desk.ticket()))).flags
    gate.clock.set(LEAVES - timedelta(minutes=1))
    assert reason(gate.shows(desk.by_centre(desk.ticket()))) == Reason.CLOSED


def test_a_seat_that_the_other_coach_does_not_have_is_said(gate: Gate, centre: Centre, desk: Desk) -> None:
    assert Flag.SEAT_NOT_IN_COACH not in admitted(gate.shows(desk.by_centre(desk.ticket()))).flags
    centre.departure(replace(DEPARTURE, plate="鲁B00001", seats=30))
    assert Flag.SEAT_NOT_IN_COACH in admitted(gate.shows(desk.by_centre(desk.ticket()))).flags
    let_in = admitted(gate.shows(desk.by_centre(desk.ticket(seat=30))))
    assert Flag.SEAT_NOT_IN_COACH not in let_in.flags


def test_moved_to_another_gate_this_one_says_which(gate: Gate, centre: Centre, desk: Desk) -> None:
    centre.departure(replace(DEPARTURE, gate="4"))
    decision = gate.shows(desk.by_centre(desk.ticket()))
    assert isinstance(decision, Refused)
    assert "4" in sentence(decision.refusal, "en", zone=decision.zone)


class TestCards:
    """An ID card alone, and together with a code in both orders."""

    def test_alone(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        ticket = desk.ticket()
        centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CARD))
        centre.ticket(ticket)
        let_in = admitted(gate.lays())
        assert (let_in.number, let_in.by, let_in.flags) == (ticket.number, "card", frozenset())
        gate.ends(let_in, UseEnd.PASSED)
        assert reason(gate.lays()) == Reason.USED
        assert reason(gate.lays(OTHER_ID)) == Reason.NOT_KNOWN_HERE
        assert ID not in str(gate.facts())

    def test_alone_finds_the_second_ticket_of_the_day(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        morning = replace(DEPARTURE, trip="K1", departs_at=LEAVES - timedelta(minutes=10))
        evening = replace(DEPARTURE, trip="K9", departs_at=LEAVES + timedelta(hours=4), opens_at=LEAVES)
        for each in (morning, DEPARTURE, evening):
            centre.departure(each)
            centre.ticket(desk.ticket(trip=each.trip))
        gate.ends(gate.lays(), UseEnd.PASSED)
        assert admitted(gate.lays()).journey.trip == DEPARTURE.trip

    def test_alone_says_what_helps_most(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        used = desk.ticket()
        centre.ticket(used)
        centre.use(used.number, UseEnd.PASSED)
        evening = replace(DEPARTURE, trip="K9", opens_at=LEAVES, departs_at=LEAVES + timedelta(hours=4))
        centre.departure(evening)
        centre.ticket(desk.ticket(trip="K9"))
        assert reason(gate.lays()) == Reason.NOT_YET_OPEN

    def test_alone_follows_a_merge(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.ticket(desk.ticket())
        centre.departure(replace(DEPARTURE, merged_into="K77"))
        centre.departure(replace(DEPARTURE, trip="K77", bay="31"))
        departure = admitted(gate.lays()).departure
        assert departure is not None
        assert departure.bay == "31"

    def test_card_then_code(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE_AND_CARD))
        ticket = desk.ticket()
        centre.ticket(ticket)
        assert reason(gate.lays()) == Reason.IDENTITY_NEEDED
        assert admitted(gate.decider.code(Code(text=desk.by_centre(ticket)), earlier=gate.tags())).flags == frozenset()

    def test_code_then_card(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE_AND_CARD))
        for text in (desk.by_centre(desk.ticket()), desk.by_till(desk.ticket())):  # neither is in the cache
            assert reason(gate.shows(text)) == Reason.IDENTITY_NEEDED
            assert reason(gate.pairs(text, OTHER_ID)) == Reason.IDENTITY_DIFFERS
            assert admitted(gate.pairs(text)).by == "code"

    def test_a_strangers_card_spoils_nothing(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.departure()
        assert not isinstance(
            gate.decider.code(Code(text=desk.by_centre(desk.ticket())), earlier=gate.tags(OTHER_ID)), Refused
        )

    def test_a_code_left_behind_does_not_stop_the_next_card(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        both = replace(DEPARTURE, trip="K9", identity=IdentityPolicy.CODE_AND_CARD)
        centre.departure(both)
        left_behind = desk.by_centre(desk.ticket(trip="K9", document=OTHER_ID))
        assert reason(gate.shows(left_behind)) == Reason.IDENTITY_NEEDED
        centre.ticket(desk.ticket())
        assert admitted(gate.pairs(left_behind)).by == "card"

    def test_without_the_days_key_nothing_can_be_compared(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.says("day_key", TODAY.isoformat(), None)
        centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE_AND_CARD))
        text = desk.by_centre(desk.ticket())
        assert reason(gate.pairs(text)) == Reason.IDENTITY_NEEDED
        assert reason(gate.lays()) == Reason.NOT_KNOWN_HERE

    def test_a_number_that_no_document_has_is_no_card(self) -> None:
        with pytest.raises(ValueError, match="document number"):
            Card(kind=DocumentKind.RESIDENT_ID, number="")

    def test_nobody_can_print_it_by_accident(self) -> None:
        assert ID not in repr(card())
        assert "RT1" not in repr(Code(text="RT1:ABC"))


class TestWithoutTheCentre:
    """What holds when the gate has heard nothing, or nothing certain."""

    def test_no_cache_at_all(self, gate: Gate, desk: Desk) -> None:
        ticket = desk.ticket()
        let_in = admitted(gate.shows(desk.by_till(ticket)))
        assert let_in.departure is None
        assert let_in.flags == {Flag.DEPARTURE_NOT_KNOWN, Flag.IDENTITY_NOT_CHECKED}
        assert reason(gate.shows(desk.by_till(ticket))) == Reason.USED
        assert reason(gate.shows(desk.ticket().number.digits)) == Reason.NOT_KNOWN_HERE
        assert reason(gate.lays()) == Reason.NOT_KNOWN_HERE

    def test_a_ticket_of_another_day_is_refused_all_the_same(self, gate: Gate, desk: Desk) -> None:
        text = desk.by_centre(desk.ticket(service_date=TODAY + timedelta(days=1)))
        assert reason(gate.shows(text)) == Reason.WRONG_DEPARTURE

    def test_a_cache_that_appears_is_used(self, gate: Gate, desk: Desk, tmp_path: Path) -> None:
        refunded, elsewhere = desk.ticket(), desk.ticket(boarding=STOP + 1)
        assert not isinstance(gate.shows(desk.by_centre(elsewhere)), Refused)
        centre = Centre(tmp_path / "cache.db")
        centre.opens_for_the_day()
        centre.ticket(refunded, "refunded")
        another = trusted(KeyUse.TICKET, OTHER_KEY)
        centre.trust(2, trust_bytes(2, keys=(another, trusted(KeyUse.CERTIFICATE, CERTIFICATE_KEY))))
        assert reason(gate.shows(desk.by_centre(refunded, OTHER_KEY))) == Reason.REFUNDED
        assert reason(gate.shows(desk.by_centre(refunded, TICKET_KEY))) == Reason.UNKNOWN_ISSUER
        assert reason(gate.shows(desk.by_centre(desk.ticket(boarding=STOP + 1), OTHER_KEY))) == Reason.WRONG_STATION
        centre.close()

    def test_a_trust_list_never_goes_back(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.trust(5, trust_bytes(5, revoked=frozenset({PREFIX})))
        text = desk.by_till(desk.ticket())
        assert reason(gate.shows(text)) == Reason.REVOKED
        centre.trust(5, trust_bytes(4))  # a file that somebody else has written
        assert reason(gate.shows(text)) == Reason.REVOKED

    def test_a_cache_that_is_damaged_is_an_empty_one(self, gate: Gate, desk: Desk, tmp_path: Path) -> None:
        (tmp_path / "cache.db").write_bytes(b"not a database at all" * 500)
        assert not isinstance(gate.shows(desk.by_centre(desk.ticket())), Refused)
        assert gate.cache.problem() is not None

    def test_a_time_that_is_not_known_refuses_nobody_it_can_help(self, gate: Gate, centre: Centre, desk: Desk) -> None:
        centre.departure(replace(DEPARTURE, closes_at=NOON))
        gate.clock.set(NOON - timedelta(days=3), TimeQuality.UNKNOWN)
        let_in = admitted(gate.shows(desk.by_centre(desk.ticket())))
        assert Flag.TIME_UNKNOWN in let_in.flags
        old = desk.by_centre(desk.ticket(service_date=TODAY - timedelta(days=30)))
        assert reason(gate.shows(old)) == Reason.WRONG_DEPARTURE, "no day before the last known time can be today"

    def test_a_time_of_which_nothing_is_known_refuses_nobody(self, gate: Gate, desk: Desk) -> None:
        gate.clock.set(NOON.replace(year=2026, month=1, day=1, hour=0, minute=0), TimeQuality.UNKNOWN)
        assert not isinstance(gate.shows(desk.by_centre(desk.ticket())), Refused)

    def test_an_unknown_departure_asks_for_what_the_gate_is_set_to(self, tmp_path: Path, desk: Desk) -> None:
        settings = GateSettings(gate="3", lane="3A", default_identity=IdentityPolicy.CARD)
        gate = Gate(tmp_path, settings=settings)
        assert reason(gate.shows(desk.by_centre(desk.ticket()))) == Reason.IDENTITY_NEEDED
        gate.close()


def test_times_are_told_in_the_stations_zone(gate: Gate, centre: Centre, desk: Desk) -> None:
    centre.station(timezone="Asia/Urumqi")
    gate.clock.set(LEAVES - timedelta(minutes=50))
    decision = gate.shows(desk.by_centre(desk.ticket()))
    assert isinstance(decision, Refused)
    assert str(decision.zone) == "Asia/Urumqi"
