"""A stolen till is revoked: those who bought from it before travel, what it never reported goes to staff.

A gate decides here with its real decider over what it pulled, on one side of the revocation and on the other.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gate.decide import Decider
from gate.decision import Admitted, Refused
from gate.settings import GateSettings
from gate.shown import Code
from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.encoding import from_text
from sync.engine.believing import Belief
from sync.journal.journal import Journal
from sync.newest_trust import NewestTrust
from sync.wire.pull import PullAnswer
from tests.sync.server.support import STATION, Clock, Terminal, World, root_of
from tickets.admission import TimeQuality, TrustedNow
from tickets.credential import inspect, issue_delegated
from tickets.events import from_bytes
from tickets.reasons import Reason


class Gate:
    """A gate of the station: what sync brings it, and what it says of a code."""

    def __init__(self, world: World, terminal: Terminal, directory: Path, stack: ExitStack) -> None:
        self._terminal = terminal
        directory.mkdir()
        enrolled = from_text(terminal.pull_all()["trust", ""]["list"])
        root = root_of(world.directory)
        self._cache = CacheWriter(directory / "cache.db")
        stack.callback(self._cache.close)
        self._belief = Belief(self._cache, root, enrolled)
        self._cursor = ""
        self.sync()
        reader = CacheReader(directory / "cache.db")
        stack.callback(reader.close)

        def now() -> TrustedNow:
            return TrustedNow(at=world.clock.at, quality=TimeQuality.TRUSTED)

        journal = Journal.create_or_open(
            directory / "journal.db", device=terminal.device, prefix=None, clock=now, random=world.random.randbytes
        )
        stack.callback(journal.close)
        self._decider = Decider(
            settings=GateSettings(gate="1", lane="1A", station=STATION),
            journal=journal,
            cache=reader,
            trust=NewestTrust(enrolled, root, reader),
            clock=now,
        )

    def sync(self) -> None:
        """Pull to the end, and take a new trust list over."""
        more = True
        while more:
            page = PullAnswer.model_validate(self._terminal.pull(self._cursor).json())
            self._cache.apply(page)
            self._cursor, more = page.cursor, page.more
        assert self._belief.renew() is None

    def says(self, text: str) -> str:
        """`admitted`, or the reason why not."""
        decision = self._decider.code(Code(text=text))
        if isinstance(decision, Admitted):
            return "admitted"
        assert isinstance(decision, Refused), decision
        return str(decision.refusal.reason)


@pytest.fixture
def gate_at_work(world: World, gate: Terminal, tmp_path: Path) -> Iterator[Gate]:
    with ExitStack() as stack:
        yield Gate(world, gate, tmp_path / "gate", stack)


def code_of(till: Terminal, number: str) -> str:
    """What is printed on the ticket."""
    bodies = (event.body for data in till.events if (event := from_bytes(data)).kind == "ticket.issued")
    return next(str(body["code"]) for body in bodies if body["number"] == number)


@pytest.fixture
def sold(till: Terminal) -> tuple[str, str]:
    """The codes of a ticket that the till has reported, and of one that it has not."""
    till.open_journal()
    reported = till.sell(seat=1)
    till.push()
    unreported = till.sell(seat=2)
    return code_of(till, reported), code_of(till, unreported)


def test_before_both_travel(gate_at_work: Gate, sold: tuple[str, str]) -> None:
    gate_at_work.sync()
    assert [gate_at_work.says(code) for code in sold] == ["admitted"] * 2, "the gate never heard of the second"


@pytest.mark.parametrize("root_is", ["here", "away"])
def test_after_it_the_reported_ones_travel_and_the_others_go_to_staff(
    world: World, till: Terminal, gate_at_work: Gate, sold: tuple[str, str], root_is: str
) -> None:
    if root_is == "away":
        (world.directory / "root.pem").unlink()
    assert world.centre.devices.revoke(till.device) is (root_is == "here")
    gate_at_work.sync()
    reported, unreported = sold
    assert gate_at_work.says(reported) == "admitted"
    assert gate_at_work.says(unreported) == Reason.REVOKED, "its hint sends the traveller to the ticket window"
    assert till.send(till.batch()).status_code == 403, "nothing more is taken from it"


def test_a_thief_makes_no_ticket_out_of_a_reported_number(
    world: World, till: Terminal, gate_at_work: Gate, sold: tuple[str, str]
) -> None:
    """He has the till's key, and knows which numbers it has sold: another journey under such a number is none."""
    from dataclasses import replace

    ticket = inspect(sold[0]).ticket
    other_seat = replace(ticket, journey=replace(ticket.journey, seat=7))
    forged = issue_delegated(other_seat, till.till_key, till.certificate)
    world.centre.devices.revoke(till.device)
    gate_at_work.sync()
    assert gate_at_work.says(forged) == Reason.REVOKED
    assert gate_at_work.says(sold[0]) == "admitted"


def test_a_gate_without_a_line_goes_on_until_it_hears(
    world: World, till: Terminal, gate_at_work: Gate, sold: tuple[str, str]
) -> None:
    world.centre.devices.revoke(till.device)
    assert gate_at_work.says(sold[1]) == "admitted", "nobody can tell it"
    gate_at_work.sync()
    assert gate_at_work.says(sold[1]) != "admitted"


def test_a_retired_till_strands_nobody(
    world: World, till: Terminal, gate_at_work: Gate, sold: tuple[str, str], clock: Clock
) -> None:
    world.centre.devices.retire(till.device)
    gate_at_work.sync()
    assert [gate_at_work.says(code) for code in sold] == ["admitted"] * 2
    assert set(till.results(till.push())) == {"kept"}, "it may still report"
