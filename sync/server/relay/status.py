"""How the relay stands, for staff and technicians."""

from collections.abc import Collection, Mapping
from typing import Literal, cast

from sync.server.relay.duplicates import count_duplicates
from sync.server.relay.facts import count_facts
from sync.server.relay.forks import count_forks
from sync.server.relay.ledger import Ledger
from sync.server.relay.steps import is_in_step, struck_off, waiting_for
from sync.wire.relay import RelayDevice, StatusAnswer

_HELD = "SELECT held_through, epoch FROM journals WHERE device = ? ORDER BY begun_ms DESC, epoch LIMIT 1"


def relay_status(
    ledger: Ledger,
    kinds: Mapping[str, Literal["till", "gate", "relay"]],
    gates: Collection[str] | None,
    gone: Collection[str],
    kept: Mapping[str, int],
) -> StatusAnswer:
    """The answer to a question for the relay's state; `kinds` are the devices in use, `kept` is how far the centre has
    signed for each journal.
    """
    off = struck_off(ledger)
    devices = []
    for device, kind in sorted(kinds.items()):
        if kind == "relay":
            continue
        row = ledger.connection.execute(_HELD, (device,)).fetchone()
        devices.append(
            RelayDevice(
                device=device,
                kind=kind,
                in_step=is_in_step(ledger, device),
                struck_off=device in off,
                held=0 if row is None else cast(int, row[0]),
                kept=0 if row is None else kept.get(row[1], 0),
            )
        )
    return StatusAnswer(
        epoch=ledger.epoch,
        arbitrating=ledger.arbitrating,
        waiting_for=waiting_for(ledger, gates or (), gone),
        devices=tuple(devices),
        duplicates=count_duplicates(ledger),
        facts=count_facts(ledger),
        forks=count_forks(ledger),
    )
