"""The part of a relay's `waystation sync` that hands journals on to the centre, with a connection of its own."""

import random
from contextlib import ExitStack

from station.centre_line import centre_http
from station.config import Config
from station.enrolment import Enrolment
from sync.backoff import Backoff
from sync.cache import CacheReader
from sync.cache_writer import CacheWriter
from sync.client import CentreClient
from sync.newest_trust import NewestTrust
from sync.points import Probe
from sync.server.relay.forwarder import Forwarder
from sync.server.relay.forwarding import Forwarding
from sync.server.relay.handed_on import HandedOn
from sync.server.relay.held_reader import HeldReader
from sync.server.relay.ledger import RELAY_DB
from sync.trusted_time import TrustedClock, boot_clock
from tickets.trust import KeyUse


def handing_on(
    config: Config, enrolment: Enrolment, cache: CacheWriter, clock: TrustedClock, probe: Probe, stack: ExitStack
) -> None:
    """Begin to hand on, until `stack` ends it; nothing at a terminal that is no relay."""
    if enrolment.kind != "relay":
        return
    http = centre_http(config, enrolment, clock.now)  # never closed: a request may be open when this process ends
    reader = CacheReader(config.directory / "cache.db")
    trust = NewestTrust(enrolment.trust_list(), enrolment.root_key, reader)
    line = CentreClient(
        config.centre.url, enrolment.device, enrolment.device_key(), http, lambda: clock.now().at.timestamp()
    )
    forwarder = Forwarder(
        line,
        HeldReader(config.directory / RELAY_DB),
        HandedOn(cache),
        lambda: trust.current().keys(KeyUse.RECEIPT),
        boot_clock,
        probe=probe,
    )
    pace = Backoff(random.SystemRandom().random, base=config.sync.retry_base_seconds, cap=config.sync.retry_cap_seconds)
    forwarding = Forwarding(forwarder, pace)
    stack.callback(forwarding.stop)
    forwarding.start()
