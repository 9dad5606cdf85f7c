"""Anything at all, at a kiosk of real processes: touches, cards, notes, no paper, jams, dead lines, and its death.

`python -m tests.crash.random_kiosk SEED…` plays each seed for some minutes and prints what does not add up.
Whatever was done, three things hold in the end: the kiosk ended only by our hand, it waits for the next passenger by
itself, and the money in the stacker is tickets and claims, fen by fen.
"""

import argparse
import contextlib
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from station.demo.passenger import BILLS
from tests.crash.accounts import discrepancies
from tests.crash.life import Life
from tests.crash.nursery import BornChild, Nursery

QUIET_SECONDS = 300.0
"""The longest that a kiosk may need to come to rest: a question in large print stands for 200 s."""
FORWARD = (
    (
        "recovered.finish",
        "recovered.notMine",
        "recovered.print",
        "trouble.finish",
        "done.finish",
        "stillThere.continue",
    ),
    ("giveUp.slip", "giveUp.continue", "notPrinted.again", "notPrinted.haveTicket", "attract.start"),
    ("who.confirm", "pay.cash", "rider.done", "typing.next", "whereTo.stop", "which.trip"),
)
POINTS = (
    *(
        f"till:commit:{kind}:{when}"
        for kind in ("order.held", "money.taken", "order.paid")
        for when in ("before", "after")
    ),
    *(f"till:commit:{kind}:after" for kind in ("ticket.issued", "ticket.delivered", "claim.opened", "device.fault")),
    *("till:stack:before", "till:stack:after", "till:print:before", "till:print:after"),
)
PRINTER = ("paper_out", "load_paper", "open_cover", "close_cover", "jam", "clear_jam", "die_in_print", "power_cycle")
VALIDATOR = ("jam", "jam", "clear_jam", "power_cycle", "remove_stacker", "insert_stacker")
LINES = ("silent", "garbage", "half", "deaf")
DEVICES = ("printer", "cash", "id-reader-kiosk")


class Watched(BornChild):
    """A process of which it is known how it ended."""

    @property
    def ended_with(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.poll() if self._process is not None else None


class Whims:
    """One kiosk and what a seed does to it. `tell` gets every act, so that a finding can be followed."""

    def __init__(self, life: Life, seed: int, tell: Callable[[str], None] = lambda _: None) -> None:
        self.life = life
        self.site = life.site
        self.found: list[str] = []
        self.put_in = 0  # fen; a play in which nobody pays shows nothing
        self._chance = random.Random(seed)
        self._tell = tell
        self._mortal = False
        self._kiosk: Watched | None = None

    def start(self, point: str = "") -> None:
        """Start the kiosk; with a `point` it kills itself there."""
        module = ["station.demo.driven_kiosk", "--config", str(self.site.kiosk_store / "terminal.toml")]
        module += ["--control", str(self.site.kiosk_pointer.path)]
        environment = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "PYTHONFAULTHANDLER": "1"}
        environment |= {"WAYSTATION_KILL_AT": point} if point else {}
        self._tell(f"start {point}")
        self._kiosk = Watched("kiosk", module, self.site.logs, environment, nursery=self.site.nursery).launch()
        self.site.children["kiosk"] = self._kiosk
        self._mortal = bool(point)
        with contextlib.suppress(Exception) if self._mortal else contextlib.nullcontext():
            self._kiosk.wait_ready(60)

    def act(self) -> None:
        """Do one thing."""
        acts: dict[Callable[[], object], int] = {
            self._go_on: 34,
            self._touch_anything: 14,
            self._put_note_in: 26,
            self._lay_card: 10,
            self._take_card: 6,
            self._pull_note: 1,
            self._work_printer: 4,
            self._work_validator: 3,
            self._break_line: 2,
            self._repair: 5,
            self._restart_device: 1,
            self._work_centre_line: 1,
            self._kill: 1,
        }
        act = self._chance.choices(list(acts), list(acts.values()))[0]
        try:
            act()
        except (OSError, ValueError) as error:  # nobody is there, or it says no
            self._tell(f"  {act.__name__[1:]}: {error}")
        self.look_whether_it_lives()
        time.sleep(self._chance.choice((0.0, 0.05, 0.2, 0.4)))

    def look_whether_it_lives(self) -> None:
        """Start the kiosk again when it died by our hand; a death of its own is a finding."""
        assert self._kiosk is not None
        ended = self._kiosk.ended_with
        if ended is None:
            return
        if not (self._mortal and ended == -9):
            self.found.append(f"the kiosk ended with {ended} by itself")
        self.start(self._chance.choice(POINTS) if self._chance.random() < 0.3 else "")

    # --- the passenger

    def controls(self) -> list[str]:
        """What can be touched now."""
        return sorted(self.site.kiosk_pointer.do("controls")["state"])

    def tap(self, name: str) -> None:
        """Touch it."""
        self._tell(f"tap {name}")
        self.site.kiosk_pointer.do("tap", name=name)

    def _go_on(self) -> None:
        seen = self.controls()
        ahead = [name for group in FORWARD for name in seen if name.startswith(group)]
        if ahead:
            self.tap(self._chance.choice(ahead))

    def _touch_anything(self) -> None:
        seen = self.controls()
        if seen:
            self.tap(self._chance.choice(seen))

    def _put_note_in(self) -> None:
        cash = self.site.devices["cash"].control
        state = cash.state()
        if not state["accepting"] and self._chance.random() < 0.9:
            return
        fitting = [fen for fen in BILLS if fen in state["accepts"]]
        fen = self._chance.choice(fitting if fitting and self._chance.random() < 0.8 else BILLS)
        if cash.do("insert", fen=fen)["taken"]:
            self.put_in += fen
            self._tell(f"note of {fen}")

    def _pull_note(self) -> None:
        self._tell("pulls a note")
        self.site.devices["cash"].control.do("steal", fen=self._chance.choice(BILLS))

    def _lay_card(self) -> None:
        self.life.hand.lays_card_on("id-reader-kiosk", self.life.next_person())
        self._tell("card")

    def _take_card(self) -> None:
        self.site.devices["id-reader-kiosk"].control.do("remove")

    # --- what befalls machines

    def _work_printer(self) -> None:
        act = self._chance.choice(PRINTER)
        later = act in ("paper_out", "open_cover", "jam", "die_in_print") and self._chance.random() < 0.5
        self._do("printer", act, **({"rows": self._chance.randrange(1, 1500)} if later else {}))

    def _work_validator(self) -> None:
        self._do("cash", self._chance.choice(VALIDATOR))

    def _break_line(self) -> None:
        self._do(self._chance.choice(DEVICES), "line", fault=self._chance.choice(LINES))

    def _restart_device(self) -> None:
        name = self._chance.choice(DEVICES)
        self._tell(f"{name} loses power")
        self.site.devices[name].child.kill()
        time.sleep(self._chance.choice((0.1, 2.0)))
        self.site.start_device(name)

    def _work_centre_line(self) -> None:
        self.site.line.do(self._chance.choice(("cut", "restore")))

    def _kill(self) -> None:
        assert self._kiosk is not None
        self._tell("kill")
        self._kiosk.kill()
        self._mortal = True

    def _do(self, device: str, act: str, **how: Any) -> None:
        self._tell(f"{device}: {act} {how}")
        self.site.devices[device].control.do(act, **how)

    def _repair(self) -> None:
        self._tell("repair")
        for name in DEVICES:
            self.site.devices[name].control.do("line", fault="ok")
        for act in ("clear_jam", "load_paper", "close_cover"):
            self.site.devices["printer"].control.do(act)
        for act in ("clear_jam", "insert_stacker"):
            self.site.devices["cash"].control.do(act)

    # --- the end

    def end(self, *, quick: bool = False) -> list[str]:
        """Let everything come to rest and say what is wrong then. `quick` kills the kiosk instead of waiting for it."""
        self._take_card()
        self.look_whether_it_lives()
        if self._mortal and self._kiosk is not None:
            self._kiosk.kill()
            self.start()
        if not quick and self._chance.random() < 0.5:
            self._tell("the end begins with everything as it is")
            time.sleep(100)  # a validator that does not come back gets a minute, a passenger eighty seconds
            self.look_whether_it_lives()
        self._repair()
        if quick and self._kiosk is not None:
            self._kiosk.kill()
            self.start()
        self._rest(60 if quick else QUIET_SECONDS)
        self.found += self._count()
        self._stop()
        if not quick:
            self.start()
            self._rest(120)
            self.found += self._count()
        return self.found

    def _rest(self, limit: float) -> None:
        """Wait, without a touch, for a screen that waits for whoever comes; where staff are waited for, be staff."""
        began, last = time.monotonic(), [""]
        seen: list[str] = []
        while time.monotonic() - began < limit:
            self.look_whether_it_lives()
            last = [name for name in self.controls() if not name.startswith(("band.", "rail."))] or ["nothing"]
            if not seen or seen[-1] != last[0]:
                seen.append(last[0])
            if "attract.start" in last and not self.life.unfinished():
                self._tell(f"at rest after {time.monotonic() - began:.0f} s: {seen}")
                return
            waited_for = next((name for name in last if name in ("trouble.finish", "notPrinted.haveTicket")), None)
            if waited_for and time.monotonic() - began > min(limit / 2, 90):
                self.tap(waited_for)
            time.sleep(0.5)
        self.site.kiosk_pointer.do("grab", path=str(self.site.folder.parent / "stuck.png"))
        self.found.append(f"not at rest after {limit:.0f} s: {seen}, unfinished {self.life.unfinished()}, shows {last}")

    def _stop(self) -> None:
        """End it in good order: that is no death by a signal either."""
        assert self._kiosk is not None
        self._kiosk.stop()
        if self._kiosk.ended_with != 0:
            self.found.append(f"asked to end, the kiosk ended with {self._kiosk.ended_with}")

    def _count(self) -> list[str]:
        stacker = self.site.devices["cash"].control.state()
        return discrepancies(self.life.till, stacker, self.put_in)


def play(folder: Path, seed: int, acts: int, *, quick: bool, tell: Callable[[str], None]) -> tuple[int, list[str]]:
    """Play one seed in a new station; returns the fen that went in, and what is wrong in the end."""
    with Nursery() as nursery, (life := Life(folder / "site", nursery)).site as site:
        site.start()
        site.start_sync(site.kiosk_store)
        while not life.departures():
            time.sleep(0.05)
        whims = Whims(life, seed, tell)
        whims.start()
        for _ in range(acts):
            whims.act()
        found = whims.end(quick=quick)
        log = (site.logs / "kiosk.log").read_text("utf-8", "replace")
        said = [line for line in log.splitlines() if "Traceback" in line or "Fatal" in line or ".qml:" in line]
        return whims.put_in, found + said


def main() -> int:
    """Play the seeds of the command line; 1 when one of them finds something."""
    parser = argparse.ArgumentParser(description="Random acts at a kiosk of real processes.")
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--acts", type=int, default=300)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "random-kiosk")
    arguments = parser.parse_args()
    bad = 0
    for seed in arguments.seeds:
        folder = arguments.keep / str(seed)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        began = time.monotonic()
        with (folder / "acts.log").open("w", buffering=1) as log:
            put_in, found = play(
                folder,
                seed,
                arguments.acts,
                quick=False,
                tell=lambda act, log=log, began=began: print(f"{time.monotonic() - began:7.2f} {act}", file=log),  # type: ignore[misc]  # bound now
            )
            for each in found:
                print(each, file=log)
        print(f"seed {seed}: ¥{put_in / 100:.0f} went in, {found or 'all is well'}", flush=True)
        bad += bool(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
