"""A till: its real parts on one strand, with devices that outlive it; customers are served there in turn."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from kiosk.paper.raster import Raster
from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.caller import Caller
from kiosk.till.cashbook import Cashbook
from kiosk.till.cashier import Cashier
from kiosk.till.faces import Faces
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.records import Claim, Issued
from kiosk.till.shelf import Shelf
from kiosk.till.takings import Takings
from kiosk.till.till import Till, new_claim_number
from station.kiosk_places import open_elsewhere
from station.simulate.devices import NoteBox, PaperTray
from station.simulate.nodes.centre import CENTRE
from station.simulate.nodes.node import Program, Site
from station.simulate.nodes.terminal import Place, Terminal, main_of
from station.simulate.threads import Event
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.line.till_calls import TillCalls
from tickets.errors import EnvironmentFault
from tickets.fares import FareRules

ROUND_S = 1500.0
"""How often a till at which nobody stands goes its round here; in life it is every second."""

Service = Callable[["TillNode", Till], None]
"""What a customer does: blocking code on the till's own strand."""


class TextFaces(Faces):
    """Draws nothing, but says what it would have drawn: `T<number>/<copy>` or `S<claim>`."""

    def ticket(self, ticket: Issued, *, order: str, copy: int) -> Raster:  # noqa: ARG002  the real one prints it
        """See Faces."""
        return _as_raster(f"T{ticket.number.digits}/{copy}")

    def slip(self, claim: Claim) -> Raster:
        """See Faces."""
        return _as_raster(f"S{claim.number}")


def _as_raster(text: str) -> Raster:
    return Raster(width=8, height=len(text), data=text.encode("ascii"))


def _no_fonts() -> object:
    raise AssertionError("nothing is drawn here")


class TillNode(Terminal):
    """A till with a validator and a printer."""

    kind = "till"
    process = "till"

    def __init__(self, site: Site, name: str, folder: Path, place: Place) -> None:
        super().__init__(site, name, folder, place)
        self.notes = NoteBox(self._note_rests)
        self.paper = PaperTray(self._printed)
        self.printed: list[str] = []
        """Every piece that came out, oldest first."""
        self.till: Till | None = None
        self.when_printed: Callable[[str], None] = lambda _: None
        self._customers: deque[Service] = deque()
        self._called = Event(site.turns)
        main_of(self, "till", self._main)

    @property
    def queue(self) -> int:
        """How many customers wait."""
        return len(self._customers)

    def looks_again(self) -> None:
        """Something has happened at one of its devices: it goes its round now."""
        self._called.set()

    def serve(self, customer: Service) -> None:
        """Let somebody queue here."""
        self._customers.append(customer)
        self._called.set()

    def died(self) -> None:
        """See Node; whoever stood there goes away."""
        super().died()
        self.till = None
        self.notes.new_host()
        if not self.powered:
            self.notes.power_cycle()
        self._customers.clear()

    def _note_rests(self, fen: int, stacked: bool) -> None:
        self.note(f"note of {fen} fen {'is in the stacker' if stacked else 'comes back'}")
        if stacked:
            self.site.watch.money_in(self.name, fen)

    def _printed(self, text: str, whole: bool) -> None:
        self.note(f"prints {text}" if whole else f"tears {text}")
        self.printed.append(text)
        if text[0] == "S":
            self.site.watch.paper(self.name, "slip", text[1:], whole=whole)
            return
        number, _, copy = text[1:].partition("/")
        self.site.watch.paper(self.name, "ticket", number, copy=int(copy), whole=whole)
        if whole:
            self.when_printed(number)

    def calm(self) -> None:
        """See Node; staff have looked after its devices."""
        self.paper.clear()
        self.notes.clear(restarts=False)
        super().calm()

    # ------------------------------------------------------------------ the program

    def _main(self, program: Program) -> None:
        till = self._opened()
        self.till = till
        till.start()
        while not program.stop.is_set():
            self._called.clear()
            while self._customers:
                self._customers.popleft()(self, till)
            self._called.wait(ROUND_S)
            if not self._customers:
                till.work()

    def _opened(self) -> Till:
        enrolment, random = self.enrolment, self.random.randbytes
        if enrolment.prefix is None:
            raise EnvironmentFault("This terminal is enrolled as a gate", "A kiosk needs an enrolment of kind till.")
        cache = CacheReader(self.cache_path)
        clock = self.terminal_clock(cache)
        journal = Journal.create_or_open(
            self.journal_path,
            device=enrolment.device,
            prefix=enrolment.prefix,
            clock=clock,
            random=random,
            probe=self.probe,
        )
        clock.not_before(journal.floor_ms())
        self.has_opened(journal)
        ledger = Ledger(journal)
        identity = TillIdentity(
            device=enrolment.device,
            name=enrolment.name,
            prefix=enrolment.prefix,
            key=enrolment.till_key(),
            root_key=enrolment.root_key,
            certificate=enrolment.certificate,
            trust_list=enrolment.trust_list(),
        )
        authority = Authority(identity, cache)
        shelf = Shelf(
            cache, ledger, authority, FareRules.default(), open_elsewhere(self.config, enrolment, cache, clock)
        )
        press = Press(self.paper, ledger, clock=self.boot, probe=self.probe)

        def new_claim() -> str:
            return new_claim_number(random)

        calls = TillCalls(
            f"http://{CENTRE}",
            enrolment.device,
            enrolment.device_key(),
            now=self.wall,
            nonce=lambda: self.random.randbytes(32),
            clock=lambda: self.site.agenda.now / 1000,
        )
        takings = Takings(
            book=Cashbook(journal),
            newest_order=ledger.newest_order,
            clock=self.boot,
            new_id=lambda: UUID(bytes=random(16), version=4),
            new_claim=new_claim,
            probe=self.probe,
            centre=calls,
            line=Caller("centre"),
        )
        return Till(
            cache=cache,
            ledger=ledger,
            authority=authority,
            shelf=shelf,
            cashier=Cashier(self.notes, ledger, clock=self.boot, new_claim=new_claim, probe=self.probe),
            press=press,
            faces=TextFaces(shelf, _no_fonts, till=enrolment.name, now=lambda: clock().at),  # type: ignore[arg-type]  # they never ask for fonts
            reader=None,
            now=clock,
            clock=self.boot,
            random=random,
            takings=takings,
        )
