"""How a ticket was paid, from what tills have told: where its money can go back to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, case, func, select

from sync.server.allotments import CENTRE
from sync.server.schema import claims, money, orders, tickets
from sync.server.schema_money import till_payments
from sync.wire.money import MoneyWay, TicketMoney

TICKET: Final = "ticket"
"""The method of what an older ticket paid for the one that took its place."""
WEB: Final = "web"
"""The method of what the web channel was paid."""
_MOST_CHANGES: Final = 8


def ticket_money(connection: Connection, station: int, number: str) -> TicketMoney | None:
    """What is known of a ticket's money; None when the ticket is not known at this station.

    Money that a changed ticket brought along is told as what it was once paid with.
    """
    row = connection.execute(
        select(tickets).where(tickets.c.station_id == station, tickets.c.number == number)
    ).one_or_none()
    if row is None:
        return None
    if row.issuer == CENTRE:
        ways: Iterable[MoneyWay] = [MoneyWay(method=WEB, fen=row.fare, device=CENTRE)]
    else:
        ways = _ways(connection, station, row.order_id, row.issuer, _MOST_CHANGES)
    return TicketMoney(number=number, fare=row.fare, state=row.state, ways=tuple(ways))


def _ways(connection: Connection, station: int, order: str, device: str, depth: int) -> list[MoneyWay]:
    """What came in for an order and neither went back nor is claimed, by the way it came."""
    sign = case((money.c.direction == "taken", money.c.fen), else_=-money.c.fen)
    net = connection.execute(
        select(money.c.method, func.sum(sign))
        .where(money.c.station_id == station, money.c.order_id == order)
        .group_by(money.c.method)
        .order_by(money.c.method)
    ).all()
    claimed = _claimed(connection, station, order)
    found: list[MoneyWay] = []
    for method, came in net:  # cash comes before the others: it is what claims are mostly for
        fen = came - min(came, claimed)
        claimed -= came - fen
        if fen <= 0:
            continue
        if method == TICKET:
            found += _of_changed(connection, station, order, fen, depth)
            continue
        left = fen
        for payment in connection.execute(
            select(till_payments.c.payment, till_payments.c.fen).where(
                till_payments.c.station_id == station,
                till_payments.c.order_id == order,
                till_payments.c.method == method,
                till_payments.c.outcome == "paid",
            )
        ):
            paid = min(left, payment.fen)
            left -= paid
            if paid:
                found.append(MoneyWay(method=method, payment=payment.payment, fen=paid, device=device))
        if left:
            found.append(MoneyWay(method=method, fen=left, device=device))
    return found


def _claimed(connection: Connection, station: int, order: str) -> int:
    total: int = connection.execute(
        select(func.coalesce(func.sum(claims.c.fen), 0)).where(
            claims.c.station_id == station, claims.c.order_id == order
        )
    ).scalar_one()
    return total


def _of_changed(connection: Connection, station: int, order: str, fen: int, depth: int) -> list[MoneyWay]:
    """The ways of the ticket that this order took the place of, up to what it brought along."""
    number = connection.execute(
        select(orders.c.changes).where(orders.c.station_id == station, orders.c.order_id == order)
    ).scalar_one_or_none()
    old = (
        None
        if number is None
        else connection.execute(
            select(tickets).where(tickets.c.station_id == station, tickets.c.number == number)
        ).one_or_none()
    )
    if old is None or depth == 0:
        return [MoneyWay(method=TICKET, fen=fen)]
    if old.issuer == CENTRE:
        return [MoneyWay(method=WEB, fen=fen, device=CENTRE)]
    found: list[MoneyWay] = []
    for way in _ways(connection, station, old.order_id, old.issuer, depth - 1):
        came = min(fen, way.fen)
        fen -= came
        if came:
            found.append(way.model_copy(update={"fen": came}))
    return found if not fen else [*found, MoneyWay(method=TICKET, fen=fen)]
