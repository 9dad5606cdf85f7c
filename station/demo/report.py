"""What the day's play leaves behind: report.json for programs, timeline.txt for people, and lines while it goes on."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from station.demo.processes import ProcessFault


class NotSeen(Exception):
    """Something that should have been seen was not."""


@dataclass(slots=True)
class Step:
    """One thing that must be seen, and what was."""

    name: str
    ok: bool
    seconds: float
    detail: str


@dataclass(slots=True)
class Report:
    """The steps so far, and what another program may want to check for itself. Written again after every step."""

    folder: Path
    root: Path
    steps: list[Step] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    printed: list[Path] = field(default_factory=list)
    touches: int = 0  # of the first passenger, from the attract screen to the ticket in hand
    touches_in_all: int = 0
    finished: bool = False

    @property
    def ok(self) -> bool:
        """Whether every step was played and seen."""
        return self.finished and all(step.ok for step in self.steps)

    def play(self, name: str, act: Callable[[], str]) -> bool:
        """Play one step; returns whether it was seen. What went wrong becomes its detail."""
        print(f"· {name} …", flush=True)
        began = time.monotonic()
        try:
            detail, ok = act(), True
        except (NotSeen, ProcessFault, TimeoutError, OSError, ValueError, KeyError) as error:
            detail, ok = str(error) or type(error).__name__, False
        step = Step(name, ok, round(time.monotonic() - began, 2), detail)
        self.steps.append(step)
        print(f"  {'✓' if ok else '✗'} {detail} ({step.seconds:.1f} s)", flush=True)
        self.write()
        return ok

    def keep(self, name: str, path: Path) -> None:
        """Name a file for the reader of the report."""
        self.kept[name] = self._relative(path)

    def write(self) -> None:
        """Write report.json and timeline.txt."""
        body = {
            "ok": self.ok,
            "steps": [
                {"name": step.name, "ok": step.ok, "seconds": step.seconds, "detail": step.detail}
                for step in self.steps
            ],
            **self.kept,
            "printed": [self._relative(path) for path in self.printed],
            "touches": self.touches,
            "touches_in_all": self.touches_in_all,
        }
        (self.folder / "report.json").write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
        at, lines = 0.0, ["A day at the station", ""]
        for step in self.steps:
            lines.append(f"{at:7.1f} s  {'seen    ' if step.ok else 'NOT SEEN'}  {step.name}")
            lines.append(f"{'':21}{step.detail}")
            at += step.seconds
        (self.folder / "timeline.txt").write_text("\n".join(lines) + "\n", "utf-8")

    def _relative(self, path: Path) -> str:
        path = path.resolve()
        return str(path.relative_to(self.root) if path.is_relative_to(self.root) else path)
