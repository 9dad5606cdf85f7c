"""A PIN, asked for without echo, or read from where a script keeps it. Never an argument: those are seen by all."""

import getpass
import sys
import warnings
from pathlib import Path

from tickets.badges import check_new_pin
from tickets.errors import EnvironmentFault

STANDARD_INPUT = "-"


def ask_pin(source: str | None, badge: str) -> str:
    """The PIN that opens a card. `source` is a file, "-" for a line of standard input, None to ask a person.

    Raises EnvironmentFault when it cannot be had without showing it.
    """
    return _read(source) if source is not None else _ask(f"PIN of {badge}: ")


def choose_pin(source: str | None, badge: str) -> str:
    """A PIN for a new badge, asked for twice, or read once from `source`. Raises BadBadge for one that is too weak."""
    if source is not None:
        return check_new_pin(_read(source))
    pin = check_new_pin(_ask(f"A PIN of 6 to 12 digits for {badge}: "))
    if _ask("The same PIN again: ") != pin:
        raise EnvironmentFault("the two PINs are not the same", "start again and type the same digits twice")
    return pin


def read_line(what: str) -> str:
    """One line of standard input. EnvironmentFault when there is none."""
    line = sys.stdin.readline()
    if not line.strip():
        raise EnvironmentFault(f"standard input ended before {what} came", "give it there, on a line of its own")
    return line.strip()


def _read(source: str) -> str:
    if source == STANDARD_INPUT:
        return read_line("the PIN")
    return Path(source).read_text("ascii", errors="replace").strip()


def _ask(prompt: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt).strip()
    except (getpass.GetPassWarning, EOFError, OSError) as error:
        raise EnvironmentFault(
            "the PIN cannot be asked for here without showing it",
            "run this at a terminal, or give the PIN with --pin-file",
        ) from error
