"""Runs the gate of one lane: the reading threads, and the controller in the calling thread, until told to stop."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from drivers.barrier import Barrier
from drivers.camera import Camera
from drivers.idreader import IdReader
from drivers.scanner import Scanner
from gate.announce import Announce
from gate.arm import MARGIN_SECONDS
from gate.controller import Controller
from gate.decide import Decider
from gate.find import TrustSource
from gate.readers import Inputs, read_camera, read_cards, read_scanner
from gate.settings import GateSettings
from sync.cache import CacheReader
from sync.journal import Journal
from sync.points import Probe, no_probe
from tickets.admission import TrustedNow


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
    probe: Probe = no_probe,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Run until `stop` is set and whoever was let in by then has passed; then close the devices.

    The calling thread must have opened the journal. What goes wrong in any thread is raised here.
    """
    inputs = Inputs()
    controller = Controller(
        settings=settings,
        decider=Decider(settings=settings, journal=journal, cache=cache, trust=trust, clock=clock),
        journal=journal,
        barrier=barrier,
        inputs=inputs,
        announce=announce,
        probe=probe,
    )
    threads: list[threading.Thread] = []
    with ExitStack() as at_the_end:
        for device in (barrier, scanner, camera, cards):
            if device:
                at_the_end.callback(device.close)
        if scanner:
            threads.append(threading.Thread(target=read_scanner, args=(scanner, inputs, stop), name="scanner"))
        if camera:
            threads.append(threading.Thread(target=read_camera, args=(camera, inputs, stop), name="camera"))
        if cards:
            threads.append(threading.Thread(target=read_cards, args=(cards, inputs, stop), name="cards"))
        controller.start()
        for thread in threads:
            thread.start()
            at_the_end.callback(thread.join, timeout=3)
        at_the_end.callback(stop.set)
        on_ready()
        while not stop.is_set():
            controller.step()
        controller.retire()
        give_up = time.monotonic() + settings.start_seconds + settings.finish_seconds + MARGIN_SECONDS
        while controller.in_use and time.monotonic() < give_up:
            controller.step()
