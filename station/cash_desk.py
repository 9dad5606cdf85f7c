"""A cashier's way to a till: through the hatch of the kiosk that runs, or, where none runs, straight to its journal."""

import json
import secrets
import socket
from collections.abc import Mapping
from typing import Any

from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.desk.desk import CashDesk
from kiosk.till.desk.hatch import NAME, PATIENCE
from station.clock import TerminalClock
from station.config import Config
from station.enrolment import Enrolment
from station.staff_desk import StaffDesk
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.lan.near_socket import short_address
from tickets.badges import badge_code
from tickets.errors import EnvironmentFault

_CODE_HOURS = 1


def proof(config: Config, card: str, pin_file: str | None) -> str:
    """A badge code of whoever opens the card, for one act. Raises BadBadge, EnvironmentFault."""
    with StaffDesk(config) as desk:
        holder = desk.holder(card, pin_file)
        return badge_code(
            holder.badge.number, holder.key, desk.enrolment.station, desk.dated(), _CODE_HOURS, secrets.token_bytes
        )


def ask(config: Config, request: Mapping[str, object]) -> Mapping[str, Any]:
    """Have the till of this terminal do it, and answer what it says. EnvironmentFault when it does not."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(PATIENCE)
        try:
            with short_address(config.directory / NAME) as address:
                caller.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return _without_kiosk(config, request)
        try:
            with caller.makefile("rwb") as lines:
                lines.write(json.dumps(request).encode() + b"\n")
                lines.flush()
                line = lines.readline()
        except OSError as error:
            raise _lost() from error
    if not line:
        raise _lost()
    answer: dict[str, Any] = json.loads(line)
    if not answer.pop("ok"):
        raise EnvironmentFault(answer["what"], answer["hint"])
    return answer


def _lost() -> EnvironmentFault:
    return EnvironmentFault(
        "The kiosk did not answer, and nobody knows whether it did what was asked",
        "Look first what stands there now (`claim show`, `shift show`), then do it again if it was not done.",
    )


def _without_kiosk(config: Config, request: Mapping[str, object]) -> Mapping[str, Any]:
    enrolment = Enrolment.load(config.directory)
    if enrolment.kind != "till" or enrolment.prefix is None:
        raise EnvironmentFault("This terminal is no kiosk", "Give the configuration of the kiosk that it is about.")
    cache = CacheReader(config.directory / "cache.db")
    clock = TerminalClock(cache)
    try:
        with Journal.create_or_open(
            config.directory / "journal.db",
            device=enrolment.device,
            prefix=enrolment.prefix,
            clock=clock,
            random=secrets.token_bytes,
        ) as journal:
            identity = TillIdentity(
                device=enrolment.device,
                name=enrolment.name,
                prefix=enrolment.prefix,
                key=enrolment.till_key(),
                root_key=enrolment.root_key,
                certificate=enrolment.certificate,
                trust_list=enrolment.trust_list(),
            )
            clock.not_before(journal.floor_ms())
            desk = CashDesk(
                journal=journal,
                cache=cache,
                authority=Authority(identity, cache),
                station=enrolment.station,
                till=enrolment.name,
                now=clock,
                random=secrets.token_bytes,
            )
            return desk.answer(request)
    finally:
        cache.close()
