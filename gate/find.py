"""Finding the ticket that was shown: in the code itself, or in the cache by its number or by an ID card's tag."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gate.shown import Card, Code
from sync.cache import CachedTicket, CacheReader
from sync.journal_uses import By
from tickets.admission import CardShown
from tickets.credential import BadTicket, Ticket, TillIssuer, VerifiedTicket, verify
from tickets.departures import Departure, travelled
from tickets.identity import identity_tag
from tickets.journey import Journey
from tickets.numbers import TicketNumber, looks_like_number
from tickets.reasons import Reason
from tickets.service_day import CHINA
from tickets.trust import Trust

LONGEST_DELAY = timedelta(hours=12)
LONGEST_AHEAD = timedelta(hours=18)
"""Departures among which an ID card looks for its ticket: those of today and a little around it."""


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


class Finder:
    """Finds tickets. What changes seldom (trust list, station, departures) is read again when the cache has changed.

    Nobody else may ask this cache reader `changed()`.
    """

    def __init__(self, cache: CacheReader, trust: TrustSource, station: int | None = None) -> None:
        self._cache = cache
        self._trust_source = trust
        self.zone = CHINA
        """The station's time zone."""
        self.stop: int | None = None
        """The station's own boarding stop; None while the cache has not said."""
        self.station = station
        """The station's number: by the enrolment, as long as the cache has not said."""
        self._departures: dict[tuple[date, str], Departure | None] = {}
        cache.changed()
        self._read_again()

    def keep_up(self) -> None:
        """Read again what the cache has changed since the last time. Call it before each decision."""
        if self._cache.changed():
            self._read_again()

    def by_code(self, code: Code) -> Found | NotFound:
        """The ticket that a code is, or the number of."""
        if looks_like_number(code.text):
            number = TicketNumber.from_digits(code.text)
            cached = self._cache.ticket(number)
            if cached is None:
                certain = code.text.replace(" ", "") == number.digits
                return NotFound(Reason.NOT_KNOWN_HERE, number if certain else None, "number")
            return _found(cached, "number")
        try:
            verified = verify(code.text, self.trust, self._knows)
        except BadTicket as bad:
            return NotFound(bad.reason, None, "code")
        ticket = verified.ticket
        if self._sold_by_another_station(verified) and not self._knows(ticket):
            reason = Reason.WRONG_STATION if self.stop is None else Reason.FORGED
            return NotFound(reason, None, "code")
        return Found(ticket.number, ticket.journey, ticket.expires, True, "code")

    def by_card(self, card: Card, now: datetime) -> Iterator[Found]:
        """The tickets of departures around `now` that carry this card's tag, in the order in which they leave."""
        keys: dict[date, bytes | None] = {}
        for departure in self._cache.departures((now - LONGEST_DELAY, now + LONGEST_AHEAD)):
            day = departure.service_date
            if day not in keys:
                keys[day] = self._cache.day_key(day)
            if (key := keys[day]) is not None:
                tag = identity_tag(key, day, departure.trip, card.kind, card.number)
                for ticket in self._cache.tickets_by_tag(day, departure.trip, tag):
                    yield _found(ticket, "card")

    def departure(self, service_date: date, trip: str) -> Departure | None:
        """The departure on which a ticket sold for this one travels now, after merges; None when not known here."""
        asked = (service_date, trip)
        if asked not in self._departures:
            self._departures[asked] = travelled(service_date, trip, self._cache.departure)
        return self._departures[asked]

    def compare(self, journey: Journey, card: Card) -> CardShown:
        """MATCHES or DIFFERS; NONE when it cannot be compared: no key of that day is here, or the ticket has no tag."""
        key = self._cache.day_key(journey.service_date)
        if key is None or not journey.tag:
            return CardShown.NONE
        tag = identity_tag(key, journey.service_date, journey.trip, card.kind, card.number)
        return CardShown.MATCHES if tag == journey.tag else CardShown.DIFFERS

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
        self.trust = self._trust_source.current()
        station = self._cache.station()
        if station is not None:
            self.stop, self.station = station.stop, station.code
            try:
                self.zone = ZoneInfo(station.timezone)
            except (ZoneInfoNotFoundError, ValueError):
                self.zone = CHINA


def _found(cached: CachedTicket, by: By) -> Found:
    return Found(cached.number, cached.journey, cached.expires, False, by)
