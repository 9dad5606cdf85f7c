"""Draws the tables of docs/staff.md from what the code lets each role do; `python -m station.draw_roles` renews it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from gate.draw_lane import renewed
from station.departure_acts import WHY_NEEDED
from station.departure_command import command_word
from station.staff_words import ACTS, ROLES
from tickets.reasons import WORDINGS, Reason
from tickets.staff import MAY_ACT, MAY_OVERRIDE, Act
from tickets.trust import Role

PAGE = Path(__file__).parents[1] / "docs" / "staff.md"


def acts() -> str:
    """Which role may do which act."""
    rows = [
        (
            f"`{command_word(act)}`",
            f"{ACTS[act][0]} · {ACTS[act][1]}",
            "yes" if act in WHY_NEEDED else "",
            *(_tick(act in MAY_ACT[role]) for role in Role),
        )
        for act in Act
    ]
    return _table(("`waystation departure` …", "what", "needs `--why`", *map(_role, Role)), rows)


def overrides() -> str:
    """Which role's badge code sets which refusal aside; the refusals that nobody sets aside are left out."""
    known = frozenset().union(*MAY_OVERRIDE.values())
    rows = [
        (
            f"`{reason.value}`",
            f"{WORDINGS[reason].word_zh} · {WORDINGS[reason].word_en}",
            *(_tick(reason in MAY_OVERRIDE[role]) for role in Role),
        )
        for reason in Reason
        if reason in known
    ]
    return _table(("refusal", "on the display", *map(_role, Role)), rows)


def never() -> str:
    """The refusals that no badge sets aside."""
    known = frozenset().union(*MAY_OVERRIDE.values())
    return ", ".join(f"`{reason.value}`" for reason in Reason if reason not in known) + "."


PARTS: Mapping[str, Callable[[], str]] = {"acts": acts, "overrides": overrides, "never": never}
"""What stands between the markers of each name."""


def _role(role: Role) -> str:
    return f"{ROLES[role][0]} {ROLES[role][1]}"


def _tick(may: bool) -> str:
    return "✓" if may else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8"), PARTS), "utf-8")
