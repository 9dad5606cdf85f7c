"""Blocking code in virtual time: threads of which one runs at a time, and only when the agenda says so.

What waits (for an answer, a lock, a moment) hands its turn back; virtual time goes on meanwhile. One that is killed
meets `Killed` where it waits, as a process that is no more goes on nowhere.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from station.simulate.agenda import Agenda, Planned
from station.simulate.agenda import Stuck as Stuck

_STUCK_S = 120.0
"""Real seconds after which a turn that does not end is a fault of the simulation: a real lock is waited for."""


class Killed(BaseException):
    """This strand's machine or process is dead. Not an Exception: no program lives to handle it."""


class Machine(Protocol):
    """Where a strand runs."""

    @property
    def frozen_until(self) -> int:
        """The virtual millisecond before which nothing of it runs."""
        ...


class _Nowhere:
    frozen_until = 0


NOWHERE: Machine = _Nowhere()


def _nothing() -> None:
    """What a thread does that has nothing to do."""


class _Worker:
    """A thread that is used again and again."""

    def __init__(self) -> None:
        self.go, self.back = threading.Lock(), threading.Lock()
        self.go.acquire()
        self.back.acquire()
        self.job: Callable[[], None] = _nothing
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            self.go.acquire()
            self.job()
            self.job = lambda: None  # or the world that it was of would stay for ever
            self.back.release()


class Strand:
    """One thread of a node's program. Made by `Turns.spawn`."""

    def __init__(self, turns: "Turns", act: Callable[[], None], name: str, machine: Machine) -> None:
        self.name = name
        self.machine = machine
        self.over = False
        self.killed = False
        self.raised: BaseException | None = None
        self._turns = turns
        self._act = act
        self._worker: _Worker | None = None
        self._paused = False
        self._woken = False
        self._timer: Planned | None = None
        self._ends: list[Callable[[], None]] = []

    def when_over(self, act: Callable[[], None]) -> None:
        """Call `act` when it has ended, at once if it has."""
        if self.over:
            act()
        else:
            self._ends.append(act)

    def pause(self, ms: int | None) -> bool:
        """On this strand: let time go on until it is woken, or for so many milliseconds; whether it was woken."""
        assert self._turns.current is self, "only a strand itself can wait"
        if self.killed:
            raise Killed
        agenda = self._turns.agenda
        self._woken = False
        self._paused = True
        self._timer = None if ms is None else agenda.after(ms, self._turn)
        worker = self._worker
        assert worker is not None
        worker.back.release()
        worker.go.acquire()
        if self.killed:
            raise Killed
        return self._woken

    def wake(self) -> None:
        """Let it go on, if it waits."""
        if self._paused and not self._woken:
            self._woken = True
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._turns.agenda.after(0, self._turn)

    def kill(self) -> None:
        """End it where it is. One that kills itself goes on until it waits next; raise Killed after that."""
        if self.over or self.killed:
            return
        self.killed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._worker is None:
            self._is_over()
        elif self._paused:
            self._paused = False
            self._resume(self._worker)

    def begin(self) -> None:
        """Give it its first turn, as soon as what is due by now is done."""
        self._timer = self._turns.agenda.after(0, self._turn)

    def _turn(self) -> None:
        if self.over or self.killed:
            return
        wait = self.machine.frozen_until - self._turns.agenda.now
        if wait > 0:
            self._timer = self._turns.agenda.after(wait, self._turn)
            return
        self._timer = None
        self._paused = False
        if self._worker is None:
            self._worker = self._turns.worker()
            self._worker.job = self._run
        self._resume(self._worker)

    def _resume(self, worker: _Worker) -> None:
        turns = self._turns
        before, turns.current = turns.current, self
        worker.go.release()
        if not worker.back.acquire(timeout=_STUCK_S):
            raise Stuck(f"{self.name} does not come back")
        turns.current = before
        if self.over:
            turns.done(worker)
            if self.raised is not None:
                raised, self.raised = self.raised, None
                turns.failed(self, raised)
            for act in self._ends:
                act()

    def _run(self) -> None:
        try:
            self._act()
        except Killed:
            pass
        except BaseException as error:  # told where the turn ends, on whoever gave it
            self.raised = error
        self.over = True

    def _is_over(self) -> None:
        self.over = True
        for act in self._ends:
            act()


_idle: list[_Worker] = []
"""Threads of earlier strands; which of them is used changes nothing."""


class Turns:
    """All strands of one run. `failed` hears of what a strand raised; it must not return quietly for a bug."""

    def __init__(self, agenda: Agenda, failed: Callable[[Strand, BaseException], None]) -> None:
        self.agenda = agenda
        self.failed = failed
        self.current: Strand | None = None

    def spawn(self, act: Callable[[], None], name: str, machine: Machine = NOWHERE) -> Strand:
        """A strand that begins as soon as what is due by now is done."""
        strand = Strand(self, act, name, machine)
        strand.begin()
        return strand

    def strand(self) -> Strand:
        """The strand that is running. Blocking on the agenda's own thread is a fault of the simulation."""
        if self.current is None:
            raise Stuck("something waits that is no strand")
        return self.current

    def sleep(self, ms: int) -> None:
        """On a strand: let so much time pass."""
        strand, until = self.strand(), self.agenda.now + ms
        while (left := until - self.agenda.now) > 0:
            strand.pause(left)

    def worker(self) -> _Worker:
        """A thread for a strand."""
        return _idle.pop() if _idle else _Worker()

    def done(self, worker: _Worker) -> None:
        """A thread that no strand needs any more."""
        worker.job = _nothing
        _idle.append(worker)
