"""The relay's file as its one writer has it: transactions that are on the disk when they end, epoch, positions."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, cast

from sync.database import DamagedStore, Writer, open_writer, unusable
from sync.points import Probe, no_probe
from sync.server.relay.schema import SCHEMA
from sync.setting_aside import set_aside_database

_log = logging.getLogger("waystation.relay")

RELAY_DB: Final = "relay.db"


class Ledger:
    """The open `relay.db`. It belongs to one thread; readers open the file themselves."""

    def __init__(self, writer: Writer, random: Callable[[int], bytes], *, fresh: bool, probe: Probe) -> None:
        """Use `open`."""
        self._writer = writer
        self._random = random
        self._probe = probe
        self.connection = writer.connection
        self.fresh = fresh
        self.epoch, self.made_ms, self.arbitrating, self.position = self._resume()

    @classmethod
    def open(cls, path: Path, random: Callable[[int], bytes], now_ms: int, probe: Probe = no_probe) -> Self:
        """Open the file, or make it, with an epoch of its own that `random(16)` gives. One that is damaged is set
        aside: its terminals have all that was in it.

        `fresh` then says that it was made just now. EnvironmentFault when it cannot be used or another process has it.
        """
        try:
            writer = open_writer(path, SCHEMA, look_through=True)
        except DamagedStore as damage:
            _log.error("relay.damaged", extra={"what": damage.what})
            set_aside_database(path)
            writer = open_writer(path, SCHEMA)
        try:
            known = writer.connection.execute("SELECT 1 FROM arbiter").fetchone()
            if known is None:
                writer.connection.execute("INSERT INTO arbiter VALUES (1, ?, ?, 0, 0)", (random(16).hex(), now_ms))
            return cls(writer, random, fresh=known is None, probe=probe)
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
            self.epoch, self.made_ms, self.arbitrating, self.position = self._resume()
            raise
        self._probe(f"relay:{what}:commit:after")

    def next_position(self) -> int:
        """A position that comes after all others, for the open transaction."""
        self.position += 1
        return self.position

    def begin_arbitrating(self) -> None:
        """Arbitrate from the end of the open transaction on, for as long as the epoch lasts."""
        self.connection.execute("UPDATE arbiter SET arbitrating = 1")
        self.arbitrating = True

    def begin_anew(self, now_ms: int) -> None:
        """Be another arbiter from the end of the open transaction on, with an epoch of its own: what is written here
        stays, and it grants nothing before every gate has sent what is not.
        """
        self.epoch, self.made_ms, self.arbitrating = self._random(16).hex(), now_ms, False
        self.connection.execute("UPDATE arbiter SET epoch = ?, made_ms = ?, arbitrating = 0", (self.epoch, now_ms))
        self.connection.execute("UPDATE devices SET in_step = 0")

    def _resume(self) -> tuple[str, int, bool, int]:
        row = self.connection.execute("SELECT epoch, made_ms, arbitrating, position FROM arbiter").fetchone()
        epoch, made_ms, arbitrating, position = cast("tuple[str, int, int, int]", row)
        return epoch, made_ms, bool(arbitrating), position
