"""How a refund's money goes back: the way it came, as the own journal or the centre knows it."""

from typing import cast
from uuid import UUID

from kiosk.till.finding.ports import BY_CLAIM, CASH, Returns, Way
from kiosk.till.values import Words
from sync.journal.order_reader import find_order, find_ticket
from sync.journal.payments import payments_of
from sync.journal.reader import Readable
from sync.wire.money import TicketMoney
from tickets.money import Fen, yuan
from tickets.numbers import TicketNumber

_METHODS = "SELECT DISTINCT method FROM money WHERE order_id = ? AND direction = 'taken'"
_MOST_CHANGES = 8


def way_here(journal: Readable, number: TicketNumber) -> Way | None:
    """The way a ticket of this till was paid; None for one that it did not sell.

    What was paid in more than one way goes back by claim: a cashier sorts it out.
    """
    ways: set[Way] = set()
    asked: TicketNumber | None = number
    for _ in range(_MOST_CHANGES):
        if asked is None:
            break
        ticket = find_ticket(journal, asked)
        if ticket is None:
            if asked == number:
                return None
            return BY_CLAIM  # it came of a ticket that another sold
        order = find_order(journal, ticket.order)
        methods = {cast(str, method) for (method,) in journal.rows(_METHODS, (ticket.order.hex,))}
        ways |= {_way(journal, ticket.order, method) for method in methods - {"ticket"}}
        asked = order.changes if order is not None and "ticket" in methods else None
    return ways.pop() if len(ways) == 1 else CASH if not ways else BY_CLAIM


def way_told(money: TicketMoney) -> Way:
    """The way that the centre says a ticket of another was paid: cash and phones' money can go back here."""
    paid = [way for way in money.ways if way.fen > 0]
    match paid:
        case [one] if one.method == "cash":
            return CASH
        case [one] if one.method == "qr" and one.payment:
            return Way(method="qr", payment=UUID(one.payment))
        case _:
            return BY_CLAIM


def way_words(way: Way, back: Fen, returns: Returns) -> Words:
    """How `back` will go back from this machine, said before anything is done."""
    if back == 0:
        return ("无应退款。", "Nothing is paid back.")
    match way.method:
        case "cash" if returns.can_give(back):
            return ("本机退硬币。", "In coins, by this machine.")
        case "cash" if (most := _in_coins(back, returns)) > 0:
            return (
                f"本机约可退 {yuan(most)} 硬币，其余打印凭条，到售票窗口领取。",
                f"About {yuan(most)} in coins by this machine; for the rest a slip for the ticket window.",
            )
        case "cash":
            return (
                "本机现金不足：打印凭条，到售票窗口退款。",
                "This machine has too little cash: a slip for the ticket window.",
            )
        case "qr":
            return ("原路退回支付账户。", "Back to the account that it was paid from.")
        case "card":
            return ("原路退回银行卡。", "Back to the card that it was paid with.")
        case _:
            return ("打印凭条，到售票窗口退款。", "By a slip for the ticket window.")


def way_done(way: Way) -> Words:
    """How money went back, for a receipt."""
    match way.method:
        case "cash":
            return ("现金（硬币）", "coins")
        case "qr":
            return ("原支付账户", "the account")
        case "card":
            return ("原银行卡", "the card")
        case _:
            return ("凭条", "a slip")


def _in_coins(back: Fen, returns: Returns) -> Fen:
    """How much of `back` there are coins for now: with none below a yuan, ¥44 of ¥44.80."""
    most = min(returns.most_cash(), back)
    return next((Fen(fen) for fen in range(most, 0, -1) if returns.can_give(Fen(fen))), Fen(0))


def _way(journal: Readable, order: UUID, method: str) -> Way:
    match method:
        case "cash":
            return CASH
        case "qr" | "card":
            paid = [each for each in payments_of(journal, order) if each.outcome == "paid" and each.method == method]
            return (
                Way(method="qr" if method == "qr" else "card", payment=paid[0].payment) if len(paid) == 1 else BY_CLAIM
            )
        case _:
            return BY_CLAIM
