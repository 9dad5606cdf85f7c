"""Looking for a ticket at a kiosk: by its code, its number, an order's code, or an identity document.

Codes and documents are believed as a gate believes them (`sync.cache.ticket_finder`). Besides, a till knows what it
sold itself: its own journal is asked where the cache has not heard of it yet.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.cache.reader import CacheReader
from sync.cache.ticket_finder import Found, Tags, TicketFinder, compared, found_in_cache
from sync.journal.journal import Journal
from sync.journal.order_reader import IssuedTicket, find_ticket, tickets_by_tag
from sync.journal.uses import By
from tickets.admission import CardShown
from tickets.credential import PREFIX
from tickets.identity import DocumentKind
from tickets.numbers import TicketNumber, looks_like_number
from tickets.reasons import Refuse

ORDER_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}")
"""Ten characters of Crockford's base32, as the web gives with a sale (`sync.wire.OrderCode`)."""
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
CENTRE = "centre"
"""Who issued what was sold on the web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A ticket that was found. `code` is its signed text, where that was shown or is this till's own; `own` what this
    till keeps of a ticket that it issued; `issuer` is a device, or `centre`; "" while only the code speaks for it.

    `card` says whether a document was shown and is its holder's; `handle` names that document in this session.
    `secret` is true for an order's code: whoever has it bought the ticket.
    """

    found: Found
    code: str | None = field(repr=False)
    own: IssuedTicket | None
    issuer: str
    card: CardShown = CardShown.NONE
    handle: str = ""
    secret: bool = False

    @property
    def number(self) -> TicketNumber:
        """The ticket's number."""
        return self.found.number

    @property
    def proved(self) -> bool:
        """Whether what was shown proves more than that somebody has seen the number: needed for money and changes."""
        return self.found.signed or self.card is CardShown.MATCHES or self.secret


class Search:
    """Finds tickets for one till. Nothing is remembered between two questions."""

    def __init__(
        self,
        *,
        finder: TicketFinder,
        cache: CacheReader,
        journal: Journal,
    ) -> None:
        self._finder = finder
        self._cache = cache
        self._journal = journal

    def may_be_ours(self, text: str) -> bool:
        """Whether a scanned text has the form of a ticket or a number at all."""
        return text.startswith(PREFIX) or looks_like_number(text)

    def scanned(self, text: str) -> Hit | Refuse:
        """The ticket whose code or bare number was read."""
        self._finder.keep_up()
        found = self._finder.by_code(text)
        if isinstance(found, Found):
            return self._hit(found, text if found.signed else None)
        if looks_like_number(text):
            own = find_ticket(self._journal, TicketNumber.from_digits(text))
            if own is not None:
                return self._hit(_issued(own, "number"), None)
        return Refuse(reason=found.reason)

    def typed(self, text: str) -> tuple[Hit, ...] | Refuse | None:
        """The tickets of a number or an order's code typed by hand; None for what is neither."""
        self._finder.keep_up()
        plain = "".join(text.upper().split()).replace("-", "")
        code = plain.translate(_MISREAD)
        if len(plain) == 10 and ORDER_CODE.fullmatch(code):
            cached = self._cache.ticket_by_order_code(code)
            if cached is not None:
                return (replace(self._hit(found_in_cache(cached, "number"), None), secret=True),)
        if looks_like_number(plain):
            hit = self.scanned(plain)
            return hit if isinstance(hit, Refuse) else (hit,)
        return () if ORDER_CODE.fullmatch(code) else None

    def numbered(self, number: TicketNumber) -> Hit | None:
        """A ticket by its number alone, as this till or the cache knows it."""
        self._finder.keep_up()
        cached = self._cache.ticket(number)
        if cached is not None:
            return self._hit(found_in_cache(cached, "number"), None)
        own = find_ticket(self._journal, number)
        return None if own is None else self._hit(_issued(own, "number"), None)

    def document(
        self, kind: DocumentKind, number: str, now: datetime, handle: str, shown: Sequence[Hit] = ()
    ) -> tuple[Hit, ...]:
        """The tickets of a document on the days on sale, in the order in which they leave.

        When tickets were `shown` before, they are meant: each of them then says whether this document is its holder's.
        """
        self._finder.keep_up()
        if shown:
            tags = [self._finder.tags(kind, number, now, hit.found) for hit in shown]
            return tuple(
                replace(hit, card=compared(hit.found.journey, of_it), handle=handle)
                for hit, of_it in zip(shown, tags, strict=True)
            )
        mine = self._finder.tags(kind, number, now)
        found = {each.number: each for each in self._finder.by_tags(mine)}
        found |= {each.number: each for each in self._own_by_tags(mine) if each.number not in found}
        order = {departure: at for at, departure in enumerate(mine)}
        hits = sorted(
            found.values(), key=lambda each: order.get((each.journey.service_date, each.journey.trip), len(order))
        )
        return tuple(replace(self._hit(each, None), card=CardShown.MATCHES, handle=handle) for each in hits)

    def again(self, hit: Hit) -> Hit:
        """What a ticket found before is now: a code that was shown stays shown."""
        return replace(hit, own=find_ticket(self._journal, hit.number) or hit.own)

    def _own_by_tags(self, tags: Tags) -> Iterable[Found]:
        for (day, trip), tag in tags.items():
            for own in tickets_by_tag(self._journal, day, trip, tag):
                yield _issued(own, "card")

    def _hit(self, found: Found, code: str | None) -> Hit:
        own = find_ticket(self._journal, found.number)
        cached = self._cache.ticket(found.number)
        issuer = self._journal.device if own is not None else cached.issuer if cached is not None else ""
        return Hit(found=found, code=own.code if own is not None else code, own=own, issuer=issuer)


def _issued(own: IssuedTicket, by: By) -> Found:
    return Found(own.number, own.journey, own.expires, False, by)
