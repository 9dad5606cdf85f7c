"""What happens in one run, by its seed alone: passengers with copies of tickets, and what goes wrong meanwhile."""

from dataclasses import dataclass
from random import Random

from drivers.barrier import Way
from tests.station_run.network import Weather
from tickets.uses import UseEnd

GATES = ("gate-1", "gate-2", "gate-3")
LANES = {"gate-1": ("1A", "1B"), "gate-2": ("2A",), "gate-3": ("3A",)}
ALL_LANES = tuple(lane for lanes in LANES.values() for lane in lanes)
ONLY_HERE = 3
"""The ticket that is shown only where a gate dies over it."""
DAY_MS = 8_000
"""How long things go wrong; then everything is put right again."""


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody shows ticket `ticket` at a lane, at this moment or as soon as it serves somebody."""

    at_ms: int
    ticket: int
    lane: str
    way: Way
    end: UseEnd
    walk_ms: int
    badge: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something goes wrong at a moment; `ms` is how long it lasts, or which time it happens."""

    at_ms: int
    what: str
    gate: str
    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One run."""

    seed: int
    weather: Weather
    policies: dict[str, str]
    steps: tuple[Step, ...]
    troubles: tuple[Trouble, ...]


DIES_AT = tuple(
    f"gate:{point}"
    for point in (
        "arbiter:before",
        "arbiter:after",
        "commit:use.claimed:before",
        "commit:use.claimed:after",
        "coil:before",
        "coil:after",
        "commit:use.passed:before",
        "commit:use.passed:after",
        "commit:use.released:before",
        "commit:gate.started:before",
        "commit:gate.started:after",
    )
)
"""Points at which a gate dies on purpose; by counting it dies at others too."""
TROUBLES = (
    "gate dies",
    "gate dies",
    "freeze",
    "freeze over an emptied relay",
    "dies over an answer",
    "dies over a late question",
    "lanes of one gate",
    "cut",
    "cut",
    "relay restarts",
    "relay dies",
    "relay emptied",
    "strike off",
)


def story(seed: int) -> Story:
    """The story of a seed: some are calm, some have one kind of trouble, some have everything."""
    random = Random(seed)
    wild = random.choice((0, 1, 1, 2, 3))
    rate = random.choice((0.0, 0.02, 0.1)) if wild else 0.0
    weather = Weather(
        lost=rate * random.random(), again=rate * random.random(), slow=rate * 2 * random.random(), stray=rate
    )
    policy = random.choice(("admit", "admit", "staff"))
    tickets = random.randint(1, 3)
    steps = [step for ticket in range(tickets) for step in _passengers(random, ticket)]
    troubles = [_trouble(random) for _ in range(random.randint(1, 2 * wild))] if wild else []
    return Story(
        seed=seed,
        weather=weather,
        policies=dict.fromkeys(GATES, policy),
        steps=tuple(sorted(steps, key=lambda step: step.at_ms)),
        troubles=tuple(troubles),
    )


def _passengers(random: Random, ticket: int) -> list[Step]:
    """Moments at which copies of a ticket are shown: often several at once, often again a moment later."""
    steps: list[Step] = []
    at = random.randint(200, 3500)
    if random.random() < 0.1:  # nobody knows how the first ended, and both lanes are shown the ticket
        steps.append(Step(at, ticket, "1A", Way.IN, UseEnd.UNRESOLVED, 5, False))
        steps += [Step(at + 80, ticket, lane, Way.IN, UseEnd.PASSED, 400, False) for lane in ("1A", "1B")]
        return steps
    for _ in range(random.randint(1, 4)):
        copies = random.choice((1, 1, 2, 3))
        way = random.choice((Way.IN, Way.IN, Way.IN, Way.OUT))
        steps += [
            Step(
                at,
                ticket,
                lane,
                way if copies == 1 or random.random() < 0.8 else Way.IN,
                random.choices((UseEnd.PASSED, UseEnd.RELEASED, UseEnd.UNRESOLVED), (12, 6, 1))[0],
                random.choice((5, 40, 400, 1200)),
                random.random() < 0.05,
            )
            for lane in random.sample(ALL_LANES, copies)
        ]
        at += random.choice((1, 30, 90, 300, 1200, 2500))
    return steps


def _trouble(random: Random) -> Trouble:
    what = random.choice(TROUBLES)
    at, gate = random.randint(0, 5500), random.choice(GATES)
    match what:
        case "gate dies":
            return Trouble(at // 4, what, gate, random.randint(1, 6))  # early: it has yet to come there
        case "freeze over an emptied relay":
            return Trouble(at, what, gate, random.choice((5, 2500, 5000)))
        case "relay dies":
            return Trouble(at, what, gate, random.randint(1, 6))
        case "freeze":
            return Trouble(at, what, gate, random.choice((30, 100, 1000, 2500)))
        case _:
            return Trouble(at, what, gate, random.randint(50, 4000))
