"""Two gates' deciders and a real relay process between them, over HTTP."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from gate.decision import Admitted, Decision, Refused
from sync.lan.arbiter import RelayArbiter
from tests.gate.bench import SETTINGS, Centre, Desk, Gate, admitted, reason
from tests.sync.relay.journal_in_memory import NOON_MS
from tests.sync.relay.serve import A, B, station
from tests.sync.relay.station import RELAY, key_of
from tickets.admission import Flag
from tickets.reasons import Reason

PATIENT_MS = 2000
"""A shared test machine is no station's LAN: the budget is tested in tests/sync/test_arbiter.py."""


@dataclass
class Two:
    """The gates of a station, and its relay's process."""

    relay: BaseProcess
    one: Gate
    two: Gate


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Two]:
    (tmp_path / "relay").mkdir()
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    with ExitStack() as stack:
        relay, client, _ = stack.enter_context(station(tmp_path / "relay"))
        stack.callback(centre.close)

        def gate(device: str, lane: str) -> Gate:
            arbiter = RelayArbiter(
                url=client.url,
                device=device,
                key=key_of(device),
                relay_keys=lambda: (key_of(RELAY).public,),
                budget_ms=PATIENT_MS,
                now=lambda: NOON_MS / 1000,
            )
            stack.callback(arbiter.close)
            opened = Gate(
                tmp_path / device,
                cache=tmp_path / "cache.db",
                device=device,
                settings=replace(SETTINGS, lane=lane),
                arbiter=arbiter,
            )
            stack.callback(opened.close)
            return opened

        yield Two(relay, gate(A, "1A"), gate(B, "2A"))


def test_the_same_ticket_at_both_gates_at_once(gates: Two) -> None:
    desk, start = Desk(), threading.Barrier(2)
    for _ in range(15):
        text = desk.by_till(desk.ticket())

        def shows(gate: Gate, text: str = text) -> Decision:
            start.wait(5)
            return gate.shows(text)

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(shows, (gates.one, gates.two)))
        (let_in,) = [each for each in answers if isinstance(each, Admitted)]
        (refused,) = [each for each in answers if isinstance(each, Refused)]
        assert Flag.UNARBITRATED not in let_in.flags
        assert (refused.refusal.reason, refused.refusal.where) == (Reason.USED, "1A" if let_in is answers[0] else "2A")


def test_the_relay_dies(gates: Two) -> None:
    desk = Desk()
    before, after = desk.by_till(desk.ticket()), desk.by_till(desk.ticket())
    assert Flag.UNARBITRATED not in admitted(gates.one.shows(before)).flags
    gates.relay.kill()
    gates.relay.join(10)
    assert reason(gates.one.shows(before)) == Reason.USED
    assert Flag.UNARBITRATED in admitted(gates.one.shows(after)).flags
    assert Flag.UNARBITRATED in admitted(gates.two.shows(after)).flags, "once in each isolated part"
    assert reason(gates.two.shows(after)) == Reason.USED
