"""No seat is sold twice (promise 2): every ticket that exists, by its seat.

Whether the earlier of two tickets had been taken back when the later was sold is known for sure only at the end, when
the centre has said what became of both. Until then two tickets of one seat are a suspicion.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from station.simulate.judge.wrong import Told, Wrong, station_of


class Known(Protocol):
    """A ticket as the centre knows it."""

    @property
    def seat(self) -> "Seat":
        """Which seat it is for."""
        ...

    @property
    def state(self) -> str:
        """What has become of it."""
        ...

    @property
    def issuer(self) -> str:
        """Who sold it: a device by its name, or "centre"."""
        ...


Seat = tuple[str, str, str, int]
"""Station, service date, trip, seat."""


CENTRE = "centre"
_TELLS_MS = 10 * 60_000
"""So late may the office hear that a refund was carried out."""


@dataclass(slots=True)
class Sold:
    """One ticket. `by` is the machine that sold it, or the centre; times are virtual ms."""

    number: str
    by: str
    seat: Seat
    at: int
    epoch: str = ""
    """The journal that tells of it; "" for the centre's own."""
    taken_back_at: int | None = None


@dataclass(slots=True)
class OfSeat:
    """The tickets of one seat in the order in which they were sold; `doubles` were sold while another stood."""

    sold: list[Sold] = field(default_factory=list)
    doubles: list[tuple[Sold, Sold]] = field(default_factory=list)


class Places:
    """What was sold, by whom."""

    def __init__(self, wrong: Wrong, now: Callable[[], int]) -> None:
        self._wrong = wrong
        self._now = now
        self.seats: dict[Seat, OfSeat] = defaultdict(OfSeat)
        self.tickets: dict[str, Sold] = {}
        self._refunded: set[str] = set()
        self._forked: set[str] = set()
        self._freed: set[Seat] = set()
        self._restored_to: int | None = None
        """When the backup was made that the centre was put back to, the oldest of several."""
        self._in_backup: set[Seat] | None = None
        """The departures (seat 0) of which every such backup knows."""
        self._asked: set[str] = set()
        """The tickets that the office wanted to refund."""
        self._returned: set[Seat] = set()
        """Seats that tills have given back: the centre had them again."""
        self._told_at: dict[str, int] = {}
        self._prefixes: dict[int, str] = {}
        """Whose numbers begin with which prefix, by the journal's epoch."""

    def wrote(self, event: Told) -> None:
        """An event of a till's journal."""
        body = event.body
        match event.kind:
            case "journal.opened" if body["prefix"] is not None:
                first = self._prefixes.setdefault(body["prefix"], event.epoch)
                if first != event.epoch:
                    self._wrong(
                        f"{event.node} has the prefix {body['prefix']}, which was another journal's", event.node
                    )
            case "ticket.issued":
                seat = (station_of(event.node), body["service_date"], body["trip"], body["seat"] or 0)
                self._sold(Sold(body["number"], event.node, seat, self._now(), event.epoch))
            case "refund.opened":
                self.taken_back(body["number"])
            case "places.returned":
                of = (station_of(event.node), body["service_date"], body["trip"])
                self._returned.update((*of, seat) for seat in body["seats"] or ())

    def sold_by_centre(self, station: int, number: str, day: str, trip: str, seat: int | None) -> None:
        """The web shop or the office has heard of a sale; perhaps not for the first time."""
        if number not in self.tickets:
            self._sold(Sold(number, CENTRE, (str(station), day, trip, seat or 0), self._now()))

    def asks_refund(self, number: str) -> None:
        """The office asks for the first time."""
        self._asked.add(number)

    def refunded(self, number: str) -> None:
        """The office has heard that this ticket is refunded."""
        self._refunded.add(number)
        self._told_at[number] = self._now()
        self.taken_back(number)

    def taken_back(self, number: str) -> None:
        """A ticket was refunded or changed: its seat may be sold again."""
        if number in self.tickets and self.tickets[number].taken_back_at is None:
            self.tickets[number].taken_back_at = self._now()

    def _sold(self, ticket: Sold) -> None:
        if ticket.number in self.tickets:
            self._wrong(f"{ticket.by} has issued {ticket.number} a second time", ticket.number, ticket.by)
        self.tickets[ticket.number] = ticket
        if ticket.seat[3] == 0:
            return  # places that are only counted are counted at the end
        of = self.seats[ticket.seat]
        of.doubles += [(each, ticket) for each in of.sold if each.taken_back_at is None]
        of.sold.append(ticket)

    def travels(self, number: str, gate: str, departure: tuple[str, str]) -> None:
        """A barrier opens for this number: it was sold at this station, for this departure (service date and trip)."""
        sold = self.tickets.get(number)
        if sold is None:
            self._wrong(f"{gate} opens for {number}, which nobody ever sold", number, gate)
        station, day, trip, _ = sold.seat
        if (station, day, trip) != (station_of(gate), *departure):
            where, goes = f"station {station}", f"{trip} on {day}"
            self._wrong(
                f"{gate} opens for {number} on {' '.join(departure)}, which was sold for {goes} at {where}", number
            )

    def forks(self, epoch: str) -> None:
        """Two machines write this journal: what they sell to each other's harm can only be found out."""
        self._forked.add(epoch)

    def freed(self, station: int, day: str, trip: str) -> None:
        """Staff have freed a silent till's places of this departure, by name."""
        self._freed.add((str(station), day, trip, 0))

    def restored(self, made_at: int, knows: Collection[Seat]) -> None:
        """The centre has the past that it had then: what it alone sold, refunded and granted since it does not know.

        `knows`: the departures (seat 0) that are in it. Of these it gives and sells nothing but what is given back.
        """
        self._restored_to = made_at if self._restored_to is None else min(made_at, self._restored_to)
        self._in_backup = {*knows} if self._in_backup is None else self._in_backup & {*knows}

    def _is_forgotten(self, at: int) -> bool:
        """Whether what was heard of then may have been forgotten with a restored centre's newest past."""
        return self._restored_to is not None and at >= self._restored_to

    def _may_sell_again(self, seat: Seat) -> bool:
        """Whether a centre that was put back may think that it has this seat: it made the departure anew, or a till has
        given the seat back. All else that it had of what its backup knows it gives to nobody.
        """
        return self._in_backup is None or (*seat[:3], 0) not in self._in_backup or seat in self._returned

    def at_end(
        self,
        known: Mapping[str, Known],
        reported: Iterable[str],
        capacity: Mapping[Seat, int],
        *,
        forks_found: Collection[str] = (),
    ) -> None:
        """`known`: tickets that the centre knows; `reported`: station/date/trip/seat that are said to be sold twice.

        `forks_found`: journals that have two branches, as the centre says; what the one it does not take has sold is
        lost with its machine. `capacity` is how many places a departure has whose places are only counted (seat 0).
        """
        told = set(reported)
        states = {number: ticket.state for number, ticket in known.items()}
        for of in self.seats.values():
            for one, two in of.doubles:
                if not _excused(one, two, states):
                    self._is_double(one, two, told, known, forks_found)
        self._the_office_was_told_the_truth(known)
        valid: dict[Seat, list[Sold]] = defaultdict(list)
        for number, ticket in known.items():
            if ticket.state == "valid":
                unseen = Sold(number, ticket.issuer, ticket.seat, self._now())
                valid[ticket.seat].append(self.tickets.get(number, unseen))
        for seat, sold in valid.items():
            if seat[3] and len(sold) > 1:
                self._is_double(sold[0], sold[1], told, known, forks_found)
        for departure, places in capacity.items():
            number_sold = len(valid[departure])
            copied = any(each.epoch in self._forked for each in valid[departure])
            if number_sold > places and not copied and departure not in self._freed:
                self._wrong(f"{number_sold} places of {departure[2]} were sold, which has {places}", departure[2])

    def _the_office_was_told_the_truth(self, known: Mapping[str, Known]) -> None:
        """What it was told is so, and nothing was sold that it was not told: it asks until it hears."""
        for number, sold in self.tickets.items():
            if sold.by == CENTRE and number not in known and not self._is_forgotten(sold.at):
                self._wrong(f"the web was sold {number}, and the centre does not know of it", number)
        for number, ticket in known.items():
            if ticket.issuer == CENTRE and number not in self.tickets:
                self._wrong(f"the centre has sold {number}, and nobody ever heard of it", number)
        for number in self._refunded:
            forgotten = self._is_forgotten(self._told_at[number])
            if number in known and known[number].state == "valid" and not forgotten:
                self._wrong(f"the office was told that {number} is refunded, and it is valid", number)

    def _is_double(
        self, one: Sold, two: Sold, told: Collection[str], known: Collection[str], forks_found: Collection[str]
    ) -> None:
        """Two tickets of one seat: only a copied disk, freed places or a centre's lost past excuse them."""
        station, day, trip, seat = one.seat
        what = f"seat {seat} of {trip} was sold by {one.by} and again by {two.by}"
        pair = (one, two)
        if self._restored_to is not None and any(each.number in self._asked for each in pair):
            return  # a refund is forgotten, perhaps before anybody heard of it
        first, second = (
            each.by == CENTRE and each.number not in known and self._is_forgotten(each.at) for each in pair
        )
        if second or (first and self._may_sell_again(one.seat)):
            return  # the one that the centre alone knew is forgotten
        forked = {each.epoch for each in pair} & self._forked
        if not forked and (station, day, trip, 0) not in self._freed:
            self._wrong(what, one.number, two.number)
        found = forked if self._restored_to is not None else forked & {*forks_found}  # or it was, and is forgotten
        lost = any(each.number not in known and each.epoch in found for each in pair)
        if f"{station}/{day}/{trip}/{seat}" not in told and not lost:
            self._wrong(f"{what}, and nobody found out", one.number, two.number)


def _excused(one: Sold, two: Sold, states: Mapping[str, str]) -> bool:
    """Whether the first was taken back before the second was sold, as far as anybody can know."""
    if states.get(one.number, "valid") == "valid":
        return False
    return one.taken_back_at is None or one.taken_back_at - two.at < _TELLS_MS
