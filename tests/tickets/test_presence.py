"""Walking out and coming back: who is inside, who may leave, and that one ticket never holds two persons' places."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.samples import PROPERTY, TICKET
from tests.tickets.test_admission import CHECKED, FINE, MINE, NOON, THEIRS, Scene, use
from tickets.admission import Admit, CardShown, Flag, ReEntry, Refuse, TimeQuality, leaving
from tickets.departures import DepartureState, IdentityPolicy
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.uses import Purpose, Use, UseEnd, merged, next_use_no, presence

PASSED, RELEASED, UNRESOLVED = UseEnd.PASSED, UseEnd.RELEASED, UseEnd.UNRESOLVED


def walked(no: int, purpose: Purpose, persons: int = 2, end: UseEnd | None = PASSED, attempt: UUID = THEIRS) -> Use:
    return replace(use(no, end, attempt, purpose), persons=persons)


IN, OUT = walked(1, "admission"), walked(2, "exit")
SHOWN = FINE.shown(card_shown=CHECKED)


def out(scene: Scene) -> Admit | Refuse:
    return leaving(scene.ticket, scene.history, scene.rules, scene.now)


INSIDE: list[tuple[str, list[Use], list[Use]]] = [
    ("nobody yet", [], []),
    ("let in", [IN], [IN]),
    ("let in and out", [IN, OUT], []),
    ("in, out, in", [IN, OUT, replace(IN, use_no=3)], [replace(IN, use_no=3)]),
    ("turned round on the way in", [replace(IN, end=RELEASED)], []),
    ("turned round on the way out", [IN, replace(OUT, end=RELEASED)], [IN]),
    ("in the lane on the way out", [IN, replace(OUT, end=None)], [IN]),
    ("nobody knows whether they left", [IN, replace(OUT, end=UNRESOLVED)], []),
    ("let in twice, one left", [IN, replace(IN, attempt=MINE), OUT], [replace(IN, attempt=MINE)]),
    (
        "an exit frees nothing that came after it",
        [replace(OUT, use_no=1), replace(IN, use_no=2)],
        [replace(IN, use_no=2)],
    ),
    ("of one number the exit came first", [replace(OUT, use_no=1), IN], [IN]),
    ("two exits free no two", [IN, OUT, replace(OUT, attempt=MINE), replace(IN, use_no=3)], [replace(IN, use_no=3)]),
    ("who walks out was in", [replace(IN, end=UNRESOLVED), OUT], []),
    ("an exit does not undo a refund", [walked(1, "refund"), OUT], []),
]


@pytest.mark.parametrize(("history", "inside"), [pytest.param(h, i, id=name) for name, h, i in INSIDE])
def test_who_is_inside(history: list[Use], inside: list[Use]) -> None:
    assert list(presence(history).inside) == inside
    assert presence(history[::-1]) == presence(history)


REFUSED: list[tuple[str, Scene, Reason]] = [
    ("still inside", SHOWN.after(IN), Reason.USED),
    ("on the way out", SHOWN.after(IN, replace(OUT, end=None)), Reason.USED),
    ("perhaps out", SHOWN.after(IN, replace(OUT, end=UNRESOLVED)), Reason.SEE_STAFF),
    ("perhaps out, at this gate", SHOWN.after(IN, replace(OUT, end=UNRESOLVED, attempt=MINE)), Reason.SEE_STAFF),
    ("in again", SHOWN.after(IN, OUT, replace(IN, use_no=3)), Reason.USED),
    ("out, where nobody comes back", SHOWN.ruled(re_entry=ReEntry.NEVER).after(IN, OUT), Reason.USED),
    ("refunded outside", SHOWN.after(IN, OUT, walked(3, "refund", end=None)), Reason.REFUNDED),
    ("one of two that were let in came out", SHOWN.after(IN, replace(IN, attempt=MINE), OUT), Reason.USED),
]
ADMITTED: list[tuple[str, Scene, Admit]] = [
    ("out, and in again", SHOWN.after(IN, OUT), Admit(use_no=3, persons=2)),
    ("one of two came out", SHOWN.after(IN, replace(OUT, persons=1)), Admit(use_no=3, persons=1)),
    ("a count that was lost", SHOWN.after(IN, replace(OUT, persons=0)), Admit(use_no=3, persons=1)),
    ("more than there are", SHOWN.after(IN, replace(OUT, persons=9)), Admit(use_no=3, persons=2)),
    (
        "out, then turned round",
        SHOWN.after(IN, replace(OUT, persons=1), replace(IN, use_no=3, end=RELEASED)),
        Admit(use_no=4, persons=1),
    ),
    (
        "out, then this gate died",
        SHOWN.after(IN, replace(OUT, persons=1), replace(IN, use_no=3, end=UNRESOLVED, attempt=MINE)),
        Admit(use_no=3, persons=1),
    ),
    ("still inside, where tickets are free", SHOWN.ruled(re_entry=ReEntry.FREE).after(IN), Admit(use_no=2, persons=2)),
]
LEAVE: list[tuple[str, Scene, Admit]] = [
    ("inside", SHOWN.after(IN), Admit(use_no=2, persons=2)),
    ("turned round at the exit before", SHOWN.after(IN, replace(OUT, end=RELEASED)), Admit(use_no=3, persons=2)),
    (
        "this gate died on the way out",
        SHOWN.after(IN, replace(OUT, end=UNRESOLVED, attempt=MINE)),
        Admit(use_no=2, persons=2),
    ),
    ("this gate's own open exit", SHOWN.after(IN, replace(OUT, end=None, attempt=MINE)), Admit(use_no=2, persons=2)),
    ("long after closing", SHOWN.after(IN).at(NOON + timedelta(minutes=29)), Admit(use_no=2, persons=2)),
    ("at another gate", SHOWN.after(IN).leaving(gate="9"), Admit(use_no=2, persons=2)),
    ("the coach is cancelled", SHOWN.after(IN).leaving(state=DepartureState.CANCELLED), Admit(use_no=2, persons=2)),
    ("where nobody comes back", SHOWN.after(IN).ruled(re_entry=ReEntry.NEVER), Admit(use_no=2, persons=2)),
    (
        "by the code alone, at a time that nobody knows",
        FINE.after(IN).at(NOON, TimeQuality.UNKNOWN).ruled(departure=None),
        Admit(use_no=2, persons=2, flags=frozenset({Flag.TIME_UNKNOWN, Flag.IDENTITY_NOT_CHECKED})),
    ),
    (
        "staff know that they are inside",
        SHOWN.ruled(overridden=frozenset({Reason.SEE_STAFF})),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.OVERRIDDEN})),
    ),
]
STAY: list[tuple[str, Scene, Reason]] = [
    ("never let in", SHOWN, Reason.SEE_STAFF),
    ("out already", SHOWN.after(IN, OUT), Reason.USED),
    ("in the lane on the way in", SHOWN.after(replace(IN, end=None)), Reason.SEE_STAFF),
    ("perhaps in", SHOWN.after(replace(IN, end=UNRESOLVED)), Reason.SEE_STAFF),
    ("being let out elsewhere", SHOWN.after(IN, replace(OUT, end=None)), Reason.USED),
    ("perhaps out", SHOWN.after(IN, replace(OUT, end=UNRESOLVED)), Reason.SEE_STAFF),
    ("refunded", SHOWN.after(IN, walked(2, "refund", end=None)), Reason.SEE_STAFF),
    ("another's card", SHOWN.after(IN).shown(card_shown=CardShown.DIFFERS), Reason.IDENTITY_DIFFERS),
    ("the code alone, card asked", FINE.after(IN).leaving(identity=IdentityPolicy.CARD), Reason.IDENTITY_NEEDED),
    (
        "a number that can be guessed",
        FINE.after(IN).shown(number=TicketNumber(123_456_789_012), signed=False),
        Reason.IDENTITY_NEEDED,
    ),
    ("another station's ticket", SHOWN.after(IN).travelling(boarding=1), Reason.WRONG_STATION),
]


def cases(table: list[tuple[str, Scene, object]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("scene", "expected"), [pytest.param(s, e, id=name) for name, s, e in table])


@cases([*REFUSED])
def test_not_let_in(scene: Scene, expected: Reason) -> None:
    decision = scene.decide()
    assert isinstance(decision, Refuse)
    assert decision.reason is expected


@cases([*ADMITTED])
def test_let_in(scene: Scene, expected: Admit) -> None:
    assert scene.decide() == expected


@cases([*LEAVE])
def test_let_out(scene: Scene, expected: Admit) -> None:
    assert out(scene) == expected


@cases([*STAY])
def test_not_let_out(scene: Scene, expected: Reason) -> None:
    decision = out(scene)
    assert isinstance(decision, Refuse)
    assert decision.reason is expected


@dataclass
class Hall:
    """A family before and behind a gate: what really happens, and what is written down."""

    children: int
    waiting: int
    inside: int
    history: list[Use]

    def scan(self, *, outwards: bool, walkers: int, end: UseEnd) -> None:
        """Somebody holds the ticket up on one side; `walkers` of those who may then walk, or nobody."""
        scene = replace(SHOWN.travelling(children=self.children), history=tuple(self.history))
        decision = out(scene) if outwards else scene.decide()
        if isinstance(decision, Refuse):
            return
        there = self.inside if outwards else self.waiting
        count = min(max(1, walkers), decision.persons, there)
        if end is RELEASED or count == 0:
            count, end = 0, RELEASED
        self.history.append(
            Use(
                ticket=TICKET.number,
                use_no=decision.use_no,
                attempt=UUID(int=100 + len(self.history)),
                device="gate-1",
                lane="1",
                at=NOON + timedelta(seconds=len(self.history)),
                end=end,
                purpose="exit" if outwards else "admission",
                persons=max(1, count),
            )
        )
        self.inside += -count if outwards else count
        self.waiting += count if outwards else 0


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.sampled_from([PASSED, PASSED, RELEASED])), max_size=12)


@PROPERTY
@given(children=st.integers(0, 3), steps=STEPS)
def test_a_ticket_never_holds_more_inside_than_it_is_for(children: int, steps: list[tuple[bool, int, UseEnd]]) -> None:
    """However often they come and go, and however many friends wait outside to use the same code."""
    hall = Hall(children=children, waiting=99, inside=0, history=[])
    for outwards, walkers, end in steps:
        hall.scan(outwards=outwards, walkers=walkers, end=end)
        assert 0 <= hall.inside <= children + 1
        assert [use.use_no for use in hall.history] == list(range(1, len(hall.history) + 1))


USES = st.builds(
    lambda no, purpose, end, attempt, persons: walked(no, purpose, persons, end, UUID(int=attempt)),
    st.integers(1, 5),
    st.sampled_from(["admission", "admission", "exit", "refund"]),
    st.sampled_from([None, *UseEnd]),
    st.integers(1, 6),
    st.integers(0, 4),
)
HISTORIES = st.lists(USES, max_size=7, unique_by=lambda said: (said.use_no, said.attempt))


@PROPERTY
@given(history=HISTORIES, arrived=st.randoms(use_true_random=False))
def test_the_order_in_which_uses_were_learnt_does_not_matter(history: list[Use], arrived: object) -> None:
    shuffled = list(history)
    arrived.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    assert presence(shuffled) == presence(history)
    assert merged(shuffled, history) == merged(history)


@PROPERTY
@given(history=HISTORIES)
def test_one_exit_makes_room_for_one(history: list[Use]) -> None:
    went_in = [said for said in history if said.purpose == "admission" and said.end is PASSED]
    went_out = [said for said in history if said.purpose == "exit" and said.end in (PASSED, UNRESOLVED)]
    inside = presence(history).inside
    assert len(inside) >= len(went_in) - len(went_out)
    decision = replace(SHOWN, history=tuple(history)).decide()
    if isinstance(decision, Admit):
        assert not inside
        assert decision.use_no == next_use_no(history) or decision.use_no in {said.use_no for said in history}


def test_of_two_tellings_flags_and_the_furthest_end_are_kept() -> None:
    said = replace(IN, end=None, flags=frozenset({"late"}))
    later = replace(IN, persons=1, flags=frozenset({"unarbitrated"}))
    for sources in ([said], [later]), ([later], [said]):
        assert merged(*sources) == [replace(later, flags=frozenset({"late", "unarbitrated"}))]
