"""A purchase, screen by screen."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.stagehand import Look, Rehearsal
from kiosk.till import wording
from kiosk.till.values import Delivery, Means, PaymentState
from kiosk.till.wording import Trouble
from tickets.money import Fen

NO_BALANCE = ("余额不足，没有扣款。请换一种方式付款。", "Balance too low. Nothing was charged. Pay another way.")


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
    r.buying.chooseDay("2026-11-24")
    yield "which-other-day"
    r.till.show(replace(r.till.snapshot, offers=()))
    yield "which-day-without"


def seats(r: Rehearsal, look: Look) -> Iterator[str]:
    """The coach from above: one seat, three seats, one that is gone."""
    _at_who(r, look)
    r.till.card()
    r.settle()
    r.buying.touch("changeSeats")
    yield "seats"
    for at in range(2):
        r.model.touch("back")
        r.till.card("李*", f"3304****002{at}")
        r.settle()
        r.buying.touch("changeSeats")
    r.buying.pickSeat(44)
    yield "seats-three"
    r.model.touch("confirm")
    yield "who-seats"
    offers = r.till.snapshot.offers
    r.till.show(replace(r.till.snapshot, offers=tuple(replace(o, seats=o.seats[:-1]) for o in offers)))
    yield "who-seat-gone"


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


def change(r: Rehearsal, look: Look) -> Iterator[str]:
    """The machine gives change, or the money back."""
    r.buy(look)
    r.till.bill(20)
    r.settle()
    r.model.touch("back")
    yield "give-up-coins"
    can = r.till.snapshot.capabilities
    r.till.show(replace(r.till.snapshot, capabilities=replace(can, change=Fen(500))))
    yield "give-up-part"
    r.till.show(replace(r.till.snapshot, capabilities=replace(can, change=Fen(0))))
    yield "give-up-slip"
    r.till.show(replace(r.till.snapshot, capabilities=can))
    r.settle()
    r.buying.touch("otherMeans")
    yield "pay-the-rest"
    r.model.touch("back")
    r.settle()
    r.buying.touch("giveUp")
    r.settle()
    yield "given-back"
    r.anew()
    r.buy(look)
    r.till.bill(20)
    r.till.claim(slip_printed=True)
    owed = r.till.snapshot.order
    assert owed is not None
    r.till.show(replace(r.till.snapshot, order=replace(owed, returned=Fen(500))))
    yield "claim-part"
    r.anew()
    r.buy(look)
    r.till.bill(50)
    yield "printing-change"
    r.till.print_all(Delivery.PRINTED)
    yield "done-change"


def without_cash(r: Rehearsal, look: Look) -> Iterator[str]:
    """By phone and by card, and when nobody knows what became of it."""
    till = r.till
    r.buy(look, means="qr-show")
    yield "paying-show"
    till.payment(PaymentState.CONFIRMING)
    yield "paying-phone-confirms"
    till.payment(PaymentState.UNCLEAR)
    yield "paying-unclear"
    till.payment(PaymentState.REVERSING)
    yield "paying-reversing"
    r.buying.touch("otherMeans")
    yield "pay-other-means"
    r.anew()
    r.buy(look, means="qr-scan")
    yield "paying-scan"
    till.payment(PaymentState.FAILED, message=NO_BALANCE)
    yield "pay-failed"
    r.buying.payBy("card")
    yield "paying-card"
    till.pays()
    till.print_all(Delivery.PRINTED)
    r.settle()
    r.buying.showLink(till.snapshot.order.tickets[0].number if till.snapshot.order is not None else "")
    yield "to-phone"
    r.anew()
    can = till.snapshot.capabilities
    till.show(replace(till.snapshot, capabilities=replace(can, online=False, means=(Means.CASH,), change=Fen(0))))
    r.buy(look, means=None)
    yield "pay-cash-only"


def reading(r: Rehearsal, look: Look) -> Iterator[str]:
    """What else can be done, and the timetable."""
    r.start(look)
    r.model.begin("menu")
    yield "menu"
    r.model.begin("timetable")
    yield "timetable"
    part = r.model.parts["timetable"]
    part.touch("byLetters")
    r.model.key("H")
    yield "timetable-letters"


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
