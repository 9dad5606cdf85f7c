"""The relay's file as its one writer has it: transactions that are on the disk when they end, epoch, positions."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, cast

from sync.database import Writer, open_writer, unusable
from sync.points import Probe, no_probe
from sync.server.relay.schema import SCHEMA

RELAY_DB: Final = "relay.db"


class Ledger:
    """The open `relay.db`. It belongs to one thread; readers open the file themselves."""

    def __init__(self, writer: Writer, epoch: str, made_ms: int, *, fresh: bool, probe: Probe) -> None:
        """Use `open`."""
        self._writer = writer
        self._probe = probe
        self.connection = writer.connection
        self.epoch = epoch
        self.made_ms = made_ms
        self.fresh = fresh
        self.arbitrating, self.position = self._resume()

    @classmethod
    def open(cls, path: Path, random: Callable[[int], bytes], now_ms: int, probe: Probe = no_probe) -> Self:
        """Open the file, or make it, with an epoch of its own that `random(16)` gives.

        `fresh` then says that it was made just now. EnvironmentFault when it cannot be used or another process has it.
        """
        writer = open_writer(path, SCHEMA)
        try:
            row = writer.connection.execute("SELECT epoch, made_ms FROM arbiter").fetchone()
            if row is not None:
                return cls(writer, row[0], row[1], fresh=False, probe=probe)
            epoch = random(16).hex()
            writer.connection.execute("INSERT INTO arbiter VALUES (1, ?, ?, 0, 0)", (epoch, now_ms))
            return cls(writer, epoch, now_ms, fresh=True, probe=probe)
        except sqlite3.Error as error:
            writer.close()
            raise unusable(SCHEMA.name, path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._writer.close()

    @contextmanager
    def writing(self, what: str) -> Iterator[sqlite3.Connection]:
        """One transaction: on the disk when the block has ended, undone when it raises.

        `what` names the commit for the probe, which is called right before it and right after.
        """
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            before = self.position
            yield self.connection
            if self.position != before:
                self.connection.execute("UPDATE arbiter SET position = ?", (self.position,))
            self._probe(f"relay:{what}:commit:before")
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self.arbitrating, self.position = self._resume()
            raise
        self._probe(f"relay:{what}:commit:after")

    def next_position(self) -> int:
        """A position that comes after all others, for the open transaction."""
        self.position += 1
        return self.position

    def begin_arbitrating(self) -> None:
        """Arbitrate from the end of the open transaction on, for as long as this file lives."""
        self.connection.execute("UPDATE arbiter SET arbitrating = 1")
        self.arbitrating = True

    def _resume(self) -> tuple[bool, int]:
        row = self.connection.execute("SELECT arbitrating, position FROM arbiter").fetchone()
        return bool(row[0]), cast(int, row[1])
