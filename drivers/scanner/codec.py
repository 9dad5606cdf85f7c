"""The bytes of a scanner that sends each code as a line of text, as nearly all do out of the box."""

from drivers.scanner import LONGEST_SCAN, Scan, Unreadable

LINE_ENDS = b"\r\n"


def scan_of(code: bytes) -> Scan | Unreadable:
    """Return what one whole code says, or why it is none of ours. `code` is not empty."""
    if len(code) > LONGEST_SCAN:
        return Unreadable(reason=f"longer than {LONGEST_SCAN} characters")
    if all(0x20 <= byte < 0x7F for byte in code):
        return Scan(text=code.decode("ascii"))
    return Unreadable(reason="not ASCII" if max(code) > 0x7F else "control characters")


class LineDecoder:
    """Cuts bytes into scans. No clock: whoever feeds it calls `end_line` when the line has been idle for too long.

    CR, LF, both, and every byte of `ending` end a line. Empty lines mean nothing.
    """

    def __init__(self, ending: bytes = b"\r") -> None:
        self._ends = frozenset(ending + LINE_ENDS)
        self._line = bytearray()
        self._skipping = False
        self.discarded = 0

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._line) or self._skipping

    def feed(self, data: bytes) -> list[Scan | Unreadable]:
        """Take bytes, return what they completed. A line over 512 bytes is one Unreadable, and skipped to its end."""
        events: list[Scan | Unreadable] = []
        for byte in data:
            if byte in self._ends:
                events += self.end_line()
            elif self._skipping:
                self.discarded += 1
            elif len(self._line) == LONGEST_SCAN:
                self.discarded += len(self._line) + 1
                self._line.clear()
                self._skipping = True
                events.append(Unreadable(reason=f"longer than {LONGEST_SCAN} characters"))
            else:
                self._line.append(byte)
        return events

    def end_line(self) -> list[Scan | Unreadable]:
        """Close the line that is under way, if there is one."""
        line = bytes(self._line)
        self._line.clear()
        self._skipping = False
        if not line:
            return []
        event = scan_of(line)
        self.discarded += len(line) if isinstance(event, Unreadable) else 0
        return [event]

    def reset(self) -> None:
        """Forget the line under way: its other half went with the old connection."""
        self.discarded += len(self._line)
        self._line.clear()
        self._skipping = False
