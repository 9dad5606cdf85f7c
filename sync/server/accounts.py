"""A station's money as its tills have told it, and whether it adds up: for the office.

What came in for an order, less what went back and what is claimed, is the fares of its tickets; what a refund gave back
or has as a claim is what it owes. Whatever does not come out even is listed by its order or refund: mostly an order
that somebody is paying at this moment. Amounts are in fen.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, case, func, select

from sync.server.allotments import CENTRE
from sync.server.payments.states import State
from sync.server.schema import claims, devices, money, tickets
from sync.server.schema_money import payment_refunds, payments, refunds, till_payments
from sync.server.ticket_money import TICKET, WEB
from sync.wire.money import DeviceAccount, MethodAccount, OfficeAccounts, PaymentAccount, Unbalanced, UntoldPayment

MOST_LISTED: Final = 500
"""Most orders and refunds that are listed as not even, and most payments that no till has told of."""


@dataclass(slots=True)
class _Device:
    taken: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    returned: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    claims: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    fares: int = 0
    refunded: int = 0
    fees: int = 0

    def account(self, device: str, name: str) -> DeviceAccount:
        methods = [
            MethodAccount(method=method, taken=self.taken[method], returned=self.returned[method])
            for method in sorted(self.taken.keys() | self.returned.keys())
        ]
        return DeviceAccount(
            device=device,
            name=name,
            methods=tuple(methods),
            fares=self.fares,
            claims_open=self.claims["open"],
            claims_settled=self.claims["settled"],
            refunded=self.refunded,
            fees=self.fees,
        )


def accounts(connection: Connection, station: int) -> OfficeAccounts:
    """The accounts of a station at this moment."""
    found: dict[str, _Device] = defaultdict(_Device)
    balance: dict[str, int] = defaultdict(int)
    _money(connection, station, found, balance)
    _claims(connection, station, found, balance)
    _tickets(connection, station, found, balance)
    _refunds(connection, station, found, balance)
    enrolled = select(devices.c.device, devices.c.name).where(devices.c.station_id == station)
    names: dict[str, str] = {CENTRE: WEB, **{row.device: row.name for row in connection.execute(enrolled)}}
    listed = [found[device].account(device, names.get(device, "")) for device in sorted(found)]
    uneven = sorted((order, fen) for order, fen in balance.items() if fen)
    return OfficeAccounts(
        devices=tuple(listed),
        taken=sum(way.taken for each in listed for way in each.methods if way.method != TICKET),
        returned=sum(way.returned for each in listed for way in each.methods if way.method != TICKET),
        claims=sum(each.claims_open + each.claims_settled for each in listed),
        carried_over=sum(way.taken - way.returned for each in listed for way in each.methods if way.method == TICKET),
        fares=sum(each.fares for each in listed),
        refunded=sum(each.refunded for each in listed),
        fees=sum(each.fees for each in listed),
        difference=sum(fen for _, fen in uneven),
        unbalanced=tuple(Unbalanced(order=order, fen=fen) for order, fen in uneven[:MOST_LISTED]),
        payments=_payments(connection, station),
    )


def _money(connection: Connection, station: int, found: dict[str, _Device], balance: dict[str, int]) -> None:
    for row in connection.execute(
        select(money.c.device, money.c.direction, money.c.method, func.sum(money.c.fen).label("fen"))
        .where(money.c.station_id == station)
        .group_by(money.c.device, money.c.direction, money.c.method)
    ):
        side = found[row.device].taken if row.direction == "taken" else found[row.device].returned
        side[row.method] += row.fen
    sign = case((money.c.direction == "taken", money.c.fen), else_=-money.c.fen)
    for order, fen in connection.execute(
        select(money.c.order_id, func.sum(sign)).where(money.c.station_id == station).group_by(money.c.order_id)
    ):
        balance[order] += fen


def _claims(connection: Connection, station: int, found: dict[str, _Device], balance: dict[str, int]) -> None:
    for row in connection.execute(
        select(claims.c.claim, claims.c.device, claims.c.order_id, claims.c.fen, claims.c.state).where(
            claims.c.station_id == station
        )
    ):
        found[row.device].claims[row.state] += row.fen
        balance[row.order_id or row.claim] -= row.fen


def _tickets(connection: Connection, station: int, found: dict[str, _Device], balance: dict[str, int]) -> None:
    for row in connection.execute(
        select(tickets.c.issuer, tickets.c.order_id, func.sum(tickets.c.fare).label("fen"))
        .where(tickets.c.station_id == station)
        .group_by(tickets.c.issuer, tickets.c.order_id)
    ):
        found[row.issuer].fares += row.fen
        if row.issuer == CENTRE:
            found[CENTRE].taken[WEB] += row.fen
        else:
            balance[row.order_id] -= row.fen


def _refunds(connection: Connection, station: int, found: dict[str, _Device], balance: dict[str, int]) -> None:
    for row in connection.execute(select(refunds).where(refunds.c.station_id == station)):
        device = found[row.device]
        device.refunded += row.fen
        device.fees += row.fee
        if row.device == CENTRE:
            device.returned[WEB] += row.fen
        else:
            balance[row.refund] += row.fen


def _payments(connection: Connection, station: int) -> PaymentAccount:
    """What the payment provider has done for this station, by the centre's own books."""
    taken = returned = waiting = 0
    given: dict[str, int] = {
        payment: int(fen)
        for payment, fen in connection.execute(
            select(payment_refunds.c.payment, func.sum(payment_refunds.c.fen))
            .where(payment_refunds.c.station_id == station, payment_refunds.c.state == "done")
            .group_by(payment_refunds.c.payment)
        )
    }
    for row in connection.execute(
        select(payments.c.payment, payments.c.fen, payments.c.state, payments.c.returned).where(
            payments.c.station_id == station
        )
    ):
        back = row.returned + given.get(row.payment, 0)
        returned += back
        match State(row.state):
            case State.PAID:
                taken += row.fen
            case State.REVERSED:
                taken += back
            case State.ASKED | State.WAITING | State.REVERSING:
                taken += given.get(row.payment, 0)
                waiting += 1
            case State.FAILED:
                pass
    return PaymentAccount(taken=taken, returned=returned, waiting=waiting, untold=_untold(connection, station))


def _untold(connection: Connection, station: int) -> tuple[UntoldPayment, ...]:
    told = select(till_payments.c.payment).where(
        till_payments.c.station_id == station, till_payments.c.outcome == "paid"
    )
    rows = connection.execute(
        select(payments)
        .where(payments.c.station_id == station, payments.c.state == State.PAID, payments.c.payment.not_in(told))
        .order_by(payments.c.asked_ms, payments.c.payment)
        .limit(MOST_LISTED)
    )
    return tuple(
        UntoldPayment(payment=row.payment, order=row.order_id, device=row.device, fen=row.fen, asked_at=row.asked_ms)
        for row in rows
    )
