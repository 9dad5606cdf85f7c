"""When an e-invoice may be asked for, and over how much.

As for rail since November 2024 (国家税务总局公告2024年第8号): after the journey over the fare, after a refund over
the fee that was kept. Each ticket once. Who the buyer is, is asked on the invoice's own page; only a company's tax
number can be given with the wish.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from tickets.admission import TicketState
from tickets.departures import Departure
from tickets.identity import resident_number_ok
from tickets.money import Fen
from tickets.refunds import has_left
from tickets.uses import Use, UseEnd

_TAX_ID = re.compile(r"[0-9A-Z]{15,20}")
"""统一社会信用代码 has 18 characters, older numbers 15 to 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDue:
    """An invoice over `fen` may be asked for."""

    fen: Fen
    why: Literal["travel", "refund"]


class NoInvoice(StrEnum):
    """Why there is no invoice now."""

    NOT_TRAVELLED = "not travelled"  # nobody has boarded with it, or the coach has not left yet
    NOTHING_PAID = "nothing paid"  # a free ticket, or a refund without a fee
    FEE_NOT_KNOWN = "fee not known"  # refunded somewhere else: that machine or window has the fee
    CHANGED = "changed"  # the ticket that took its place gets one
    ON_HOLD = "on hold"
    ASKED_BEFORE = "asked before"


def invoice_due(
    *,
    fare: Fen,
    state: TicketState,
    history: Iterable[Use],
    departure: Departure | None,
    now: datetime,
    fee: Fen | None = None,
    asked: bool = False,
) -> InvoiceDue | NoInvoice:
    """What can be invoiced of a ticket at `now`, by its state and all known uses of it.

    `departure` is the one that it travels on, None when that is not known here any more: then a passage through a gate
    is enough. `fee` is what a refund kept, where that is known; `asked`: there is an invoice or a wish for one already.
    """
    if asked:
        return NoInvoice.ASKED_BEFORE
    ended = {use.purpose for use in history if use.end is UseEnd.PASSED}
    if state is TicketState.REVOKED:
        return NoInvoice.ON_HOLD
    if state is TicketState.CHANGED or "change" in ended:
        return NoInvoice.CHANGED
    if state is TicketState.REFUNDED or "refund" in ended:
        if fee is None:
            return NoInvoice.FEE_NOT_KNOWN
        return InvoiceDue(fen=fee, why="refund") if fee > 0 else NoInvoice.NOTHING_PAID
    if "admission" not in ended or (departure is not None and not has_left(departure, now)):
        return NoInvoice.NOT_TRAVELLED
    return InvoiceDue(fen=fare, why="travel") if fare > 0 else NoInvoice.NOTHING_PAID


def tax_id_ok(text: str) -> bool:
    """Whether a company's tax number has the form of one: 15 to 20 digits and capitals.

    A person's identity number would have it too, also with the two digits after it that older tax numbers of people
    in business had: it is none, so that nobody's is kept.
    """
    return _TAX_ID.fullmatch(text) is not None and not _is_of_a_person(text)


def _is_of_a_person(text: str) -> bool:
    """Whether it begins with a resident's number: 18 characters with a birthday and the right last one (GB 11643)."""
    century, month, day = text[6:8], text[10:12], text[12:14]
    born = century in ("18", "19", "20") and "01" <= month <= "12" and "01" <= day <= "31"
    return born and resident_number_ok(text[:18])
