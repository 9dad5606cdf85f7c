"""When an e-invoice may be asked for: every answer by example, and never over more than was paid."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.admission import TicketState
from tickets.departures import Departure, DepartureState
from tickets.invoicing import InvoiceDue, NoInvoice, invoice_due, tax_id_ok
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.uses import Purpose, Use, UseEnd

LEAVES = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
COACH = Departure(
    service_date=date(2026, 11, 22),
    trip="K1",
    departs_at=LEAVES,
    boarding=1,
    gate="1",
    bay="1",
    plate="",
    seats=None,
    places=45,
    stops=(),
    opens_at=LEAVES - timedelta(minutes=45),
    closes_at=LEAVES - timedelta(minutes=5),
)
LATER = LEAVES + timedelta(minutes=10)
FARE = Fen(4500)


def use(purpose: Purpose, end: UseEnd | None, no: int = 1) -> Use:
    return Use(
        ticket=TicketNumber(7),
        use_no=no,
        attempt=UUID(int=no),
        device="gate-1",
        lane="1A",
        at=LEAVES,
        end=end,
        purpose=purpose,
    )


WALKED = use("admission", UseEnd.PASSED)


def due(
    *history: Use,
    state: TicketState = TicketState.VALID,
    departure: Departure | None = COACH,
    now: datetime = LATER,
    fare: int = FARE,
    fee: int | None = None,
    asked: bool = False,
) -> InvoiceDue | NoInvoice:
    return invoice_due(
        fare=Fen(fare),
        state=state,
        history=history,
        departure=departure,
        now=now,
        fee=None if fee is None else Fen(fee),
        asked=asked,
    )


TRAVEL = InvoiceDue(fen=FARE, why="travel")
KEPT = InvoiceDue(fen=Fen(450), why="refund")


def test_after_the_journey_over_the_fare() -> None:
    assert due(WALKED) == TRAVEL
    assert due(WALKED, now=LEAVES - timedelta(minutes=1)) is NoInvoice.NOT_TRAVELLED
    gone = replace(COACH, state=DepartureState.DEPARTED)
    assert due(WALKED, departure=gone, now=LEAVES - timedelta(minutes=1)) == TRAVEL
    assert due(WALKED, departure=None) == TRAVEL, "an old ticket whose coach is forgotten here"


@pytest.mark.parametrize(
    "history",
    [
        (),
        (use("admission", None),),
        (use("admission", UseEnd.RELEASED),),
        (use("admission", UseEnd.UNRESOLVED),),
    ],
)
def test_who_did_not_travel_gets_none(history: tuple[Use, ...]) -> None:
    assert due(*history) is NoInvoice.NOT_TRAVELLED


def test_after_a_refund_over_the_fee() -> None:
    refunded = use("refund", UseEnd.PASSED)
    assert due(refunded, fee=450) == KEPT
    assert due(state=TicketState.REFUNDED, fee=450) == KEPT
    assert due(refunded, fee=0) is NoInvoice.NOTHING_PAID
    assert due(refunded) is NoInvoice.FEE_NOT_KNOWN
    assert due(use("refund", None), fee=450) is NoInvoice.NOT_TRAVELLED, "a refund under way is none yet"


def test_what_gets_none_at_all() -> None:
    assert due(use("change", UseEnd.PASSED)) is NoInvoice.CHANGED
    assert due(state=TicketState.CHANGED) is NoInvoice.CHANGED
    assert due(WALKED, state=TicketState.REVOKED) is NoInvoice.ON_HOLD
    assert due(WALKED, fare=0) is NoInvoice.NOTHING_PAID
    assert due(WALKED, asked=True) is NoInvoice.ASKED_BEFORE


purposes = st.sampled_from(["admission", "exit", "refund", "change"])
ends = st.sampled_from([None, *UseEnd])


@given(
    st.lists(st.tuples(purposes, ends), max_size=4),
    st.sampled_from(list(TicketState)),
    st.integers(0, 10_000),
    st.one_of(st.none(), st.integers(0, 10_000)),
    st.booleans(),
)
def test_never_over_more_than_was_paid(
    drawn: list[tuple[Purpose, UseEnd | None]], state: TicketState, fare: int, fee: int | None, asked: bool
) -> None:
    history = [use(purpose, end, no) for no, (purpose, end) in enumerate(drawn, 1)]
    fee = None if fee is None else min(fee, fare)
    found = due(*history, state=state, fare=fare, fee=fee, asked=asked)
    if isinstance(found, InvoiceDue):
        assert 0 < found.fen <= fare
        assert not asked
        assert state is not TicketState.REVOKED


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("91370000MA3C4D5E6F", True),
        ("370102198001011", True),
        ("91370000ma3c4d5e6f", False),
        ("11010519491231002X", False),
        ("11010519491231002XL1", False),
        ("110105194912310021", True),
        ("11010519491331002X", True),
        ("9137", False),
        ("9" * 21, False),
        ("91370000MA3C4D5E6F\n", False),
        ("", False),
    ],
)
def test_a_tax_number_has_its_form(text: str, ok: bool) -> None:
    assert tax_id_ok(text) is ok
