"""Pictures of every screen: `python -m kiosk.screenshots DIR` writes each screen in both languages on two panels.

Also in large print and in high contrast with `--comfort`. `--only pay,done` makes only these.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop

from kiosk.app import KioskWindow, application
from kiosk.buy.part import BuyPart
from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_15_6, PanelSettings
from kiosk.rehearsal import CardboardTill
from kiosk.till import wording
from kiosk.till.values import Delivery
from kiosk.till.wording import Notice, Trouble
from kiosk.viewmodel import KioskViewModel
from tickets.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a passenger has set the screens."""

    language: str
    large: bool = False
    contrast: bool = False

    @property
    def name(self) -> str:
        """For a file name: en-large-contrast."""
        return self.language + ("-large" if self.large else "") + ("-contrast" if self.contrast else "")


@dataclass(slots=True)
class Rehearsal:
    """One window on one cardboard till, with a clock that stands still until moved."""

    till: CardboardTill
    kiosk: KioskWindow
    clock: list[int]

    @property
    def buying(self) -> BuyPart:
        """What the screens of a purchase show, and may say."""
        part = self.model.parts["buy"]
        assert isinstance(part, BuyPart)
        return part

    @property
    def model(self) -> KioskViewModel:
        """What the screens show."""
        return self.kiosk.view_model

    def settle(self) -> None:
        """Let Qt do what is to be done, loading of screens included."""
        for _ in range(4):
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            QCoreApplication.sendPostedEvents()

    def wait(self, seconds: float) -> None:
        """Time passes without a touch."""
        self.settle()
        self.clock[0] += int(seconds * 1000)
        self.model.tick()
        self.settle()

    def set(self, look: Look) -> None:
        """Touch language, large print and contrast until they are as wanted."""
        comfort = self.model.group("comfort")
        for name, wanted in (("language", look.language), ("large", look.large), ("contrast", look.contrast)):
            if comfort[name] != wanted:
                self.model.touch(name)

    def start(self, look: Look) -> None:
        """Touch the attract screen."""
        self.model.touch("start")
        self.set(look)

    def choose_first_coach(self) -> None:
        """Touch the next coach to Hangzhou."""
        offer = next(offer for offer in self.till.snapshot.offers if offer.destination == 1001)
        self.buying.chooseTrip(offer.service_date.isoformat(), offer.trip)

    def type(self, text: str) -> None:
        """Touch these keys."""
        for character in text:
            self.model.key(character)

    def buy(self, look: Look) -> None:
        """Everything from the attract screen to the bill slot."""
        self.start(look)
        self.buying.chooseStop("1001")
        self.choose_first_coach()
        self.settle()
        self.till.card()
        self.settle()
        self.model.touch("confirm")
        self.settle()
        self.buying.touch("cash")
        self.settle()


def rehearse(panel: PanelSettings) -> Rehearsal:
    """A window on a cardboard till, at the attract screen."""
    application()
    till, clock = CardboardTill(), [1_000_000]
    made = Rehearsal(till=till, kiosk=KioskWindow(panel, till, clock=lambda: clock[0]), clock=clock)
    made.settle()
    return made


def walk(r: Rehearsal, look: Look) -> Iterator[str]:
    """Lead the window through every screen; yields the name of each when it is on show."""
    till, m = r.till, r.model
    yield "01-attract"
    r.start(look)
    yield "02-where-to"
    r.buying.touch("spell")
    m.key("H")
    yield "03-spelling"
    r.buying.chooseStop("1001")
    yield "04-which"
    r.choose_first_coach()
    yield "05-who"
    yield from _documents(r)
    r.buying.editRider("h1")
    r.buying.setChildren(1)
    yield "12-rider"
    m.touch("confirm")
    till.card("欧阳**", "1101****002X")
    yield "13-who-two"
    till.show(replace(till.snapshot, trouble=wording.TROUBLES[Trouble.CARD_UNREADABLE]))
    yield "14-who-trouble"
    till.show(replace(till.snapshot, trouble=None))
    r.buying.dropRider("h2")
    m.touch("confirm")
    yield "15-pay"
    r.buying.touch("cash")
    yield "16-putting-in"
    yield from _money(r, look)
    yield "25-done"
    yield from _troubles(r, look)


def _documents(r: Rehearsal) -> Iterator[str]:
    m = r.model
    r.buying.touch("typeInstead")
    yield "06-document"
    r.buying.chooseDocument(1)
    r.type("11010519491231")
    yield "07-number"
    r.type("0021")
    yield "08-number-wrong"
    m.touch("back")
    r.buying.chooseDocument(5)
    r.type("E1234567")
    yield "09-passport"
    m.touch("confirm")
    r.type("ADA LOVELACE")
    yield "10-name"
    for _ in range(3):
        m.touch("back")
    r.till.card()
    yield "11-who-one"


def _money(r: Rehearsal, look: Look) -> Iterator[str]:
    till, m = r.till, r.model
    till.bill(20)
    yield "17-part-paid"
    till.message(wording.BILL_TOO_LARGE)
    yield "18-note-too-large"
    till.stops_taking(wording.stuck_message(Fen(2000), 48))
    yield "19-validator-silent"
    till.message(None)
    m.touch("back")
    yield "20-give-up"
    m.touch("continue")
    r.wait(190 if look.large else 65)
    yield "21-still-there"
    m.touch("continue")
    till.bill(20)
    till.bill(5)
    yield "22-printing"
    till.print_all(Delivery.REFUSED, wording.PRINT_REFUSED)
    yield "23-refused"
    till.print_all(Delivery.UNKNOWN)
    yield "24-unknown"
    till.print_all(Delivery.PRINTED)


def _troubles(r: Rehearsal, look: Look) -> Iterator[str]:
    till, m = r.till, r.model
    for slip, name in ((True, "26-claim"), (False, "27-claim-no-slip")):
        m.touch("finish")
        r.settle()
        r.buy(look)
        till.bill(20)
        till.claim(slip_printed=slip)
        yield name
    m.touch("finish")
    r.settle()
    till.refuses = wording.TROUBLES[Trouble.TOO_FEW_PLACES]
    r.buy(look)
    yield "28-trouble"
    m.touch("finish")
    m.touch("startOver")
    r.settle()
    working, no_printer = till.snapshot.capabilities, wording.NOTICES[Notice.NO_PRINTER]
    till.refuses = no_printer
    r.buy(look)
    till.show(replace(till.snapshot, capabilities=replace(working, printer=False, sells=False, notices=(no_printer,))))
    yield "29-trouble-cannot-sell"
    till.show(replace(till.snapshot, capabilities=working))
    till.refuses = None
    m.touch("startOver")
    m.touch("finish")
    m.touch("startOver")
    till.show(replace(till.snapshot, trouble=None))
    r.settle()
    r.buy(look)
    till.bill(50)
    till.print_all(Delivery.UNKNOWN)
    left = till.snapshot.order
    r.buying.touch("haveTicket")
    r.settle()
    r.buying.touch("haveTicket")
    m.touch("finish")
    r.settle()
    till.show(replace(till.snapshot, recovered=left))
    r.settle()
    r.set(look)
    yield "30-recovered"
    r.buying.touch("notMine")
    yield "31-attract-recovered"
    r.start(look)
    r.buying.chooseStop("1001")
    r.settle()
    offers = till.snapshot.offers
    till.show(replace(till.snapshot, offers=tuple(offer for offer in offers if offer.destination != 1001)))
    yield "32-no-more-coach"
    broken = replace(
        till.snapshot.capabilities,
        printer=False,
        sells=False,
        cash=False,
        notices=(wording.NOTICES[Notice.NO_PRINTER],),
    )
    till.show(replace(till.snapshot, capabilities=replace(broken, online=False)))
    yield "33-cannot-sell-now"
    m.touch("startOver")
    r.settle()
    r.set(look)
    yield "34-out-of-service"


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    names = [argument for argument in arguments if not argument.startswith("--")]
    if not names:
        sys.stderr.write("Say where to write the pictures: python -m kiosk.screenshots DIR\n")
        return 2
    only = next((a.split("=", 1)[1].split(",") for a in arguments if a.startswith("--only=")), [])
    looks = [Look(language="zh"), Look(language="en")]
    if "--comfort" in arguments:
        looks = [Look(language="zh", large=True), Look(language="en", large=True), Look(language="zh", contrast=True)]
    folder = Path(names[0])
    folder.mkdir(parents=True, exist_ok=True)
    for panel_name, panel in (("landscape", LANDSCAPE_15_6), ("portrait", PORTRAIT_15_6)):
        for look in looks:
            rehearsal = rehearse(panel)
            for name in walk(rehearsal, look):
                rehearsal.settle()
                if not only or any(part in name for part in only):
                    rehearsal.kiosk.window.grabWindow()  # has pictures on the screen loaded
                    rehearsal.settle()
                    picture = rehearsal.kiosk.window.grabWindow()
                    picture.save(str(folder / f"{name}-{panel_name}-{look.name}.png"))
            rehearsal.kiosk.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
