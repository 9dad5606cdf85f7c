"""What goes from the gate to its display: one datagram, complete in itself, so that any of them may be lost.

JSON in UTF-8. Times are milliseconds of the monotonic clock, which all processes of a running machine share.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.barrier import Way
from gate.announcement import Announcement, Showing
from tickets.errors import Malformed

LONGEST = 4096
"""Bytes that a datagram may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An announcement, when it was made and when it was sent; a heartbeat is one sent again with the same `said_ms`."""

    announcement: Announcement
    said_ms: int
    sent_ms: int

    def encode(self) -> bytes:
        """Ready to be sent. Why a lane is closed stays with the gate: it is for staff and the log."""
        body = {key: value for key, value in self.announcement.to_json().items() if key != "fault"}
        return json.dumps({"said": self.said_ms, "sent": self.sent_ms, **body}, ensure_ascii=False).encode()


def display_name(lane: str = "", way: str = Way.IN) -> str:
    """What the display of a lane for one of its ways is called; of a gate's only lane when none is named."""
    if not lane:
        return "display"
    return f"display-{lane}" if way == Way.IN else f"display-{lane}-{way}"


def socket_path(directory: Path, name: str = "display") -> Path:
    """Where the display called `name` of the gate with this directory listens."""
    return directory / f"{name}.sock"


def decode(datagram: bytes) -> Message:
    """Read a datagram. Raises Malformed; keys that are not known are passed over, for a gate newer than its display."""
    try:
        body = json.loads(datagram.decode())
    except ValueError as error:
        raise Malformed("a datagram that is no JSON") from error
    if not isinstance(body, dict):
        raise Malformed("a datagram that is no JSON object")
    try:
        showing = Showing(body.get("showing"))
    except ValueError as error:
        raise Malformed("a picture that this display does not have") from error
    return Message(
        announcement=Announcement(
            showing=showing,
            word=_pair(body, "word"),
            sentence=_pair(body, "sentence"),
            seat=None if body.get("seat") is None else _number(body, "seat"),
            bay=_text(body, "bay"),
            persons=_number(body, "persons"),
            kind=_text(body, "kind"),
            reason=_text(body, "reason"),
            flags=_texts(body, "flags"),
            staff=_texts(body, "staff"),
        ),
        said_ms=_number(body, "said"),
        sent_ms=_number(body, "sent"),
    )


def _number(body: dict[str, Any], key: str) -> int:
    value = body.get(key)
    if type(value) is not int or not 0 <= value < 2**63:
        raise Malformed(f"{key} is a number, not below zero")
    return value


def _texts(body: dict[str, Any], key: str) -> tuple[str, ...]:
    values = body.get(key, ())
    if not isinstance(values, list | tuple) or not all(isinstance(each, str) for each in values):
        raise Malformed(f"{key} are a list of texts")
    return tuple(values)


def _text(body: dict[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"{key} is a text or null")
    return value


def _pair(body: dict[str, Any], key: str) -> tuple[str, str]:
    match body.get(key):
        case [str() as chinese, str() as english]:
            return chinese, english
        case _:
            raise Malformed(f"{key} is two texts, Chinese and English")
