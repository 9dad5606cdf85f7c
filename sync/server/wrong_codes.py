"""Who guesses enrolment codes is slowed down: by address, by code, and in all."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

WRONG_PROOFS_A_CODE: Final = 10
"""After so many wrong proofs a code is of no use any more: somebody has its name off the line."""
_MINUTE: Final = timedelta(minutes=1)


class WrongCodes:
    """Counts what was wrong within the last minute, and against each code within an hour; in memory."""

    def __init__(self, an_address: int, in_all: int) -> None:
        """Allow so many wrong codes a minute from one address, and so many from everywhere."""
        self._an_address = an_address
        self._in_all = in_all
        self._tries: deque[tuple[datetime, str]] = deque()
        self._codes: dict[bytes, tuple[int, datetime]] = {}

    def too_many(self, address: str, now: datetime) -> bool:
        """Whether this address has to wait."""
        while self._tries and self._tries[0][0] <= now - _MINUTE:
            self._tries.popleft()
        return len(self._tries) >= self._in_all or sum(who == address for _, who in self._tries) >= self._an_address

    def spoilt(self, code: bytes) -> bool:
        """Whether there were so many wrong proofs of this code that a right one is not believed either."""
        return self._codes.get(code, (0,))[0] >= WRONG_PROOFS_A_CODE

    def wrong(self, address: str, code: bytes | None, now: datetime) -> None:
        """Remember something wrong; `code` is the name of the code that it was about, if there is such a code."""
        self._tries.append((now, address))
        if code is None:
            return
        hour_ago = now - timedelta(hours=1)
        self._codes = {each: known for each, known in self._codes.items() if known[1] > hour_ago}
        self._codes[code] = (self._codes.get(code, (0,))[0] + 1, now)
