"""Staff at the reader: what a badge sets aside, for whom, by whom, and what is kept of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from gate.announce import badge
from gate.announcement import Showing
from gate.badge_words import ANSWERS, TROUBLES
from gate.decision import Admitted, Decision, Refused
from gate.override import BadgeAnswer, BadgeShown, Overrides
from gate.pairing import Pairing
from gate.settings import GateSettings
from gate.shown import Code
from tests.gate.bench import (
    DEPARTURE,
    NOON,
    OTHER_ID,
    ROOT,
    SETTINGS,
    STATION,
    Centre,
    Desk,
    Gate,
    card,
)
from tests.gate.station_arbiter import Line, StationArbiter
from tests.tickets.samples import CERTIFICATE_KEY, START, TICKET_KEY, trusted
from tickets.admission import Flag, TimeQuality
from tickets.badges import BadgeTrouble, badge_code
from tickets.departures import DepartureState, IdentityPolicy
from tickets.keys import SigningKey
from tickets.reasons import Reason
from tickets.trust import Badge, KeyUse, Role, TrustList, sign_trust_list
from tickets.uses import UseEnd

KEYS = {role: SigningKey.from_raw(bytes([40 + place]) * 32) for place, role in enumerate(Role)}
NUMBERS = {role: f"B-{role.value}" for role in Role}
SECONDS = 20.0


def trust_with_badges() -> bytes:
    keys = (trusted(KeyUse.TICKET, TICKET_KEY), trusted(KeyUse.CERTIFICATE, CERTIFICATE_KEY))
    ends = START + timedelta(days=90)
    badges = tuple(
        Badge(number=NUMBERS[role], initials="ZS", role=role, key=KEYS[role].public, expires=ends) for role in Role
    )
    return sign_trust_list(TrustList(version=2, issued=START, expires=ends, keys=keys, badges=badges), ROOT)


def code_of(role: Role, at: datetime = NOON, *, station: int = STATION, hours: int = 8) -> str:
    return badge_code(NUMBERS[role], KEYS[role], station, at, hours, Random(1).randbytes)


class Reader:
    """One reader of a gate, with a clock for those who take their time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 0.0
        self.desk = Desk()
        self.centre = Centre(folder / "cache.db")
        self.centre.opens_for_the_day()
        self.centre.trust(2, trust_with_badges())
        self.arbiter = StationArbiter()
        self._begin(SETTINGS)

    def in_silence_to_staff(self) -> None:
        """The gate begins anew under the other policy."""
        self.gate.close()
        self._begin(replace(SETTINGS, without_arbiter="staff"))

    def _begin(self, settings: GateSettings) -> None:
        self.gate = Gate(
            self.folder / "gate-1",
            cache=self.folder / "cache.db",
            settings=settings,
            arbiter=self.arbiter.of("gate-1"),
        )
        decider = self.gate.decider
        self.answers = Overrides(decider, Pairing(decider, SECONDS, lambda: self.now), SECONDS, lambda: self.now)

    def shows(self, text: str) -> Decision | BadgeShown:
        return self.answers.decide(Code(text=text))

    def refused_ticket(self, expected: Reason) -> str:
        text = self.desk.by_till(self.desk.ticket())
        decision = self.shows(text)
        assert isinstance(decision, Refused)
        assert decision.refusal.reason is expected
        return text

    def last(self, count: int = 2) -> list[tuple[str, dict[str, object]]]:
        return [(kind, dict(body)) for kind, body in self.gate.facts()[-count:]]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.gate.close()
    reader.centre.close()


def let_in(shown: Decision | BadgeShown) -> Admitted:
    assert isinstance(shown, Admitted), shown
    return shown


def answer(shown: Decision | BadgeShown) -> BadgeAnswer | BadgeTrouble:
    assert isinstance(shown, BadgeShown), shown
    return shown.trouble or shown.answer


def test_an_attendant_lets_somebody_through_by_name(reader: Reader) -> None:
    reader.centre.departure(replace(DEPARTURE, gate="7"))
    reader.refused_ticket(Reason.WRONG_GATE)
    through = let_in(reader.shows(code_of(Role.ATTENDANT)))
    assert Flag.OVERRIDDEN in through.flags
    assert through.badge == NUMBERS[Role.ATTENDANT]
    (claimed, said), (overrode, who) = reader.last()
    assert (claimed, overrode) == ("use.claimed", "staff.overrode")
    assert who == {
        "lane": "3A",
        "badge": NUMBERS[Role.ATTENDANT],
        "reason": "wrong_gate",
        "number": through.number.digits,
        "use_no": 1,
    }
    assert Flag.OVERRIDDEN.value in said["flags"]  # type: ignore[operator]  # a list
    assert [claim.flags for claim in reader.arbiter.asked] == [tuple(sorted(through.flags))], (
        "the arbiter was asked too"
    )
    assert answer(reader.shows(code_of(Role.ATTENDANT))) is BadgeAnswer.NOBODY_WAITS, "for one passenger, once"


def test_without_a_refusal_before_it_is_only_good(reader: Reader) -> None:
    shown = reader.shows(code_of(Role.DUTY_MANAGER))
    assert answer(shown) is BadgeAnswer.NOBODY_WAITS
    assert isinstance(shown, BadgeShown)
    assert badge(shown).showing is Showing.BADGE
    assert reader.gate.facts() == []


def test_a_refusal_that_was_too_long_ago_is_nobodys(reader: Reader) -> None:
    reader.centre.departure(replace(DEPARTURE, gate="7"))
    reader.refused_ticket(Reason.WRONG_GATE)
    reader.now = SECONDS + 0.1
    assert answer(reader.shows(code_of(Role.ATTENDANT))) is BadgeAnswer.NOBODY_WAITS


def test_whoever_came_in_between_is_not_mistaken_for_the_one_refused(reader: Reader) -> None:
    reader.centre.departure(replace(DEPARTURE, trip="K7", gate="7"))
    wrong = reader.desk.by_till(reader.desk.ticket(trip="K7"))
    assert isinstance(reader.shows(wrong), Refused)
    let_in(reader.shows(reader.desk.by_till(reader.desk.ticket())))
    assert answer(reader.shows(code_of(Role.ATTENDANT))) is BadgeAnswer.NOBODY_WAITS


BY_ATTENDANT = {
    Reason.NOT_YET_OPEN: {"opens_at": NOON + timedelta(minutes=1)},
    Reason.CLOSED: {"closes_at": NOON - timedelta(minutes=1)},
    Reason.WRONG_GATE: {"gate": "7"},
    Reason.IDENTITY_NEEDED: {"identity": IdentityPolicy.CODE_AND_CARD},
}
BY_DUTY_MANAGER = {Reason.DEPARTED: {"state": DepartureState.DEPARTED}}
BY_NOBODY = {Reason.CANCELLED: {"state": DepartureState.CANCELLED}}


@pytest.mark.parametrize(
    ("why", "changes", "may"),
    [
        *((why, changes, {Role.ATTENDANT, Role.DUTY_MANAGER}) for why, changes in BY_ATTENDANT.items()),
        *((why, changes, {Role.DUTY_MANAGER}) for why, changes in BY_DUTY_MANAGER.items()),
        *((why, changes, set[Role]()) for why, changes in BY_NOBODY.items()),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_each_role_sets_aside_what_is_its_own(
    reader: Reader, why: Reason, changes: dict[str, object], may: set[Role]
) -> None:
    reader.centre.departure(replace(DEPARTURE, **changes))  # type: ignore[arg-type]  # names are fields
    for role in Role:
        reader.refused_ticket(why)
        shown = reader.shows(code_of(role))
        if role in may:
            let_in(shown)
        else:
            said = BadgeAnswer.MAY_NOT if may else BadgeAnswer.NOBODY_MAY  # then no duty manager is called
            assert answer(shown) is said
            ((kind, body),) = reader.last(1)
            assert (kind, body["reason"], body["badge"]) == ("scan.refused", said.value, NUMBERS[role])


def test_a_used_ticket_goes_through_by_the_duty_manager_at_a_number_of_its_own(reader: Reader) -> None:
    text = reader.desk.by_till(reader.desk.ticket())
    reader.gate.ends(let_in(reader.shows(text)), UseEnd.PASSED)
    reader.arbiter.hears(reader.gate.journal)
    assert isinstance(reader.shows(text), Refused)
    assert answer(reader.shows(code_of(Role.ATTENDANT))) is BadgeAnswer.MAY_NOT
    again = let_in(reader.shows(code_of(Role.DUTY_MANAGER)))
    assert (again.use_no, again.flags & {Flag.OVERRIDDEN, Flag.UNARBITRATED}) == (2, frozenset({Flag.OVERRIDDEN}))
    assert isinstance(reader.shows(text), Refused)


def test_a_ticket_that_is_in_hand_elsewhere_needs_the_duty_manager_too(reader: Reader) -> None:
    ticket = reader.desk.ticket()
    reader.centre.use(ticket.number, None)
    assert isinstance(reader.shows(reader.desk.by_till(ticket)), Refused)
    assert let_in(reader.shows(code_of(Role.DUTY_MANAGER))).use_no == 2


def test_one_badge_answers_for_what_it_was_shown_for_and_not_for_the_next_reason(reader: Reader) -> None:
    reader.centre.departure(replace(DEPARTURE, gate="7", identity=IdentityPolicy.CODE_AND_CARD))
    reader.refused_ticket(Reason.WRONG_GATE)
    second = reader.shows(code_of(Role.ATTENDANT))
    assert isinstance(second, Refused)
    assert second.refusal.reason is Reason.IDENTITY_NEEDED
    assert [kind for kind, _ in reader.last()] == ["staff.overrode", "scan.refused"]
    assert reader.last()[0][1]["use_no"] is None, "nobody was let through by it"
    through = let_in(reader.shows(code_of(Role.ATTENDANT)))
    assert Flag.OVERRIDDEN in through.flags
    assert Flag.IDENTITY_NOT_CHECKED not in through.flags, "compared by eye, by the one who showed the badge"


def test_a_document_that_no_reader_reads_is_compared_by_the_attendant(reader: Reader) -> None:
    reader.centre.departure(replace(DEPARTURE, identity=IdentityPolicy.CODE_AND_CARD))
    reader.refused_ticket(Reason.IDENTITY_NEEDED)
    different = reader.answers.decide(reader.answers.tags(card(OTHER_ID)))
    assert isinstance(different, Refused)
    assert different.refusal.reason is Reason.IDENTITY_DIFFERS
    through = let_in(reader.shows(code_of(Role.ATTENDANT)))
    assert through.flags == frozenset(), "nothing is left unchecked"
    assert reader.last(1)[0][1]["reason"] == "identity_differs"


def test_what_is_no_ticket_cannot_be_let_through(reader: Reader) -> None:
    for nothing in ("RT1:ABC", reader.desk.ticket().number.digits):
        assert isinstance(reader.shows(nothing), Refused)
        assert answer(reader.shows(code_of(Role.DUTY_MANAGER))) is BadgeAnswer.NO_TICKET


class TestSilence:
    """What staff may do while the arbiter does not answer."""

    def test_who_was_sent_to_staff_is_let_through_by_them(self, reader: Reader) -> None:
        reader.in_silence_to_staff()
        reader.arbiter.line = Line.DOWN
        reader.refused_ticket(Reason.SEE_STAFF)
        through = let_in(reader.shows(code_of(Role.ATTENDANT)))
        assert through.flags >= {Flag.OVERRIDDEN, Flag.UNARBITRATED}

    def test_when_it_answers_again_nothing_is_left_to_set_aside(self, reader: Reader) -> None:
        reader.in_silence_to_staff()
        reader.arbiter.line = Line.DOWN
        reader.refused_ticket(Reason.SEE_STAFF)
        reader.arbiter.line = Line.UP
        through = let_in(reader.shows(code_of(Role.ATTENDANT)))
        assert not through.flags & {Flag.OVERRIDDEN, Flag.UNARBITRATED}

    def test_used_elsewhere_meanwhile_is_still_used(self, reader: Reader) -> None:
        reader.in_silence_to_staff()
        reader.arbiter.line = Line.DOWN
        ticket = reader.desk.ticket()
        assert isinstance(reader.shows(reader.desk.by_till(ticket)), Refused)
        reader.centre.use(ticket.number, UseEnd.PASSED, use_no=2)
        shown = reader.shows(code_of(Role.ATTENDANT))
        assert isinstance(shown, Refused)
        assert shown.refusal.reason is Reason.USED


class TestBadBadges:
    """Refused in one sentence, on record, and nothing of the code is kept."""

    @pytest.mark.parametrize(
        ("trouble", "text"),
        [
            (BadgeTrouble.UNREADABLE, "RB1:NOT A BADGE CODE"),
            (BadgeTrouble.UNREADABLE, "RK1:" + code_of(Role.ATTENDANT)[4:]),
            (BadgeTrouble.UNKNOWN_BADGE, badge_code("B-x", TICKET_KEY, STATION, NOON, 8, Random(1).randbytes)),
            (BadgeTrouble.FORGED, badge_code("B-x", KEYS[Role.ATTENDANT], STATION, NOON, 8, Random(1).randbytes)),
            (BadgeTrouble.OTHER_STATION, code_of(Role.ATTENDANT, station=STATION + 1)),
            (BadgeTrouble.CODE_EXPIRED, code_of(Role.ATTENDANT, NOON - timedelta(hours=9))),
            (BadgeTrouble.NOT_YET, code_of(Role.ATTENDANT, NOON + timedelta(hours=1))),
            (BadgeTrouble.BADGE_EXPIRED, code_of(Role.ATTENDANT, START + timedelta(days=91))),
        ],
        ids=lambda value: value.value if isinstance(value, BadgeTrouble) else "",
    )
    def test_it_is_said_and_recorded(self, reader: Reader, trouble: BadgeTrouble, text: str) -> None:
        reader.centre.departure(replace(DEPARTURE, gate="7"))
        reader.refused_ticket(Reason.WRONG_GATE)
        shown = reader.shows(text)
        assert answer(shown) is trouble
        assert isinstance(shown, BadgeShown)
        said = badge(shown)
        assert (said.showing, said.reason) == (Showing.STOP, f"badge_{trouble.value}")
        assert all(said.word)
        assert all(said.sentence)
        ((kind, body),) = reader.last(1)
        assert (kind, body) == (
            "scan.refused",
            {"number": None, "reason": f"badge_{trouble.value}", "lane": "3A", "by": "badge"},
        )
        let_in(reader.shows(code_of(Role.ATTENDANT)))  # and the passenger is still there

    def test_while_the_time_is_not_known_a_gate_is_workable(self, reader: Reader) -> None:
        reader.centre.departure(replace(DEPARTURE, gate="7"))
        reader.gate.clock.set(NOON - timedelta(days=20), TimeQuality.UNKNOWN)
        reader.refused_ticket(Reason.WRONG_GATE)
        through = let_in(reader.shows(code_of(Role.ATTENDANT)))
        assert through.flags >= {Flag.OVERRIDDEN, Flag.TIME_UNKNOWN}

    def test_before_the_station_is_known_no_badge_is(self, tmp_path: Path) -> None:
        gate = Gate(tmp_path / "gate-5", cache=tmp_path / "nothing.db")
        answers = Overrides(gate.decider, Pairing(gate.decider, 20, lambda: 0), 20, lambda: 0)
        assert answer(answers.decide(Code(text=code_of(Role.ATTENDANT)))) is BadgeTrouble.OTHER_STATION
        gate.close()

    def test_every_trouble_and_answer_has_words(self) -> None:
        assert TROUBLES.keys() == set(BadgeTrouble)
        assert ANSWERS.keys() == set(BadgeAnswer) - {BadgeAnswer.BAD}
