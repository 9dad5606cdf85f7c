"""Finding the ticket that was shown: in the code itself, or in the cache by its number or by an ID card's tag."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gate.shown import Card, CardTags, Code
from sync.cache import CachedTicket, CacheReader
from sync.journal_uses import By
from tickets.admission import CardShown
from tickets.credential import BadTicket, Ticket, TillIssuer, VerifiedTicket, verify
from tickets.departures import Departure, travelled
from tickets.identity import identity_tags
from tickets.journey import Journey
from tickets.numbers import TicketNumber, looks_like_number
from tickets.reasons import Reason
from tickets.service_day import CHINA
from tickets.trust import Trust

LONGEST_DELAY = timedelta(hours=12)
LONGEST_AHEAD = timedelta(hours=18)
"""Departures among which an ID card looks for its ticket: those of today and a little around it."""
AGAIN_AFTER = timedelta(minutes=5)
"""How long these departures stay the same, if nothing is said of them."""


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
        self._these_hours: list[tuple[date, str]] = []
        self._asked_around: datetime | None = None
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

    def tags(self, card: Card, now: datetime, code: Code | None = None) -> CardTags:
        """What there is to know of a card here: its tags for the departures around `now`, and for that of a `code`."""
        departures = self._around(now)
        with_code = None if code is None else self.by_code(code)
        if isinstance(with_code, Found):
            departures = [*departures, (with_code.journey.service_date, with_code.journey.trip)]
        keys = {day: self._cache.day_key(day) for day in {day for day, _ in departures}}
        keyed = ((day, trip, key) for day, trip in departures if (key := keys[day]) is not None)
        return CardTags(tags=identity_tags(keyed, card.kind, card.number), way=card.way)

    def by_card(self, card: CardTags) -> Iterator[Found]:
        """The tickets that carry one of this card's tags, in the order of their departures."""
        for ticket in self._cache.tickets_by_tags(card.tags):
            yield _found(ticket, "card")

    def departure(self, service_date: date, trip: str) -> Departure | None:
        """The departure on which a ticket sold for this one travels now, after merges; None when not known here."""
        asked = (service_date, trip)
        if asked not in self._departures:
            self._departures[asked] = travelled(service_date, trip, self._cache.departure)
        return self._departures[asked]

    def compare(self, journey: Journey, card: CardTags) -> CardShown:
        """MATCHES or DIFFERS; NONE when it cannot be compared: the card has no tag for that departure (it is far from
        now, or no key of its day is here), or the ticket has none.
        """
        tag = card.tags.get((journey.service_date, journey.trip))
        if tag is None or not journey.tag:
            return CardShown.NONE
        return CardShown.MATCHES if tag == journey.tag else CardShown.DIFFERS

    def _around(self, now: datetime) -> list[tuple[date, str]]:
        """The departures of these hours, in their order; asked for again when they change or some time has passed."""
        if self._asked_around is None or abs(now - self._asked_around) > AGAIN_AFTER:
            self._asked_around = now
            around = self._cache.departures((now - LONGEST_DELAY, now + LONGEST_AHEAD))
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


def _found(cached: CachedTicket, by: By) -> Found:
    return Found(cached.number, cached.journey, cached.expires, False, by)
