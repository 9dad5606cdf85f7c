"""A purchase, screen by screen."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.stagehand import Look, Rehearsal
from kiosk.till import wording
from kiosk.till.values import Delivery
from kiosk.till.wording import Trouble
from tickets.money import Fen


def choosing(r: Rehearsal, look: Look) -> Iterator[str]:
    """Where to, and which coach."""
    yield "attract"
    r.start(look)
    yield "where-to"
    r.buying.touch("spell")
    r.model.key("H")
    yield "spelling"
    r.buying.chooseStop("1001")
    yield "which"


def _at_who(r: Rehearsal, look: Look) -> None:
    r.start(look)
    r.buying.chooseStop("1001")
    r.choose_first_coach()
    r.settle()


def documents(r: Rehearsal, look: Look) -> Iterator[str]:
    """A document that is typed."""
    m = r.model
    _at_who(r, look)
    yield "who"
    r.buying.touch("typeInstead")
    yield "document"
    r.buying.chooseDocument(1)
    r.type("11010519491231")
    yield "number"
    r.type("0021")
    yield "number-wrong"
    m.touch("back")
    r.buying.chooseDocument(5)
    r.type("E1234567")
    yield "passport"
    m.touch("confirm")
    r.type("ADA LOVELACE")
    yield "name"


def travellers(r: Rehearsal, look: Look) -> Iterator[str]:
    """Cards on the reader."""
    till = r.till
    _at_who(r, look)
    till.card()
    r.settle()
    yield "who-one"
    r.buying.editRider("h1")
    r.buying.setChildren(1)
    yield "rider"
    r.model.touch("confirm")
    till.card("欧阳**", "1101****002X")
    yield "who-two"
    till.show(replace(till.snapshot, trouble=wording.TROUBLES[Trouble.CARD_UNREADABLE]))
    yield "who-trouble"


def money(r: Rehearsal, look: Look) -> Iterator[str]:
    """Notes go in."""
    till, m = r.till, r.model
    _at_who(r, look)
    till.card()
    r.settle()
    r.buying.editRider("h1")
    r.buying.setChildren(1)
    m.touch("confirm")
    m.touch("confirm")
    yield "pay"
    r.buying.touch("cash")
    yield "putting-in"
    till.bill(20)
    yield "part-paid"
    till.message(wording.BILL_TOO_LARGE)
    yield "note-too-large"
    till.stops_taking(wording.stuck_message(Fen(2000), 48))
    yield "validator-silent"
    till.message(None)
    m.touch("back")
    yield "give-up"
    m.touch("continue")
    r.wait(65 if not m.session.comfort.patient else 190)
    yield "still-there"


def paper(r: Rehearsal, look: Look) -> Iterator[str]:
    """Paid: the ticket comes out, or does not."""
    till = r.till
    r.buy(look)
    till.bill(20)
    till.bill(20)
    till.bill(5)
    yield "printing"
    till.print_all(Delivery.REFUSED, wording.PRINT_REFUSED)
    yield "refused"
    till.print_all(Delivery.UNKNOWN)
    yield "unknown"
    till.print_all(Delivery.PRINTED)
    yield "done"
