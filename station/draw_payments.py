"""Draws the tables of docs/payments.md as the program has them; `python -m station.draw_payments` renews it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from gate.draw_lane import renewed
from sync.line.payment_schedule import REVERSE_FIRST_S, REVERSE_MOST_S, SCHEDULES
from sync.server.payments.states import TABLE, TOLD, State, Word

PAGE = Path(__file__).parents[1] / "docs" / "payments.md"
_SAID_BY: Final = {Word.REVERSE: "the till asks for its reversal", Word.UNDONE: "the provider says that it is undone"}


def states() -> str:
    """A row for each state: what the till is told, and what each word makes of it."""
    lines = [
        "| " + " | ".join(["state at the centre", "the till is told", *(_head(word) for word in Word)]) + " |",
        "|---" * (len(Word) + 2) + "|",
    ]
    for state in State:
        after = [f"**{TABLE[state, word]}**" if (state, word) in TABLE else "–" for word in Word]
        lines.append("| " + " | ".join([str(state), TOLD[state], *after]) + " |")
    return "\n".join(lines)


def schedule() -> str:
    """How often a till asks, and when it has a payment reversed."""
    lines = ["| way | asks every | has it reversed after |", "|---|---|---|"]
    lines += [f"| {way} | {each.every_s:g} s | {each.in_all_s:g} s |" for way, each in SCHEDULES.items()]
    pauses = f"{REVERSE_FIRST_S:g} s, then twice as long each time, at most {REVERSE_MOST_S:g} s"
    lines.append(f"| a reversal | {pauses} | never gives up |")
    return "\n".join(lines)


PARTS: Mapping[str, Callable[[], str]] = {"states": states, "schedule": schedule}
"""What stands between the markers of each name."""


def _head(word: Word) -> str:
    return _SAID_BY.get(word, f"the provider says {word}")


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8"), PARTS), "utf-8")
