"""A payment provider that moves no money: with books of its own on the disk, and told how to behave.

It is another party than the centre, so its books are another file, and it commits before it answers. Each new payment
takes the next behaviour that was set for its station, or else: a scanned code is paid at once, a code that is shown
waits for `scan`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

from sync.line.payment_schedule import SCHEDULES
from sync.server.payments.provider import Charge, ProviderSilent, Said
from sync.server.payments.sandbox_trades import Trade
from sync.wire.money import Why

BOOKS: Final = "sandbox.db"
"""The file of its books, in a centre's directory."""
CODE: Final = "https://pay.sandbox.invalid/"
"""What the codes that it has shown begin with: they lead no phone anywhere."""
SHOWN_FOR_MS: Final = int((SCHEDULES["show"].in_all_s + 60) * 1000)
"""How long a code that is shown can be paid: a minute longer than a till waits."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS trades (
    trade TEXT PRIMARY KEY, station INTEGER NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS trades_by_code ON trades (station, code);
CREATE TABLE IF NOT EXISTS behaviours (id INTEGER PRIMARY KEY, station INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the sandbox shall take a payment. Times are in seconds from when it is asked for.

    One that waits is paid after `pays_after_s`, fails after `fails_after_s`, or waits for `scan` or `confirm`. The
    answer comes after `delay_s`; with `silent` it never does, though the payment is carried out. For `silent_s` nothing
    is said about it, and nothing that is asked about it arrives.
    """

    answer: Literal["paid", "waiting", "failed"] = "paid"
    why: Why = ""
    delay_s: float = 0.0
    silent: bool = False
    silent_s: float = 0.0
    pays_after_s: float | None = None
    fails_after_s: float | None = None


class NotPayable(Exception):
    """Nobody waits for this payment: it was never asked for, is paid, is too old, or was closed."""


class Sandbox:
    """The provider, with its books at `path`. Threads may share it."""

    def __init__(self, path: Path, now_ms: Callable[[], int], sleep: Callable[[float], None]) -> None:
        """`now_ms` is the time in ms since 1970; `sleep` waits for so many seconds."""
        self._now_ms = now_ms
        self._sleep = sleep
        self._lock = threading.Lock()
        self._books = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._books.execute(f"PRAGMA {pragma}")
        self._books.executescript(_TABLES)

    def close(self) -> None:
        """Close the books."""
        with self._lock:
            self._books.close()

    # ------------------------------------------------------------------ the provider

    def charge(self, charge: Charge, within_s: float) -> Said:
        """Ask to be paid, as the next behaviour has it."""
        how = Behaviour()
        with self._commit():
            trade = self._trade(charge.trade)
            if trade is None:
                how = self._next_behaviour(charge)
                trade = self._opened(charge, how)
                self._put(trade)
        if how.silent or how.delay_s > within_s:
            self._sleep(within_s)
            raise ProviderSilent
        if how.delay_s > 0:
            self._sleep(how.delay_s)
        return _said(self._heard(trade, within_s - how.delay_s))

    def query(self, trade: str, within_s: float) -> Said | None:
        """What became of a trade."""
        with self._commit():
            found = self._trade(trade)
        return None if found is None else _said(self._heard(found, within_s))

    def undo(self, trade: str, within_s: float) -> int:
        """Undo a trade."""
        with self._commit():
            found = self._trade(trade) or Trade(trade=trade, station=0, fen=0)
            if found.silent_until_ms <= self._now_ms():
                found = found.closed()
                self._put(found)
        return self._heard(found, within_s).undone

    def give_back(self, trade: str, refund: str, fen: int, within_s: float) -> bool:
        """Give some of a paid trade back."""
        with self._commit():
            found = self._trade(trade)
            if found is None:
                return False
            after = found.with_refund(refund, fen)
            if after is not None and found.silent_until_ms <= self._now_ms():
                self._put(after)
        self._heard(found, within_s)
        return after is not None

    # ------------------------------------------------------------------ those who play

    def behave(self, station: int, how: Behaviour, times: int = 1) -> None:
        """Let the station's next payments, so many of them, be taken this way."""
        with self._commit():
            rows = [(station, json.dumps(asdict(how)))] * times
            self._books.executemany("INSERT INTO behaviours (station, body) VALUES (?, ?)", rows)

    def behave_well(self, station: int) -> None:
        """Forget what was set for the station's next payments, and be silent about none any more."""
        with self._commit():
            self._books.execute("DELETE FROM behaviours WHERE station = ?", (station,))
            for trade in self._of(station):
                self._put(replace(trade, silent_until_ms=0))

    def scan(self, station: int, code: str) -> Trade:
        """A phone pays the code that a till shows. NotPayable when nobody waits for it."""
        with self._commit():
            rows = self._books.execute("SELECT trade FROM trades WHERE station = ? AND code = ?", (station, code))
            found = [] if not code else rows.fetchall()
            if not found:
                raise NotPayable
            return self._agreed(self._trade(found[0][0]), station, pays=True)

    def confirm(self, station: int, trade: str, *, pays: bool) -> Trade:
        """The passenger agrees on the phone, or declines. NotPayable when nobody waits for that."""
        with self._commit():
            return self._agreed(self._trade(trade), station, pays=pays)

    def accounts(self, station: int) -> list[Trade]:
        """Every payment of a station as it stands, by its name."""
        with self._commit():
            return self._of(station)

    # ------------------------------------------------------------------ within

    @contextmanager
    def _commit(self) -> Iterator[None]:
        with self._lock:
            self._books.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._books.execute("ROLLBACK")
                raise
            self._books.execute("COMMIT")

    def _next_behaviour(self, charge: Charge) -> Behaviour:
        row = self._books.execute(
            "SELECT id, body FROM behaviours WHERE station = ? ORDER BY id LIMIT 1", (charge.station,)
        ).fetchone()
        if row is None:
            return Behaviour(answer="paid" if charge.way == "scan" else "waiting")
        self._books.execute("DELETE FROM behaviours WHERE id = ?", (row[0],))
        return Behaviour(**json.loads(row[1]))

    def _opened(self, charge: Charge, how: Behaviour) -> Trade:
        now, shown = self._now_ms(), charge.way == "show"
        fails_ms = _later(now, how.fails_after_s)
        waiting = Trade(
            trade=charge.trade,
            station=charge.station,
            fen=charge.fen,
            code=f"{CODE}{charge.trade}" if shown else "",
            reference=f"SBX{charge.trade[-16:]}",
            why=how.why or ("" if shown else "confirm"),
            fails_why=how.why or ("expired" if shown else "declined"),
            pays_ms=_later(now, how.pays_after_s),
            fails_ms=now + SHOWN_FOR_MS if shown and fails_ms is None else fails_ms,
            silent_until_ms=now + int(how.silent_s * 1000),
        )
        match how.answer:
            case "paid":
                return waiting.paid()
            case "failed":
                return waiting.failed(how.why or "declined")
            case "waiting":
                return waiting

    def _agreed(self, trade: Trade | None, station: int, *, pays: bool) -> Trade:
        if trade is None or trade.station != station or trade.state != "waiting":
            raise NotPayable
        agreed = trade.paid() if pays else trade.failed("declined")
        self._put(agreed)
        return agreed

    def _heard(self, trade: Trade, within_s: float) -> Trade:
        """The trade, or silence about it."""
        if self._now_ms() < trade.silent_until_ms:
            self._sleep(max(0.0, within_s))
            raise ProviderSilent
        return trade

    def _trade(self, name: str) -> Trade | None:
        row = self._books.execute("SELECT body FROM trades WHERE trade = ?", (name,)).fetchone()
        return None if row is None else Trade(**json.loads(row[0])).at(self._now_ms())

    def _of(self, station: int) -> list[Trade]:
        rows = self._books.execute("SELECT body FROM trades WHERE station = ? ORDER BY trade", (station,)).fetchall()
        return [Trade(**json.loads(body)).at(self._now_ms()) for (body,) in rows]

    def _put(self, trade: Trade) -> None:
        row = (trade.trade, trade.station, trade.code, json.dumps(asdict(trade)))
        self._books.execute("INSERT OR REPLACE INTO trades VALUES (?, ?, ?, ?)", row)


def _later(now_ms: int, after_s: float | None) -> int | None:
    return None if after_s is None else now_ms + int(after_s * 1000)


def _said(trade: Trade) -> Said:
    match trade.state:
        case "waiting":
            return Said(state="waiting", why=trade.why, code=trade.code)
        case "paid":
            return Said(state="paid", reference=trade.reference)
        case "failed" | "closed":
            return Said(state="failed", why=trade.why)
