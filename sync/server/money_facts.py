"""What tills tell of payments, payouts, refunds, invoices and shifts: kept as told, and judged by all that is known.

A fact is never refused for what it says of money; what does not add up becomes an incident. Only one that contradicts
its own journal (an end of what never began, a second end, an id used twice) is poisoned.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, assert_never

from sqlalchemy import Connection, Select, Table, bindparam, func, select, update

from sync.journal import event_bodies as body
from sync.server.bodies import AnyRow
from sync.server.devices import Device
from sync.server.incidents import IncidentKind
from sync.server.judging import Judge
from sync.server.payments.states import State
from sync.server.rows import insert_rows
from sync.server.schema import claims, money, tickets
from sync.server.schema_money import (
    invoices,
    payments,
    payouts,
    refunds,
    shift_moves,
    shifts,
    till_payments,
)
from tickets.events import Event

MoneyFact = (
    body.PaymentAsked
    | body.PaymentEnded
    | body.PayoutAsked
    | body.PayoutEnded
    | body.RefundOpened
    | body.InvoiceAsked
    | body.ShiftOpened
    | body.ShiftMoved
    | body.ShiftClosed
)

_RETURNED: Final = select(func.coalesce(func.sum(money.c.fen), 0)).where(
    money.c.station_id == bindparam("station"),
    money.c.order_id == bindparam("refund"),
    money.c.direction == "returned",
)
_CLAIMED: Final = select(func.coalesce(func.sum(claims.c.fen), 0)).where(
    claims.c.station_id == bindparam("station"), claims.c.order_id == bindparam("refund")
)
_REFUNDS: Final = (
    select(refunds)
    .where(refunds.c.station_id == bindparam("station"), refunds.c.number == bindparam("number"))
    .order_by(refunds.c.opened_ms, refunds.c.refund)
)
_FARE: Final = select(tickets.c.fare).where(
    tickets.c.station_id == bindparam("station"), tickets.c.number == bindparam("number")
)

THROUGH_THE_CENTRE = "qr"
"""The method of payments that the centre itself had carried out."""


class MoneyFacts:
    """Takes one device's facts about money in, inside one write transaction."""

    def __init__(self, connection: Connection, device: Device, judge: Judge) -> None:
        """Facts are `device`'s; what does not add up goes to `judge`."""
        self._connection = connection
        self._device = device.device
        self._station = device.station
        self._judge = judge

    def take(self, event: Event, said: MoneyFact) -> str | None:
        """Keep a fact; a text says why it is poisoned, and then it changes nothing."""
        match said:
            case body.PaymentAsked():
                return self._begin(event, till_payments, "payment", said.payment, _asked(said), "asked_ms")
            case body.PaymentEnded():
                return self._payment_ended(event, said)
            case body.PayoutAsked():
                return self._begin(event, payouts, "payout", said.payout, _asked(said), "asked_ms")
            case body.PayoutEnded():
                return self._payout_ended(event, said)
            case body.RefundOpened():
                return self._refund_opened(event, said)
            case body.InvoiceAsked():
                row = {"number": said.number, "fen": said.fen, "why": said.why, "token": said.token}
                more = {"tax_id": said.tax_id, "buyer": "", "state": "asked"}
                return self._begin(event, invoices, "invoice", said.invoice, row | more, "asked_ms")
            case body.ShiftOpened():
                row = {"badge": said.badge, "fen": said.fen}
                return self._begin(event, shifts, "shift", said.shift, row, "opened_ms")
            case body.ShiftMoved():
                return self._shift_moved(event, said)
            case body.ShiftClosed():
                return self._shift_closed(event, said)
            case _:
                assert_never(said)

    def refund_paid(self, refund: str) -> None:
        """Money or a claim named this order or refund: if it is a refund, is it more than is owed?"""
        opened = self._row(refunds, "refund", refund)
        if opened is None:
            return
        returned, claimed = (
            int(self._connection.execute(found, {"station": self._station, "refund": refund}).scalar_one())
            for found in (_RETURNED, _CLAIMED)
        )
        if returned + claimed > opened.fen:
            self._judge.report(
                IncidentKind.REFUND_OVERPAID,
                refund,
                device=opened.device,
                number=opened.number,
                owed=opened.fen,
                returned=returned,
                claimed=claimed,
            )

    # ------------------------------------------------------------------ within

    def _begin(self, event: Event, table: Table, name: str, key: str, row: dict[str, object], at: str) -> str | None:
        if self._row(table, name, key) is not None:
            return f"{event.kind}: this {name} is there already"
        new = {"station_id": self._station, "device": self._device, name: key, at: event.at_ms}
        insert_rows(self._connection, table, [new | row])
        return None

    def _end(
        self, event: Event, table: Table, name: str, key: str, open_while: str, end: dict[str, object]
    ) -> str | None:
        row = self._row(table, name, key)
        if row is None or row.device != self._device:
            return f"{event.kind}: this {name} never began here"
        if getattr(row, open_while) is not None:
            return f"{event.kind}: this {name} has ended already"
        self._connection.execute(
            update(table).where(table.c.station_id == self._station, table.c[name] == key).values(**end)
        )
        return None

    def _payment_ended(self, event: Event, said: body.PaymentEnded) -> str | None:
        end: dict[str, object] = {"outcome": said.outcome, "reference": said.reference}
        why = self._end(event, till_payments, "payment", said.payment, "outcome", end)
        if why is None:
            self._judge_payment(said.payment, said.outcome)
        return why

    def _judge_payment(self, payment: str, outcome: str) -> None:
        """Does the centre know of a payment what the till tells of it? The till may lag behind, but not the centre."""
        told, known = self._row(till_payments, "payment", payment), self._row(payments, "payment", payment)
        if told is None or told.method != THROUGH_THE_CENTRE:
            return
        state = None if known is None else known.state
        fits = {
            "paid": state == State.PAID and known is not None and known.fen == told.fen,
            "failed": state in (None, State.FAILED, State.REVERSED),
            "reversed": state in (State.REVERSED, State.REVERSING),
        }[outcome]
        if not fits:
            self._judge.report(
                IncidentKind.PAYMENT_DIFFERS,
                payment,
                device=told.device,
                till=outcome,
                till_fen=told.fen,
                centre=state,
                centre_fen=None if known is None else known.fen,
            )

    def _payout_ended(self, event: Event, said: body.PayoutEnded) -> str | None:
        asked = self._row(payouts, "payout", said.payout)
        if asked is not None and said.fen > asked.fen:
            return f"{event.kind}: more went out than was asked for"
        end: dict[str, object] = {"paid": said.fen, "sure": int(said.sure)}
        return self._end(event, payouts, "payout", said.payout, "paid", end)

    def _refund_opened(self, event: Event, said: body.RefundOpened) -> str | None:
        row = {"number": said.number, "fare": said.fare, "fee": said.fee, "fen": said.fen, "way": said.way}
        why = self._begin(event, refunds, "refund", said.refund, row, "opened_ms")
        if why is None:
            judge_refunds(self._connection, self._station, self._judge, said.number)
            self.refund_paid(said.refund)
        return why

    def _shift_moved(self, event: Event, said: body.ShiftMoved) -> str | None:
        row = {
            "station_id": self._station,
            "epoch": event.epoch.hex,
            "seq": event.seq,
            "shift": said.shift,
            "device": self._device,
            "badge": said.badge,
            "direction": said.direction,
            "place": said.where,
            "fen": said.fen,
            "at_ms": event.at_ms,
        }
        insert_rows(self._connection, shift_moves, [row])
        return None

    def _shift_closed(self, event: Event, said: body.ShiftClosed) -> str | None:
        end: dict[str, object] = {
            "expected": said.expected,
            "counted": said.counted,
            "closed_by": said.badge,
            "closed_ms": event.at_ms,
        }
        why = self._end(event, shifts, "shift", said.shift, "closed_ms", end)
        if why is None and said.expected != said.counted:
            self._judge.report(
                IncidentKind.SHIFT_DIFFERS,
                said.shift,
                device=self._device,
                badge=said.badge,
                expected=said.expected,
                counted=said.counted,
            )
        return why

    def _row(self, table: Table, name: str, key: str) -> AnyRow | None:
        return self._connection.execute(_by(table, name), {"station": self._station, "key": key}).one_or_none()


@cache
def _by(table: Table, name: str) -> Select[Any]:
    return select(table).where(table.c.station_id == bindparam("station"), table.c[name] == bindparam("key"))


def judge_refunds(connection: Connection, station: int, judge: Judge, number: str) -> None:
    """Given all refunds of one ticket: was it refunded more than once, and does each add up to its fare, if known?"""
    of_ticket = {"station": station, "number": number}
    found = connection.execute(_REFUNDS, of_ticket).all()
    if len(found) > 1:
        listed = [{"refund": each.refund, "device": each.device, "fen": each.fen} for each in found]
        judge.report(IncidentKind.REFUNDED_TWICE, number, refunds=listed)
    fare = connection.execute(_FARE, of_ticket).scalar_one_or_none()
    for each in found:
        if fare is not None and (each.fare != fare or each.fen + each.fee != fare):
            judge.report(
                IncidentKind.REFUND_ABOVE_FARE,
                each.refund,
                device=each.device,
                number=number,
                fare=fare,
                fen=each.fen,
                fee=each.fee,
            )


def _asked(said: body.PaymentAsked | body.PayoutAsked) -> dict[str, object]:
    return {"order_id": said.order, "method": said.method, "fen": said.fen}
