"""Scanners that type: the kernel's event structs through pipes; keyboards that come, go, and stand side by side."""

import errno
import os
import string
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from evdev import ecodes
from hypothesis import given
from hypothesis import strategies as st

from drivers.faults import DeviceGone, DeviceRefused
from drivers.scanner import Scan, Unreadable
from drivers.scanner.codec import LineDecoder
from drivers.scanner.keyboard import KeyboardLink, find, grab, keyboard_scanner
from drivers.scanner.keyboard_codec import EVENT, NOT_TEXT, PRESSED, RELEASED, SYN_DROPPED, KeyDecoder
from drivers.scanner.keyboard_simulator import (
    VOLUME_KEYS,
    SimulatedKeyboards,
    event,
    stroke,
    typed,
    typed_with_caps_lock,
)
from drivers.scanner.line import LineScanner
from tests.drivers.scanner.pieces import cut_at

BASE45 = string.digits + string.ascii_uppercase + " $%*+-./:"
TICKET = "RT1:6BFOXN%TSMAHN-H4T0/ +$*.S1ABC"


@pytest.fixture
def keyboards(tmp_path: Path) -> Iterator[SimulatedKeyboards]:
    keyboards = SimulatedKeyboards(tmp_path)
    yield keyboards
    keyboards.close()


class Grabs:
    """Notes which devices were taken exclusively."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def __call__(self, fd: int) -> None:
        self.taken.append(Path(f"/proc/self/fd/{fd}").readlink().name)


def scanner(keyboards: SimulatedKeyboards, address: str, grabs: Grabs | None = None) -> LineScanner:
    return keyboard_scanner(address, nodes=keyboards.nodes, classes=keyboards.classes, take=grabs or (lambda _: None))


def test_a_key_as_the_kernel_gives_it() -> None:
    """struct input_event of a 64-bit Linux, byte by byte: KEY_R (19) with the left shift (42) held, then Enter (28)."""
    row = struct.Struct("<qqHHi")
    assert EVENT.size == row.size == 24
    keys = [(42, 1), (19, 1), (19, 0), (42, 0), (2, 1), (2, 0), (28, 1), (28, 0)]
    events = b"".join(row.pack(1700000000, 999, 1, *key) + row.pack(1700000000, 999, 0, 0, 0) for key in keys)
    assert KeyDecoder().feed(events) == b"R1\r"


def test_all_of_base45_and_all_of_ascii_can_be_typed() -> None:
    for text in (BASE45, BASE45.lower(), string.printable[:95]):
        assert KeyDecoder().feed(typed(text)) == text.encode() + b"\r"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("KEY_KP1 KEY_KP0 KEY_KPDOT KEY_KPPLUS KEY_KPMINUS KEY_KPASTERISK KEY_KPSLASH KEY_KPENTER", b"10.+-*/\r"),
        ("KEY_A KEY_TAB KEY_B KEY_ENTER", b"a\rb\r"),
        ("KEY_NUMLOCK KEY_1 KEY_NUMLOCK", b"1"),
        ("KEY_A KEY_F1 KEY_B", b"a\0b"),
    ],
)
def test_other_keys(keys: str, text: bytes) -> None:
    assert KeyDecoder().feed(b"".join(stroke(getattr(ecodes, key)) for key in keys.split())) == text


def test_caps_lock_turns_letters_and_nothing_else() -> None:
    assert KeyDecoder().feed(typed_with_caps_lock("RT1:AB")) == b"RT1;AB\r"
    decoder = KeyDecoder()
    decoder.feed(stroke(ecodes.KEY_CAPSLOCK))
    assert decoder.feed(typed("aB1:$")) == b"Ab1:$\r"


def test_after_a_rest_nothing_is_held_and_caps_lock_is_off() -> None:
    decoder = KeyDecoder()
    decoder.feed(event(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, PRESSED) + stroke(ecodes.KEY_CAPSLOCK))
    decoder.rest()
    assert decoder.feed(typed("rt1")) == b"rt1\r"


def test_a_key_with_control_or_alt_is_no_text() -> None:
    for modifier in (ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTALT, ecodes.KEY_LEFTMETA):
        held = event(ecodes.EV_KEY, modifier, PRESSED) + stroke(ecodes.KEY_A)
        assert KeyDecoder().feed(held + event(ecodes.EV_KEY, modifier, RELEASED) + stroke(ecodes.KEY_A)) == b"\0a"


def test_a_held_key_is_typed_once() -> None:
    repeats = event(ecodes.EV_KEY, ecodes.KEY_1, 2) * 5
    assert KeyDecoder().feed(event(ecodes.EV_KEY, ecodes.KEY_1, PRESSED) + repeats) == b"1"


def test_a_code_of_which_the_kernel_lost_keys_is_not_read_shorter() -> None:
    whole, gap = typed(TICKET), event(ecodes.EV_SYN, SYN_DROPPED, 0) + event(ecodes.EV_SYN, 0, 0)
    for cut in range(0, len(whole) - 10 * EVENT.size, 7 * EVENT.size):
        text = KeyDecoder().feed(whole[:cut] + gap + whole[cut + 9 * EVENT.size :])
        assert NOT_TEXT in text
        assert not any(isinstance(scan, Scan) for scan in LineDecoder().feed(text))
    assert not any(isinstance(scan, Scan) for scan in LineDecoder().feed(KeyDecoder().feed(gap + stroke(28))))


def test_what_is_reported_before_the_loss_is_over_does_not_count() -> None:
    lost = event(ecodes.EV_SYN, SYN_DROPPED, 0) + stroke(ecodes.KEY_A)[: EVENT.size]
    assert KeyDecoder().feed(lost + event(ecodes.EV_SYN, 0, 0) + stroke(ecodes.KEY_B)) == b"\0\0b"


@given(st.text(alphabet=BASE45, min_size=1, max_size=40), st.lists(st.integers(min_value=0), max_size=8))
def test_events_in_any_pieces(text: str, cuts: list[int]) -> None:
    decoder = KeyDecoder()
    assert b"".join(decoder.feed(piece) for piece in cut_at(typed(text), cuts)) == text.encode() + b"\r"


def test_a_scan_comes_out_of_a_pipe(keyboards: SimulatedKeyboards) -> None:
    keyboards.plug(5, "05e0", "1200", "Symbol Bar Code Scanner")
    reader = scanner(keyboards, "usb:05E0:1200")
    assert reader.read(0.01) is None
    assert reader.health().ok
    keyboards.type(5, typed(TICKET))
    assert reader.read(2) == Scan(text=TICKET)
    keyboards.type(5, typed("61", end=ecodes.KEY_TAB) + typed("62", end=None))
    assert reader.read(2) == Scan(text="61")
    assert reader.read(2) == Scan(text="62")  # no key ended it, so its time did
    keyboards.type(5, stroke(ecodes.KEY_F5) + typed("63"))
    assert reader.read(2) == Unreadable(reason="control characters")
    keyboards.type(5, typed("a" * 520) + typed("64"))
    assert reader.read(2) == Unreadable(reason="longer than 512 characters")
    assert reader.read(2) == Scan(text="64")
    reader.close()


def test_a_shift_whose_release_was_lost_spoils_one_code_and_not_the_next(keyboards: SimulatedKeyboards) -> None:
    keyboards.plug(5, "05e0", "1200", "Scanner")
    reader = scanner(keyboards, "usb:05e0:1200")
    reader.read(0.01)
    keyboards.type(5, event(ecodes.EV_KEY, ecodes.KEY_LEFTSHIFT, PRESSED) + stroke(ecodes.KEY_1) + stroke(28))
    assert reader.read(2) == Scan(text="!")
    assert reader.read(0.3) is None
    keyboards.type(5, typed("61"))
    assert reader.read(2) == Scan(text="61")
    reader.close()


def test_a_keyboard_next_to_it_is_left_alone(keyboards: SimulatedKeyboards) -> None:
    keyboards.plug(3, "046d", "c31c", "Logitech USB Keyboard")
    keyboards.plug(4, "05e0", "1200", "Symbol Scanner volume keys", keys=VOLUME_KEYS)
    keyboards.plug(12, "05e0", "1200", "Symbol Scanner")
    grabs = Grabs()
    reader = scanner(keyboards, "usb:05e0:1200", grabs)
    keyboards.type(3, typed("HELLO"))
    assert reader.read(0.3) is None
    assert grabs.taken == ["event12"]
    keyboards.type(12, typed("61"))
    assert reader.read(2) == Scan(text="61")
    other = os.open(keyboards.nodes / "event3", os.O_RDONLY | os.O_NONBLOCK)
    assert KeyDecoder().feed(os.read(other, 4096)) == b"HELLO\r"  # still there for whom it was typed
    os.close(other)
    reader.close()


def test_unplugged_and_plugged_in_elsewhere_it_is_found_again(keyboards: SimulatedKeyboards) -> None:
    grabs = Grabs()
    reader = scanner(keyboards, "usb:05e0:1200", grabs)
    with pytest.raises(DeviceGone, match="No scanner 05e0:1200 is plugged in"):
        reader.read(0.1)
    assert not reader.health().ok
    keyboards.plug(5, "05e0", "1200", "Scanner")
    keyboards.type(5, typed("61") + typed("6", end=None))
    assert reader.read(2) == Scan(text="61")
    keyboards.unplug(5)
    with pytest.raises(DeviceGone, match="left"):
        reader.read(2)
    keyboards.plug(9, "05e0", "1200", "Scanner")
    assert reader.read(0.01) is None
    keyboards.type(9, typed("62"))
    assert reader.read(2) == Scan(text="62")  # without the 6 that was typed before
    assert grabs.taken == ["event5", "event9"]
    reader.close()


def test_a_path_by_id_is_followed_anew_each_time(keyboards: SimulatedKeyboards, tmp_path: Path) -> None:
    by_id = tmp_path / "usb-Symbol-event-kbd"
    keyboards.plug(5, "05e0", "1200", "Scanner")
    by_id.symlink_to(keyboards.nodes / "event5")
    reader = scanner(keyboards, str(by_id))
    reader.read(0.01)
    keyboards.type(5, typed("61"))
    assert reader.read(2) == Scan(text="61")
    keyboards.unplug(5)
    by_id.unlink()
    with pytest.raises(DeviceGone):
        reader.read(0.1)
    with pytest.raises(DeviceGone, match="cannot be opened"):
        reader.read(0.1)
    keyboards.plug(6, "05e0", "1200", "Scanner")
    by_id.symlink_to(keyboards.nodes / "event6")
    reader.read(0.01)
    keyboards.type(6, typed("62"))
    assert reader.read(2) == Scan(text="62")
    reader.close()


def test_two_of_a_kind_are_told_apart_by_name_or_not_at_all(keyboards: SimulatedKeyboards) -> None:
    keyboards.plug(5, "05e0", "1200", "Left")
    keyboards.plug(6, "05e0", "1200", "Right: B")
    with pytest.raises(DeviceRefused, match=r"2 scanners are 05e0:1200.*by-path"):
        find("usb:05e0:1200", nodes=keyboards.nodes, classes=keyboards.classes)
    found = find("usb:05e0:1200:Right: B", nodes=keyboards.nodes, classes=keyboards.classes)
    assert found.name == "event6"


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [(errno.EBUSY, DeviceRefused, "Another program"), (errno.ENODEV, DeviceGone, "is no keyboard")],
)
def test_a_scanner_that_cannot_be_had_alone_is_not_read(
    keyboards: SimulatedKeyboards, number: int, kind: type[Exception], words: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    keyboards.plug(5, "05e0", "1200", "Scanner")
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(kind, match=words):
        KeyboardLink(keyboards.nodes / "event5", take=refuse)
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_the_real_grab_asks_the_kernel(keyboards: SimulatedKeyboards) -> None:
    """A pipe is no keyboard, and the kernel says so: the request is one that it knows to refuse."""
    keyboards.plug(5, "05e0", "1200", "Scanner")
    with pytest.raises(DeviceGone, match="is no keyboard"):
        KeyboardLink(keyboards.nodes / "event5", take=grab)


def test_a_code_shows_in_no_fault_and_no_repr(keyboards: SimulatedKeyboards) -> None:
    keyboards.plug(5, "05e0", "1200", "Scanner")
    reader = scanner(keyboards, "usb:05e0:1200")
    reader.read(0.01)
    keyboards.type(5, typed("SECRET") + typed("SECRE", end=None))
    scan = reader.read(2)
    assert scan == Scan(text="SECRET")
    assert "SECRE" not in repr(scan)
    keyboards.unplug(5)
    with pytest.raises(DeviceGone) as fault:
        reader.read(2)
    assert "SECRE" not in str(fault.value)
    assert fault.value.__cause__ is None or "SECRE" not in str(fault.value.__cause__)
