"""Finding the ticket that was shown: in the code itself, or in the cache by its number or by an ID card's tags.

A gate and a till find tickets in the same way and believe the same ones; what they do with them is theirs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.cache.reader import CachedTicket, CacheReader
from sync.journal.uses import By
from sync.trusted_time import ABSURD_BEFORE_MS
from tickets.admission import CardShown, TimeQuality, TrustedNow
from tickets.credential import BadTicket, Ticket, TillIssuer, VerifiedTicket, verify
from tickets.departures import Departure, travelled
from tickets.identity import DocumentKind, identity_tags
from tickets.journey import Journey
from tickets.numbers import TicketNumber, looks_like_number
from tickets.reasons import Reason
from tickets.service_day import CHINA, service_date
from tickets.trust import Trust

LONGEST_DELAY = timedelta(hours=12)
LONGEST_AHEAD = timedelta(hours=18)
"""Departures among which an ID card looks for its ticket at a gate: those of today and a little around it."""
AGAIN_AFTER = timedelta(minutes=5)
"""How long these departures stay the same, if nothing is said of them."""
EARLIEST = timedelta(hours=1)
LATEST = timedelta(hours=3)
"""How long before its service day a coach may be boarded, and how long after it a delayed one, where neither its times
nor, perhaps, the time are known.
"""

Tags = Mapping[tuple[date, str], bytes]
"""A document's tags by service date and trip, in the order in which the departures leave."""


class TrustSource(Protocol):
    """Where the newest trust list is."""

    def current(self) -> Trust:
        """Return the newest list known here; never an older one than before."""


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that was found, by whatever was shown."""

    number: TicketNumber
    journey: Journey
    expires: datetime
    signed: bool
    by: By


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why what was shown is no ticket that can be believed.

    `number` only where it has all the digits of ours: a shorter one may be a person's, and is not written down.
    """

    reason: Reason
    number: TicketNumber | None
    by: By


class TicketFinder:
    """Finds tickets. What changes seldom (trust list, station, departures) is read again when the cache has changed.

    Nobody else may ask this cache reader `changed()`.
    """

    def __init__(
        self,
        cache: CacheReader,
        trust: TrustSource,
        station: int | None = None,
        *,
        behind: timedelta = LONGEST_DELAY,
        until: Callable[[datetime], datetime] = lambda now: now + LONGEST_AHEAD,
    ) -> None:
        """Among the departures from `behind` before now `until` then a document looks for its ticket."""
        self._cache = cache
        self._trust_source = trust
        self._behind = behind
        self._until = until
        self.zone = CHINA
        """The station's time zone."""
        self.stop: int | None = None
        """The station's own boarding stop; None while the cache has not said."""
        self.station = station
        """The station's number: by the enrolment, as long as the cache has not said."""
        self._departures: dict[tuple[date, str], Departure | None] = {}
        self._these_hours: list[tuple[date, str]] = []
        self._asked_around: datetime | None = None
        cache.changed()
        self._read_again()

    def keep_up(self) -> None:
        """Read again what the cache has changed since the last time. Call it before each decision."""
        if self._cache.changed():
            self._read_again()

    def by_code(self, text: str) -> Found | NotFound:
        """The ticket that a code is, or the number of."""
        if looks_like_number(text):
            number = TicketNumber.from_digits(text)
            cached = self._cache.ticket(number)
            if cached is None:
                certain = text.replace(" ", "") == number.digits
                return NotFound(Reason.NOT_KNOWN_HERE, number if certain else None, "number")
            return found_in_cache(cached, "number")
        try:
            verified = verify(text, self.trust, self._knows)
        except BadTicket as bad:
            return NotFound(bad.reason, None, "code")
        ticket = verified.ticket
        if self._sold_by_another_station(verified) and not self._knows(ticket):
            reason = Reason.WRONG_STATION if self.stop is None else Reason.FORGED
            return NotFound(reason, None, "code")
        return Found(ticket.number, ticket.journey, ticket.expires, True, "code")

    def tags(self, kind: DocumentKind, number: str, now: datetime, also: Found | None = None) -> Tags:
        """A document's tags for the departures around `now`, and for that of a ticket which was shown before.

        Raises ValueError for a number that no document has.
        """
        departures = self._around(now)
        if also is not None:
            departures = [*departures, (also.journey.service_date, also.journey.trip)]
        keys = {day: self._cache.day_key(day) for day in {day for day, _ in departures}}
        keyed = ((day, trip, key) for day, trip in departures if (key := keys[day]) is not None)
        return identity_tags(keyed, kind, number)

    def by_tags(self, tags: Tags) -> Iterator[Found]:
        """The tickets that carry one of these tags, in the order of their departures."""
        for ticket in self._cache.tickets_by_tags(tags):
            yield found_in_cache(ticket, "card")

    def departure(self, service_date: date, trip: str) -> Departure | None:
        """The departure on which a ticket sold for this one travels now, after merges; None when not known here."""
        asked = (service_date, trip)
        if asked not in self._departures:
            self._departures[asked] = travelled(service_date, trip, self._cache.departure)
        return self._departures[asked]

    def boarding(self, journey: Journey) -> frozenset[int]:
        """The boarding stops of this station; that of the ticket, as long as the cache has not said."""
        return frozenset({journey.boarding if self.stop is None else self.stop})

    def widened(self, now: TrustedNow, departure: Departure | None, offline_days: int) -> frozenset[date]:
        """Service days to let through besides today's: of a coach that is not known here, those around the change of
        the service day; while the time is not known, all from the last known time on, or any at all.
        """
        if now.quality is not TimeQuality.UNKNOWN:
            if departure is not None:
                return frozenset()
            return frozenset({service_date(now.at - LATEST, self.zone), service_date(now.at + EARLIEST, self.zone)})
        if now.at.timestamp() * 1000 <= ABSURD_BEFORE_MS:
            return frozenset()
        first = service_date(now.at - LATEST, self.zone)
        return frozenset(first + timedelta(days=ahead) for ahead in range(offline_days + 2))

    def _around(self, now: datetime) -> list[tuple[date, str]]:
        """The departures of these hours, in their order; asked for again when they change or some time has passed."""
        if self._asked_around is None or abs(now - self._asked_around) > AGAIN_AFTER:
            self._asked_around = now
            around = self._cache.departures((now - self._behind, self._until(now)))
            self._these_hours = [(each.service_date, each.trip) for each in around]
        return self._these_hours

    def _knows(self, ticket: Ticket) -> bool:
        """Whether the centre has this very ticket as sold."""
        known = self._cache.ticket(ticket.number)
        return known is not None and (known.journey, known.expires) == (ticket.journey, ticket.expires)

    def _sold_by_another_station(self, verified: VerifiedTicket) -> bool:
        """Whether a till sold a place on a coach from here that is not its to sell: it speaks for its own station.

        While the own boarding stop is not known, all that another station's till sold is for that station.
        """
        issuer = verified.issuer
        return (
            self.station is not None
            and isinstance(issuer, TillIssuer)
            and issuer.certificate.station != self.station
            and self.stop in (None, verified.ticket.journey.boarding)
        )

    def _read_again(self) -> None:
        self._departures.clear()
        self._asked_around = None
        self.trust = self._trust_source.current()
        station = self._cache.station()
        if station is not None:
            self.stop, self.station = station.stop, station.code
            try:
                self.zone = ZoneInfo(station.timezone)
            except (ZoneInfoNotFoundError, ValueError):
                self.zone = CHINA


def compared(journey: Journey, tags: Tags) -> CardShown:
    """MATCHES or DIFFERS; NONE when it cannot be compared: the document has no tag for that departure (it is far from
    now, or no key of its day is here), or the ticket has none.
    """
    tag = tags.get((journey.service_date, journey.trip))
    if tag is None or not journey.tag:
        return CardShown.NONE
    return CardShown.MATCHES if tag == journey.tag else CardShown.DIFFERS


def found_in_cache(cached: CachedTicket, by: By) -> Found:
    """A ticket as the centre knows it, found by what was shown."""
    return Found(cached.number, cached.journey, cached.expires, False, by)
