"""`waystation gate`: one lane with its devices."""

import json
import secrets
import signal
import threading

from gate.announce import Announcement
from gate.run import run_gate
from gate.screen.pulse import PulsingBarrier
from gate.screen.sender import ScreenSender
from gate.settings import GateSettings
from station import devices
from station.clock import TerminalClock
from station.config import Config, gate_barrier
from station.enrolment import Enrolment
from station.probes import probe_from_environment
from sync.cache import CacheReader
from sync.journal import Journal
from sync.newest_trust import NewestTrust
from tickets.errors import EnvironmentFault


def run(config: Config) -> int:
    """Run until SIGTERM. Prints JSON lines: {"ready": true}, then one per announcement."""
    barrier = gate_barrier(config)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    enrolment = Enrolment.load(config.directory)
    if enrolment.kind != "gate":
        raise EnvironmentFault("This terminal is enrolled as a till", "A gate needs an enrolment of kind gate.")
    cache = CacheReader(config.directory / "cache.db")
    clock = TerminalClock(cache)
    probe = probe_from_environment()
    settings = GateSettings(
        gate=config.gate.gate,
        lane=config.gate.lane,
        start_seconds=config.gate.start_seconds,
        finish_seconds=config.gate.finish_seconds,
    )
    with (
        ScreenSender(config.directory) as screen,
        Journal.create_or_open(
            config.directory / "journal.db",
            device=enrolment.device,
            prefix=None,
            clock=clock,
            random=secrets.token_bytes,
            probe=probe,
        ) as journal,
    ):

        def announce(announcement: Announcement) -> None:
            screen.announce(announcement)
            _print(announcement)

        run_gate(
            settings=settings,
            journal=journal,
            cache=cache,
            trust=NewestTrust(enrolment.trust_list(), enrolment.root_key, cache),
            clock=clock,
            barrier=PulsingBarrier(devices.barrier(barrier), screen.beat),
            scanner=devices.scanner(config.scanner) if config.scanner else None,
            camera=devices.camera(config.camera) if config.camera else None,
            cards=devices.id_reader(config.id_reader) if config.id_reader else None,
            announce=announce,
            stop=stop,
            probe=probe,
            on_ready=lambda: print(json.dumps({"ready": True}), flush=True),
        )
    return 0


def _print(announcement: Announcement) -> None:
    print(json.dumps(announcement.to_json(), ensure_ascii=False), flush=True)
