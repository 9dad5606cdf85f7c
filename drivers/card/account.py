"""What a simulated card terminal has booked, in one file that is replaced as a whole: the truth that tests compare."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from drivers.kept import keep, kept_in

SALE, REFUND, REVERSAL = "sale", "refund", "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One booking. `reverses` is the trace number of the booking that it undoes, 0 for none; `closed` by end-of-day."""

    kind: str
    trace: int
    receipt: int
    fen: int
    reverses: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All bookings, oldest first."""

    terminal: int = 52500041
    entries: tuple[Entry, ...] = ()

    @property
    def taken_fen(self) -> int:
        """What was taken from cards."""
        return sum(entry.fen for entry in self.entries if entry.kind == SALE)

    @property
    def returned_fen(self) -> int:
        """What was given back to cards."""
        return sum(entry.fen for entry in self.entries if entry.kind != SALE)

    def with_entry(self, kind: str, fen: int, reverses: int = 0) -> "Account":
        """Return the account with one more booking; receipt numbers have four digits."""
        trace = len(self.entries) + 1
        entry = Entry(kind=kind, trace=trace, receipt=(trace - 1) % 9999 + 1, fen=fen, reverses=reverses)
        return replace(self, entries=(*self.entries, entry))

    def open_sale(self, receipt: int) -> Entry | None:
        """Return the sale with this receipt number that end-of-day has not closed."""
        sales = (each for each in reversed(self.entries) if each.kind == SALE and each.receipt == receipt)
        return next((each for each in sales if not each.closed), None)

    def is_reversed(self, trace: int) -> bool:
        """Whether the booking with this trace number was undone."""
        return any(each.reverses == trace for each in self.entries)

    def closed_day(self) -> "Account":
        """Return the account after an end-of-day."""
        return replace(self, entries=tuple(replace(each, closed=True) for each in self.entries))

    def as_json(self) -> dict[str, Any]:
        """Return the file's content."""
        return {
            "terminal": self.terminal,
            "entries": [asdict(entry) for entry in self.entries],
            "taken_fen": self.taken_fen,
            "returned_fen": self.returned_fen,
        }


class AccountFile:
    """Keeps an Account at `path`, or nowhere when that is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self) -> Account:
        """Return what was last saved, an empty account when nothing was. Raises ValueError for a file not ours."""
        if self._path is None or not self._path.exists():
            return Account()
        try:
            kept = kept_in(self._path)
            account = Account(terminal=kept["terminal"], entries=tuple(Entry(**entry) for entry in kept["entries"]))
            sums = kept["taken_fen"], kept["returned_fen"]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{self._path} is not an account file ({error!r}): delete it to start empty") from error
        if sums != (account.taken_fen, account.returned_fen):
            raise ValueError(f"{self._path} does not add up to what it says")
        return account

    def save(self, account: Account) -> None:
        """Put `account` in the file's place; when this returns it has reached the disk. Raises OSError."""
        if self._path is not None:
            keep(self._path, account.as_json())
