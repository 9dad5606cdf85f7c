"""Codes of other people's, from the reader's thread to the display: refused in a sentence, and none of them kept."""

import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
import segno
from numpy.typing import NDArray

from drivers.camera import Frame
from drivers.health import Health
from drivers.scanner import Scan, Scanner, Unreadable
from drivers.scanner.codec import scan_of
from gate.announcement import Showing
from gate.readers import read_camera, read_scanner
from tests.gate.bench import Centre, Desk, Gate
from tests.gate.lane_bench import VirtualLane
from tests.tickets.samples import OTHER_KEY
from tickets.credential import issue
from tickets.reasons import Reason

WINDOW = 5
"""So many bytes in a row of what was shown, and some of it was kept."""
OTHER_SIGHT = 2.0
"""Seconds from one picture to the next: what is held up again later is held up anew."""

FOREIGN: dict[str, str | bytes] = {
    "address": "https://pay.example/q?amount=18500&to=ZXCVBN",
    "wifi": "WIFI:T:WPA;S:Qqzzxw-Guest;P:hunter2hunter2;;",
    "lines": "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zhang Qiwxz\r\nTEL:+8613800138000\r\nEND:VCARD\r\n",
    "unicode": "健康码：张三丰，绿码，有效期至今日二十四时 ✔ 😀",
    "health code": "HC1:6BFOXN%TSMAHN-H3ZS1AFT*GE48ZKPRN0QW2-3JKRS:7",
    "longest": "".join(Random(7).choices("abcdefghijklmnopqrstuvwxyz", k=2900)),
    "nul": b"qq\x00zzxwv\x00ywxq",
    "escape": "\x1b]0;qzxwv\x07\x1b[2Jywxqz",
    "bytes": bytes(range(0x80, 0xD0)),
    "identity": "11010519491231002X",
    "telephone": "13800138000",
    "prefix alone": "RT1:",
    "other's prefix": "RT2:6BFOXN%TSMAHN-H3ZS1AFT*GE4 8ZKPRN",
    "no base45": "RT1:https://pay.example/qzxwvywxq",
    "other signs": "RT1:健康码健康码健康码",
    "database": "'; DROP TABLE use_; --qzxwvywxq",
}


class Slides:
    """A camera before which one picture after the other is held up; the lane's time passes meanwhile."""

    def __init__(self, lane: VirtualLane, pictures: list[NDArray[np.uint8]], stop: threading.Event) -> None:
        self._lane = lane
        self._left = pictures
        self._stop = stop

    def frame(self) -> Frame | None:
        self._lane.passes(OTHER_SIGHT)
        if not self._left:
            self._stop.set()
            return None
        return Frame(grey=self._left.pop(0), at=self._lane.time.now)

    def health(self) -> Health:
        return Health(ok=True, what="", hint="")

    def close(self) -> None:
        pass


class Wedge(Scanner):
    """A scanner that has read the bytes of one code."""

    def __init__(self, read: bytes, stop: threading.Event) -> None:
        self._left = [read]
        self._stop = stop

    def read(self, timeout: float) -> Scan | Unreadable | None:  # noqa: ARG002 - nobody waits here
        if not self._left:
            self._stop.set()
            return None
        return scan_of(self._left.pop())

    def health(self) -> Health:
        return Health(ok=True, what="", hint="")

    def close(self) -> None:
        pass


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[VirtualLane]:
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    VirtualLane(other := Gate(tmp_path / "gate-0", cache=tmp_path / "cache.db"))
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield VirtualLane(gate)
    other.close()
    gate.close()
    centre.close()


def picture(content: str | bytes) -> NDArray[np.uint8]:
    """The code as a frame of its own, 4 pixels a module."""
    made = segno.make_qr(content, error="l")
    modules = np.pad(np.array(made.matrix, np.uint8), 4)
    return np.asarray(np.kron(np.where(modules, 30, 220), np.ones((4, 4))), np.uint8)


def held_up(lane: VirtualLane, *contents: str | bytes) -> None:
    stop = threading.Event()
    read_camera(Slides(lane, [picture(each) for each in contents], stop), lane.inputs, stop)
    lane.passes(0.2)


def scanned(lane: VirtualLane, content: str | bytes) -> None:
    stop = threading.Event()
    data = content if isinstance(content, bytes) else content.encode()
    read_scanner(Wedge(data, stop), lane.inputs, stop)
    lane.passes(0.2)


def windows_of(content: str | bytes) -> set[bytes]:
    data = content if isinstance(content, bytes) else content.encode()
    own = data.removeprefix(b"RT1:")
    return {own[at : at + WINDOW] for at in range(max(0, len(own) - WINDOW + 1))}


def written(folder: Path) -> bytes:
    """All that a gate has on its disk; a journal's log is mostly zeros."""
    return re.sub(rb"\0\0+", b"\0", b"".join(path.read_bytes() for path in folder.iterdir()))


def refused_and_not_kept(lane: VirtualLane, folder: Path, content: str | bytes) -> None:
    said = [each for each in lane.said if each.showing is Showing.STOP]
    assert {each.reason for each in said} <= {Reason.UNREADABLE, Reason.NOT_KNOWN_HERE, Reason.UNKNOWN_ISSUER}
    assert all(all(each.word) and all(each.sentence) for each in said)
    assert len(said) <= 1
    assert lane.board.state()["opened"] == 0
    facts = lane.gate.facts()
    assert [kind for kind, _ in facts] == ["scan.refused"] * len(said)
    assert {body["number"] for _, body in facts} <= {None}
    kept = written(folder / "gate-1") + repr(lane.said).encode()
    before = written(folder / "gate-0")  # a gate to which nothing was ever shown: SQL has words as well
    assert [window for window in windows_of(content) if window in kept and window not in before] == []


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_code_before_the_camera(
    lane: VirtualLane, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    held_up(lane, FOREIGN[name])
    refused_and_not_kept(lane, tmp_path, FOREIGN[name])
    said = [each.showing for each in lane.said].count(Showing.STOP)
    assert said == (0 if name in NO_TEXT else 1)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


NO_TEXT = ("nul", "escape", "bytes")
"""What no reader of texts gives out: a code without one says nothing to a camera, as if nobody held it up."""


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_code_before_a_scanner(
    lane: VirtualLane, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    scanned(lane, FOREIGN[name])
    refused_and_not_kept(lane, tmp_path, FOREIGN[name])
    assert [each.showing for each in lane.said].count(Showing.STOP) == 1
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_another_operators_ticket_is_told_from_noise(lane: VirtualLane, tmp_path: Path) -> None:
    """It is a ticket: signed with a key that this gate does not know, or by one that took a known key's name."""
    text = issue(Desk().ticket(), OTHER_KEY)
    held_up(lane, text)
    said = lane.said[-1] if lane.showing() is Showing.STOP else lane.said[-2]
    assert said.reason == Reason.UNKNOWN_ISSUER
    refused_and_not_kept(lane, tmp_path, text)


def test_all_of_them_one_after_the_other_and_then_a_ticket(lane: VirtualLane) -> None:
    """None of them stands in the way of the next, or stays in view for ever."""
    text = Desk().by_till(Desk().ticket())
    held_up(lane, *FOREIGN.values(), text)
    assert lane.kinds()[-1] == "use.claimed"
    assert lane.kinds().count("scan.refused") == len(FOREIGN) - len(NO_TEXT)
    assert lane.board.state()["opened"] == 1
