"""`waystation relay`: the arbiter of a station's LAN, beside this terminal's own `waystation sync`."""

import asyncio
import json
import secrets
import time

from station.clock import TerminalClock
from station.config import Config
from station.enrolment import Enrolment
from station.heart import Heart
from station.logs import log_to
from station.probes import probe_from_environment
from station.sd_notify import SdNotify
from sync.cache.reader import CacheReader
from sync.newest_trust import NewestTrust
from sync.server.relay.run import RelaySettings, serve_relay
from sync.server.relay.view import CacheView
from tickets.errors import EnvironmentFault


def run(config: Config) -> int:
    """Run until SIGTERM. Prints {"ready": true, "url": …} once it answers; the centre need not be there for that."""
    log_to()
    enrolment = Enrolment.load(config.directory)
    if enrolment.kind != "relay":
        raise EnvironmentFault(
            f"This terminal is enrolled as a {enrolment.kind}", "A relay needs an enrolment of kind relay."
        )
    host, _, port = config.relay_server.listen.rpartition(":")
    path = config.directory / "cache.db"
    asked, writing = CacheReader(path), CacheReader(path)  # one for the event loop, one for the thread that writes
    settings = RelaySettings(
        directory=config.directory,
        device=enrolment.device,
        station=enrolment.station,
        key=enrolment.device_key(),
        view=CacheView(
            asked,
            NewestTrust(enrolment.trust_list(), enrolment.root_key, asked),
            TerminalClock(asked),
            time.monotonic,
        ),
        clock=TerminalClock(writing),
        random=secrets.token_bytes,
        probe=probe_from_environment(),
    )
    try:
        serve_relay(settings, host.strip("[]"), int(port), _ready)
    finally:
        asked.close()
        writing.close()
    return 0


def _ready(url: str) -> None:
    """Called by the event loop, once it answers."""
    print(json.dumps({"ready": True, "url": url}), flush=True)
    heart = Heart(SdNotify())
    heart.ready()
    heart.beats_in(asyncio.get_running_loop())
