"""Finding the ticket that was shown to a gate: `sync.cache.ticket_finder`, asked with what its readers give."""

from collections.abc import Iterator
from datetime import datetime

from gate.shown import Card, CardTags, Code
from sync.cache.ticket_finder import Found as Found
from sync.cache.ticket_finder import NotFound as NotFound
from sync.cache.ticket_finder import TicketFinder, compared
from sync.cache.ticket_finder import TrustSource as TrustSource
from tickets.admission import CardShown
from tickets.journey import Journey


class Finder(TicketFinder):
    """Finds tickets for one lane. Nobody else may ask this cache reader `changed()`."""

    def shown(self, code: Code) -> Found | NotFound:
        """The ticket that a code is, or the number of."""
        return self.by_code(code.text)

    def card_tags(self, card: Card, now: datetime, code: Code | None = None) -> CardTags:
        """What there is to know of a card here: its tags for the departures around `now`, and for that of a `code`."""
        with_code = None if code is None else self.shown(code)
        also = with_code if isinstance(with_code, Found) else None
        return CardTags(tags=self.tags(card.kind, card.number, now, also), way=card.way)

    def by_card(self, card: CardTags) -> Iterator[Found]:
        """The tickets that carry one of this card's tags, in the order of their departures."""
        return self.by_tags(card.tags)

    def compare(self, journey: Journey, card: CardTags) -> CardShown:
        """Whether the card is the ticket's (`sync.cache.ticket_finder.compared`)."""
        return compared(journey, card.tags)
