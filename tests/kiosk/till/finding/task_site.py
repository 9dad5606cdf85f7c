"""A whole machine: the real till with everything that takes and gives money, and its tasks about tickets."""

from pathlib import Path
from uuid import UUID

from drivers.health import Health
from drivers.idreader import Document
from drivers.idreader import DocumentKind as ReaderKind
from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.cashbook import Cashbook
from kiosk.till.cashier import Cashier
from kiosk.till.documents import Documents, Identity
from kiosk.till.finding.opening import FindingSettings, Tasks, open_tasks
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.purse import Hopper
from kiosk.till.scanning import Scanning
from kiosk.till.shelf import Shelf
from kiosk.till.takings import Takings
from kiosk.till.till import Till, new_claim_number
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.newest_trust import NewestTrust
from sync.points import Probe, no_probe
from tests.gate.station_arbiter import StationArbiter
from tests.kiosk.till import bench
from tests.kiosk.till.bench import PREFIX, ROOT, TILL_KEY, Desk, no_fonts
from tests.kiosk.till.finding.bench import TaskFaces
from tests.kiosk.till.money_devices import HandCalls
from tests.kiosk.till.money_site import MoneySite
from tickets.fares import FareRules


class Plate:
    """An ID reader on which a card is laid."""

    def __init__(self) -> None:
        self.card: Identity | None = None

    def read(self) -> Document | None:
        card, self.card = self.card, None
        return None if card is None else Document(kind=ReaderKind(int(card.kind)), name=card.name, number=card.number)

    def health(self) -> Health:
        return Health(ok=True, what="ready", hint="")

    def close(self) -> None:
        pass


class TaskSite(MoneySite):
    """As `MoneySite`, with the real tasks, and changes by their uses."""

    def __init__(self, directory: Path) -> None:
        self.arbiter = StationArbiter()
        self.plate = Plate()
        super().__init__(directory)

    def opened(self, probe: Probe = no_probe) -> Desk:
        """Open a till without starting it."""
        self.line, self.counter = HandCalls(at_once=self.line.at_once), HandCalls(at_once=self.counter.at_once)
        journal = Journal.create_or_open(
            self.directory / "journal.db",
            device=bench.DEVICE,
            prefix=PREFIX,
            clock=self.time.now,
            random=self.chance,
            probe=probe,
        )
        cache = CacheReader(self.directory / "cache.db")
        ledger = Ledger(journal)
        identity = TillIdentity(
            device=bench.DEVICE,
            name="K1",
            prefix=PREFIX,
            key=TILL_KEY,
            root_key=ROOT.public,
            certificate=None,
            trust_list=None,
        )
        authority = Authority(identity, cache)
        shelf = Shelf(cache, ledger, authority, FareRules.default())
        self.takings = Takings(
            book=Cashbook(journal),
            newest_order=ledger.newest_order,
            clock=self.time.clock,
            new_id=lambda: UUID(bytes=self.chance(16), version=4),
            new_claim=self._new_claim,
            probe=probe,
            acceptor=self.coins,
            hoppers=[Hopper(name=f"hopper-{tube.fen}", dispenser=tube) for tube in self.tubes],
            centre=self.centre,
            line=self.line,
            terminal=self.terminal,
            desk=self.counter,
        )
        press = Press(self.printer, ledger, clock=self.time.clock, probe=probe)
        faces = TaskFaces(shelf, no_fonts, till="K1", now=self.time.at)  # type: ignore[arg-type]  # plain faces never ask for fonts

        def tasks(documents: Documents) -> Tasks:
            return open_tasks(
                FindingSettings(
                    station=bench.STATION,
                    arbiter=self.arbiter.of(bench.DEVICE),
                    centre=self.takings,
                    returns=self.takings.payouts,
                ),
                journal=journal,
                cache=cache,
                trust=NewestTrust(bench.trust_list(), ROOT.public, cache),
                shelf=shelf,
                press=press,
                faces=faces,
                documents=documents,
                now=self.time.now,
                random=self.chance,
                new_claim=self._new_claim,
            )

        cashier = Cashier(self.validator, ledger, clock=self.time.clock, new_claim=self._new_claim, probe=probe)
        till = Till(
            cache=cache,
            ledger=ledger,
            authority=authority,
            shelf=shelf,
            cashier=cashier,
            press=press,
            faces=faces,
            reader=self.plate,
            now=self.time.now,
            clock=self.time.clock,
            random=self.chance,
            takings=self.takings,
            scanning=Scanning(self.eye, ledger, self.time.clock),
            tasks=tasks,
        )
        self.desk = Desk(till=till, ledger=ledger, journal=journal, cashier=cashier, cache=cache)
        return self.desk

    def _new_claim(self) -> str:
        return new_claim_number(self.chance)
