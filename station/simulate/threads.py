"""The standard library's threads, locks, queues, clocks and secrets, as the product's modules see them in a simulation.

While `borrowed` lasts, modules of ours that say `threading`, `queue`, `time`, `secrets` or `random` get these instead:
threads are strands, waiting is virtual, and chance has a seed. What is not about waiting is the real thing.
"""

import queue
import random
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from math import ceil
from random import Random
from types import BuiltinFunctionType, FunctionType, ModuleType, SimpleNamespace, TracebackType
from typing import Any, Protocol

from station.simulate.turns import NOWHERE, Machine, Strand, Turns

_OURS = ("sync", "gate", "kiosk", "station", "tickets", "drivers")
_NOT = ("station.simulate", "station.demo", "station.bench")


class Here(Protocol):
    """What is asked of a machine that runs our programs."""

    @property
    def frozen_until(self) -> int:
        """See `turns.Machine`."""
        ...

    def wall(self) -> float:
        """Its wall clock, in seconds since 1970."""
        ...

    @property
    def random(self) -> Random:
        """Its chance."""
        ...


def _ms(seconds: float | None) -> int | None:
    """Whole milliseconds: any time to wait is at least one, or who computes what is left would never see it pass."""
    if seconds is None:
        return None
    return 0 if seconds <= 0.0 else max(1, ceil(seconds * 1000))


class Waiting:
    """Strands that wait for one thing, in the order in which they came."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._strands: deque[Strand] = deque()

    def wait(self, seconds: float | None) -> bool:
        """Wait until somebody wakes this strand; False when the time is over."""
        strand = self._turns.strand()
        self._strands.append(strand)
        try:
            return strand.pause(_ms(seconds))
        finally:
            if strand in self._strands:
                self._strands.remove(strand)

    def wake(self, most: int | None = None) -> None:
        """Wake so many of those who wait, or all."""
        while self._strands and (most is None or most > 0):
            self._strands.popleft().wake()
            most = None if most is None else most - 1


class Event:
    """See threading.Event."""

    def __init__(self, turns: Turns) -> None:
        self._set = False
        self._turns = turns
        self._waiting = Waiting(turns)

    def is_set(self) -> bool:
        """See threading.Event."""
        return self._set

    def set(self) -> None:
        """See threading.Event."""
        self._set = True
        self._waiting.wake()

    def clear(self) -> None:
        """See threading.Event."""
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        """See threading.Event."""
        until = None if timeout is None else self._turns.agenda.now + (_ms(timeout) or 0)
        while not self._set:
            left = None if until is None else until - self._turns.agenda.now
            if left is not None and left <= 0:
                break
            self._waiting.wait(None if left is None else left / 1000)
        return self._set


class Lock:
    """See threading.RLock; one that is not `again` lets nobody in twice."""

    def __init__(self, turns: Turns, *, again: bool) -> None:
        self._turns = turns
        self._again = again
        self._owner: object = None
        self._depth = 0
        self._waiting = Waiting(turns)

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """See threading.Lock."""
        me = self._turns.current or self._turns
        until = None if timeout < 0 else self._turns.agenda.now + (_ms(timeout) or 0)
        while self._owner is not None and not (self._again and self._owner is me):
            left = None if until is None else until - self._turns.agenda.now
            if not blocking or (left is not None and left <= 0):
                return False
            self._waiting.wait(None if left is None else left / 1000)
        self._owner = me
        self._depth += 1
        return True

    def release(self) -> None:
        """See threading.Lock."""
        self._depth -= 1
        if self._depth <= 0:
            self._owner, self._depth = None, 0
            self._waiting.wake(1)

    def locked(self) -> bool:
        """See threading.Lock."""
        return self._owner is not None

    def __enter__(self) -> bool:
        """See threading.Lock."""
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        """See threading.Lock."""
        self.release()

    def let_go(self) -> int:
        """Release it wholly, for a wait; answers how deep it was held."""
        depth, self._depth = self._depth, 0
        self._owner = None
        self._waiting.wake(1)
        return depth

    def take_again(self, depth: int) -> None:
        """Hold it as before a wait."""
        self.acquire()
        self._depth = depth


class Condition:
    """See threading.Condition."""

    def __init__(self, turns: Turns, lock: Lock | None = None) -> None:
        self._lock = lock or Lock(turns, again=True)
        self._waiting = Waiting(turns)
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def __enter__(self) -> bool:
        """See threading.Condition."""
        return self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        """See threading.Condition."""
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        """See threading.Condition."""
        depth = self._lock.let_go()
        try:
            return self._waiting.wait(timeout)
        finally:
            self._lock.take_again(depth)

    def wait_for(self, holds: Callable[[], bool], timeout: float | None = None) -> bool:
        """See threading.Condition; a time-out counts for each wait."""
        while not (found := holds()):
            if not self.wait(timeout):
                return holds()
        return found

    def notify(self, n: int = 1) -> None:
        """See threading.Condition."""
        self._waiting.wake(n)

    def notify_all(self) -> None:
        """See threading.Condition."""
        self._waiting.wake()


class Thread:
    """See threading.Thread: a strand on the machine of whoever starts it."""

    def __init__(
        self,
        turns: Turns,
        target: Callable[..., object],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        name: str,
        machine: Machine,
        began: Callable[[Strand], None],
    ) -> None:
        self.name = name
        self.daemon = True
        self._turns = turns
        self._act = partial(target, *args, **kwargs)
        self._machine = machine
        self._began = began
        self._strand: Strand | None = None
        self._ended: Event = Event(turns)

    @property
    def ident(self) -> int | None:
        """See threading.Thread."""
        return None if self._strand is None else 1

    def start(self) -> None:
        """See threading.Thread."""
        self._strand = self._turns.spawn(self._run, self.name, self._machine)
        self._strand.when_over(self._ended.set)
        self._began(self._strand)

    def _run(self) -> None:
        self._act()

    def join(self, timeout: float | None = None) -> None:
        """See threading.Thread."""
        self._ended.wait(timeout)

    def is_alive(self) -> bool:
        """See threading.Thread."""
        return self._strand is not None and not self._strand.over


class SimpleQueue:
    """See queue.SimpleQueue and queue.Queue, without a limit."""

    def __init__(self, turns: Turns) -> None:
        self._items: deque[Any] = deque()
        self._filled = Waiting(turns)

    def put(self, item: object, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002  the library's own signature
        """See queue.SimpleQueue."""
        self._items.append(item)
        self._filled.wake(1)

    put_nowait = put

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """See queue.SimpleQueue."""
        while not self._items:
            if not block or (not self._filled.wait(timeout) and not self._items):
                raise queue.Empty
        return self._items.popleft()

    def get_nowait(self) -> Any:
        """See queue.SimpleQueue."""
        return self.get(block=False)

    def empty(self) -> bool:
        """See queue.SimpleQueue."""
        return not self._items

    def qsize(self) -> int:
        """See queue.SimpleQueue."""
        return len(self._items)


class Library:
    """The modules to lend. `here` answers the machine whose program is running; `began` hears of each new thread."""

    def __init__(
        self,
        turns: Turns,
        here: Callable[[], Here],
        began: Callable[[Strand], None],
    ) -> None:
        self._turns = turns
        self._here = here
        self._began = began
        self.modules: dict[ModuleType, object] = {
            threading: self._threading(),
            queue: _over(queue, SimpleQueue=lambda: SimpleQueue(turns), Queue=lambda _most=0: SimpleQueue(turns)),
            time: _over(
                time,
                time=lambda: here().wall(),
                monotonic=lambda: turns.agenda.now / 1000,
                perf_counter=lambda: turns.agenda.now / 1000,
                sleep=lambda seconds: turns.sleep(_ms(seconds) or 0),
            ),
            secrets: _over(
                secrets,
                token_bytes=lambda count=32: here().random.randbytes(count),
                token_hex=lambda count=32: here().random.randbytes(count).hex(),
                randbelow=lambda below: here().random.randrange(below),
                choice=lambda some: here().random.choice(some),
            ),
            random: _over(random, SystemRandom=lambda: here().random),
        }
        lent: Any = self.modules
        self.functions: dict[Any, object] = {
            time.time: lent[time].time,
            time.monotonic: lent[time].monotonic,
            time.sleep: lent[time].sleep,
            secrets.token_bytes: lent[secrets].token_bytes,
        }

    def _threading(self) -> object:
        turns = self._turns

        def thread(
            group: None = None,  # noqa: ARG001  the library's own signature
            target: Callable[..., object] = lambda: None,
            name: str = "thread",
            args: tuple[Any, ...] = (),
            kwargs: Mapping[str, Any] | None = None,
            *,
            daemon: bool | None = None,  # noqa: ARG001  all of them end with their machine
        ) -> Thread:
            strand = turns.current
            machine = NOWHERE if strand is None else strand.machine
            whose = "" if strand is None else strand.name.partition(" ")[0]
            return Thread(turns, target, args, kwargs or {}, f"{whose} {name}", machine, self._began)

        return _over(
            threading,
            Thread=thread,
            Event=lambda: Event(turns),
            Lock=lambda: Lock(turns, again=False),
            RLock=lambda: Lock(turns, again=True),
            Condition=lambda lock=None: Condition(turns, lock),
        )

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """While this lasts, our modules use what is lent here."""
        undo: list[tuple[Any, str, object]] = []
        try:
            for module, attribute in _that_say((*self.modules, *self.functions)):
                value = vars(module)[attribute]
                undo.append((module, attribute, value))
                setattr(module, attribute, self._instead(value))
            for function in _with_defaults(tuple(self.functions)):
                undo.append((function, "__defaults__", function.__defaults__))
                undo.append((function, "__kwdefaults__", function.__kwdefaults__))
                some, named = function.__defaults__ or (), function.__kwdefaults__ or {}
                function.__defaults__ = tuple(self._instead(value) for value in some) or None
                function.__kwdefaults__ = {name: self._instead(value) for name, value in named.items()} or None
            yield
        finally:
            for thing, attribute, value in undo:
                setattr(thing, attribute, value)

    def _lent(self, value: object) -> object | None:
        if isinstance(value, ModuleType):
            return self.modules.get(value)
        return self.functions.get(value) if isinstance(value, BuiltinFunctionType | FunctionType) else None

    def _instead(self, value: Any) -> Any:
        lent = self._lent(value)
        return value if lent is None else lent


def _our_modules() -> list[ModuleType]:
    """The product's modules that are loaded, by name."""
    return [
        module
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in _OURS and not name.startswith(_NOT)
    ]


@cache
def _that_say(wanted: tuple[object, ...]) -> tuple[tuple[ModuleType, str], ...]:
    """Where one of these is in the namespace of a module of ours: all of them are loaded by now."""
    return tuple(
        (module, attribute)
        for module in _our_modules()
        for attribute, value in sorted(vars(module).items())
        if any(value is one for one in wanted)
    )


@cache
def _with_defaults(wanted: tuple[object, ...]) -> tuple[FunctionType, ...]:
    """The product's functions and methods that have one of these as the default of an argument."""
    found: list[FunctionType] = []
    for module in _our_modules():
        for value in list(vars(module).values()):
            if getattr(value, "__module__", None) != module.__name__:
                continue
            inside = vars(value).values() if isinstance(value, type) else (value,)
            for each in inside:
                function = each.__func__ if isinstance(each, classmethod | staticmethod) else each
                if isinstance(function, FunctionType):
                    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
                    if any(default is one for default in defaults for one in wanted):
                        found.append(function)
    return tuple(found)


class _Over(SimpleNamespace):
    """A module of which some names are others."""

    def __init__(self, real: ModuleType, **names: object) -> None:
        super().__init__(**names)
        vars(self)["_real"] = real

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_real"], name)


def _over(real: ModuleType, **names: object) -> object:
    return _Over(real, **names)


class Opened:
    """Things to let go of when a process ends, however it ends: whatever they say about it."""

    def __init__(self) -> None:
        self._close: list[Callable[[], object]] = []

    def add(self, close: Callable[[], object]) -> None:
        """Let go of this too."""
        self._close.append(close)

    def __enter__(self) -> "Opened":
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of all."""
        self.close()

    def close(self) -> None:
        """Let go of all, the last first."""
        while self._close:
            self._close.pop()()
