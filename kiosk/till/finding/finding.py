"""One task about a ticket at a time: find it, say how it stands, do what was asked, say what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.paper.raster import Raster
from kiosk.till.documents import Documents, Identity
from kiosk.till.faces import Faces, NotDrawable
from kiosk.till.finding import words
from kiosk.till.finding.handing import Handing
from kiosk.till.finding.invoices import Invoices
from kiosk.till.finding.ports import BY_CLAIM, Centre, NoAnswer, Way
from kiosk.till.finding.refunding import AskedOnly, Done, Ended, NotTaken, Refunding
from kiosk.till.finding.search import Hit, Search
from kiosk.till.finding.showing import Showing
from kiosk.till.finding.ways import way_done, way_here, way_told
from kiosk.till.press import Press
from kiosk.till.records import Claim
from kiosk.till.values import NO_MONEY, ClaimView, Delivery, FindState, FindView, Task, Words
from kiosk.till.wording import claim_reason, grouped_claim
from sync.cache.ticket_finder import TicketFinder
from sync.journal.journal import Journal
from sync.journal.order_reader import find_claim
from sync.journal.refunds import invoices_of
from sync.wire.money import TicketMoney
from tickets.invoicing import NoInvoice, tax_id_ok
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.reasons import Refuse
from tickets.refunds import NotBack


@dataclass(slots=True, kw_only=True)
class _Task:
    """The task under way and what came of it so far."""

    task: Task
    state: FindState = FindState.LOOKING
    hits: tuple[Hit, ...] = ()
    chosen: TicketNumber | None = None
    message: Words | None = None
    delivery: Delivery = Delivery.NONE
    link: str = ""
    returned: Fen = NO_MONEY
    claim: str = ""
    ways: dict[TicketNumber, Way] = field(default_factory=dict)
    working: TicketNumber | None = None


class Finding:
    """Serves the tasks of one till. Everything on its thread; what takes long is gone on with in `work`."""

    def __init__(
        self,
        *,
        journal: Journal,
        finder: TicketFinder,
        search: Search,
        showing: Showing,
        refunding: Refunding,
        handing: Handing,
        invoices: Invoices,
        centre: Centre,
        press: Press,
        faces: Faces,
        documents: Documents,
        now: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._finder = finder
        self._search = search
        self._showing = showing
        self._refunding = refunding
        self._handing = handing
        self._invoices = invoices
        self._centre = centre
        self._press = press
        self._faces = faces
        self._documents = documents
        self._now = now
        self._task: _Task | None = None
        self._hold_out: Callable[[], None] = lambda: None
        self.link = ""

    # what the till asks

    @property
    def looks(self) -> bool:
        """Whether codes and documents are looked for: until something is being done with a ticket."""
        task = self._task
        return task is not None and task.state in (FindState.LOOKING, FindState.FOUND)

    @property
    def busy(self) -> bool:
        """Whether something is under way that goes on by itself."""
        return self._refunding.busy or (self._task is not None and self._task.state is FindState.WORKING)

    def recover(self) -> None:
        """Take up what an earlier process began and did not end."""
        self._refunding.recover()

    def view(self) -> FindView | None:
        """The task as a screen may show it."""
        task = self._task
        if task is None:
            return None
        return FindView(
            task=task.task,
            state=task.state,
            tickets=tuple(self._showing.show(hit, self._way(task, hit)) for hit in task.hits),
            chosen=task.chosen.digits if task.chosen is not None else None,
            message=task.message,
            delivery=task.delivery,
            link=task.link,
            returned=task.returned,
            claim=self._claim_view(task.claim),
        )

    # what a screen asks

    def begin(self, task: Task) -> None:
        """Look for a ticket."""
        if self._refunding.paying:
            return
        self._refunding.give_up()
        self._task = _Task(task=task)
        self.link = ""

    def stop(self) -> None:
        """Forget what was found. Money on its way goes on."""
        self._refunding.give_up()
        self._task = None
        self.link = ""

    def scanned(self, text: str) -> None:
        """A code was read while a ticket is looked for."""
        task = self._task
        if task is None or not self.looks:
            return
        if not self._search.may_be_ours(text):
            found = self._search.typed(text)
            self._found(task, found if isinstance(found, tuple) and found else None, words.LOOK_NO_TICKET)
            return
        hit = self._search.scanned(text)
        if isinstance(hit, Refuse):
            task.message = words.refused(hit, self._finder.zone)
            return
        known = next((each for each in task.hits if each.number == hit.number), None)
        if known is not None and known.handle and hit.found.signed:
            identity = self._documents.get(known.handle)
            hit = self._with(hit, identity, known.handle)
        self._found(task, (hit,), words.LOOK_NO_TICKET)

    def document(self, identity: Identity) -> str | None:
        """A document was read or typed while a ticket is looked for; its handle while it is kept."""
        task = self._task
        if task is None or not self.looks:
            return None
        handle = self._documents.keep(identity).handle
        try:
            hits = self._search.document(identity.kind, identity.number, self._now(), handle)
            again = self._search.document(identity.kind, identity.number, self._now(), handle, task.hits)
        except ValueError:
            task.message = words.NONE_OF_DOCUMENT
            return handle
        mine = tuple(hit for hit in again if hit.card == "matches")
        self._found(task, mine or hits, words.NONE_OF_DOCUMENT)
        return handle

    def typed(self, text: str) -> None:
        """A ticket's number or an order's code was typed."""
        task = self._task
        if task is None or not self.looks:
            return
        found = self._search.typed(text)
        match found:
            case None:
                task.message = words.NOT_A_NUMBER
            case Refuse():
                task.message = words.NONE_TYPED
            case _:
                self._found(task, found or None, words.NONE_TYPED)

    def choose(self, number: str) -> None:
        """Take one of the tickets found."""
        task = self._task
        hit = self._hit(number)
        if task is None or hit is None or task.state is FindState.WORKING:
            return
        task.chosen, task.state = hit.number, FindState.FOUND
        task.message, task.link, task.claim = None, "", ""
        task.delivery, task.returned = Delivery.NONE, NO_MONEY

    def do(self, tax_id: str = "") -> None:
        """Do what the task says with the chosen ticket, or with the only one."""
        task = self._task
        if task is None or task.state is FindState.WORKING:
            return
        hit = self._chosen(task)
        if hit is None:
            task.message = words.NOT_CHOSEN
            return
        hit = self._search.again(hit)
        task.hits = tuple(hit if each.number == hit.number else each for each in task.hits)
        why = self._showing.why_not(hit, task.task)
        if why is not None and not (task.task is Task.INVOICE and invoices_of(self._journal, hit.number)):
            self._refuse(task, why)
            return
        match task.task:
            case Task.COLLECT:
                self._print(task, hit)
            case Task.REFUND:
                self._refund(task, hit)
            case Task.INVOICE:
                self._invoice(task, hit, tax_id)
            case Task.CHECK:
                task.state = FindState.DONE
            case Task.CHANGE:
                task.message = words.CHANGE_NEXT

    def take_along(self, number: str) -> Words | None:
        """Show a ticket to a phone: one that was found, or one of this till's own. None, or why not."""
        hit = self._hit(number) or self._own(number)
        if hit is None:
            return words.NOT_CHOSEN
        why = self._showing.why_not(hit, Task.COLLECT)
        if why is not None:
            return why
        self._handing.shown(hit)
        self.link = self._handing.link(hit)
        return None

    def found_ticket(self, number: TicketNumber) -> Hit | None:
        """A ticket that was found in this session, for a change."""
        return self._hit(number.digits)

    def work(self) -> None:
        """One round of what is under way."""
        task = self._task
        if task is not None and task.task is Task.REFUND and task.state is FindState.FOUND:
            for hit in task.hits:
                self._learn_way(task, hit)
        if task is not None and task.working is not None and not self._refunding.busy:
            self._begin_refund(task)
        ended = self._refunding.work()
        if ended is not None:
            self._ended(ended)
        elif task is not None and task.state is FindState.WORKING and self._refunding.paying:
            task.message = words.PAYING_BACK

    # inside

    def _found(self, task: _Task, hits: tuple[Hit, ...] | None, nothing: Words) -> None:
        if not hits:
            task.message = nothing
            return
        task.hits, task.state, task.message = hits, FindState.FOUND, None
        task.chosen = hits[0].number if len(hits) == 1 else None
        task.link, self.link = "", ""

    def _with(self, hit: Hit, identity: Identity | None, handle: str) -> Hit:
        """A ticket whose code is shown after its document."""
        if identity is None:
            return hit
        return self._search.document(identity.kind, identity.number, self._now(), handle, (hit,))[0]

    def _hit(self, number: str) -> Hit | None:
        hits = self._task.hits if self._task is not None else ()
        return next((hit for hit in hits if hit.number.digits == number), None)

    def _chosen(self, task: _Task) -> Hit | None:
        if task.chosen is None:
            return task.hits[0] if len(task.hits) == 1 else None
        return self._hit(task.chosen.digits)

    def _own(self, number: str) -> Hit | None:
        """One of this till's own tickets, as it hands it out itself: only what it sold and still keeps."""
        hit = self._search.numbered(TicketNumber.from_digits(number))
        return hit if hit is not None and hit.own is not None else None

    def _refuse(self, task: _Task, why: Words) -> None:
        task.state, task.message = FindState.REFUSED, why

    def _print(self, task: _Task, hit: Hit) -> None:
        task.state, task.delivery = FindState.WORKING, Delivery.PRINTING
        self._hold_out()
        task.delivery = self._handing.print_copy(hit)
        task.state = FindState.DONE
        match task.delivery:
            case Delivery.PRINTED:
                task.message = words.COPY_PRINTED
            case Delivery.UNKNOWN:
                task.message = words.COPY_UNKNOWN
            case _:
                task.message = words.COPY_REFUSED

    def show_before_printing(self, show: Callable[[], None]) -> None:
        """What to call when a screen should see something before a print, which takes seconds."""
        self._hold_out = show

    def _invoice(self, task: _Task, hit: Hit, tax_id: str) -> None:
        plain = "".join(tax_id.split()).upper()
        if plain and not tax_id_ok(plain):
            task.message = words.WRONG_TAX_ID
            return
        known = invoices_of(self._journal, hit.number)
        due = self._showing.invoice(hit)
        if not known and isinstance(due, NoInvoice):
            self._refuse(task, words.NO_INVOICE[due])
            return
        invoice = known[0] if isinstance(due, NoInvoice) else self._invoices.ask(hit.number, due, plain)
        task.link = self._invoices.link(invoice)
        printed = self._print_paper(lambda: self._faces.invoice(invoice, task.link))
        task.delivery = Delivery.PRINTED if printed else Delivery.REFUSED
        task.state = FindState.DONE
        task.message = words.INVOICE_ASKED if task.link else words.INVOICE_ASKED_NO_LINK

    def _refund(self, task: _Task, hit: Hit) -> None:
        if self._refunding.busy:
            task.message = words.BUSY
            return
        task.state, task.working, task.message = FindState.WORKING, hit.number, words.WORKING_REFUND
        self._begin_refund(task)

    def _begin_refund(self, task: _Task) -> None:
        """Begin once it is known how the money would go back; the centre has its time to say so."""
        hit = self._chosen(task)
        if hit is None or self._learn_way(task, hit) is None:
            return
        task.working = None
        terms = self._showing.terms(hit)
        if isinstance(terms, NotBack):
            self._refuse(task, words.NOT_BACK[terms])
            return
        self._refunding.begin(hit.found, terms, task.ways[hit.number])

    def _learn_way(self, task: _Task, hit: Hit) -> Way | None:
        """How the money would go back: by the own journal, else by the centre's word; None while that is awaited."""
        if hit.number in task.ways:
            return task.ways[hit.number]
        way = way_here(self._journal, hit.number)
        if way is None:
            told = self._centre.ask_money(hit.number)
            match told:
                case None:
                    return None
                case TicketMoney():
                    way = way_told(told)
                case NoAnswer():
                    way = BY_CLAIM
        task.ways[hit.number] = way
        return way

    def _way(self, task: _Task, hit: Hit) -> Way:
        return task.ways.get(hit.number) or way_here(self._journal, hit.number) or BY_CLAIM

    def _ended(self, ended: Ended) -> None:
        task = self._task
        if isinstance(ended, NotTaken):
            if task is not None:
                self._refuse(task, words.refused(ended.refusal, self._finder.zone))
            return
        if ended.claim:
            self._print_slip(ended.claim)
        refund = ended.refund
        if isinstance(ended, Done) and ended.returned > 0:
            way = way_done(Way.of(refund.way))
            self._print_paper(lambda: self._faces.refund(refund, ended.returned, way))
        if task is None and isinstance(ended, Done) and ended.restarted:
            hit = self._search.numbered(refund.number)
            self._task = task = _Task(task=Task.REFUND, hits=() if hit is None else (hit,), chosen=refund.number)
        if task is None or task.task is not Task.REFUND:
            return
        task.claim = ended.claim
        match ended:
            case Done():
                task.state, task.returned = FindState.DONE, ended.returned
                said = words.refund_done(ended.returned, refund.fee, ended.left, ended.late)
                task.message = words.joined(words.RESTARTED_REFUND, said) if ended.restarted else said
            case AskedOnly():
                task.state = FindState.REFUSED
                task.message = words.refund_asked(grouped_claim(ended.claim))

    def _print_paper(self, draw: Callable[[], Raster]) -> bool:
        """Print a paper that is a help and no more; without one nothing is lost."""
        try:
            return self._press.print_paper(draw())
        except NotDrawable:
            self._press.cannot_draw()
            return False

    def _print_slip(self, number: str) -> None:
        claim = self._claim(number)
        if claim is None or claim.slip:
            return
        try:
            self._press.print_slip(claim, self._faces.slip(claim))
        except NotDrawable:
            self._press.cannot_draw()

    def _claim(self, number: str) -> Claim | None:
        found = find_claim(self._journal, number) if number else None
        if found is None:
            return None
        slip = bool(self._journal.rows("SELECT 1 FROM slips WHERE claim = ?", (number,)))
        return Claim(number=found.claim, fen=found.fen, reason=found.reason, slip=slip)

    def _claim_view(self, number: str) -> ClaimView | None:
        claim = self._claim(number)
        if claim is None:
            return None
        return ClaimView(number=claim.number, fen=claim.fen, reason=claim_reason(claim.reason), slip_printed=claim.slip)
