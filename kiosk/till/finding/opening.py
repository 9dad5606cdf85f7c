"""Puts the tasks about tickets of one till together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.till.documents import Documents
from kiosk.till.faces import Faces
from kiosk.till.finding.calling import Calling
from kiosk.till.finding.change import Changing
from kiosk.till.finding.finding import Finding
from kiosk.till.finding.handing import Handing
from kiosk.till.finding.invoices import Invoices
from kiosk.till.finding.ports import Centre, NoCentre, NoReturns, Returns
from kiosk.till.finding.refunding import Refunding
from kiosk.till.finding.search import Search
from kiosk.till.finding.showing import Showing, TaskRules
from kiosk.till.finding.taking import Taking
from kiosk.till.press import Press
from kiosk.till.shelf import AHEAD, Shelf
from sync.cache.reader import CacheReader
from sync.cache.ticket_finder import TicketFinder, TrustSource
from sync.journal.journal import Journal
from sync.lan.arbiter import Arbiter
from tickets.admission import TrustedNow
from tickets.service_day import service_day_bounds

BEHIND = timedelta(hours=12)
"""A document also finds tickets of coaches that left so long ago, for an invoice, while their day's key is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingSettings:
    """What a till's tasks have to be told. `station` is the enrolment's number, as long as the cache has not said.

    `where` is what staff call this machine, `call_file` a file that is there while a call for staff stands.
    `arbiter` is None at a station without a relay. `ticket_page` and `invoice_page` are addresses on the web that
    phones are sent to, "" for none.
    """

    station: int | None = None
    where: str = "kiosk"
    call_file: Path | None = None
    arbiter: Arbiter | None = None
    centre: Centre = field(default_factory=NoCentre)
    returns: Returns = field(default_factory=NoReturns)
    rules: TaskRules = field(default_factory=TaskRules.default)
    ticket_page: str = ""
    invoice_page: str = ""


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks, and what a change needs of them."""

    finding: Finding
    taking: Taking
    showing: Showing
    search: Search
    calling: Calling
    changing: Changing

    def recover(self) -> None:
        """Take up what an earlier process began and did not end; after the clerk has taken up its orders."""
        self.finding.recover()
        self.changing.recover()


def last_on_sale(shelf: Shelf, at: datetime) -> datetime:
    """Until when coaches leave that are on sale at `at`: a document finds its tickets for all of them."""
    days = shelf.days(at)
    return service_day_bounds(days[-1], shelf.zone())[1] if days else at + AHEAD


def open_tasks(
    settings: FindingSettings,
    *,
    journal: Journal,
    cache: CacheReader,
    trust: TrustSource,
    shelf: Shelf,
    press: Press,
    faces: Faces,
    documents: Documents,
    now: Callable[[], TrustedNow],
    random: Callable[[int], bytes],
    new_claim: Callable[[], str],
) -> Tasks:
    """Put them together. The cache reader is shared with the till; nobody else asks it what has changed."""
    finder = TicketFinder(cache, trust, settings.station, behind=BEHIND, until=lambda at: last_on_sale(shelf, at))
    taking = Taking(
        journal=journal, cache=cache, finder=finder, arbiter=settings.arbiter, centre=settings.centre, now=now
    )
    search = Search(finder=finder, cache=cache, journal=journal)
    showing = Showing(
        journal=journal,
        finder=finder,
        shelf=shelf,
        taking=taking,
        returns=settings.returns,
        rules=settings.rules,
        now=now,
    )
    finding = Finding(
        journal=journal,
        finder=finder,
        search=search,
        showing=showing,
        refunding=Refunding(journal=journal, taking=taking, returns=settings.returns, new_claim=new_claim),
        handing=Handing(journal=journal, press=press, faces=faces, page=settings.ticket_page),
        invoices=Invoices(journal=journal, random=random, page=settings.invoice_page),
        centre=settings.centre,
        press=press,
        faces=faces,
        documents=documents,
        now=lambda: now().at,
    )
    calling = Calling(journal, settings.where, settings.call_file)
    changing = Changing(
        journal=journal,
        cache=cache,
        finding=finding,
        search=search,
        showing=showing,
        taking=taking,
        rules=settings.rules.changes,
    )
    return Tasks(finding, taking, showing, search, calling, changing)
