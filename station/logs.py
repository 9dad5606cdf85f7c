"""One JSON line per event, with no other fields than those listed here: what is not on the list is not written.

The text of an event is the template that stands in our source, never what was filled into it; who wants a value in the
log gives it as a field, and the field has to be here. So a code, a name or a number cannot get into a log by way of a
message, an exception's text, or another package's logger.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

FIELDS = frozenset({"lane", "way", "device", "what", "state", "seconds", "error", "epoch", "queued"})
"""The fields that an event may have, beside its time, its level, its logger and its name."""

MOST_TEXT = 300
"""Characters of one value."""


class WhitelistFormatter(logging.Formatter):
    """Formats a record as JSON with the listed fields. An exception leaves its type and the place where it arose."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _plain(str(record.msg)),
        }
        line |= {name: _plain(value) for name, value in vars(record).items() if name in FIELDS and _known(value)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{frame.name}:{frame.lineno}" for frame in frames[-6:]]
        return json.dumps(line, ensure_ascii=False)


def _known(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _plain(value: Any) -> Any:
    """The value on one line and not longer than it should be."""
    return " ".join(value.split())[:MOST_TEXT] if isinstance(value, str) else value


def log_to(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send all that is logged in this process to `stream`, formatted so; replaces what was set up before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(WhitelistFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)
