"""Power fails at every point that a passage reaches: nothing recorded is lost or made up, and the right is kept."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drivers.barrier.simulator import RelayBoardSimulator
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from sync.journal.reader import JournalReader
from sync.points import Point, after_commit, before_commit
from sync.server.relay.ledger import RELAY_DB
from tests.gate.bench import DEPARTURE, Centre, Desk
from tests.gate.gate_child import LISTENING, Life, life
from tests.gate.lane_bench import eventually
from tests.gate.test_override import code_of, trust_with_badges
from tickets.credential import Ticket
from tickets.events import GENESIS, Kind, chain
from tickets.reasons import Reason
from tickets.trust import Role


@dataclass
class Scene:
    """A lane whose gate dies and comes back, while the devices stay as they are."""

    folder: Path
    centre: Centre
    scanner: Station
    board: Station
    ticket: Ticket
    text: str
    arbitrated: bool = False
    walked: int = 0
    said: list[Life] = field(default_factory=list)

    def life(self, stack: ExitStack, point: str | None = None) -> Life:
        lived = stack.enter_context(
            life(self.folder, self.scanner.address, self.board.address, point=point, arbitrated=self.arbitrated)
        )
        self.said.append(lived)
        return lived

    def scans(self, text: str) -> None:
        self.scanner.do("scan", text=text)

    def walks(self) -> None:
        eventually(lambda: self.board.state()["arm"] == "open")
        assert self.board.do("walk_through", ms=200)["passed"]
        self.walked += 1

    def kinds(self) -> list[str]:
        """What the journal holds, read by another process after the writer was killed."""
        reader = JournalReader(self.folder / "gate-1" / "journal.db")
        events = reader.events(0, 1000)
        reader.close()
        last = GENESIS
        for place, event in enumerate(events, 1):
            last = chain(last, event.data)
            assert (event.seq, event.hash) == (place, last)
        return [event.kind for event in events]

    def is_true(self) -> None:
        """What holds at any moment at which the power may fail."""
        kinds = self.kinds()
        openings = kinds.count(Kind.USE_CLAIMED) + kinds.count(Kind.LANE_EVENT)
        assert self.board.state()["opened"] <= openings, "the barrier moved without a record"
        assert kinds.count(Kind.USE_PASSED) <= self.walked, "a passage was made up"
        assert sum(lived.showed("go") for lived in self.said) <= openings, "somebody was let in without a record"
        assert kinds.count(Kind.SCAN_REFUSED) >= sum(lived.showed("stop") for lived in self.said)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    desk, centre = Desk(), Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    ticket = desk.ticket()
    centre.ticket(ticket)
    with (
        Station(ScannerSimulator(), f"pty:{tmp_path / 'scanner'}") as scanner,
        Station(RelayBoardSimulator(arm_ms=20), f"pty:{tmp_path / 'barrier'}", log=tmp_path / "barrier.log") as board,
    ):
        yield Scene(tmp_path, centre, scanner, board, ticket, desk.by_till(ticket))
    centre.close()


def dies_at(scene: Scene, point: str, act: Callable[[Life], None]) -> None:
    """Live until the power fails at `point`, doing `act` once the gate listens."""
    with ExitStack() as stack:
        lived = scene.life(stack, point)
        act(lived)
        lived.is_killed()
    scene.is_true()


def shows(scene: Scene, text: str | None = None) -> Callable[[Life], None]:
    def act(lived: Life) -> None:
        lived.says(LISTENING)
        scene.scans(scene.text if text is None else text)

    return act


def walks(scene: Scene) -> Callable[[Life], None]:
    def act(lived: Life) -> None:
        shows(scene)(lived)
        lived.says("go")
        scene.walks()

    return act


def passes_once_and_a_copy_does_not(scene: Scene) -> None:
    """The gate is well again: the passenger walks through, and whoever has a copy is refused."""
    with ExitStack() as stack:
        lived = scene.life(stack)
        shows(scene)(lived)
        lived.says("go")
        scene.walks()
        lived.says("idle")
        pulses = scene.board.state()["opened"]
        scene.scans(scene.ticket.number.digits)
        lived.says("stop", Reason.USED)
        assert scene.board.state()["opened"] == pulses, "the coil moved for a copy"
    scene.is_true()
    assert scene.kinds().count(Kind.USE_PASSED) == 1


def both(kind: Kind) -> list[str]:
    return [before_commit("gate", kind), after_commit("gate", kind)]


@pytest.mark.parametrize("point", [*both(Kind.USE_CLAIMED), Point.GATE_COIL_BEFORE, Point.GATE_COIL_AFTER])
def test_between_the_scan_and_the_open_barrier(scene: Scene, point: str) -> None:
    dies_at(scene, point, shows(scene))
    claimed = point != before_commit("gate", Kind.USE_CLAIMED)
    assert scene.kinds().count(Kind.USE_CLAIMED) == claimed
    assert scene.board.state()["opened"] == (point == Point.GATE_COIL_AFTER)
    passes_once_and_a_copy_does_not(scene)


def test_before_a_passage_is_recorded(scene: Scene) -> None:
    """Nobody was told that it is recorded: it is unresolved, and the same gate lets the same ticket try again."""
    dies_at(scene, before_commit("gate", Kind.USE_PASSED), walks(scene))
    passes_once_and_a_copy_does_not(scene)
    assert scene.kinds().count(Kind.USE_UNRESOLVED) == 1


def test_after_a_passage_is_recorded(scene: Scene) -> None:
    dies_at(scene, after_commit("gate", Kind.USE_PASSED), walks(scene))
    with ExitStack() as stack:
        lived = scene.life(stack)
        shows(scene)(lived)
        lived.says("stop", Reason.USED)
    scene.is_true()
    assert scene.kinds().count(Kind.USE_PASSED) == 1
    assert scene.board.state()["opened"] == 1


@pytest.mark.parametrize("point", [Point.GATE_ARBITER_BEFORE, Point.GATE_ARBITER_AFTER, *both(Kind.USE_CLAIMED)])
def test_around_the_question_to_the_arbiter(scene: Scene, point: str) -> None:
    """What was granted before the power failed is granted again: the same attempt, one use, all of it arbitrated."""
    scene.arbitrated = True
    dies_at(scene, point, shows(scene))
    granted = granted_uses(scene)
    assert len(granted) == (point != Point.GATE_ARBITER_BEFORE)
    assert scene.kinds().count(Kind.USE_CLAIMED) == (point == after_commit("gate", Kind.USE_CLAIMED))
    passes_once_and_a_copy_does_not(scene)
    assert len(granted_uses(scene)) == 1
    assert granted == [] or granted == granted_uses(scene), "the same attempt"
    assert not any("unarbitrated" in str(lived.said) for lived in scene.said)


def granted_uses(scene: Scene) -> list[tuple[object, ...]]:
    """What the arbiter has on its disk."""
    relay = sqlite3.connect(scene.folder / RELAY_DB)
    found = relay.execute("SELECT number, use_no, attempt FROM grants").fetchall()
    relay.close()
    return found


@pytest.mark.parametrize("point", both(Kind.GATE_STARTED))
def test_while_a_start_is_written_down(scene: Scene, point: str) -> None:
    dies_at(scene, Point.GATE_COIL_BEFORE, shows(scene))
    dies_at(scene, point, lambda _: None)
    passes_once_and_a_copy_does_not(scene)
    assert scene.kinds().count(Kind.USE_CLAIMED) == 1


@pytest.mark.parametrize("point", both(Kind.STAFF_OVERRODE))
def test_while_staff_let_somebody_through(scene: Scene, point: str) -> None:
    """Who and why is in the same commit as the use: there is neither without the other."""
    scene.centre.trust(2, trust_with_badges())
    scene.centre.departure(replace(DEPARTURE, gate="7"))
    badge = code_of(Role.ATTENDANT)

    def refused_and_let_through(lived: Life) -> None:
        shows(scene)(lived)
        lived.says("stop", Reason.WRONG_GATE)
        scene.scans(badge)

    dies_at(scene, point, refused_and_let_through)
    committed = point == after_commit("gate", Kind.STAFF_OVERRODE)
    assert scene.kinds().count(Kind.USE_CLAIMED) == scene.kinds().count(Kind.STAFF_OVERRODE) == committed
    with ExitStack() as stack:
        lived = scene.life(stack)
        refused_and_let_through(lived)
        lived.says("go")
        scene.walks()
        lived.says("idle")
    scene.is_true()
    assert scene.kinds().count(Kind.USE_PASSED) == 1


@pytest.mark.parametrize("point", both(Kind.USE_RELEASED))
def test_while_the_right_is_given_back(scene: Scene, point: str) -> None:
    dies_at(scene, point, shows(scene))
    passes_once_and_a_copy_does_not(scene)


@pytest.mark.parametrize("point", both(Kind.SCAN_REFUSED))
def test_while_somebody_is_refused(scene: Scene, point: str) -> None:
    dies_at(scene, point, shows(scene, scene.text[:60]))
    assert scene.kinds().count(Kind.SCAN_REFUSED) == (point == after_commit("gate", Kind.SCAN_REFUSED))
    passes_once_and_a_copy_does_not(scene)


@pytest.mark.parametrize("point", both(Kind.USE_UNRESOLVED))
def test_while_an_earlier_death_is_settled(scene: Scene, point: str) -> None:
    dies_at(scene, Point.GATE_COIL_BEFORE, shows(scene))
    dies_at(scene, point, lambda _: None)
    passes_once_and_a_copy_does_not(scene)
    assert scene.kinds().count(Kind.USE_UNRESOLVED) == 1


@pytest.mark.parametrize("point", [*both(Kind.LANE_EVENT), Point.GATE_COIL_BEFORE])
def test_while_a_use_is_taken_up_again(scene: Scene, point: str) -> None:
    dies_at(scene, Point.GATE_COIL_AFTER, shows(scene))
    dies_at(scene, point, shows(scene))
    passes_once_and_a_copy_does_not(scene)
    assert scene.kinds().count(Kind.USE_CLAIMED) == 1


@pytest.mark.parametrize("point", [Point.JOURNAL_CREATE_BEFORE, Point.JOURNAL_CREATE_AFTER, *both(Kind.JOURNAL_OPENED)])
def test_while_the_journal_is_begun(scene: Scene, point: str) -> None:
    dies_at(scene, point, lambda _: None)
    passes_once_and_a_copy_does_not(scene)
    assert scene.kinds().count(Kind.JOURNAL_OPENED) == 1


@pytest.mark.parametrize("point", [*both(Kind.DEVICE_FAULT), *both(Kind.DEVICE_BACK)])
def test_while_the_barrier_leaves_and_returns(scene: Scene, point: str) -> None:
    def pulls_the_plug(lived: Life) -> None:
        lived.says(LISTENING)
        scene.board.do("line", fault="deaf")
        if point in both(Kind.DEVICE_BACK):
            lived.says("closed")
            scene.board.do("line", fault="ok")

    dies_at(scene, point, pulls_the_plug)
    scene.board.do("line", fault="ok")
    passes_once_and_a_copy_does_not(scene)


def test_the_bytes_on_the_line_say_the_same(scene: Scene) -> None:
    """The pulses that were asked for, by the log of the line: one for each time that somebody was let in."""
    dies_at(scene, Point.GATE_COIL_AFTER, shows(scene))
    passes_once_and_a_copy_does_not(scene)
    lines = [json.loads(line) for line in (scene.folder / "barrier.log").read_text().splitlines()]
    asked = "".join(line["hex"] for line in lines if line["way"] == "in")
    assert asked.count("01050200") == 2
