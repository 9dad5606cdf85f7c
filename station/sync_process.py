"""`waystation sync`: keeps this terminal's stores in step with the centre, whenever there is a line."""

import json
import logging
import random
import secrets
import signal
import threading
import time

import httpx

from station.config import Config
from station.enrolment import Enrolment
from station.probes import probe_from_environment
from sync.backoff import Backoff
from sync.cache_writer import CacheWriter
from sync.client import CentreClient
from sync.engine import Engine
from sync.engine import run as run_engine
from sync.trusted_time import system_clocks


def run(config: Config) -> int:
    """Run until SIGTERM. Prints {"ready": true} once its own file is open; the line need not be up for that."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    enrolment = Enrolment.load(config.directory)
    probe = probe_from_environment()
    with httpx.Client(trust_env=False) as http:
        cache = CacheWriter(config.directory / "cache.db", probe)
        engine = Engine(
            client=CentreClient(config.centre.url, enrolment.device, enrolment.device_key(), http, time.time),
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
        )
        print(json.dumps({"ready": True}), flush=True)
        try:
            run_engine(engine, stop.wait)
        finally:
            engine.close()
            cache.close()
    return 0
