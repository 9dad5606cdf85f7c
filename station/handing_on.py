"""The part of a relay's `waystation sync` that hands journals on to the centre, with a connection of its own."""

import logging
import random
import socket
from collections.abc import Callable
from contextlib import ExitStack

import httpx

from station.config import Config
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.engine.backoff import Backoff
from sync.line.client import CentreClient
from sync.newest_trust import NewestTrust
from sync.points import Probe
from sync.server.relay.forwarder import Forwarder
from sync.server.relay.forwarding import Forwarding
from sync.server.relay.handed_on import HandedOn
from sync.server.relay.held_reader import HeldReader
from sync.server.relay.ledger import RELAY_DB
from sync.server.relay.tunnel import Tunnel, authority_of
from sync.trusted_time import TrustedClock
from tickets.trust import KeyUse

_log = logging.getLogger("waystation.relay")


def handing_on(
    config: Config,
    enrolment: Enrolment,
    cache: CacheWriter,
    clock: TrustedClock,
    boot: Callable[[], float],
    http: Callable[[], httpx.Client],
    probe: Probe,
    stack: ExitStack,
) -> None:
    """Begin to hand on, and to let others through, until `stack` ends it.

    `http` opens a connection of its own to the centre, `boot` is a clock in seconds that never goes back.
    """
    reader = CacheReader(config.directory / "cache.db")
    trust = NewestTrust(enrolment.trust_list(), enrolment.root_key, reader)
    line = CentreClient(
        config.centre.url,
        enrolment.device,
        enrolment.device_key(),
        http(),  # never closed: a request may be open when this process ends
        lambda: clock.now().at.timestamp(),
    )
    forwarder = Forwarder(
        line,
        HeldReader(config.directory / RELAY_DB),
        HandedOn(cache),
        lambda: trust.current().keys(KeyUse.RECEIPT),
        boot,
        probe=probe,
    )
    pace = Backoff(random.SystemRandom().random, base=config.sync.retry_base_seconds, cap=config.sync.retry_cap_seconds)
    forwarding = Forwarding(forwarder, pace)
    stack.callback(forwarding.stop)
    forwarding.start()
    _let_through(config, stack)


def _let_through(config: Config, stack: ExitStack) -> None:
    """Open the tunnel for terminals without a line of their own, where one is configured."""
    listen = config.relay_server.tunnel
    if not listen:
        return
    if not config.centre.url.startswith("https://"):
        _log.error("tunnel.needs_https")
        return
    host, _, port = listen.rpartition(":")
    try:
        listener = socket.create_server((host.strip("[]"), int(port)))
    except OSError as error:  # devices lack their detour; everything else goes on
        _log.error("tunnel.not_open", extra={"what": f"{listen} cannot be listened on ({error.strerror})"})
        return
    tunnel = Tunnel(listener, authority_of(config.centre.url))
    stack.callback(tunnel.stop)
    tunnel.start()
