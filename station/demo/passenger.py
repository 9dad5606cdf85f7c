"""A passenger: points at the kiosk's screen, puts bills into the slot, shows codes and cards, walks through gates."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from station.demo.processes import wait_until
from station.demo.report import NotSeen
from station.demo.site import Site

BILLS = (10000, 5000, 2000, 1000, 500, 100)


CARD_SECONDS = 1.0
"""How long a hand takes from one card to the next; a reader must see that the first was taken away."""


BETWEEN_TOUCHES_SECONDS = 0.7
"""How long a finger takes from one touch to the next: a kiosk takes a quicker one for the rest of a double strike."""


AGAIN_SECONDS = 3.0
"""After how long a passenger touches once more what has not answered, or holds it out again."""
HELD_OUT = 8
"""How often, before the passenger only waits."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an ID card. Made up: the number's check digit is right, its holder does not exist."""

    name: str
    number: str


ZHANG = Person("张晓明", "370101199003071231")
LI = Person("李芳", "370101198512240027")
CHEN = Person("陈志远", "371323198806064014")
ZHAO = Person("赵秀英", "370782199509123028")
WANG = Person("王小军", "370101197901150039")
SUN = Person("孙丽娟", "371122198802146023")
QIAN = Person("钱国栋", "371122197511034510")
ZHOU = Person("周海燕", "371100199205307833")
WU = Person("吴建华", "371323198609172649")
HAN = Person("韩雪梅", "371328199108123044")
TANG = Person("唐志刚", "370786198704253152")
ZHENG = Person("郑文博", "370784199901229057")


class Album:
    """Pictures of screens, numbered in the order in which they are taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pictures = 0
        folder.mkdir(parents=True, exist_ok=True)

    def next(self, what: str) -> Path:
        """Where the next picture belongs."""
        self._pictures += 1
        return self._folder / f"{self._pictures:02}-{what}.png"


class Passenger:
    """Acts on a site's devices and screen. Counts its touches; takes a picture of each screen it passes."""

    def __init__(self, site: Site, screens: Path) -> None:
        self._site = site
        self.album = Album(screens)
        self.touches = 0
        self._touched_at = 0.0

    def sees(self, name: str) -> bool:
        """Whether a control that begins with `name` can be touched now."""
        return any(each.startswith(name) for each in self._controls())

    def waits_for(self, *names: str, timeout: float = 25.0) -> str:
        """Wait until one of these controls can be touched; returns its whole name."""

        def found() -> str | None:
            controls = sorted(self._controls())
            return next((each for name in names for each in controls if each.startswith(name)), None)

        return str(wait_until(found, timeout, f"on the kiosk's screen: {' or '.join(names)}"))

    def touches_control(self, name: str, timeout: float = 25.0) -> str:
        """Touch a control once it is there; takes the screen's picture first. Returns the control's whole name."""
        seen = self.waits_for(name, timeout=timeout)
        self.photographs(seen.split(".")[0])
        time.sleep(max(0.0, self._touched_at + BETWEEN_TOUCHES_SECONDS - time.monotonic()))
        self._site.kiosk_pointer.do("tap", name=seen)
        self._touched_at = time.monotonic()
        self.touches += 1
        return seen

    def touches_until(self, name: str, done: Callable[[], object], what: str, timeout: float = 25.0) -> None:
        """Touch a control, and again where that changed nothing, until `done`; `what` names that."""
        until = time.monotonic() + timeout
        while not done():
            if time.monotonic() > until:
                raise TimeoutError(f"not seen within {timeout:.0f} s: {what}")
            self.touches_control(name)
            with contextlib.suppress(TimeoutError):
                wait_until(done, AGAIN_SECONDS, what)

    def photographs(self, what: str) -> Path:
        """Keep a picture of the screen."""
        path = self.album.next(what)
        self._site.kiosk_pointer.do("grab", path=str(path))
        return path

    def photographs_if_it_can(self, what: str) -> None:
        """Keep a picture of the screen, where there is a kiosk to take it of."""
        with contextlib.suppress(OSError, ValueError):
            self.photographs(what)

    def lays_card_on(self, reader: str, person: Person) -> None:
        """Put the ID card on a reader."""
        self._site.devices[reader].control.do("place", kind=1, name=person.name, number=person.number)

    def takes_card_from(self, reader: str) -> None:
        """Take it away again."""
        self._site.devices[reader].control.do("remove")
        time.sleep(CARD_SECONDS)

    def pays(self, fen: int, photograph: bool = True) -> list[int]:
        """Put bills in until `fen` is paid, each once the validator takes it. Returns the bills, in fen."""
        control = self._site.notes
        paid: list[int] = []
        while sum(paid) < fen:
            due = fen - sum(paid)

            def taken_now(due: int = due) -> int | None:
                state = control.state()
                if not state["accepting"] or state["escrow"]:
                    return None
                return next((bill for bill in BILLS if bill <= due and bill in state["accepts"]), None)

            bill = int(wait_until(taken_now, 15, f"the bill validator to accept a bill of at most {due} fen"))
            if not self._puts_in(bill):
                continue  # it came back, because the slot closed at that moment: put it in again
            paid.append(bill)
            if photograph and sum(paid) < fen:
                self.photographs("paying")
        return paid

    def pays_with(self, bill: int) -> None:
        """Put this one bill in once the validator takes it."""
        notes = self._site.notes

        def open_for_it() -> bool:
            state = notes.state()
            return bool(state["accepting"] and not state["escrow"] and bill in state["accepts"])

        while True:
            wait_until(open_for_it, 15, f"the bill validator to accept a bill of {bill} fen")
            if self._puts_in(bill):
                return  # else it came back, because the slot closed at that moment: put it in again

    def _puts_in(self, bill: int) -> bool:
        """Put one bill in; returns whether it was kept."""
        control = self._site.notes
        before = control.state()
        if not control.do("insert", fen=bill)["taken"]:
            return False

        def settled() -> bool:
            after = control.state()
            return bool((after["total_fen"], after["returned_fen"]) != (before["total_fen"], before["returned_fen"]))

        wait_until(settled, 10, f"a bill of {bill} fen kept or given back")
        return bool(control.state()["total_fen"] == before["total_fen"] + bill)

    def holds_to_kiosk(self, text: str) -> None:
        """Hold a code under the kiosk's scanner."""
        self._site.devices["scanner-kiosk"].control.do("scan", text=text)

    def holds_ticket_to_kiosk(self, code: str, then: str) -> None:
        """Hold a ticket's code under the kiosk's scanner, and again as long as nothing comes of it: `then` is the
        control that does.
        """
        for _ in range(HELD_OUT):
            self.holds_to_kiosk(code)
            with contextlib.suppress(TimeoutError):
                self.waits_for(then, timeout=AGAIN_SECONDS)
                return
        self.waits_for(then)

    def reads(self) -> list[str]:
        """What can be read on the kiosk's screen now."""
        return list(self._site.kiosk_pointer.do("texts")["state"])

    def shows_phone(self, text: str) -> None:
        """Hold a code to the gate's scanner."""
        self._site.devices["scanner"].control.do("scan", text=text)

    def shows_picture(self, picture: Path, seconds: float = 2.0) -> None:
        """Hold a picture into the gate's camera."""
        self._site.devices["camera"].control.do("show", picture=str(picture), hold_seconds=seconds, tilt=4)

    def walks_through(self) -> bool:
        """Walk; returns whether the arm let it."""
        return bool(self._site.devices["barrier"].control.do("walk_through")["passed"])

    def _controls(self) -> dict[str, list[float]]:
        return dict(self._site.kiosk_pointer.do("controls")["state"])


def until(condition: Callable[[], object], what: str, timeout: float = 10.0) -> None:
    """Wait for something to be seen; NotSeen when it is not."""
    try:
        wait_until(condition, timeout, what)
    except TimeoutError as error:
        raise NotSeen(str(error)) from error
