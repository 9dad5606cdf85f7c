"""Writing and reading a machine's shifts: who answers for the money in it, what staff moved, and what they counted."""

from dataclasses import dataclass
from typing import Literal, cast
from uuid import UUID

from sync.journal.journal import Transaction
from sync.journal.reader import Readable
from tickets.events import Kind
from tickets.money import Fen

Moved = Literal["refilled", "removed"]
"""Which way staff moved money: into the machine or out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftMove:
    """One bag or box that staff put in or took out, and where in the machine."""

    direction: Moved
    where: str
    fen: Fen
    badge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A cashier's turn with a machine that had `fen` in it then. `seq` is where it begins in the journal."""

    shift: UUID
    badge: str
    fen: Fen
    seq: int
    moves: tuple[ShiftMove, ...]


def open_shift(tx: Transaction, *, shift: UUID, badge: str, fen: Fen) -> None:
    """Record that a cashier took the machine over. RuleBroken while another shift is open."""
    tx.execute("INSERT INTO shifts (shift, badge, fen, seq) VALUES (?, ?, ?, ?)", (shift.hex, badge, fen, tx.seq + 1))
    tx.append(Kind.SHIFT_OPENED, {"shift": shift.hex, "badge": badge, "fen": int(fen)})


def move_money(tx: Transaction, *, shift: UUID, direction: Moved, where: str, fen: Fen, badge: str) -> None:
    """Record what staff put in or took out during a shift. RuleBroken once it is closed."""
    tx.execute(
        "INSERT INTO shift_moves (seq, shift, direction, where_, fen, badge) VALUES (?, ?, ?, ?, ?, ?)",
        (tx.seq + 1, shift.hex, direction, where, fen, badge),
    )
    tx.append(
        Kind.SHIFT_MOVED,
        {"shift": shift.hex, "badge": badge, "direction": direction, "where": where, "fen": int(fen)},
    )


def close_shift(tx: Transaction, *, shift: UUID, expected: int, counted: Fen, badge: str) -> None:
    """Record what was counted in the machine at the end of a shift. RuleBroken the second time."""
    tx.execute(
        "INSERT INTO shift_closes (shift, expected, counted, badge, seq) VALUES (?, ?, ?, ?, ?)",
        (shift.hex, expected, counted, badge, tx.seq + 1),
    )
    tx.append(
        Kind.SHIFT_CLOSED, {"shift": shift.hex, "badge": badge, "expected": int(expected), "counted": int(counted)}
    )


def current_shift(journal: Readable) -> Shift | None:
    """The shift that is open, or None."""
    rows = journal.rows(
        "SELECT shift, badge, fen, seq FROM shifts s "
        "WHERE NOT EXISTS (SELECT 1 FROM shift_closes c WHERE c.shift = s.shift)"
    )
    if not rows:
        return None
    shift, badge, fen, seq = cast("tuple[str, str, int, int]", rows[0])
    moves = journal.rows("SELECT direction, where_, fen, badge FROM shift_moves WHERE shift = ? ORDER BY seq", (shift,))
    return Shift(
        shift=UUID(shift),
        badge=badge,
        fen=Fen(fen),
        seq=seq,
        moves=tuple(
            ShiftMove(direction=direction, where=where, fen=Fen(amount), badge=by)
            for direction, where, amount, by in cast("list[tuple[Moved, str, int, str]]", moves)
        ),
    )
