"""Seats of a coach seen from above, which of them are suggested, and how they are picked. Pure.

Rows of two and two with a gangway between, numbered from the front, left to right; a last row of five where one seat is
left over. That is how coaches of more than twenty seats are built; the numbers are what counts, not the drawing.
"""

from dataclasses import replace

from kiosk.buy import touches as b
from kiosk.buy.steps import Agree, Choice, Seats, Who
from kiosk.task import Turn
from kiosk.till.values import Offer, Snapshot
from kiosk.touches import Back, Confirm, Touch

Cell = int | None
"""A seat's number, or nothing (the gangway)."""

GANGWAY = 2


def coach_rows(seats: int) -> tuple[tuple[Cell, ...], ...]:
    """Rows from the front, each of five places from left to right, of a coach with so many seats."""
    rows: list[tuple[Cell, ...]] = []
    number = 1
    while number <= seats:
        left = seats - number + 1
        if left == 5:
            rows.append(tuple(range(number, number + 5)))
            break
        given: list[Cell] = [number + at if at < left else None for at in range(4)]
        rows.append((*given[:GANGWAY], None, *given[GANGWAY:]))
        number += 4
    return tuple(rows)


def seats_in(offer: Offer) -> int:
    """How many seats the coach has, as far as is known."""
    return max(offer.coach, *offer.seats) if offer.seats else offer.coach


def has_plan(offer: Offer | None) -> bool:
    """Whether seats of this coach can be chosen."""
    return offer is not None and offer.numbered and bool(offer.seats)


def suggested(offer: Offer, count: int, picked: tuple[int, ...] = ()) -> tuple[int, ...]:
    """`count` seats that this till may sell: `picked` and the nearest to them, or some together near the front.

    Fewer when there are not so many.
    """
    kept = tuple(seat for seat in picked if seat in offer.seats)[:count]
    free = sorted(set(offer.seats) - set(kept))
    missing = count - len(kept)
    if kept:
        free.sort(key=lambda seat: (min(abs(seat - other) for other in kept), seat))
        return (*kept, *free[:missing])
    blocks = [tuple(free[at : at + missing]) for at in range(max(1, len(free) - missing + 1))]
    return min(blocks, key=_apart)


def _apart(block: tuple[int, ...]) -> tuple[int, int, int]:
    if not block:
        return 0, 0, 0
    rows = {(seat - 1) // 4 for seat in block}
    sides = {(seat - 1) % 4 // 2 for seat in block}
    return block[-1] - block[0] + len(rows), len(sides), block[0]


def kept_seats(choice: Choice) -> Choice:
    """The choice with as many seats as travellers, if any were chosen at all."""
    if not choice.seats or choice.offer is None:
        return replace(choice, seats=()) if choice.seats else choice
    seats = suggested(choice.offer, choice.places, choice.seats)
    return replace(choice, seats=seats if len(seats) == choice.places else ())


def opened(choice: Choice) -> Seats:
    """The seat plan, with seats suggested."""
    assert choice.offer is not None
    return Seats(choice=choice, picked=suggested(choice.offer, choice.places, choice.seats))


def closed(choice: Choice) -> Who | Agree:
    """Where the seat plan was opened from."""
    return Agree(choice=choice) if choice.holder else Who(choice=choice)


def on_seats(step: Seats, touch: Touch, _snapshot: Snapshot, _at_ms: int) -> Turn:
    """The answer to a touch on the seat plan. One seat too many takes the place of the one picked first."""
    choice = step.choice
    match touch:
        case b.PickSeat(seat=seat) if seat in step.picked:
            return replace(step, picked=tuple(each for each in step.picked if each != seat)), ()
        case b.PickSeat(seat=seat) if choice.offer is not None and seat in choice.offer.seats:
            return replace(step, picked=(*step.picked, seat)[-choice.places :]), ()
        case Confirm() if len(step.picked) == choice.places:
            return closed(replace(choice, seats=tuple(sorted(step.picked)))), ()
        case b.AnySeat():
            return closed(replace(choice, seats=())), ()
        case Back():
            return closed(choice), ()
        case _:
            return step, ()
