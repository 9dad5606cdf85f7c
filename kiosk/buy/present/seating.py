"""The seat plan, and what a ticket is changed for. Pure."""

from zoneinfo import ZoneInfo

from kiosk import wording
from kiosk.buy.present.values import choice_of
from kiosk.buy.seating import GANGWAY, coach_rows, seats_in
from kiosk.buy.steps import Agree, Seats
from kiosk.buy.travellers import due_of, fare_of
from kiosk.present.values import Group, Row
from kiosk.steps import Session
from kiosk.till.values import Snapshot
from tickets.money import Fen, yuan


def seat_rows(session: Session) -> tuple[Row, ...]:
    """Every seat of the coach: its row from the front, its place from left to right (2 is the gangway), its state.

    A seat in the gangway, the fifth of a last row, is drawn behind the others.
    """
    step = session.at
    offer = step.choice.offer if isinstance(step, Seats) else None
    if not isinstance(step, Seats) or offer is None:
        return ()
    return tuple(
        {
            "key": str(seat),
            "seat": seat,
            "row": row + (place == GANGWAY),
            "place": place,
            "state": "picked" if seat in step.picked else "free" if seat in offer.seats else "taken",
        }
        for row, cells in enumerate(coach_rows(seats_in(offer)))
        for place, seat in enumerate(cells)
        if seat is not None
    )


def seating(session: Session) -> Group:
    """The seat plan beside its seats: how many are wanted, which are picked, how many rows there are."""
    step = session.at
    if not isinstance(step, Seats) or step.choice.offer is None:
        return {"wanted": 0, "picked": [], "ready": False, "rows": 0, "firstRow": 0}
    rows = coach_rows(seats_in(step.choice.offer))
    five = bool(rows) and rows[-1][GANGWAY] is not None
    first = next((at for at, cells in enumerate(rows) if set(cells) & set(step.picked)), 0)
    return {
        "wanted": step.choice.places,
        "picked": [str(seat) for seat in sorted(step.picked)],
        "ready": len(step.picked) == step.choice.places,
        "rows": len(rows) + five,
        "firstRow": first,
    }


def exchange(session: Session, snapshot: Snapshot, zone: ZoneInfo) -> Group:
    """What the ticket to be changed is worth, and what is to pay or comes back."""
    choice = choice_of(session.step)
    offer, old = choice.offer, choice.exchange
    if offer is None or old is None:
        return {"on": False, "credit": "", "fare": "", "due": "", "back": "", "time": "", "sells": False}
    fare = fare_of(offer, old.kind)
    return {
        "on": isinstance(session.at, Agree),
        "credit": yuan(old.credit),
        "fare": yuan(fare),
        "due": yuan(due_of(choice)),
        "back": yuan(Fen(old.credit - fare)) if old.credit > fare else "",
        "time": wording.clock(offer.departs_at, zone),
        "sells": snapshot.capabilities.sells,
    }
