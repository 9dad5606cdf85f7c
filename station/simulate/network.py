"""The lines between machines: they delay, lose, repeat and keep messages back, are cut, or lead to who never answers.

What crosses is whole requests and answers as bytes; who asks blocks on a strand until an answer comes or his patience
ends. A request that nobody answered may have been carried out all the same, also much later.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import httpx

from station.simulate.agenda import Agenda
from station.simulate.asgi import Answered, Asked
from station.simulate.threads import Waiting
from station.simulate.turns import Turns
from sync.line.budget_line import NoAnswerInTime
from sync.line.deadline_http import HttpAnswer, NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How often (0 to 1) something happens to a request or an answer, and how long what is slow takes, in ms."""

    lost: float = 0.0
    answer_lost: float = 0.0
    again: float = 0.0
    late_copy: float = 0.0
    slow: float = 0.0
    slow_ms: tuple[int, int] = (200, 4000)
    late_ms: tuple[int, int] = (1000, 900_000)


FAIR = Weather()


class Host(Protocol):
    """A machine that listens."""

    @property
    def name(self) -> str:
        """Whose it is."""
        ...

    @property
    def listening(self) -> bool:
        """Whether its program takes connections. When not, they are refused, or nobody is there to refuse."""
        ...

    @property
    def powered(self) -> bool:
        """Whether the machine has power, so that it refuses at once what nobody listens for."""
        ...

    @property
    def silent(self) -> bool:
        """Whether it takes connections and never answers."""
        ...

    def serve(self, asked: Asked, source: str, answered: Callable[[Answered], None]) -> None:
        """Answer some time, or never."""
        ...


class Unreachable(Exception):
    """Nobody is there, or the connection broke. `why` is "refused", "timeout" or "reset"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Network:
    """Everybody's lines. `lan` says whether two machines are in one building; `struck` counts what the weather did."""

    def __init__(self, turns: Turns, chance: Random, struck: "Counter[str]", lan: Callable[[str, str], bool]) -> None:
        self._turns = turns
        self._agenda: Agenda = turns.agenda
        self._chance = chance
        self._struck = struck
        self._lan = lan
        self._hosts: dict[str, Host] = {}
        self._cuts: Counter[tuple[str, str]] = Counter()
        self._halves: Counter[tuple[str, str]] = Counter()
        self.weather = FAIR
        self.lan_weather = FAIR
        self.came: Callable[[str, str, Asked, Answered], None] = lambda *_: None
        """Hears of every answer as it reaches whoever asked: who asked, whom, what, and the answer."""
        self.asked = 0

    def listen(self, host: Host) -> None:
        """Let a machine be found by its name."""
        self._hosts[host.name] = host

    # ------------------------------------------------------------------ what goes wrong

    def cut(self, one: str, other: str, *, ms: int) -> None:
        """Cut the line between two, in both directions; "*" is everybody."""
        self._for_a_while(self._cuts, one, other, ms)

    def half(self, one: str, other: str, *, ms: int) -> None:
        """Requests arrive, answers do not."""
        self._for_a_while(self._halves, one, other, ms)

    def calm(self) -> None:
        """Every line is as it should be; what is on its way still comes."""
        self._cuts.clear()
        self._halves.clear()
        self.weather = self.lan_weather = FAIR

    def _for_a_while(self, what: "Counter[tuple[str, str]]", one: str, other: str, ms: int) -> None:
        pair = (min(one, other), max(one, other))
        what[pair] += 1
        self._agenda.after(ms, lambda: what.subtract([pair]) if what[pair] > 0 else None)

    @property
    def is_fair(self) -> bool:
        """Whether no line is cut, wholly or half, and the weather is fair."""
        return self.weather == self.lan_weather == FAIR and not (+self._cuts or +self._halves)

    def is_cut(self, one: str, other: str) -> bool:
        """Whether nothing passes between the two."""
        return self._among(self._cuts, one, other)

    def _among(self, what: "Counter[tuple[str, str]]", one: str, other: str) -> bool:
        if not what:
            return False
        pairs = ((one, other), ("*", one), ("*", other))
        return any(what[min(pair), max(pair)] > 0 for pair in pairs)

    # ------------------------------------------------------------------ what is asked

    def call(self, source: str, target: str, asked: Asked, heard: Callable[[Answered | Unreachable], None]) -> None:
        """Send a request; `heard` is called with each answer that comes, or once with why there can be none."""
        host = self._hosts.get(target)
        if host is None:
            raise LookupError(f"nobody is called {target}")
        self.asked += 1
        here = self._lan(source, target)
        weather = self.lan_weather if here else self.weather
        if self.is_cut(source, target) or not host.powered:
            return  # nothing comes back: whoever asks runs out of patience
        way = self._ms(weather, here)
        if self._happens(weather.lost, "request lost"):
            return
        if self._happens(weather.late_copy, "late copy"):
            late = self._chance.randint(*weather.late_ms)
            self._agenda.after(late, lambda: self._arrives(source, host, asked, lambda _: None))
        copies = 2 if self._happens(weather.again, "request twice") else 1
        for _ in range(copies):
            self._agenda.after(way, lambda: self._arrives(source, host, asked, heard))
            way += self._ms(weather, here)

    def _arrives(self, source: str, host: Host, asked: Asked, heard: Callable[[Answered | Unreachable], None]) -> None:
        if self.is_cut(source, host.name) or not host.powered:
            return
        here = self._lan(source, host.name)
        weather = self.lan_weather if here else self.weather
        if not host.listening:
            self._agenda.after(self._ms(weather, here), lambda: heard(Unreachable("refused")))
            return
        if host.silent:
            return

        def answered(answer: Answered) -> None:
            weather = self.lan_weather if here else self.weather
            if self.is_cut(source, host.name) or self._among(self._halves, source, host.name):
                return
            if self._happens(weather.answer_lost, "answer lost"):
                return
            self._agenda.after(self._ms(weather, here), lambda: self._comes_back(source, host, asked, answer, heard))

        host.serve(asked, source, answered)

    def _comes_back(
        self,
        source: str,
        host: Host,
        asked: Asked,
        answer: Answered,
        heard: Callable[[Answered | Unreachable], None],
    ) -> None:
        if not self.is_cut(source, host.name):
            self.came(source, host.name, asked, answer)
            heard(answer)

    def _ms(self, weather: Weather, here: bool) -> int:
        if self._happens(weather.slow, "slow"):
            return self._chance.randint(*weather.slow_ms)
        return self._chance.randint(0, 2) if here else self._chance.randint(8, 60)

    def _happens(self, often: float, what: str) -> bool:
        if often <= 0.0 or self._chance.random() >= often:
            return False
        self._struck[what] += 1
        return True

    def exchange(self, source: str, target: str, asked: Asked, seconds: float) -> Answered:
        """On a strand: ask, and wait so long for the first answer. Raises Unreachable."""
        heard: list[Answered | Unreachable] = []
        waiting = Waiting(self._turns)

        def hear(answer: Answered | Unreachable) -> None:
            if not heard:
                heard.append(answer)
                waiting.wake()

        self.call(source, target, asked, hear)
        until = self._agenda.now + int(seconds * 1000)
        while not heard and (left := until - self._agenda.now) > 0:
            waiting.wait(left / 1000)
        if not heard:
            raise Unreachable("timeout")
        (answer,) = heard
        if isinstance(answer, Unreachable):
            raise answer
        return answer


def host_of(url: str) -> str:
    """The machine that an address names."""
    return urlsplit(url).hostname or ""


class LineTransport(httpx.BaseTransport):
    """What an `httpx.Client` sends goes over the simulated lines. `source` is the machine that asks."""

    def __init__(self, network: Network, source: str, opened: Callable[[], None] = lambda: None) -> None:
        self._network = network
        self._source = source
        self._opened = opened

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        timeout = request.extensions.get("timeout", {})
        seconds = float(timeout.get("connect") or 5.0) + float(timeout.get("read") or 10.0)
        asked = Asked(
            method=request.method,
            target=request.url.raw_path.decode("ascii"),
            headers=tuple((name.lower(), value) for name, value in request.headers.raw),
            body=request.read(),
        )
        try:
            answer = self._network.exchange(self._source, request.url.host, asked, seconds)
        except Unreachable as no:
            kind = httpx.ReadTimeout if no.why == "timeout" else httpx.ConnectError
            raise kind(no.why, request=request) from None
        return httpx.Response(answer.status, headers=list(answer.headers), content=answer.body)


class LineClient(httpx.Client):
    """An `httpx.Client` over the simulated lines, without what nobody asks for here: redirects, cookies, proxies."""

    def __init__(self, network: Network, source: str, before: Sequence[Callable[[httpx.Request], object]]) -> None:
        """`before` is called with each request, as `event_hooks` are."""
        self._line = LineTransport(network, source)
        self._before = before
        super().__init__(transport=self._line)

    def build_request(self, method: str, url: Any, **more: Any) -> httpx.Request:
        """See httpx.Client."""
        timeout, headers = more.pop("timeout", None), more.pop("headers", None)
        content, extensions = more.pop("content", None), dict(more.pop("extensions", None) or {})
        if any(each is not None for each in more.values()):
            raise NotImplementedError(f"a simulated line knows no {sorted(more)}")
        if isinstance(timeout, httpx.Timeout):
            extensions["timeout"] = timeout.as_dict()
        return httpx.Request(method, url, headers=headers, content=content, extensions=extensions)

    def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        """See httpx.Client."""
        for act in self._before:
            act(request)
        response = self._line.handle_request(request)
        response.request = request
        return response


class Lines:
    """Makes what stands for the product's own connections. `here` answers the machine that is running."""

    def __init__(self, network: Network, here: Callable[[], str]) -> None:
        lines = self
        self.network = network
        self.here = here

        class Deadline(_Deadline):
            """A `DeadlineConnection` of this simulation."""

            @classmethod
            def to(cls, url: str, clock: Callable[[], float] | None = None, *_: object, **__: object) -> Self:
                """See DeadlineConnection."""
                return cls(lines, host_of(url), clock or (lambda: network._agenda.now / 1000))

        class Budget(_Budget):
            """A `BudgetLine` of this simulation."""

            def __init__(self, url: str, *_: object, **__: object) -> None:
                super().__init__(lines, host_of(url))

        self.deadline = Deadline
        self.budget = Budget


def _asked(method: str, target: str, headers: Mapping[str, str], body: bytes, host: str) -> Asked:
    named = [(b"host", host.encode("ascii")), (b"content-length", str(len(body)).encode("ascii"))]
    named += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return Asked(method=method, target=target, headers=tuple(named), body=body)


def _headers(answer: Answered) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}


class _Deadline:
    def __init__(self, lines: Lines, target: str, clock: Callable[[], float]) -> None:
        self._lines = lines
        self._target = target
        self._clock = clock
        self._cut = False

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, deadline: float
    ) -> HttpAnswer:
        """See DeadlineConnection."""
        if self._cut:
            raise NoAnswer("The connection to the relay was ended here")
        left = deadline - self._clock()
        asked = _asked(method, target, headers, body, self._target)
        try:
            answer = self._lines.network.exchange(self._lines.here(), self._target, asked, left)
        except Unreachable as no:
            raise NoAnswer(
                "The relay did not answer in time" if no.why == "timeout" else "The relay cannot be reached"
            ) from None
        return HttpAnswer(status=answer.status, headers=_headers(answer), body=answer.body)

    def cut(self) -> None:
        """See DeadlineConnection."""
        self._cut = True

    def close(self) -> None:
        """See DeadlineConnection."""


class _Budget:
    def __init__(self, lines: Lines, target: str) -> None:
        self._lines = lines
        self._target = target

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes, budget_s: float
    ) -> tuple[int, dict[str, str], bytes]:
        """See BudgetLine."""
        asked = _asked(method, target, headers, content, self._target)
        try:
            answer = self._lines.network.exchange(self._lines.here(), self._target, asked, budget_s)
        except Unreachable as no:
            raise NoAnswerInTime(no.why) from None
        return answer.status, _headers(answer), answer.body

    def close(self) -> None:
        """See BudgetLine."""


def worse(weather: Weather, **more: float) -> Weather:
    """The same weather with some of it changed."""
    return replace(weather, **more)  # type: ignore[arg-type]  # names of its own numbers
