"""What this till can sell now: departures of its own station, minus what it has held, sold or given back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.till.authority import Authority
from kiosk.till.elsewhere import Elsewhere, union
from kiosk.till.ledger import Ledger
from kiosk.till.values import (
    Destination,
    Offer,
    Words,
)
from sync.cache.reader import CacheReader
from sync.journal.order_reader import Grant, sellable
from tickets.departures import Departure, DepartureState
from tickets.fares import FareRules, fare
from tickets.journey import TicketKind
from tickets.money import Fen
from tickets.service_day import CHINA, service_day_bounds

OUTLIVES_DAY = timedelta(hours=12)
"""How long after its service day a ticket is still good, for coaches that leave very late."""
LAST_SALE = timedelta(minutes=1)
"""How long before check-in closes the last place is held: somebody has to pay and walk to the gate."""
AHEAD = timedelta(hours=36)
"""What is offered to whoever chose no day: the rest of today and tomorrow."""
MOST_DAYS = 30
"""How many service days ahead the station may have put on sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop by its names; `popular` is greater for those asked for more often."""

    names: Words
    pinyin: str
    initials: str
    popular: int


class Shelf:
    """Answers what is on offer. Nothing is remembered between calls: the cache and the ledger are the truth."""

    def __init__(
        self,
        cache: CacheReader,
        ledger: Ledger,
        authority: Authority,
        rules: FareRules,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """Without `elsewhere` nothing is sold but what this till has."""
        self._elsewhere = elsewhere
        self._cache = cache
        self._ledger = ledger
        self._authority = authority
        self._rules = rules

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Where this till can have more places from, if anywhere."""
        return self._elsewhere

    def zone(self) -> ZoneInfo:
        """The station's own time zone."""
        station = self._cache.station()
        return ZoneInfo(station.timezone) if station else CHINA

    def names(self) -> tuple[Words, Words]:
        """The station's and the operator's names; empty texts while nothing is known."""
        station = self._cache.station()
        return (station.name, station.operator) if station else (("", ""), ("", ""))

    def stops(self) -> dict[int, Stop]:
        """Every stop that tickets are sold to, by its number."""
        return {
            stop.id: Stop(names=stop.name, pinyin=stop.pinyin, initials=stop.initials, popular=stop.popular)
            for stop in self._cache.stops()
        }

    def expiry(self, service_date: date) -> datetime:
        """When a ticket for that service day expires."""
        return service_day_bounds(service_date, self.zone())[1] + OUTLIVES_DAY

    def days(self, now: datetime) -> tuple[date, ...]:
        """The service days on sale at `now`: those for which everything that tickets need is here."""
        today = now.astimezone(self.zone()).date()
        ahead = (today + timedelta(days=number) for number in range(MOST_DAYS))
        return tuple(day for day in ahead if self._sells_on(day))

    def offers(self, now: datetime, day: date | None = None) -> tuple[Offer, ...]:
        """Everything that can be bought at `now`, the next departure first; one offer for each stop that it serves.

        Of one service `day`, or of the next hours.
        """
        begin, end = (now, now + AHEAD) if day is None else service_day_bounds(day, self.zone())
        stops, station = self.stops(), self._cache.station()
        if station is None:
            return ()
        up = self._elsewhere is not None and self._elsewhere.up()
        days: dict[date, bool] = {}  # asked once for each day: a large station has thousands of departures
        found: list[Offer] = []
        for departure in self._cache.departures((max(now, begin), end)):
            its = departure.service_date
            if day is not None and its != day:
                continue
            if its not in days:
                days[its] = self._sells_on(its)
            if days[its] and _may_be_sold(departure, station.stop, now):
                free, more = self.free(departure), self._more(departure) if up else 0
                found.extend(self._offers(departure, free, stops, more) if count_of(free) + more else ())
        return tuple(found)

    def offer(self, wanted: Offer, now: datetime) -> tuple[Departure, Offer, Grant] | None:
        """The departure behind an offer as it stands now, with the places that are free; None when it is off sale."""
        departure = self._cache.departure(wanted.service_date, wanted.trip)
        if departure is None or not self.sellable(departure, now):
            return None
        free = self.free(departure)
        up = self._elsewhere is not None and self._elsewhere.up()
        for offer in self._offers(departure, free, self.stops(), self._more(departure) if up else 0):
            if offer.destination == wanted.destination:
                return departure, offer, free
        return None

    def sellable(self, departure: Departure, now: datetime) -> bool:
        """Whether tickets for a departure may be sold here at `now`, whatever places are left.

        It must leave from this station and be neither cancelled, gone nor merged away, check-in must be open long
        enough, the day's keys must be here, and the certificate must outlive the tickets.
        """
        station = self._cache.station()
        return (
            station is not None
            and _may_be_sold(departure, station.stop, now)
            and self._sells_on(departure.service_date)
        )

    def granted(self, service_date: date, trip: str) -> Grant:
        """All places that this till was ever given on a departure."""
        told = self._cache.allotments(self._ledger.device, service_date, trip)
        return told if self._elsewhere is None else union(told, self._elsewhere.given(service_date, trip))

    def free(self, departure: Departure) -> Grant:
        """Places of a departure that this till may still sell: of numbered seats those that its coach has."""
        key = (departure.service_date, departure.trip)
        free = sellable(self.granted(*key), self._ledger.places(*key))
        if departure.seats is None:
            return free
        return Grant(seats=frozenset(seat for seat in free.seats if seat <= departure.seats), count=free.count)

    def departure(self, service_date: date, trip: str) -> Departure | None:
        """A departure as the station knows it now."""
        return self._cache.departure(service_date, trip)

    def show(self, departure: Departure, stop: int) -> Offer | None:
        """How an order for `stop` is shown, whether or not more can be sold; None for a stop that is not served."""
        offers = self._offers(departure, Grant(), self.stops(), 0)
        return next((offer for offer in offers if offer.destination == stop), None)

    def _sells_on(self, day: date) -> bool:
        """Whether everything that tickets of a service day need is here."""
        return (
            self._authority.sells_until(self.expiry(day))
            and self._authority.day_key(day) is not None
            and self._authority.sealing_key(day) is not None
        )

    def _more(self, departure: Departure) -> int:
        """How many places the centre would give."""
        return 0 if self._elsewhere is None else self._elsewhere.left(departure.service_date, departure.trip)

    def _numbered(self, departure: Departure, free: Grant) -> bool:
        """Whether places of a departure are sold by their number: as they were given out, whatever coach comes."""
        if free.seats or free.count:
            return bool(free.seats)
        granted = self.granted(departure.service_date, departure.trip)
        return bool(granted.seats) or (departure.seats is not None and not granted.count)

    def _offers(self, departure: Departure, free: Grant, stops: dict[int, Stop], more: int) -> Iterator[Offer]:
        numbered = self._numbered(departure, free)
        for call in departure.stops:
            stop = stops.get(call.stop)
            if stop is None:
                continue
            yield Offer(
                service_date=departure.service_date,
                trip=departure.trip,
                departs_at=departure.departs_at,
                destination=call.stop,
                names=stop.names,
                fare=call.fare,
                free=count_of(free) + more,
                numbered=numbered,
                gate=departure.gate,
                bay=departure.bay,
                boarding_closes_at=departure.closes_at,
                fares=tuple((kind, fare(call.fare, kind, self._rules)) for kind in TicketKind),
                seats=tuple(sorted(free.seats)),
                coach=departure.seats or 0,
            )


def destinations(stops: dict[int, Stop], offers: Iterable[Offer]) -> tuple[Destination, ...]:
    """All of `stops`, the most popular first, then by pinyin; those that nothing on offer goes to have no departure."""
    going: dict[int, list[Offer]] = {stop: [] for stop in stops}
    for offer in offers:
        going.setdefault(offer.destination, []).append(offer)
    found = (
        Destination(
            stop=number,
            names=stop.names,
            pinyin=stop.pinyin,
            initials=stop.initials,
            popular=stop.popular,
            next_departure=going[number][0].departs_at if going[number] else None,
            from_fare=min((offer.fare for offer in going[number]), default=Fen(0)),
        )
        for number, stop in stops.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.popular, one.pinyin, one.stop)))


def _may_be_sold(departure: Departure, own_stop: int, now: datetime) -> bool:
    return (
        departure.boarding == own_stop
        and departure.state is DepartureState.SCHEDULED
        and departure.merged_into is None
        and now + LAST_SALE < departure.closes_at
        and now < departure.departs_at
    )


def count_of(free: Grant) -> int:
    """How many places these are."""
    return len(free.seats) or free.count
