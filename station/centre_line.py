"""How every process of a terminal speaks with the centre: over the TLS whose authority was pinned at enrolment."""

import ssl
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import httpx

from station.config import Config
from station.enrolment import Enrolment
from sync.line.detour import Detour
from sync.line.pinned_line import pinned_line
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import EnvironmentFault


def centre_tls(
    config: Config, enrolment: Enrolment, now: Callable[[], TrustedNow] | None = None
) -> ssl.SSLContext | None:
    """The TLS towards `centre.url`, or None where that is http://.

    Certificates are believed for the authority pinned at enrolment, and their dates judged by `now` while that is
    trusted time, else not at all. Where none was pinned (another system takes the centre's place, behind a public
    certificate) the machine's own authorities count, and its clock. EnvironmentFault when the pinned one is damaged.
    """
    if not config.centre.url.startswith("https:"):
        return None
    if not enrolment.line_authorities:
        return ssl.create_default_context()

    def trusted() -> datetime | None:
        said = None if now is None else now()
        return said.at if said is not None and said.quality is TimeQuality.TRUSTED else None

    try:
        return pinned_line(enrolment.line_authorities, trusted)
    except ValueError as error:
        raise EnvironmentFault(
            f"The centre's certificate in {enrolment.directory} is damaged",
            "Put enrolment.json back from a backup, or enrol this terminal anew.",
        ) from error


def centre_http(
    config: Config,
    enrolment: Enrolment,
    now: Callable[[], TrustedNow] | None = None,
    on_request: Sequence[Callable[[httpx.Request], Any]] = (),
) -> httpx.Client:
    """A client for the centre's calls with a connection of its own; `on_request` is called before each of them.

    Where a relay's tunnel is configured it is taken while the centre cannot be connected to from here.
    """
    tls = centre_tls(config, enrolment, now)
    hooks = {"request": list(on_request)}
    tunnel = config.relay.tunnel if config.relay is not None else ""
    if tls is None or not tunnel:
        return httpx.Client(verify=tls or False, trust_env=False, event_hooks=hooks)
    own = httpx.HTTPTransport(verify=tls, trust_env=False)
    relay = httpx.HTTPTransport(verify=tls, trust_env=False, proxy=httpx.Proxy(tunnel))
    return httpx.Client(transport=Detour(own, relay, time.monotonic), trust_env=False, event_hooks=hooks)
