"""Who sits where when the coach that goes is not the one that tickets were sold for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A valid ticket of somebody who travels on this coach; `seat` is what its paper says, `own` whether that is a seat
    of this very departure (and not of one that was merged into it).
    """

    number: str
    seat: int | None
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """`seats`: another seat than the ticket's own, by ticket. `without`: tickets for which there is none."""

    seats: Mapping[str, int]
    without: tuple[str, ...]


def seat_all(
    travelling: Sequence[Sold], coach: int, before: Mapping[str, int], able: Sequence[int], taken: Collection[int]
) -> Seating:
    """Seat everybody on a coach with seats 1 to `coach`; tickets keep their number, and their own seat if it is there.

    Whoever was given a seat `before` keeps it, if it is still there and nobody else's (`taken`: seats that others have
    or may sell). The rest take what is `able` to be given, in the order of their tickets.
    """
    stay = {each.number for each in travelling if each.own and each.seat is not None and each.seat <= coach}
    moved = [each.number for each in sorted(travelling, key=lambda each: (not each.own, each.number))]
    wanting = [number for number in moved if number not in stay]
    own_seats = {each.seat for each in travelling if each.number in stay}
    closed = own_seats.union(taken)
    seats: dict[str, int] = {}
    for number in wanting:
        seat = before.get(number)
        if seat is not None and seat <= coach and seat not in closed:
            seats[number] = seat
            closed.add(seat)
    free = [seat for seat in able if seat <= coach and seat not in closed]
    rest = [number for number in wanting if number not in seats]
    seats.update(zip(rest, free, strict=False))
    return Seating(seats=seats, without=tuple(rest[len(free) :]))
