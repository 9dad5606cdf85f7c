"""Writes into docs/gate.md what is drawn from the code: the lane's table, and what each refusal says.

`python -m gate.draw_lane` renews the page; a test checks that it is current.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from gate.lane import TRANSITIONS, Effect, Event, State
from tickets.reasons import Reason, Refuse, sentence, word

PAGE = Path(__file__).parents[1] / "docs" / "gate.md"

TROUBLE = (
    Event.NOT_OPENED,
    Event.FAULT,
    Event.BACK,
    Event.JAMMED,
    Event.JAM_CLEARED,
    Event.FIRE_ON,
    Event.FIRE_OFF,
    Event.RESET,
)
"""Events that can come in any state: they have a table of their own, a drawing of them would hide all others."""

_SILENT = (Effect.WAIT_FOR_START, Effect.WAIT_FOR_FINISH, Effect.STOP_TIMER, Effect.QUIET)


def walk() -> str:
    """Every transition that people and timers make, as a Mermaid state diagram. Timers are left out."""
    labels: dict[tuple[State, State, tuple[Effect, ...]], list[str]] = defaultdict(list)
    for (state, event), (after, effects) in TRANSITIONS.items():
        if event not in TROUBLE:
            labels[state, after, _told(effects)].append(event.value)
    lines = ["stateDiagram-v2", f"    [*] --> {State.CLEARING.name}"]
    for (state, after, effects), events in labels.items():
        done = f" / {', '.join(effect.value for effect in effects)}" if effects else ""
        lines.append(f"    {state.name} --> {after.name} : {' or '.join(events)}{done}")
    return "\n".join(["```mermaid", *lines, "```"])


def trouble() -> str:
    """Every transition that a fault, a jam or a fire makes, as a table; states that do the same share a row."""
    rows: dict[tuple[Event, State, tuple[Effect, ...]], list[State]] = defaultdict(list)
    for (state, event), (after, effects) in TRANSITIONS.items():
        if event in TROUBLE:
            rows[event, after, _told(effects)].append(state)
    lines = ["| event | in | then | does |", "|---|---|---|---|"]
    for event in TROUBLE:
        for (happened, after, effects), states in rows.items():
            if happened is event:
                names = ", ".join(state.name for state in states)
                done = ", ".join(effect.value for effect in effects) or "–"
                lines.append(f"| {event.value} | {names} | {after.name} | {done} |")
    return "\n".join(lines)


def refusals() -> str:
    """What passenger and staff read for each reason, without the times and places that a real one carries."""
    lines = ["| reason | on the display | for staff |", "|---|---|---|"]
    for reason in Reason:
        refusal = Refuse(reason=reason)
        staff = f"{sentence(refusal, 'en', audience='staff')}<br>{sentence(refusal, 'zh', audience='staff')}"
        lines.append(f"| `{reason}` | {word(reason, 'en')} · {word(reason, 'zh')} | {staff} |")
    return "\n".join(lines)


PARTS: Mapping[str, Callable[[], str]] = {"walk": walk, "trouble": trouble, "refusals": refusals}
"""What stands between the markers of each name."""


def renewed(page: str, parts: Mapping[str, Callable[[], str]] = PARTS) -> str:
    """The page with every drawn part as the code is now. Raises ValueError when a marker is missing."""
    for name, draw in parts.items():
        begin, end = f"<!-- drawn: {name} -->\n", f"\n<!-- end: {name} -->"
        head, found, rest = page.partition(begin)
        _, ended, tail = rest.partition(end)
        if not found or not ended:
            raise ValueError(f"the page has no place for {name}: it wants {begin.strip()} and {end.strip()}")
        page = head + begin + draw() + end + tail
    return page


def _told(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    return tuple(effect for effect in effects if effect not in _SILENT)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
