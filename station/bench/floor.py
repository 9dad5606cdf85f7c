"""The least that a decision can cost: checking the signatures, and a row that is on the disk."""

import secrets
import sqlite3
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNED_BYTES, FACT_BYTES = 150, 250
"""About what a ticket's signature covers, and what a fact takes in a journal."""


class Floor:
    """What nobody can do without, with the keys at hand. Its file lies where the work that it is beside writes."""

    def __init__(self, path: Path) -> None:
        self._key = Ed25519PrivateKey.generate()
        self._message = secrets.token_bytes(SIGNED_BYTES)
        self._signature = self._key.sign(self._message)
        self._public = self._key.public_key()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA wal_autocheckpoint = 4000")  # as a journal's
        self._connection.execute("CREATE TABLE facts (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")

    def __call__(self, checked: int, signed: int = 0) -> None:
        """Check and make so many signatures, then write one row and have it on the disk."""
        for _ in range(checked):
            self._public.verify(self._signature, self._message)
        for _ in range(signed):
            self._key.sign(self._message)
        self._connection.execute("INSERT INTO facts (bytes) VALUES (?)", (secrets.token_bytes(FACT_BYTES),))

    def tidy(self) -> None:
        """Do for this file what a gate does for its journal in an idle moment."""
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
