"""Turns what a camera reads in frame after frame into presentations: one for each time that a code is held up."""

from collections.abc import Iterable

GONE_AFTER = 1.0
"""Seconds. A code that was not read for so long was taken away; shorter gaps are a hand that moves."""


class PresentedCode:
    """Remembers which codes are in view. A code held up for any time is presented once; a different one is new at once.

    Only looks count: when the camera gives no frames, nothing has been seen to be taken away.
    """

    def __init__(self, gone_after: float = GONE_AFTER) -> None:
        self._gone_after = gone_after
        self._last_seen: dict[str, float] = {}
        self._missed: set[str] = set()

    def see(self, texts: Iterable[str], now: float) -> list[str]:
        """Take what one frame shows at `now` (seconds, monotonic) and return what is newly presented by it.

        Call it for every frame that was looked at, also when nothing was read.
        """
        shown = dict.fromkeys(texts)
        for text, last in list(self._last_seen.items()):
            if text not in shown:
                self._missed.add(text)
            if text in self._missed and now - last >= self._gone_after:
                del self._last_seen[text]
                self._missed.discard(text)
        new = [text for text in shown if text not in self._last_seen]
        for text in shown:
            self._last_seen[text] = now
            self._missed.discard(text)
        return new
