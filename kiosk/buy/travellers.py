"""Who travels: documents that were read or typed become travellers of the order. Pure, beside `flow`."""

from collections.abc import Mapping
from dataclasses import replace

from kiosk.buy import touches as b
from kiosk.buy.choosing import on_rail
from kiosk.buy.seating import closed, kept_seats
from kiosk.buy.steps import Agree, Choice, Field, Notice, Pay, Rider, RiderTicket, Typing, WhichDeparture, Who
from kiosk.task import Turn
from kiosk.till.commands import DropTraveller, HoldOrder, Person, TypeDocument
from kiosk.till.documents import SHAPES
from kiosk.till.values import Offer, Snapshot, Traveller
from kiosk.touches import Back, Confirm, Key, Touch
from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.money import Fen

MOST_RIDERS = 5
"""Travellers of one order. More are a group, and a group is a matter for the ticket window."""

MOST_CHILDREN = 1
"""Children carried free of charge by one adult, without a seat (2019 rules on road fares); more need tickets."""

KINDS = (TicketKind.ADULT, TicketKind.CHILD, TicketKind.CONCESSION)
"""The kinds of ticket that a passenger can choose here, as they are shown."""

DOCUMENTS = (
    DocumentKind.RESIDENT_ID,
    DocumentKind.PASSPORT,
    DocumentKind.HK_MACAO_PERMIT,
    DocumentKind.TAIWAN_PERMIT,
    DocumentKind.HK_MACAO_TW_RESIDENCE,
    DocumentKind.FOREIGN_PERMANENT,
)
"""The documents that can be typed, as they are shown."""

RESIDENT_LIKE = frozenset({DocumentKind.RESIDENT_ID, DocumentKind.HK_MACAO_TW_RESIDENCE})
"""Documents numbered by GB 11643: 17 digits and a check character, so that digits and X are enough to type them."""

LONGEST: Mapping[DocumentKind, int] = {
    DocumentKind.RESIDENT_ID: 18,
    DocumentKind.HK_MACAO_TW_RESIDENCE: 18,
    DocumentKind.FOREIGN_PERMANENT: 18,
    DocumentKind.PASSPORT: 17,
    DocumentKind.HK_MACAO_PERMIT: 11,
    DocumentKind.TAIWAN_PERMIT: 10,
}
"""Characters of the longest number of each kind that can be typed."""

LONGEST_NAME = 30


def kinds_sold(offer: Offer) -> tuple[TicketKind, ...]:
    """The kinds of ticket that can be chosen on `offer`; an offer that lists no fares sells adult tickets."""
    sold = tuple(kind for kind in KINDS if any(kind is listed for listed, _fare in offer.fares))
    return sold or (TicketKind.ADULT,)


def fare_of(offer: Offer, kind: TicketKind) -> Fen:
    """The fare of one ticket of `kind` on `offer`, in fen."""
    return offer.fare_of(kind) if offer.fares else offer.fare


def total_of(choice: Choice) -> Fen:
    """What the travellers chosen so far would pay, in fen. The till has the last word when it holds the order."""
    offer = choice.offer
    return Fen(sum(fare_of(offer, rider.kind) for rider in choice.riders)) if offer is not None else Fen(0)


def due_of(choice: Choice) -> Fen:
    """What is to pay, in fen: the fares, or what the new ticket costs above the one that is changed."""
    if choice.exchange is None or choice.offer is None:
        return total_of(choice)
    return Fen(max(0, fare_of(choice.offer, choice.exchange.kind) - choice.exchange.credit))


def room_for(choice: Choice) -> int:
    """How many more travellers fit into this order."""
    free = choice.offer.free if choice.offer is not None else 0
    most = MOST_RIDERS if choice.exchange is None else 1
    return max(0, min(most, free) - len(choice.riders))


def with_document(step: Who | RiderTicket | Typing, read: Traveller) -> Turn:
    """The step after a document appeared: one more traveller, or why not.

    The till gives the same document the same handle, so that a card shown twice is one traveller.
    """
    choice = step.choice
    if read.handle in choice.seen:
        return step, ()
    choice = replace(choice, seen=choice.seen | {read.handle})
    if not room_for(choice):
        return Who(choice=choice, notice=Notice.FULL), (DropTraveller(handle=read.handle),)
    offer = choice.offer
    kind = read.kind if offer is not None and read.kind in kinds_sold(offer) else TicketKind.ADULT
    rider = Rider(
        handle=read.handle,
        kind=kind,
        children=read.children,
        masked_name=read.masked_name,
        masked_number=read.masked_number,
    )
    return closed(kept_seats(replace(choice, riders=(*choice.riders, rider)))), ()


def on_who(step: Who, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to a touch while travellers are collected."""
    choice = step.choice
    match touch:
        case Confirm() if choice.exchange is not None:
            return step, ()
        case Confirm() if choice.riders and choice.offer is not None and snapshot.capabilities.sells:
            people = tuple(Person(rider.handle, rider.kind, rider.children) for rider in choice.riders)
            return _held(choice, snapshot, at_ms), (
                HoldOrder(offer=choice.offer, travellers=people, seats=choice.seats),
            )
        case b.TypeInstead() if room_for(choice):
            return Typing(choice=choice), ()
        case b.EditRider(handle=handle) if any(rider.handle == handle for rider in choice.riders):
            return RiderTicket(choice=choice, handle=handle), ()
        case Back():
            return WhichDeparture(choice=choice), ()
        case _:
            return on_rail(step, touch)


def on_agree(step: Agree, touch: Touch, snapshot: Snapshot, at_ms: int) -> Turn:
    """The answer to "change the ticket for this one?". Who travels is who the ticket is of."""
    choice = step.choice
    match touch:
        case Confirm() if choice.exchange is not None and choice.offer is not None and snapshot.capabilities.sells:
            old = choice.exchange
            holder = (Person(choice.holder, old.kind),)
            return _held(choice, snapshot, at_ms), (
                HoldOrder(offer=choice.offer, travellers=holder, seats=choice.seats, changes=old.number),
            )
        case Back():
            return WhichDeparture(choice=choice), ()
        case _:
            return on_rail(step, touch)


def _held(choice: Choice, snapshot: Snapshot, at_ms: int) -> Pay:
    before = snapshot.order.order if snapshot.order is not None else None
    return Pay(choice=choice, before=before, trouble_before=snapshot.trouble, asked_ms=at_ms)


def on_rider(step: RiderTicket, touch: Touch, _snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while one traveller's ticket is changed."""
    choice = step.choice
    match touch:
        case b.SetKind(kind=kind) if choice.offer is not None and kind in kinds_sold(choice.offer):
            carried = 0 if kind is not TicketKind.ADULT else None
            return _changed(step, kind=kind, children=carried), ()
        case b.SetChildren(children=children) if 0 <= children <= MOST_CHILDREN:
            return _changed(step, kind=None, children=children), ()
        case b.DropRider(handle=handle) if handle == step.handle:
            kept = tuple(rider for rider in choice.riders if rider.handle != handle)
            return Who(choice=kept_seats(replace(choice, riders=kept))), (DropTraveller(handle=handle),)
        case Confirm() | Back():
            return Who(choice=choice), ()
        case _:
            return on_rail(step, touch)


def _changed(step: RiderTicket, *, kind: TicketKind | None, children: int | None) -> RiderTicket:
    def change(rider: Rider) -> Rider:
        if rider.handle != step.handle:
            return rider
        new_kind = rider.kind if kind is None else kind
        carried = rider.children if children is None else children
        return replace(rider, kind=new_kind, children=carried if new_kind is TicketKind.ADULT else 0)

    return replace(step, choice=replace(step.choice, riders=tuple(change(rider) for rider in step.choice.riders)))


def kind_typed(step: Typing) -> DocumentKind:
    """The kind of document: the foreign permanent resident's card has had 18 digits since its 2023 edition."""
    if step.kind is DocumentKind.FOREIGN_PERMANENT and len(step.number) == 18:
        return DocumentKind.FOREIGN_PERMANENT_2023
    return step.kind


def number_is_ready(step: Typing) -> bool:
    """Whether the number typed can be a number of its kind of document."""
    return SHAPES[kind_typed(step)](step.number)


def number_is_wrong(step: Typing) -> bool:
    """Whether the number typed is complete and yet cannot be right, so that the passenger should look again."""
    return len(step.number) == LONGEST[step.kind] and not number_is_ready(step)


def on_typing(step: Typing, touch: Touch, _snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while a document is typed: kind, then number, then name."""
    match step.field, touch:
        case Field.KIND, b.ChooseDocument(kind=kind):
            return replace(step, kind=kind, field=Field.NUMBER, number="", name=""), ()
        case Field.NUMBER, Key(character=""):
            return replace(step, number=step.number[:-1]), ()
        case Field.NUMBER, Key(character=character):
            return replace(step, number=(step.number + character.upper())[: LONGEST[step.kind]]), ()
        case Field.NUMBER, Confirm() if number_is_ready(step):
            return replace(step, field=Field.NAME), ()
        case Field.NAME, Key(character=""):
            return replace(step, name=step.name[:-1]), ()
        case Field.NAME, Key(character=character):
            return replace(step, name=(step.name + character.upper()).lstrip()[:LONGEST_NAME]), ()
        case Field.NAME, Confirm() if step.name.strip():
            typed = TypeDocument(kind=kind_typed(step), number=step.number, name=step.name.strip())
            return Who(choice=step.choice), (typed,)
        case Field.NAME, Back():
            return replace(step, field=Field.NUMBER), ()
        case Field.NUMBER, Back():
            return replace(step, field=Field.KIND, number="", name=""), ()
        case Field.KIND, Back():
            return Who(choice=step.choice), ()
        case _:
            return on_rail(step, touch)
