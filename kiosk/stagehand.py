"""Leads one window on a cardboard till wherever a picture or a test of screens wants it."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtGui import QImage

from kiosk.app import KioskWindow, application
from kiosk.buy.part import BuyPart
from kiosk.inventory import Shown
from kiosk.panel import PanelSettings
from kiosk.pseudo import LONG, LongWords
from kiosk.rehearsal import CardboardTill
from kiosk.speech.voice import RecordingVoice
from kiosk.touches import Speak
from kiosk.viewmodel import KioskViewModel
from tickets.errors import Bug


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a passenger has set the screens. The language is a code; `LONG` is the one for finding cut texts."""

    language: str = "zh"
    large: bool = False
    contrast: bool = False
    low: bool = False

    @property
    def name(self) -> str:
        """For a file name: en-large-contrast."""
        on = [name for name in ("large", "contrast", "low") if getattr(self, name)]
        return "-".join((self.language, *on))


@dataclass(slots=True)
class Rehearsal:
    """One window on one cardboard till, with a clock that stands still until moved."""

    till: CardboardTill
    kiosk: KioskWindow
    clock: list[int]
    voice: RecordingVoice

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

    def settle(self, rounds: int = 4) -> None:
        """Let Qt do what is to be done, loading of screens included."""
        for _ in range(rounds):
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            QCoreApplication.sendPostedEvents()

    def draw(self) -> QImage:
        """Lay the screen out until nothing on it moves any more: the picture of it."""
        before: list[Shown] = []
        for _ in range(12):
            self.settle(1)
            picture = self.kiosk.window.grabWindow()
            now = self.kiosk.inventory.shown()
            if now == before:
                return picture
            before = now
        raise Bug(what=f"the screen {self.model.screen} does not come to rest", hint="look for what moves on it")

    def wait(self, seconds: float) -> None:
        """Time passes without a touch."""
        self.settle()
        self.clock[0] += int(seconds * 1000)
        self.model.tick()
        self.settle()

    def anew(self) -> None:
        """As after a start: a till that has done nothing, and nobody here."""
        self.settle()
        self.till.anew()
        self.settle()
        self.model.nobody()
        self.settle()

    def set(self, look: Look) -> None:
        """Touch language, large print, contrast and low reach until they are as wanted."""
        comfort = self.model.group("comfort")
        if comfort["language"] != look.language:
            self.model.touched(Speak(look.language))
        for name in ("large", "contrast", "low"):
            if self.model.group("comfort")[name] != getattr(look, name):
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

    def buy(self, look: Look, means: str | None = "cash") -> None:
        """Everything from the attract screen to paying with `means`, or to the choice of it."""
        self.start(look)
        self.buy_from_where_to(means)

    def buy_from_where_to(self, means: str | None = "cash") -> None:
        """Everything from the choice of the destination to paying with `means`, or to the choice of it."""
        self.buying.chooseStop("1001")
        self.choose_first_coach()
        self.settle()
        self.till.card()
        self.settle()
        self.model.touch("confirm")
        self.settle()
        if means is not None:
            self.buying.payBy(means)
            self.settle()


def rehearse(panel: PanelSettings, *, speaks: bool = True) -> Rehearsal:
    """A window on a cardboard till, at the attract screen. What is said is written down, if it `speaks` at all."""
    application()
    till, clock = CardboardTill(), [1_000_000]
    voice = RecordingVoice()
    heard = voice if speaks else None
    kiosk = KioskWindow(panel, till, clock=lambda: clock[0], voice=heard, unlisted={LONG: LongWords()})
    made = Rehearsal(till=till, kiosk=kiosk, clock=clock, voice=voice)
    made.settle()
    return made
