"""Threads of which one runs at a time: a gate's lane may wait in the middle of a decision, as it does in life.

Whoever drives virtual time hands its turn to a worker and goes on when that one has finished or waits.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


class Worker:
    """One thread that is used again and again."""

    def __init__(self) -> None:
        self._theirs, self._ours = threading.Semaphore(0), threading.Semaphore(0)
        self._job: Callable[[], None] = lambda: None
        self._given: object = None
        self.waits = False
        threading.Thread(target=self._work, daemon=True).start()

    def begin(self, job: Callable[[], R], done: Callable[[R], None]) -> None:
        """Let the worker begin a job. `done` gets its result, in the caller's thread; so does whatever it raises."""
        self._result: list[R] = []
        self._raised: list[BaseException] = []

        def work() -> None:
            try:
                self._result.append(job())
            except BaseException as error:  # raised again where the worker's turn ends
                self._raised.append(error)

        self._job, self._done = work, done
        self._turn()

    def wait(self) -> object:
        """Within a job: let virtual time go on until `go_on`, whose value is answered, or raised if it is an error."""
        self.waits = True
        self._ours.release()
        self._theirs.acquire()
        given, self._given = self._given, None
        if isinstance(given, BaseException):
            raise given
        return given

    def go_on(self, value: object) -> None:
        """Let a job that waits go on."""
        assert self.waits
        self.waits, self._given = False, value
        self._turn()

    def _turn(self) -> None:
        self._theirs.release()
        self._ours.acquire()
        if self.waits:
            return
        if self._raised:
            raise self._raised.pop()
        self._done(self._result.pop())

    def _work(self) -> None:
        while True:
            self._theirs.acquire()
            self._job()
            self._ours.release()
