"""The lane behind a simulated barrier: an arm that takes its time, two beams, and people who walk."""

from collections.abc import Callable
from functools import partial
from typing import Any

STEP = 0.005
"""Seconds between two looks at the lane; device time that passes in one piece is walked through in such steps."""

COMMANDS = "walk_through, walk_back, force, block, clear, fire, jam, clear_jam"

Walk = tuple[tuple[str, bool, float], ...]

WALK: Walk = (("entry", True, 0.0), ("exit", True, 0.35), ("entry", False, 0.6), ("exit", False, 1.0))
"""The beams in the order in which a person crosses them (in: true), as parts of the time that it takes."""

WALK_BACK: Walk = (("exit", True, 0.0), ("entry", True, 0.35), ("exit", False, 0.6), ("entry", False, 1.0))
WAYS = {"in": (WALK, "passages"), "out": (WALK_BACK, "passages_out")}
"""How people cross who may, and what counts them."""

WALK_IN_AND_OUT: Walk = (("entry", True, 0.0), ("entry", False, 1.0))


class SimulatedLane:
    """The arm and the beams. The arm's motor controller protects people: it never closes on a blocked beam.

    In a fire the arm opens by itself, whatever the coil says. A jammed arm stays where it is.
    """

    def __init__(self, arm_ms: int) -> None:
        self.arm_open = False
        self.fire = False
        self.jammed = False
        self.counts = {"passages": 0, "passages_out": 0, "forced": 0}
        self._arm_seconds = arm_ms / 1000
        self._moving_since: float | None = None
        self._occupied = {"entry": 0, "exit": 0}
        self._held = {"entry": False, "exit": False}
        self._steps: list[tuple[float, Callable[[], None]]] = []

    def blocked(self, beam: str) -> bool:
        """Whether something is in this beam ("entry" or "exit")."""
        return self._held[beam] or self._occupied[beam] > 0

    @property
    def walking(self) -> bool:
        """Whether somebody is on the way."""
        return bool(self._steps)

    def hold(self, beam: str, blocked: bool) -> None:
        """Put something into a beam and leave it there, or take it away."""
        if beam not in self._held:
            raise ValueError(f"beam is entry or exit, not {beam!r}")
        self._held[beam] = blocked

    def walk(self, start: float, seconds: float, steps: Walk, *, counts: str | None = None) -> None:
        """Let a person cross beams from `start` on; at the end counts[`counts`] grows by one."""
        for beam, enters, part in steps:
            self._steps.append((start + part * seconds, partial(self._cross, beam, 1 if enters else -1)))
        if counts is not None:
            self._steps.append((start + seconds, partial(self._count, counts)))
        self._steps.sort(key=lambda step: step[0])

    def walk_through(self, now: float, seconds: float, people: int, gap: float, way: str) -> bool:
        """Let people cross one behind the other, `way` "in" or "out", `gap` seconds between them.

        Returns whether they set out: nobody does when the arm is not open. Raises ValueError for another way.
        """
        if way not in WAYS:
            raise ValueError(f"way is in or out, not {way!r}")
        steps, counts = WAYS[way]
        if self.arm_open:
            for person in range(people):
                self.walk(now + person * (steps[2][2] * seconds + gap), seconds, steps, counts=counts)
        return self.arm_open

    def do(self, now: float, command: str, **arguments: Any) -> dict[str, Any]:
        """Let a hand or people do something in the lane; COMMANDS names it. Raises ValueError for anything else.

        walk_through(ms=600, people=1, gap_ms=300, way="in"): `passed` false when the arm is not open.
        walk_back(ms=600, way="entry") steps in and back out again; way="exit" comes against the direction, through an
        open arm. force(ms=600) goes through whatever the arm is. block(beam), clear(beam), jam, clear_jam, fire(on).
        """
        seconds = arguments.pop("ms", 600) / 1000
        match command:
            case "walk_through":
                people, gap = arguments.get("people", 1), arguments.get("gap_ms", 300) / 1000
                return {"passed": self.walk_through(now, seconds, people, gap, arguments.get("way", "in"))}
            case "walk_back":
                return {"passed": self._walk_back(now, seconds, arguments.get("way", "entry"))}
            case "force":
                self.walk(now, seconds, WALK, counts="forced")
            case "block" | "clear":
                self.hold(arguments["beam"], command == "block")
            case "jam" | "clear_jam":
                self.jammed = command == "jam" and bool(arguments.get("on", True))
            case "fire":
                self.fire = bool(arguments.get("on", True))
            case _:
                raise ValueError(f"A lane does {COMMANDS}, not {command!r}")
        return {}

    def state(self) -> dict[str, Any]:
        """Return the truth: `passages` and `passages_out` count people through an open arm, `forced` the others."""
        return {
            "arm": "open" if self.arm_open else "closed",
            **self.counts,
            "entry_blocked": self.blocked("entry"),
            "exit_blocked": self.blocked("exit"),
            "walking": self.walking,
            "fire": self.fire,
            "jammed": self.jammed,
        }

    def _walk_back(self, now: float, seconds: float, way: str) -> bool:
        if way == "entry":
            self.walk(now, seconds, WALK_IN_AND_OUT)
            return False
        if way != "exit":
            raise ValueError(f"way is entry or exit, not {way!r}")
        if self.arm_open:
            self.walk(now, seconds, WALK_BACK)
        return self.arm_open

    def move(self, now: float, *, coil: bool) -> None:
        """Let people and arm move on to `now`, a short step after the last time."""
        while self._steps and self._steps[0][0] <= now:
            self._steps.pop(0)[1]()
        wanted = coil or self.fire
        held = not wanted and (self.blocked("entry") or self.blocked("exit"))
        if wanted == self.arm_open or held or self.jammed:
            self._moving_since = None
        elif self._moving_since is None:
            self._moving_since = now
        elif now - self._moving_since >= self._arm_seconds:
            self.arm_open, self._moving_since = wanted, None

    def _cross(self, beam: str, more: int) -> None:
        self._occupied[beam] += more

    def _count(self, name: str) -> None:
        self.counts[name] += 1
