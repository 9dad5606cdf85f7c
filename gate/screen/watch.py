"""Which announcement stands on the display at any moment, by what was heard and when. Pure: time comes in.

Times are milliseconds of the monotonic clock.
"""

from dataclasses import dataclass

from gate.announcement import CLOSED, Announcement, Showing
from gate.screen.message import Message

SILENT_MS = 3000
"""A gate not heard for this long is taken for dead: the lane is closed."""
STALE_MS = 1500
"""A datagram that lay unread for this long, before a display that was stopped, proves nothing any more."""
WAIT_MS = 300
"""A wait shorter than this is not shown: it would only flicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What was heard last, when, and what stood before it."""

    last: Message | None = None
    heard_ms: int = 0
    before: Announcement = CLOSED

    def hear(self, message: Message, now_ms: int) -> "Watch":
        """Take a datagram; one that is stale, or older than what was heard already, changes nothing."""
        if abs(now_ms - message.sent_ms) > STALE_MS:
            return self
        if self.last is not None and message.said_ms < self.last.said_ms:
            return self
        new = self.last is None or message.said_ms > self.last.said_ms
        return Watch(last=message, heard_ms=now_ms, before=self.shown(now_ms) if new else self.before)

    def shown(self, now_ms: int) -> Announcement:
        """Return what stands there now. Only a way out of a fire stays on show when the gate has fallen silent."""
        if self.last is None:
            return CLOSED
        announcement = self.last.announcement
        if announcement.showing is Showing.EMERGENCY:
            return announcement
        if now_ms - self.heard_ms >= SILENT_MS:
            return CLOSED
        if announcement.showing is Showing.WAIT and now_ms - self.last.said_ms < WAIT_MS:
            return self.before
        return announcement
