"""Runs the lanes of a gate until told to stop: for each a thread that decides and acts, and one for each reader.

Lanes share nothing but the journal. A barrier that does not answer, or a reader that is slow, holds up its own lane.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from drivers.barrier import Barrier, Way
from drivers.camera import Camera
from drivers.idreader import IdReader
from drivers.scanner import Scanner
from gate.announcement import Announce, Announcement, closed_for, idle_for
from gate.arm import MARGIN_SECONDS
from gate.controller import Controller
from gate.decide import Decider
from gate.find import TrustSource
from gate.observe import UNOBSERVED, Observer
from gate.readers import Inputs, read_camera, read_cards, read_scanner
from gate.settings import GateSettings
from gate.started import note_start
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.lan.arbiter import Arbiter
from sync.points import Probe, no_probe
from tickets.admission import TrustedNow
from tickets.errors import Fault

RESTART_SECONDS = 5.0
"""After which a lane that failed by no device's fault begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """What reads on one side of a lane."""

    scanner: Scanner | None = None
    camera: Camera | None = None
    cards: IdReader | None = None

    @property
    def devices(self) -> Sequence[Scanner | Camera | IdReader]:
        """All of them that there are."""
        return [each for each in (self.scanner, self.camera, self.cards) if each is not None]

    @property
    def idle(self) -> Announcement:
        """What a free side asks passengers for."""
        return idle_for(codes=self.scanner is not None or self.camera is not None, cards=self.cards is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneParts:
    """What one life of a lane works with. All of it is used by that lane alone."""

    decider: Decider
    barrier: Barrier
    readers: Mapping[Way, Readers]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlan:
    """A lane to be run. `parts` makes what it works with, in the lane's own thread, anew for each of its lives.

    `announce` has a display for each of the lane's ways.
    """

    settings: GateSettings
    parts: Callable[[], LaneParts]
    announce: Mapping[Way, Announce]


OnFailed = Callable[[str, Exception], None]
"""Is told, in a lane's own thread, which lane failed and by what."""


def run_gate(
    *,
    settings: GateSettings,
    journal: Journal,
    cache: CacheReader,
    trust: TrustSource,
    clock: Callable[[], TrustedNow],
    barrier: Barrier,
    announce: Announce,
    stop: threading.Event,
    scanner: Scanner | None = None,
    camera: Camera | None = None,
    cards: IdReader | None = None,
    arbiter: Arbiter | None = None,
    probe: Probe = no_probe,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Run the one lane of a gate in the calling thread: see `run_lane`."""
    decider = Decider(
        settings=settings, journal=journal, cache=cache, trust=trust, clock=clock, arbiter=arbiter, probe=probe
    )
    readers = Readers(scanner=scanner, camera=camera, cards=cards)
    plan = LanePlan(
        settings=settings,
        parts=lambda: LaneParts(decider=decider, barrier=barrier, readers=dict.fromkeys(settings.ways, readers)),
        announce=dict.fromkeys(settings.ways, announce),
    )
    start = note_start(journal, [settings.lane])
    run_lane(plan, journal=journal, stop=stop, probe=probe, on_ready=on_ready, started=start.note)


def run_lanes(
    plans: Sequence[LanePlan],
    *,
    journal: Journal,
    stop: threading.Event,
    probe: Probe = no_probe,
    on_ready: Callable[[], None] = lambda: None,
    on_failed: OnFailed = lambda _lane, _error: None,
    observer: Observer = UNOBSERVED,
) -> None:
    """Run lanes until `stop` is set and whoever was let in by then has passed. Each has a thread; this one waits.

    A lane that fails is closed on its display and begins anew after RESTART_SECONDS; the others go on. A gate of one
    lane fails as a whole: what went wrong is raised here, and whoever started it starts it again.
    """
    start = note_start(journal, [plan.settings.lane for plan in plans])
    if len(plans) == 1:
        run_lane(
            plans[0],
            journal=journal,
            stop=stop,
            probe=probe,
            on_ready=on_ready,
            observer=observer,
            started=start.note,
        )
        return
    names = [plan.settings.lane for plan in plans]
    ready = [threading.Event() for _ in plans]
    threads = []
    for place, (plan, started) in enumerate(zip(plans, ready, strict=True)):
        settles = _own_or_nobodys(names, place)
        life = _Lives(plan, journal, stop, probe, settles, started.set, on_failed, observer, start.note)
        threads.append(threading.Thread(target=life.live, name=f"lane {plan.settings.lane}"))
    for thread in threads:
        thread.start()
    for started in ready:
        started.wait()
    on_ready()
    stop.wait()
    for thread in threads:
        thread.join()


def run_lane(
    plan: LanePlan,
    *,
    journal: Journal,
    stop: threading.Event,
    probe: Probe = no_probe,
    on_ready: Callable[[], None] = lambda: None,
    settles: Callable[[str], bool] = lambda _: True,
    device_names: str = "",
    observer: Observer = UNOBSERVED,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Run one lane in the calling thread until `stop` is set and whoever was let in by then has passed.

    The devices are closed at the end. What goes wrong in any thread is raised here. `settles`, `device_names`
    and `started` as the controller's.
    """
    settings, inputs = plan.settings, Inputs()
    parts = plan.parts()
    ended = threading.Event()
    with ExitStack() as at_the_end:
        at_the_end.callback(parts.barrier.close)
        controller = Controller(
            settings=settings,
            decider=parts.decider,
            journal=journal,
            barrier=parts.barrier,
            inputs=inputs,
            announce=plan.announce,
            probe=probe,
            settles=settles,
            device_names=device_names,
            observer=observer,
            started=started,
            readers={way: len(readers.devices) for way, readers in parts.readers.items()},
            idle={way: readers.idle for way, readers in parts.readers.items()},
        )
        threads = []
        for way, readers in parts.readers.items():
            for device in readers.devices:
                at_the_end.callback(device.close)
            threads += _reading(way, readers, inputs, ended)
        controller.start()
        for thread in threads:
            thread.start()
            at_the_end.callback(thread.join, timeout=3)
        at_the_end.callback(ended.set)
        on_ready()
        while not stop.is_set():
            controller.step()
        controller.retire()
        give_up = time.monotonic() + settings.start_seconds + settings.finish_seconds + MARGIN_SECONDS
        while controller.in_use and time.monotonic() < give_up:
            controller.step()


@dataclass(frozen=True, slots=True)
class _Lives:
    """One lane among several, life after life."""

    plan: LanePlan
    journal: Journal
    stop: threading.Event
    probe: Probe
    settles: Callable[[str], bool]
    on_ready: Callable[[], None]
    on_failed: OnFailed
    observer: Observer
    started: Callable[[], None]

    def live(self) -> None:
        """Run the lane until it is stopped, whatever happens to it."""
        while not self.stop.is_set():
            try:
                run_lane(
                    self.plan,
                    journal=self.journal,
                    stop=self.stop,
                    probe=self.probe,
                    on_ready=self.on_ready,
                    settles=self.settles,
                    device_names=f"{self.plan.settings.lane} ",
                    observer=self.observer,
                    started=self.started,
                )
            except Exception as error:  # the lane begins anew, and the others go on
                self._fails(error)

    def _fails(self, error: Exception) -> None:
        closed = closed_for(error if isinstance(error, Fault) else None)
        for announce in self.plan.announce.values():
            announce(closed)
        self.on_failed(self.plan.settings.lane, error)
        self.on_ready()  # nobody waits for a lane that cannot begin
        self.stop.wait(RESTART_SECONDS)


def _own_or_nobodys(names: Sequence[str], place: int) -> Callable[[str], bool]:
    """A lane settles what an earlier life of it left open; the first does so for lanes that are no more."""
    others = frozenset(names) - {names[place]}
    return lambda lane: lane == names[place] or (place == 0 and lane not in others)


def _reading(way: Way, readers: Readers, inputs: Inputs, stop: threading.Event) -> list[threading.Thread]:
    threads = []
    if readers.scanner:
        threads.append(threading.Thread(target=read_scanner, args=(readers.scanner, inputs, stop, way)))
    if readers.camera:
        threads.append(threading.Thread(target=read_camera, args=(readers.camera, inputs, stop, way)))
    if readers.cards:
        threads.append(threading.Thread(target=read_cards, args=(readers.cards, inputs, stop, way)))
    return threads
