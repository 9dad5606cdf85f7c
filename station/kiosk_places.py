"""Lets a kiosk ask the centre for places that it does not have."""

import time
from uuid import uuid4

from kiosk.till.caller import Caller
from kiosk.till.elsewhere import Elsewhere
from station.centre_line import centre_tls
from station.clock import TerminalClock
from station.config import Config
from station.enrolment import Enrolment
from sync.cache.reader import CacheReader
from sync.line.till_calls import TillCalls


def open_elsewhere(config: Config, enrolment: Enrolment, cache: CacheReader, clock: TerminalClock) -> Elsewhere:
    """The places of the centre that this kiosk is enrolled at, asked for over a line and on a thread of their own."""
    url = config.centre.url
    return Elsewhere(
        cache,
        lambda: clock().at,
        centre=(
            TillCalls(url, enrolment.device, enrolment.device_key(), tls=centre_tls(config, enrolment)) if url else None
        ),
        line=Caller("places") if url else None,
        clock=time.monotonic,
        new_id=uuid4,
    )
