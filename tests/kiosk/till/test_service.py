"""The till on its own thread: screens see every change, the clock never stops, and a failure is said."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.till.commands import (
    HoldOrder,
    Person,
    StartCash,
    TypeDocument,
)
from kiosk.till.service import TillService
from kiosk.till.till import Till
from kiosk.till.values import (
    OrderState,
    Snapshot,
)
from kiosk.till.wording import NOTICES, Notice
from tests.kiosk.till.bench import Chance, Desk, Time, open_desk, person, write_cache
from tests.kiosk.till.devices import PaperTray, Validator
from tickets.errors import EnvironmentFault
from tickets.journey import TicketKind


class Screen:
    """Keeps every snapshot and lets a test wait for one."""

    def __init__(self) -> None:
        self.seen: list[Snapshot] = []
        self._news = threading.Condition()

    def __call__(self, snapshot: Snapshot) -> None:
        """Take a snapshot."""
        with self._news:
            self.seen.append(snapshot)
            self._news.notify_all()

    def wait(self, what: Callable[[Snapshot], bool], seconds: float = 10.0) -> Snapshot:
        """Wait until the newest snapshot is as `what` says."""
        with self._news:
            assert self._news.wait_for(lambda: bool(self.seen) and what(self.seen[-1]), seconds), "never seen"
            return self.seen[-1]


class Bench:
    """A service over devices that the test holds."""

    def __init__(self, directory: Path) -> None:
        write_cache(directory)
        self.directory = directory
        self.validator = Validator()
        self.printer = PaperTray()
        self.screen = Screen()
        self.failures: list[BaseException] = []
        self.desk: Desk | None = None
        self.service = TillService(self._open, self.screen, on_failure=self.failures.append)

    def _open(self) -> Till:
        time_ = Time()
        time_.clock = time.monotonic  # type: ignore[method-assign]  # real seconds
        self.desk = open_desk(self.directory, self.validator, self.printer, time=time_, random=Chance())
        return self.desk.till


def test_a_sale_through_commands_and_snapshots(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.start()
    first = bench.screen.wait(lambda s: s.capabilities.sells)
    who = person(1)
    bench.service.submit(TypeDocument(kind=who.kind, number=who.number, name=who.name))
    traveller = bench.screen.wait(lambda s: s.traveller is not None).traveller
    assert traveller is not None
    bench.service.submit(HoldOrder(offer=first.offers[0], travellers=(Person(traveller.handle, TicketKind.ADULT),)))
    bench.screen.wait(lambda s: s.order is not None and s.order.state is OrderState.HELD)
    bench.service.submit(StartCash())
    for paid, fen in ((2000, 2000), (4000, 2000)):
        bench.screen.wait(lambda s, fen=fen: s.order is not None and fen in s.order.accepts)  # type: ignore[misc]  # mypy cannot type a default
        assert bench.validator.insert(fen)
        bench.screen.wait(lambda s, paid=paid: s.order is not None and s.order.paid == paid)  # type: ignore[misc]  # mypy cannot type a default
    bench.screen.wait(lambda s: s.order is not None and 500 in s.order.accepts)
    assert bench.validator.insert(500)
    done = bench.screen.wait(lambda s: s.order is not None and s.order.state is OrderState.DELIVERED)
    assert done.order is not None
    assert len(done.order.tickets) == 1
    states = [s.order.state for s in bench.screen.seen if s.order]
    assert [state for index, state in enumerate(states) if state not in states[:index]] == [
        OrderState.HELD,
        OrderState.PAID,
        OrderState.ISSUED,
        OrderState.DELIVERED,
    ]
    assert bench.service.stop()
    assert bench.failures == []
    assert not bench.validator.insert(100), "a till that stops shuts the validator"


def test_the_clock_goes_on_while_the_printer_prints(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    release = threading.Event()
    health = bench.printer.health

    def slow() -> object:
        release.wait(10)
        return health()

    bench.service.start()
    bench.screen.wait(lambda s: s.capabilities.sells)
    bench.printer.health = slow  # type: ignore[method-assign, assignment]  # a printer that takes its time
    try:
        before = len(bench.screen.seen)
        bench.screen.wait(lambda _: len(bench.screen.seen) >= before + 2)
        times = [snapshot.now for snapshot in bench.screen.seen]
        assert times == sorted(times)
        assert times[-1] > times[before]
    finally:
        release.set()
        assert bench.service.stop()


def test_a_failure_takes_the_machine_out_of_order_and_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.service.start()
    bench.screen.wait(lambda s: s.capabilities.sells)
    broken = RuntimeError("the disk is gone")

    def fail() -> object:
        raise broken

    bench.printer.health = fail  # type: ignore[method-assign, assignment]  # stands for any bug of ours
    last = bench.screen.wait(lambda s: not s.capabilities.sells)
    assert last.capabilities.notices == (NOTICES[Notice.FAILED],)
    assert last.offers == ()
    assert bench.service.stop()
    assert bench.failures == [broken]


def test_a_till_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def cannot() -> Till:
        raise OSError("no disk")

    service = TillService(cannot, lambda _: None, on_failure=failures.append)
    service.start()
    assert service.stop()
    assert [type(failure) for failure in failures] == [OSError]


@pytest.mark.parametrize("times", [1, 2])
def test_stopping_twice_does_no_harm(tmp_path: Path, times: int) -> None:
    bench = Bench(tmp_path)
    bench.service.start()
    bench.screen.wait(lambda _: True)
    for _ in range(times):
        assert bench.service.stop()


def test_what_a_cashier_was_told_is_not_done_is_not_done_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    monkeypatch.setattr("kiosk.till.service.ANSWER_WITHIN", 0.05)
    with pytest.raises(EnvironmentFault, match="nothing was done"):
        bench.service.ask({"do": "settle"})
    asked: list[object] = []
    opened = bench._open

    def desk(it: object) -> dict[str, object]:
        asked.append(it)
        return {}

    def with_desk() -> Till:
        till = opened()
        till.desk = desk
        return till

    bench.service._open_till = with_desk
    bench.service.start()
    bench.screen.wait(lambda s: s.capabilities.sells)
    bench.screen.wait(lambda _: bench.service._commands.empty())
    assert bench.service.stop()
    assert asked == []
