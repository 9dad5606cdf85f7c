"""Who guesses enrolment codes is slowed down: by address, by code, and in all, whichever process they ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from sync.server.schema import wrong_codes

WRONG_PROOFS_A_CODE: Final = 10
"""After so many wrong proofs a code is of no use any more: somebody has its name off the line."""
_MINUTE_MS: Final = 60_000
_KEPT_MS: Final = 3_600_000
"""Longer than any code lives."""


class WrongCodes:
    """Counts what was wrong within the last minute, and against each code, in the database."""

    def __init__(self, an_address: int, in_all: int, random: Callable[[int], bytes]) -> None:
        """Allow so many wrong codes a minute from one address, and so many from everywhere."""
        self._an_address = an_address
        self._in_all = in_all
        self._random = random

    def too_many(self, connection: Connection, address: str, now: datetime) -> bool:
        """Whether this address has to wait."""
        lately = wrong_codes.c.at_ms > _ms(now) - _MINUTE_MS
        by_address = select(wrong_codes.c.address, func.count().label("tries")).where(lately)
        tries = {row.address: row.tries for row in connection.execute(by_address.group_by(wrong_codes.c.address))}
        return bool(sum(tries.values()) >= self._in_all or tries.get(address[:64], 0) >= self._an_address)

    def spoilt(self, connection: Connection, code: bytes) -> bool:
        """Whether there were so many wrong proofs of this code that a right one is not believed either."""
        about = select(func.count()).select_from(wrong_codes).where(wrong_codes.c.code == code.hex())
        return int(connection.execute(about).scalar_one()) >= WRONG_PROOFS_A_CODE

    def wrong(self, connection: Connection, address: str, code: bytes | None, now: datetime) -> None:
        """Remember something wrong; `code` is the name of the code that it was about, if there is such a code."""
        connection.execute(delete(wrong_codes).where(wrong_codes.c.at_ms <= _ms(now) - _KEPT_MS))
        row = {"try_id": self._random(8).hex(), "at_ms": _ms(now), "address": address[:64]}
        connection.execute(insert(wrong_codes), [row | {"code": None if code is None else code.hex()}])


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
