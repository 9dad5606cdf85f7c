"""`waystation sync`: keeps this terminal's stores in step with the centre and, where there is one, with the relay."""

import json
import logging
import random
import secrets
import signal
import time
from contextlib import ExitStack

from station.centre_line import centre_http
from station.config import Config
from station.enrolment import Enrolment
from station.heart import Heart
from station.logs import log_to
from station.probes import probe_from_environment
from station.sd_notify import SdNotify
from sync.cache.file import word_of_damage
from sync.cache.snapshot_file import SnapshotFile
from sync.cache.writer import CacheWriter
from sync.database import DamagedStore
from sync.engine.backoff import Backoff
from sync.engine.bell import Bell
from sync.engine.engine import Engine
from sync.engine.engine import run as run_engine
from sync.engine.waking import Waker
from sync.lan.lan import Lan, LanSettings
from sync.line.client import CentreClient
from sync.trusted_time import boot_clock, system_clocks

_ASK_AGAIN_WITHIN_S = 60.0
"""To a centre that does not leave questions open, one is put at least so often, in case it learns to."""

_log = logging.getLogger("waystation.sync")


def run(config: Config) -> int:
    """Run until SIGTERM. Prints {"ready": true} once its own file is open; the line need not be up for that."""
    log_to()
    bell = Bell()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: bell.stop())
    enrolment = Enrolment.load(config.directory)
    heart = Heart(SdNotify())
    while not bell.stopped:
        try:
            _keep_in_step(config, enrolment, bell, heart)
        except DamagedStore as damage:
            if not word_of_damage(config.directory / "cache.db").exists():
                raise
            _log.error("sync.cache_damaged", extra={"what": damage.what})
            heart.waits_on(bell)(config.sync.retry_base_seconds)
    heart.stopping()
    return 0


def _keep_in_step(config: Config, enrolment: Enrolment, bell: Bell, heart: Heart) -> None:
    probe = probe_from_environment()
    with ExitStack() as stack:
        beat = [lambda _: heart.beat()]
        http = stack.enter_context(centre_http(config, enrolment, lambda: engine.clock.now(), beat))
        time_http = stack.enter_context(centre_http(config, enrolment, on_request=beat))
        cache = stack.enter_context(CacheWriter(config.directory / "cache.db", probe))
        waker = Waker(
            CentreClient(
                config.centre.url,
                enrolment.device,
                enrolment.device_key(),
                centre_http(
                    config, enrolment, lambda: engine.clock.now()
                ),  # never closed: its one question may be open when this process ends
                lambda: engine.clock.now().at.timestamp(),
            ),
            bell.ring,
            Backoff(random.SystemRandom().random, base=config.sync.retry_base_seconds, cap=_ASK_AGAIN_WITHIN_S),
        )
        engine = Engine(
            client=CentreClient(
                config.centre.url, enrolment.device, enrolment.device_key(), http, time.time, time_http=time_http
            ),
            cache=cache,
            journals=[config.directory / "journal.db"],
            root=enrolment.root_key,
            enrolled_trust=enrolment.trust_list(),
            clocks=system_clocks(),
            backoff=Backoff(
                random.SystemRandom().random, base=config.sync.retry_base_seconds, cap=config.sync.retry_cap_seconds
            ),
            nonce=lambda: secrets.token_bytes(32),
            probe=probe,
            poll_seconds=config.sync.interval_seconds,
            certificate=enrolment.certificate_shelf(),
            news=waker,
            snapshots=SnapshotFile(config.directory / "cache.db"),
            station=enrolment.station,
            compares=True,
            keep_trust=enrolment.keep_trust_list,
        )
        stack.callback(engine.close)
        stack.callback(waker.stop)
        waker.start()
        lan = _lan(config, enrolment, engine, cache)
        stack.callback(lan.stop)
        lan.start()
        if enrolment.kind == "relay":
            from station.handing_on import handing_on  # it brings a server's modules along

            handing_on(
                config,
                enrolment,
                cache,
                engine.clock,
                boot_clock,
                lambda: centre_http(config, enrolment, engine.clock.now),
                probe,
                stack,
            )
        print(json.dumps({"ready": True}), flush=True)
        heart.ready()
        run_engine(engine, heart.waits_on(bell))


def _lan(config: Config, enrolment: Enrolment, engine: Engine, cache: CacheWriter) -> Lan:
    settings = LanSettings(
        directory=config.directory,
        url=None if config.relay is None else config.relay.url,
        device=enrolment.device,
        key=enrolment.device_key(),
        station=enrolment.station,
        root=enrolment.root_key,
        enrolled_trust=enrolment.trust_list(),
        journals=[] if enrolment.kind == "relay" else [config.directory / "journal.db"],
        now=engine.clock.now,
        boot=boot_clock,
        random=random.SystemRandom().random,
    )
    return Lan(settings, cache)
