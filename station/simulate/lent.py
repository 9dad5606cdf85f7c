"""What the product's own processes get instead of a system: lines, a heart, signals, points, while they are simulated.

The processes themselves (`station.sync_process`, `station.relay_process`) run as they are; what they take from their
modules is replaced there by name, and put back afterwards.
"""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import UUID

import fastapi.routing
import httpx

from kiosk.till import authority
from kiosk.till import till as till_module
from station import centre_line, enrolling, handing_on, kiosk_places, relay_process, sync_process
from station.config import Config
from station.enrolment import Enrolment
from station.simulate.network import LineClient, Network
from station.simulate.nodes.centre import CentreNode
from station.simulate.nodes.node import Node, Program
from station.simulate.nodes.relay import RelayNode
from station.simulate.nodes.terminal import Terminal
from station.simulate.prepared import once, prepared
from station.simulate.threads import Event
from station.simulate.turns import Turns
from sync import newest_trust
from sync.cache import migrations as cache_migrations
from sync.engine import believing, waking
from sync.journal import migrations as journal_migrations
from sync.lan import arbiter, lan
from sync.lan import teller as lan_teller
from sync.points import Probe
from sync.server import revisions
from sync.server.relay import app as relay_app
from sync.server.relay import forwarding
from sync.server.relay import migrations as relay_migrations
from sync.server.relay.run import RelaySettings
from sync.server.waiting import Waiting
from sync.wire.pull import PullAnswer
from tickets.errors import Bug

LOADED = (cache_migrations, journal_migrations, relay_migrations, revisions)
"""What the processes import only when they run: loaded here, with the real library."""
IDLE_S = 900.0
"""How long a sync that has nothing to do looks at nothing; whatever happens here wakes it."""
NEWS_S = 1200.0
"""How long a question for changes that would stay open is not even put."""
TOGETHER_S = 300.0
"""How long changes at the centre are left to gather, at most, before a terminal asks for them."""
SETTLING_S = 4.0
"""The same once everything is put right."""
SOON_MS = 400
"""How soon after something happened it is looked for."""
TALK_MS = 12_000
"""How late a terminal may tell its relay what happened, or hear of it: by then it is mostly more than one thing."""
LOOKS_S = 0.6
"""Who waits for less than this between two looks has nothing to do."""
A_PAGE = 100
"""After so many changes of the relay another question follows at once: one answer may not hold them all."""


def node_of(turns: Turns) -> Node:
    """The machine whose program is running."""
    program = turns.strand().machine
    if not isinstance(program, Program):
        raise Bug("no machine's program is running", "This is a fault of the simulation.")
    return program.node


def terminal_of(turns: Turns) -> Terminal:
    """The terminal whose program is running."""
    node = node_of(turns)
    assert isinstance(node, Terminal)
    return node


class Heart:
    """See station.heart: waits as long as nothing happens, instead of looking every second."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def ready(self) -> None:
        """See station.heart."""

    def beat(self) -> None:
        """See station.heart."""

    def stopping(self) -> None:
        """See station.heart."""

    def beats_in(self, _loop: object) -> None:
        """See station.heart."""

    def waits_on(self, bell: "VirtualBell") -> Callable[[float], bool]:
        """See station.heart."""
        node = terminal_of(self._turns)
        seen = -1

        def wait(seconds: float) -> bool:
            nonlocal seen
            if seconds != node.config.sync.interval_seconds:  # the line is down: this is the time until the next try
                bell.wait(seconds)
                stopped = bell.stopped
            else:
                stopped = self._idle(node, bell, seen, seconds)
            seen = node.stirred()
            return stopped

        return wait

    def _idle(self, node: Terminal, bell: "VirtualBell", seen: int, least: float) -> bool:
        self._turns.sleep(int(least * 1000))
        if node.stirred() != seen:
            return bell.stopped
        node.when_stirred(bell.ring)
        bell.wait(IDLE_S)
        return bell.stopped


class IdleStop(Event):
    """The event on which a loop waits between its looks. What is not about to change is looked at ever less often."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(turns)
        self._turns = turns
        self._seen = -1
        self._ms = 0

    def wait(self, timeout: float | None = None) -> bool:
        """See threading.Event."""
        if timeout is None or timeout <= 0.0 or timeout > LOOKS_S:
            return super().wait(timeout)
        node = terminal_of(self._turns)
        if (stirred := node.stirred()) != self._seen:
            self._seen, self._ms = stirred, SOON_MS
            return super().wait(max(timeout, node.random.randrange(SOON_MS, TALK_MS) / 1000))
        self._ms = min(6 * self._ms, int(IDLE_S * 1000))
        node.idle(self, self._ms / 1000)
        return self.is_set()


class LanStop(IdleStop):
    """The event on which the two threads of `sync.lan.lan` wait between their steps."""

    def __init__(self, turns: Turns, relay_of: Callable[[Terminal], RelayNode | None]) -> None:
        super().__init__(turns)
        self._relay_of = relay_of
        self._heard = -1
        self._news = Event(turns)

    def wait(self, timeout: float | None = None) -> bool:
        """See threading.Event."""
        if timeout is not None and timeout <= 0.0 and self._turns.strand().name.endswith("listening"):
            self._wait_for_relay(terminal_of(self._turns))
            return self.is_set()
        return super().wait(timeout)

    def _wait_for_relay(self, node: Terminal) -> None:
        """Do not even put the question while it would be left open."""
        relay, agenda = self._relay_of(node), self._turns.agenda
        if relay is None:
            return
        until = agenda.now + int(NEWS_S * 1000)
        while relay.mark == self._heard and agenda.now < until and not self.is_set():
            relay.when_news(self._news.set)
            self._news.clear()
            self._news.wait((until - agenda.now) / 1000)
        if 0 <= self._heard < relay.mark:
            self._turns.sleep(node.random.randrange(SOON_MS, TALK_MS))
        self._heard = relay.mark if relay.mark - self._heard < A_PAGE else -1


class VirtualBell:
    """See sync.engine.bell."""

    def __init__(self, turns: Turns) -> None:
        self._rung = Event(turns)
        self.stopped = False

    def ring(self) -> None:
        """See sync.engine.bell."""
        self._rung.set()

    def stop(self) -> None:
        """See sync.engine.bell."""
        self.stopped = True
        self.ring()

    def wait(self, seconds: float) -> bool:
        """See sync.engine.bell."""
        rung = self._rung.wait(max(0.0, seconds))
        self._rung.clear()
        return rung


class Skipping:
    """`sync.engine.waking.Asks` that does not put a question for changes while it would be left open."""

    def __init__(self, turns: Turns, asks: Any, centre: CentreNode) -> None:
        self._turns = turns
        self._asks = asks
        self._centre = centre
        self._news = Event(turns)
        self._seen = -1

    def pull(self, cursor: str, limit: int, wait: int = 0) -> PullAnswer:
        """See Asks."""
        node, agenda = terminal_of(self._turns), self._turns.agenda
        until = agenda.now + int(NEWS_S * 1000)
        while self._centre.changes == self._seen and agenda.now < until:
            self._centre.when_news(self._news.set)
            self._news.clear()
            self._news.wait((until - agenda.now) / 1000)
        if self._seen >= 0:
            together_s = node.random.random() * (TOGETHER_S if not self._centre.calmed else SETTLING_S)
            calm = Event(self._turns)
            self._centre.when_calm(calm.set)
            calm.wait(together_s)
        self._seen = self._centre.changes
        answer: PullAnswer = self._asks.pull(cursor, limit, wait)
        return answer


class Lent:
    """Replaces names in modules, for as long as `borrowed` lasts."""

    def __init__(
        self,
        turns: Turns,
        network: Network,
        relay_of: Callable[[Terminal], RelayNode | None],
        centre: CentreNode,
    ) -> None:
        self._turns = turns
        self._network = network
        self._relay_of = relay_of
        self._centre = centre

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """While this lasts, the processes run in the simulation. Enter it after `threads.Library.borrowed`."""
        with ExitStack() as undo:

            def put(module: ModuleType, **names: object) -> None:
                for name, value in names.items():
                    if name in vars(module):
                        undo.callback(setattr, module, name, vars(module)[name])
                    else:
                        undo.callback(delattr, module, name)
                    setattr(module, name, value)

            quiet = SimpleNamespace(SIGTERM=15, SIGINT=2, signal=lambda *_: None)
            logs = _Over(logging, basicConfig=lambda **_: None)
            here: dict[str, object] = {"signal": quiet, "logging": logs, "print": lambda *_, **__: None}
            here["log_to"] = lambda *_: None
            put(sync_process, **here, Heart=self._heart, probe_from_environment=self._probe, centre_http=self._line)
            put(sync_process, Waker=self._waker, Bell=lambda: VirtualBell(self._turns))
            put(relay_process, **here, Heart=self._heart, probe_from_environment=self._probe)
            put(relay_process, serve_relay=self._serve_relay)
            http = _Over(httpx, Client=self._client, post=self._post)
            for module in (centre_line, enrolling, sync_process, handing_on):
                if "httpx" in vars(module):
                    put(module, httpx=http)
            put(lan, threading=_Over(vars(lan)["threading"], Event=lambda: LanStop(self._turns, self._relay_of)))
            put(fastapi.routing, create_model_field=once(vars(fastapi.routing)["create_model_field"]))
            undo.enter_context(prepared())
            for module in (believing, newest_trust, authority):
                put(module, open_trust_list=once(vars(module)["open_trust_list"]))
            put(forwarding, threading=_Over(vars(forwarding)["threading"], Event=lambda: IdleStop(self._turns)))
            question = vars(arbiter)["_Question"]
            put(arbiter, _Question=lambda claim, deadline: question(claim, deadline, answered=Event(self._turns)))
            put(lan_teller, _KEPT_EVERY_S=180.0, _ASK_EVERY_S=10.0)
            put(relay_app, REVIEW_SECONDS=60.0)
            put(till_module, LOOK_AT_OFFERS=300.0)
            put(kiosk_places, uuid4=self._uuid4)
            undo.callback(setattr, Waiting.__init__, "__defaults__", Waiting.__init__.__defaults__)
            Waiting.__init__.__defaults__ = (7.0,)
            trusted_time = sys.modules["sync.trusted_time"]
            put(trusted_time, boot_clock=self._boot_clock, boot_id=lambda: node_of(self._turns).boot_id)
            put(sync_process, boot_clock=self._boot_clock)
            yield

    def _uuid4(self) -> UUID:
        return UUID(bytes=node_of(self._turns).random.randbytes(16), version=4)

    def _boot_clock(self) -> float:
        return node_of(self._turns).boot()

    def _heart(self, *_: object, **__: object) -> Heart:
        return Heart(self._turns)

    def _probe(self) -> Probe:
        return node_of(self._turns).probe

    def _client(self, *_: object, event_hooks: Any = None, **__: object) -> httpx.Client:
        source = node_of(self._turns).name
        return LineClient(self._network, source, (event_hooks or {}).get("request", ()))

    def _post(self, url: str, **more: Any) -> httpx.Response:
        more.pop("trust_env", None)
        with self._client() as client:
            return client.post(url, **more)

    def _line(
        self,
        config: Config,  # noqa: ARG002  the real one's own signature
        enrolled: Enrolment,  # noqa: ARG002
        now: object = None,  # noqa: ARG002
        on_request: Sequence[Callable[[httpx.Request], Any]] = (),
    ) -> httpx.Client:
        return self._client(event_hooks={"request": list(on_request)})

    def _waker(self, centre: Any, wake: Callable[[], None], backoff: Any, **more: Any) -> waking.Waker:
        more = {"clock": lambda: self._turns.agenda.now / 1000, **more}
        return waking.Waker(Skipping(self._turns, centre, self._centre), wake, backoff, **more)

    def _serve_relay(self, settings: RelaySettings, _host: str, _port: int, ready: Callable[[str], None]) -> None:
        node = node_of(self._turns)
        assert isinstance(node, RelayNode)
        node.serve_relay(settings, ready)


class _Over(SimpleNamespace):
    """A module of which some names are others."""

    def __init__(self, real: Any, **names: object) -> None:
        super().__init__(**names)
        vars(self)["_real"] = real

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_real"], name)
