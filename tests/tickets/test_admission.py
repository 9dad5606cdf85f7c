"""Admission as a table: what lets a ticket through, what does not, which reason comes first, and what never helps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.samples import JOURNEY, PROPERTY, TICKET
from tickets.admission import (
    Admit,
    CardShown,
    Flag,
    PresentedTicket,
    ReEntry,
    Refuse,
    Rules,
    TicketState,
    TimeQuality,
    TrustedNow,
    admission,
)
from tickets.departures import Departure, DepartureState, IdentityPolicy
from tickets.numbers import TicketNumber
from tickets.reasons import Reason
from tickets.staff import MAY_OVERRIDE
from tickets.uses import Purpose, Use, UseEnd

TODAY = date(2026, 11, 22)
LEAVES = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # 14:30 at the station
OPENS, CLOSES = LEAVES - timedelta(minutes=45), LEAVES - timedelta(minutes=5)
NOON = LEAVES - timedelta(minutes=20)
DEPARTURE = Departure(
    service_date=TODAY,
    trip=JOURNEY.trip,
    departs_at=LEAVES,
    boarding=JOURNEY.boarding,
    gate="3",
    bay="12",
    plate="鲁A12345",
    seats=45,
    places=45,
    stops=(),
    opens_at=OPENS,
    closes_at=CLOSES,
)
MINE, THEIRS = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Scene:
    """A ticket before a gate: everything in order unless changed."""

    ticket: PresentedTicket
    history: tuple[Use, ...]
    rules: Rules
    now: TrustedNow

    def decide(self) -> Admit | Refuse:
        return admission(self.ticket, self.history, self.rules, self.now)

    def shown(self, **changes: object) -> "Scene":
        return replace(self, ticket=replace(self.ticket, **changes))  # type: ignore[arg-type]  # names are fields

    def ruled(self, **changes: object) -> "Scene":
        return replace(self, rules=replace(self.rules, **changes))  # type: ignore[arg-type]  # names are fields

    def leaving(self, **changes: object) -> "Scene":
        departure = self.rules.departure
        assert departure is not None
        return self.ruled(departure=replace(departure, **changes))  # type: ignore[arg-type]  # names are fields

    def at(self, at: datetime, quality: TimeQuality = TimeQuality.TRUSTED) -> "Scene":
        return replace(self, now=TrustedNow(at=at, quality=quality))

    def travelling(self, **changes: object) -> "Scene":
        return self.shown(journey=replace(self.ticket.journey, **changes))  # type: ignore[arg-type]  # names are fields

    def after(self, *uses: Use) -> "Scene":
        return replace(self, history=(*self.history, *uses))


def use(no: int, end: UseEnd | None, attempt: UUID = THEIRS, purpose: Purpose = "admission") -> Use:
    return Use(
        ticket=TICKET.number,
        use_no=no,
        attempt=attempt,
        device="gate-9",
        lane=f"lane {no}",
        at=NOON - timedelta(minutes=10 - no),
        end=end,
        purpose=purpose,
    )


FINE = Scene(
    ticket=PresentedTicket(
        number=TICKET.number, journey=JOURNEY, expires=TICKET.expires, signed=True, attempts=frozenset({MINE})
    ),
    history=(),
    rules=Rules(station_stops=frozenset({JOURNEY.boarding}), gate="3", departure=DEPARTURE),
    now=TrustedNow(at=NOON, quality=TimeQuality.TRUSTED),
)
PASSED, RELEASED, UNRESOLVED = UseEnd.PASSED, UseEnd.RELEASED, UseEnd.UNRESOLVED
CODE_AND_CARD, CARD = IdentityPolicy.CODE_AND_CARD, IdentityPolicy.CARD
UNKNOWN = TimeQuality.UNKNOWN

REFUSED: list[tuple[str, Scene, Reason]] = [
    ("refunded in the cache", FINE.shown(state=TicketState.REFUNDED), Reason.REFUNDED),
    ("a refund under way", FINE.after(use(1, None, purpose="refund")), Reason.REFUNDED),
    ("a refund under way by this device", FINE.after(use(1, None, MINE, purpose="refund")), Reason.REFUNDED),
    ("changed in the cache", FINE.shown(state=TicketState.CHANGED), Reason.CHANGED),
    ("a change done", FINE.after(use(1, PASSED, purpose="change")), Reason.CHANGED),
    ("revoked", FINE.shown(state=TicketState.REVOKED), Reason.REVOKED),
    ("boards elsewhere", FINE.travelling(boarding=1), Reason.WRONG_STATION),
    ("expired to the second", FINE.shown(expires=NOON), Reason.EXPIRED),
    ("a bare number of an unknown departure", FINE.shown(signed=False).ruled(departure=None), Reason.NOT_KNOWN_HERE),
    ("cancelled", FINE.leaving(state=DepartureState.CANCELLED), Reason.CANCELLED),
    (
        "tomorrow's ticket, departure not known",
        FINE.travelling(service_date=date(2026, 11, 23)).ruled(departure=None),
        Reason.WRONG_DEPARTURE,
    ),
    (
        "yesterday's coach",
        FINE.at(NOON + timedelta(days=1)).shown(expires=NOON + timedelta(days=2)),
        Reason.WRONG_DEPARTURE,
    ),
    ("before opening", FINE.at(OPENS - timedelta(microseconds=1)), Reason.NOT_YET_OPEN),
    ("at closing time", FINE.at(CLOSES), Reason.CLOSED),
    ("after what staff allowed", FINE.ruled(late_minutes=3).at(CLOSES + timedelta(minutes=3)), Reason.CLOSED),
    (
        "late boarding is over",
        FINE.leaving(late_until=CLOSES + timedelta(minutes=2)).at(CLOSES + timedelta(minutes=2)),
        Reason.CLOSED,
    ),
    ("departed by the clock", FINE.at(LEAVES), Reason.DEPARTED),
    ("departed by staff, early", FINE.leaving(state=DepartureState.DEPARTED), Reason.DEPARTED),
    ("departed, time unknown", FINE.leaving(state=DepartureState.DEPARTED).at(NOON, UNKNOWN), Reason.DEPARTED),
    ("another gate", FINE.leaving(gate="4"), Reason.WRONG_GATE),
    ("passed", FINE.after(use(1, PASSED)), Reason.USED),
    ("passed by this device", FINE.after(use(1, PASSED, MINE)), Reason.USED),
    ("being used in another lane", FINE.after(use(1, None)), Reason.USED),
    ("passed after a release", FINE.after(use(1, RELEASED), use(2, PASSED)), Reason.USED),
    ("unresolved elsewhere", FINE.after(use(1, UNRESOLVED)), Reason.SEE_STAFF),
    (
        "unresolved elsewhere, with re-entry",
        FINE.ruled(re_entry=ReEntry.FREE).after(use(1, UNRESOLVED)),
        Reason.SEE_STAFF,
    ),
    ("own open use, and another's", FINE.after(use(1, None, MINE), use(1, None)), Reason.USED),
    ("own unresolved use, and a passage", FINE.after(use(1, UNRESOLVED, MINE), use(2, PASSED)), Reason.USED),
    ("passed, and a later use unresolved", FINE.after(use(1, PASSED), use(2, UNRESOLVED)), Reason.USED),
    ("unresolved, and a later use open", FINE.after(use(1, UNRESOLVED), use(2, None)), Reason.SEE_STAFF),
    ("code alone, card asked", FINE.leaving(identity=CARD), Reason.IDENTITY_NEEDED),
    ("code alone, both asked", FINE.leaving(identity=CODE_AND_CARD), Reason.IDENTITY_NEEDED),
    (
        "card alone, both asked",
        FINE.leaving(identity=CODE_AND_CARD).shown(signed=False, code_shown=False, card_shown=CardShown.MATCHES),
        Reason.IDENTITY_NEEDED,
    ),
    ("unknown departure asks by default", FINE.ruled(departure=None, default_identity=CARD), Reason.IDENTITY_NEEDED),
    ("a counter as number", FINE.shown(number=TicketNumber(123_456_789_012), signed=False), Reason.IDENTITY_NEEDED),
    ("nothing shown at all", FINE.shown(signed=False, code_shown=False), Reason.IDENTITY_NEEDED),
    ("another's card", FINE.shown(card_shown=CardShown.DIFFERS), Reason.IDENTITY_DIFFERS),
]

CHECKED = CardShown.MATCHES
ADMITTED: list[tuple[str, Scene, Admit]] = [
    ("in order, card read", FINE.shown(card_shown=CHECKED), Admit(use_no=1, persons=2)),
    ("an attendant compared", FINE.shown(card_shown=CardShown.SEEN_BY_STAFF), Admit(use_no=1, persons=2)),
    ("code alone", FINE, Admit(use_no=1, persons=2, flags=frozenset({Flag.IDENTITY_NOT_CHECKED}))),
    (
        "the card alone",
        FINE.leaving(identity=CARD).shown(signed=False, code_shown=False, card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    (
        "the card alone where the code would do",
        FINE.shown(signed=False, code_shown=False, card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    (
        "both where both are asked",
        FINE.leaving(identity=CODE_AND_CARD).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    (
        "a random bare number",
        FINE.shown(signed=False),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.IDENTITY_NOT_CHECKED})),
    ),
    (
        "a counter with its card",
        FINE.shown(number=TicketNumber(123_456_789_012), signed=False, card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    ("at opening time", FINE.at(OPENS).shown(card_shown=CHECKED), Admit(use_no=1, persons=2)),
    (
        "the last moment",
        FINE.at(CLOSES - timedelta(microseconds=1)).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    (
        "late by leave",
        FINE.ruled(late_minutes=10).at(LEAVES).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.LATE})),
    ),
    ("plausible time", FINE.at(NOON, TimeQuality.DEGRADED).shown(card_shown=CHECKED), Admit(use_no=1, persons=2)),
    (
        "a kiosk asks for no gate",
        FINE.ruled(gate="").leaving(gate="4").shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    ("no gate known yet", FINE.leaving(gate="").shown(card_shown=CHECKED), Admit(use_no=1, persons=2)),
    (
        "a departure this gate never heard of",
        FINE.ruled(departure=None).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.DEPARTURE_NOT_KNOWN})),
    ),
    (
        "tomorrow's, by leave",
        FINE.ruled(departure=None, widened_dates=frozenset({date(2026, 11, 23)}))
        .travelling(service_date=date(2026, 11, 23))
        .shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.DEPARTURE_NOT_KNOWN})),
    ),
    (
        "time unknown refuses nobody",
        FINE.at(datetime(2031, 1, 1, tzinfo=UTC), UNKNOWN).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.TIME_UNKNOWN})),
    ),
    ("released before", FINE.after(use(1, RELEASED)).shown(card_shown=CHECKED), Admit(use_no=2, persons=2)),
    (
        "own open use",
        FINE.after(use(1, RELEASED), use(2, None, MINE)).shown(card_shown=CHECKED),
        Admit(use_no=2, persons=2),
    ),
    ("own unresolved use", FINE.after(use(1, UNRESOLVED, MINE)).shown(card_shown=CHECKED), Admit(use_no=1, persons=2)),
    (
        "a refund called off",
        FINE.after(use(1, RELEASED, purpose="refund")).shown(card_shown=CHECKED),
        Admit(use_no=2, persons=2),
    ),
    (
        "re-entry",
        FINE.ruled(re_entry=ReEntry.FREE).after(use(1, PASSED)).shown(card_shown=CHECKED),
        Admit(use_no=2, persons=2),
    ),
    (
        "late by leave of this departure (补检)",
        FINE.leaving(late_until=LEAVES + timedelta(minutes=5)).at(LEAVES).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.LATE})),
    ),
    (
        "late boarding allowed, check-in still open",
        FINE.leaving(late_until=LEAVES).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    (
        "late boarding that ended before closing time takes nothing away",
        FINE.leaving(late_until=NOON - timedelta(minutes=1)).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    (
        "a smaller coach came",
        FINE.leaving(seats=33).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.SEAT_NOT_IN_COACH})),
    ),
    ("the last seat of a smaller coach", FINE.leaving(seats=36).shown(card_shown=CHECKED), Admit(use_no=1, persons=2)),
    (
        "a coach without numbered seats came",
        FINE.leaving(seats=None).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.SEAT_NOT_IN_COACH})),
    ),
    (
        "merged into a coach that has its own passengers",
        FINE.leaving(trip="LW143000").shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2, flags=frozenset({Flag.SEAT_NOT_IN_COACH})),
    ),
    (
        "no seat, no matter",
        FINE.leaving(seats=None).travelling(seat=None).shown(card_shown=CHECKED),
        Admit(use_no=1, persons=2),
    ),
    ("no children", FINE.travelling(children=0).shown(card_shown=CHECKED), Admit(use_no=1, persons=1)),
]


@pytest.mark.parametrize(("scene", "reason"), [pytest.param(s, r, id=name) for name, s, r in REFUSED])
def test_refused(scene: Scene, reason: Reason) -> None:
    decision = scene.decide()
    assert isinstance(decision, Refuse)
    assert decision.reason is reason


@pytest.mark.parametrize(("scene", "expected"), [pytest.param(s, a, id=name) for name, s, a in ADMITTED])
def test_admitted(scene: Scene, expected: Admit) -> None:
    assert scene.decide() == expected


def test_every_reason_that_is_not_about_reading_the_code_is_reached() -> None:
    about_reading = {Reason.FORGED, Reason.UNKNOWN_ISSUER, Reason.UNREADABLE}
    assert {reason for _, _, reason in REFUSED} == set(Reason) - about_reading


TROUBLES: list[tuple[Reason, Callable[[Scene], Scene]]] = [
    (Reason.REFUNDED, lambda scene: scene.shown(state=TicketState.REFUNDED)),
    (Reason.WRONG_STATION, lambda scene: scene.ruled(station_stops=frozenset({1}))),
    (Reason.EXPIRED, lambda scene: scene.shown(expires=OPENS - timedelta(days=1))),
    (Reason.CANCELLED, lambda scene: scene.leaving(state=DepartureState.CANCELLED)),
    (Reason.NOT_YET_OPEN, lambda scene: scene.at(OPENS - timedelta(minutes=1))),
    (Reason.WRONG_GATE, lambda scene: scene.leaving(gate="4")),
    (Reason.USED, lambda scene: scene.after(use(1, PASSED))),
    (Reason.IDENTITY_DIFFERS, lambda scene: scene.shown(card_shown=CardShown.DIFFERS)),
]


@pytest.mark.parametrize(("first", "second"), list(combinations(TROUBLES, 2)), ids=lambda trouble: trouble[0].value)
def test_of_two_troubles_the_earlier_in_the_order_is_told(
    first: tuple[Reason, Callable[[Scene], Scene]], second: tuple[Reason, Callable[[Scene], Scene]]
) -> None:
    decision = second[1](first[1](FINE)).decide()
    assert isinstance(decision, Refuse)
    assert decision.reason is first[0]


def test_a_refusal_says_what_the_passenger_needs() -> None:
    used = FINE.after(use(1, PASSED)).decide()
    assert used == Refuse(reason=Reason.USED, when=use(1, PASSED).at, where="lane 1")
    gate = FINE.leaving(gate="4").decide()
    assert isinstance(gate, Refuse)
    assert gate.gate == "4"
    early = FINE.at(OPENS - timedelta(hours=1)).decide()
    assert isinstance(early, Refuse)
    assert early.when == OPENS
    other = FINE.travelling(service_date=date(2026, 11, 25)).ruled(departure=None).decide()
    assert isinstance(other, Refuse)
    assert other.day == date(2026, 11, 25)


def test_check_in_that_opens_before_the_day_turns_is_open() -> None:
    leaves = datetime(2026, 11, 22, 19, 20, tzinfo=UTC)  # 03:20 on the 23rd, the first coach of that service day
    scene = FINE.travelling(service_date=date(2026, 11, 23)).shown(
        card_shown=CHECKED, expires=leaves + timedelta(hours=9)
    )
    scene = scene.leaving(
        service_date=date(2026, 11, 23),
        departs_at=leaves,
        opens_at=leaves - timedelta(minutes=45),
        closes_at=leaves - timedelta(minutes=5),
    )
    assert isinstance(scene.at(leaves - timedelta(minutes=30)).decide(), Admit)


def test_time_unknown_keeps_to_the_offline_window() -> None:
    window = FINE.ruled(widened_dates=frozenset({TODAY})).at(NOON, UNKNOWN)
    assert isinstance(window.decide(), Admit)
    outside = window.travelling(service_date=date(2025, 1, 1)).decide()
    assert isinstance(outside, Refuse)
    assert outside.reason is Reason.WRONG_DEPARTURE


OVERRIDABLE: list[tuple[Reason, Callable[[Scene], Scene]]] = [
    (Reason.EXPIRED, lambda scene: scene.shown(expires=OPENS - timedelta(days=1))),
    (Reason.WRONG_DEPARTURE, lambda scene: scene.travelling(service_date=date(2026, 11, 23)).ruled(departure=None)),
    (Reason.DEPARTED, lambda scene: scene.leaving(state=DepartureState.DEPARTED)),
    (Reason.NOT_YET_OPEN, lambda scene: scene.at(OPENS - timedelta(minutes=1))),
    (Reason.CLOSED, lambda scene: scene.at(CLOSES)),
    (Reason.WRONG_GATE, lambda scene: scene.leaving(gate="4")),
    (Reason.USED, lambda scene: scene.after(use(1, PASSED))),
    (Reason.SEE_STAFF, lambda scene: scene.after(use(1, UNRESOLVED))),
    (Reason.IDENTITY_NEEDED, lambda scene: scene.leaving(identity=CARD)),
    (Reason.IDENTITY_DIFFERS, lambda scene: scene.shown(card_shown=CardShown.DIFFERS)),
]
EVERY_OVERRIDABLE = pytest.mark.parametrize(("reason", "spoil"), OVERRIDABLE, ids=lambda value: str(value)[:20])


@EVERY_OVERRIDABLE
def test_what_staff_set_aside_does_not_refuse_and_is_told(reason: Reason, spoil: Callable[[Scene], Scene]) -> None:
    scene = spoil(FINE)
    refusal = scene.decide()
    assert isinstance(refusal, Refuse)
    assert refusal.reason is reason
    overridden = scene.ruled(overridden=frozenset({reason})).decide()
    assert isinstance(overridden, Admit)
    assert Flag.OVERRIDDEN in overridden.flags
    assert Flag.LATE not in overridden.flags, "late is by leave for all, not by a badge for one"


def test_a_badge_that_was_not_needed_is_not_told() -> None:
    decision = FINE.ruled(overridden=frozenset(Reason)).decide()
    assert isinstance(decision, Admit)
    assert Flag.OVERRIDDEN not in decision.flags


def test_every_refusal_that_staff_may_set_aside_is_tried_here() -> None:
    assert {reason for reason, _ in OVERRIDABLE} == frozenset().union(*MAY_OVERRIDE.values())


@EVERY_OVERRIDABLE
def test_one_reason_set_aside_leaves_all_others(reason: Reason, spoil: Callable[[Scene], Scene]) -> None:
    needs_its_departure = {Reason.CANCELLED, Reason.NOT_YET_OPEN, Reason.WRONG_GATE}
    for other, spoil_too in TROUBLES:
        if other is not reason and not (reason is Reason.WRONG_DEPARTURE and other in needs_its_departure):
            decision = spoil_too(spoil(FINE)).ruled(overridden=frozenset({reason})).decide()
            assert isinstance(decision, Refuse)
            assert decision.reason is not reason


def test_staff_who_clear_up_a_doubt_do_not_clear_up_a_use_under_way() -> None:
    scene = FINE.after(use(1, UNRESOLVED), use(2, None)).ruled(overridden=frozenset({Reason.SEE_STAFF}))
    decision = scene.decide()
    assert isinstance(decision, Refuse)
    assert decision.reason is Reason.USED


USES = st.builds(
    use,
    st.integers(1, 4),
    st.sampled_from([None, *UseEnd]),
    st.sampled_from([MINE, THEIRS]),
    st.sampled_from(["admission", "refund", "change", "exit"]),
)
SCENES = st.builds(
    lambda uses, card, code, signed, departure, state, minutes, quality, re_entry: (
        replace(FINE, history=tuple(uses))
        .leaving(state=state)
        .shown(card_shown=card, code_shown=code, signed=signed)
        .at(NOON + timedelta(minutes=minutes), quality)
        .ruled(re_entry=re_entry)
        .ruled(**({} if departure else {"departure": None}))
    ),
    st.lists(USES, max_size=4),
    st.sampled_from(CardShown),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(DepartureState),
    st.integers(-60, 60),
    st.sampled_from(TimeQuality),
    st.sampled_from(ReEntry),
)


@PROPERTY
@given(scene=SCENES, state=st.sampled_from([TicketState.REFUNDED, TicketState.CHANGED, TicketState.REVOKED]))
def test_a_ticket_that_was_taken_back_is_never_admitted(scene: Scene, state: TicketState) -> None:
    assert isinstance(scene.shown(state=state).decide(), Refuse)


@PROPERTY
@given(scene=SCENES, more=USES)
def test_learning_of_a_use_never_turns_a_refusal_into_an_admission(scene: Scene, more: Use) -> None:
    frees = more.purpose == "exit" and more.end in (PASSED, UNRESOLVED)
    if isinstance(scene.decide(), Refuse) and not frees:
        assert isinstance(scene.after(more).decide(), Refuse)


@PROPERTY
@given(scene=SCENES)
def test_nobody_is_admitted_on_a_use_that_others_hold(scene: Scene) -> None:
    decision = scene.decide()
    if isinstance(decision, Admit):
        taken = {use.use_no for use in scene.history if use.attempt != MINE and use.end is not RELEASED}
        assert decision.use_no not in taken or scene.rules.re_entry is ReEntry.FREE


@PROPERTY
@given(scene=SCENES)
def test_the_order_in_which_history_was_learnt_does_not_matter(scene: Scene) -> None:
    forward, backward = scene.decide(), replace(scene, history=scene.history[::-1]).decide()
    if isinstance(forward, Refuse):
        assert isinstance(backward, Refuse)
        assert backward.reason is forward.reason
    else:
        assert backward == forward
