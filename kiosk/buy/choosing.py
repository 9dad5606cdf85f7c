"""Choosing a destination and a departure, and going back to any part of the journey by its rail. Pure."""

from dataclasses import replace

from kiosk.buy import touches as b
from kiosk.buy.seating import closed, has_plan, kept_seats, opened
from kiosk.buy.steps import Agree, RiderTicket, Seats, Typing, WhereTo, WhichDeparture, Who
from kiosk.change.steps import Change
from kiosk.steps import Attract
from kiosk.task import Turn
from kiosk.till.commands import EndSession, LookAt
from kiosk.till.values import Destination, Snapshot
from kiosk.touches import Back, Key, Touch


def may_go(destination: Destination, snapshot: Snapshot) -> bool:
    """Whether this destination can be chosen: something leaves for it, or may leave on another day that is on sale."""
    return destination.next_departure is not None or len(snapshot.days) > 1


def on_where_to(step: WhereTo, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while a destination is chosen."""
    match touch:
        case b.Spell():
            return replace(step, spelling=True, typed=""), ()
        case Key(character="") if step.spelling:
            return replace(step, typed=step.typed[:-1]), ()
        case Key(character=letter) if step.spelling:
            return replace(step, typed=(step.typed + letter.upper())[:12]), ()
        case b.ChooseStop(stop=stop):
            for destination in snapshot.destinations:
                if destination.stop == stop and may_go(destination, snapshot):
                    kept = replace(step.choice, destination=destination, offer=None, seats=())
                    return WhichDeparture(choice=kept), ()
            return step, ()
        case Back() if step.spelling:
            return replace(step, spelling=False, typed=""), ()
        case Back():
            return Attract(), (EndSession(),)
        case _:
            return on_rail(step, touch)


def on_which(step: WhichDeparture, touch: Touch, snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch while a coach is chosen."""
    match touch:
        case b.ChooseDay(day=other) if other is None or other in snapshot.days:
            return WhichDeparture(choice=replace(step.choice, day=other, offer=None, seats=())), (LookAt(day=other),)
        case b.ChooseTrip(service_date=day, trip=trip) if snapshot.day == step.choice.day:
            wanted = step.choice.destination
            for offer in snapshot.offers:
                here = wanted is not None and offer.destination == wanted.stop
                if here and offer.trip == trip and offer.service_date.isoformat() == day:
                    kept = step.choice.seats if offer == step.choice.offer else ()
                    return closed(kept_seats(replace(step.choice, offer=offer, seats=kept))), ()
            return step, ()
        case Back() if step.choice.exchange is not None:
            return Change(number=step.choice.exchange.number), ()
        case Back():
            return WhereTo(choice=step.choice), ()
        case _:
            return on_rail(step, touch)


def on_rail(step: WhereTo | WhichDeparture | Seats | Agree | Who | RiderTicket | Typing, touch: Touch) -> Turn:
    """The answer to a touch on a part of the journey while it is still being chosen."""
    choice = step.choice
    match touch:
        case b.ChangeDestination() if choice.exchange is None:
            return WhereTo(choice=choice), ()
        case b.ChangeDeparture() if choice.destination is not None:
            return WhichDeparture(choice=choice), ()
        case b.ChangeTravellers() if choice.offer is not None:
            return closed(choice), ()
        case b.ChangeSeats() if has_plan(choice.offer):
            return opened(choice), ()
        case _:
            return step, ()
