"""A thread that waits for slow answers, so that the till's own thread never does: the centre's, a card terminal's.

What is asked runs there; what came of it is fetched by the till in its own rounds. Only the till's thread writes.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.faults import DeviceFault
from tickets.errors import EnvironmentFault, PeerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a question: a value, or the fault that stood in its place."""

    key: str
    value: object = None
    fault: EnvironmentFault | PeerError | DeviceFault | None = None


class Calls(Protocol):
    """Asks slow questions somewhere else."""

    def ask(self, key: str, call: Callable[[], object]) -> None:
        """Have `call` run; its answer comes under `key`. A key that is still waited for is not asked again."""
        ...

    def asking(self, key: str) -> bool:
        """Whether an answer under `key` is still to come."""
        ...

    def answers(self) -> list[Answered]:
        """The answers since the last call. Raises what a call raised that is no fault: that is a bug of ours."""
        ...

    def close(self) -> None:
        """Ask nothing more; what is under way is not waited for."""
        ...


class Caller:
    """`Calls` on one thread, one question after another."""

    def __init__(self, name: str) -> None:
        self._questions: queue.SimpleQueue[tuple[str, Callable[[], object]] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answered | BaseException] = queue.SimpleQueue()
        self._open: set[str] = set()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self, key: str, call: Callable[[], object]) -> None:
        """See Calls."""
        if key not in self._open:
            self._open.add(key)
            self._questions.put((key, call))

    def asking(self, key: str) -> bool:
        """See Calls."""
        return key in self._open

    def answers(self) -> list[Answered]:
        """See Calls."""
        found: list[Answered] = []
        while not self._answers.empty():
            answer = self._answers.get()
            if isinstance(answer, BaseException):
                raise answer
            self._open.discard(answer.key)
            found.append(answer)
        return found

    def close(self) -> None:
        """See Calls."""
        self._questions.put(None)

    def _run(self) -> None:
        while self._answer_one():
            pass

    def _answer_one(self) -> bool:
        """Nothing of a question outlives this call: it may hold the code of somebody's phone."""
        question = self._questions.get()
        if question is None:
            return False
        key, call = question
        try:
            self._answers.put(Answered(key=key, value=call()))
        except (EnvironmentFault, PeerError, DeviceFault) as fault:
            self._answers.put(Answered(key=key, fault=fault))
        except BaseException as error:  # the till's thread raises it: this one only waits for others
            self._answers.put(error)
            return False
        return True
