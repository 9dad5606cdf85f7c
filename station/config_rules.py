"""What the values of a configuration must be, beyond their types: a table of ranges, addresses, and a panel's shape.

A wrong value is told at the start, by its line, instead of by a device that does not answer or a screen that is torn.
"""

import dataclasses
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from gate.screen.panel import READERS, ScreenPanel
from kiosk.panel import PanelSettings
from kiosk.speech.jack import ALWAYS, NEVER

RANGES: dict[str, tuple[float, float]] = {
    "sync.interval_seconds": (0.05, 3600),
    "sync.retry_base_seconds": (0.05, 3600),
    "sync.retry_cap_seconds": (0.05, 86400),
    "relay.budget_ms": (5, 1000),
    "journal.kept_days": (2, 3650),
    "panel.width_mm": (20, 5000),
    "panel.height_mm": (20, 5000),
    "panel.width_px": (100, 20000),
    "panel.height_px": (100, 20000),
    "panel.bottom_mm": (0, 3000),
    "display.width_mm": (80, 5000),
    "display.height_mm": (80, 5000),
    "display.width_px": (100, 20000),
    "display.height_px": (100, 20000),
    "printer.baud": (50, 4_000_000),
    "printer.handshake_seconds": (0.1, 600),
    "printer.take_seconds": (1, 600),
    "printer.mouth_question": (1, 255),
    "printer.mouth_answer_bytes": (3, 64),
    "printer.mouth_byte": (2, 63),
    "printer.mouth_mask": (1, 255),
    "printer.stock_length_mm": (0, 500),
    "printer.stock_gap_mm": (0, 50),
    "cash.baud": (50, 4_000_000),
    "cash.device": (2, 255),
    "coins.baud": (50, 4_000_000),
    "coins.device": (2, 255),
    "dispensers.baud": (50, 4_000_000),
    "dispensers.device": (2, 255),
    "dispensers.fen": (1, 100_000),
    "dispensers.coins": (0, 100_000),
    "dispensers.low": (0, 10_000),
    "card_terminal.wait_seconds": (10, 600),
    "id_reader.baud": (50, 4_000_000),
    "scanner.baud": (50, 4_000_000),
    "camera.width": (64, 10000),
    "camera.height": (64, 10000),
    "camera.fps": (1, 240),
    "barrier.baud": (50, 4_000_000),
    "barrier.unit": (1, 247),
    "barrier.coil": (0, 65535),
    "barrier.entry_input": (0, 65535),
    "barrier.exit_input": (0, 65535),
    "barrier.fire_input": (0, 65535),
    "barrier.jam_input": (-1, 65535),
    "barrier.exit_coil": (-1, 65535),
    "barrier.debounce_ms": (0, 1000),
    "gate.start_seconds": (0.5, 600),
    "gate.finish_seconds": (0.5, 600),
    "gate.fire_reset_seconds": (0.5, 3600),
}
"""The least and the greatest of every number. Modbus units are 1 to 247; ccTalk's 0 is everybody, 1 the host."""

INPUTS = ("entry_input", "exit_input", "fire_input", "jam_input")
OUTPUTS = ("coil", "exit_coil")
NONE = -1
"""The number of an input or output that is not there."""


Keys = tuple[str, ...]
"""Where a value stands: its sections from the outside, which of several tables by `place`, and its own key."""


def place(number: int) -> str:
    """Which of several tables of one name, counted from 0, as a part of `Keys`."""
    return f"#{number}"


def named(keys: Keys) -> str:
    """A value's name as people write it: that of a table among several says nothing of which."""
    return ".".join(key for key in keys if not key.startswith("#"))


def faults(config: Any) -> Iterator[tuple[Keys, str]]:
    """Yield each value of a `Config` that cannot be: its keys, and what is wrong with it."""
    for section in dataclasses.fields(config):
        values = getattr(config, section.name)
        if isinstance(values, tuple):
            for number, table in enumerate(values):
                yield from _section((section.name, place(number)), table)
        else:
            yield from _section((section.name,), values)
    yield from _panel(config)
    yield from _display(config)
    yield from _shared_lines(config)


def _section(at: Keys, values: Any) -> Iterator[tuple[Keys, str]]:
    """Look at one section and those within: the same kind of device has the same rules wherever it stands."""
    if not dataclasses.is_dataclass(values):
        return
    for field in dataclasses.fields(values):
        keys, value = (*at, field.name), getattr(values, field.name)
        yield from _section(keys, value)
        wrong = _wrong(keys, value)
        if wrong:
            yield keys, wrong
    kind = _kind(at)
    if kind == "printer":
        yield from _printer(at, values)
    elif kind == "barrier":
        yield from _barrier(at, values)
    elif kind == "scanner":
        yield from _scanner(at, values)
    elif kind == "centre":
        yield from _centre(at, values)


def _centre(at: Keys, centre: Any) -> Iterator[tuple[Keys, str]]:
    parts = urlsplit(centre.url)
    if parts.scheme == "http" and not centre.plain and not _on_this_machine(parts.hostname or ""):
        yield (
            (*at, "url"),
            (
                "`centre.url` must begin with https://: without TLS everybody on the line reads what it carries. "
                "Set `centre.plain = true` where something else protects it."
            ),
        )


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _kind(at: Keys) -> str:
    return [key for key in at if not key.startswith("#")][-1]


def _wrong(keys: Keys, value: object) -> str:
    name, rule = named(keys), f"{_kind(keys[:-1])}.{keys[-1]}"
    if rule in RANGES:
        least, most = RANGES[rule]
        assert isinstance(value, int | float)
        return "" if least <= value <= most else f"`{name}` must be from {least} to {most}, not {value}."
    check = _TEXTS.get(rule) or _TEXTS.get(keys[-1])
    return check(name, str(value)) if check and not dataclasses.is_dataclass(value) else ""


def _lane_gate(name: str, value: str) -> str:
    return _label(name, value) if value else ""


def _lane_name(name: str, value: str) -> str:
    """It names the lane's display as well, which is a file."""
    if "/" in value or value.startswith("."):
        return f"`{name}` must not have a / in it, nor begin with a dot."
    return _label(name, value)


def _address(name: str, value: str) -> str:
    if value.startswith("usb:"):
        known = re.fullmatch("usb:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:.+)?", value)
        good = name.endswith("scanner.address") and known is not None
        return "" if good else f"`{name}`: usb:VENDOR:PRODUCT is for a scanner, with 4 hexadecimal digits each."
    if not value.startswith("tcp:"):
        return "" if value.startswith("/") else f"`{name}` must be tcp:HOST:PORT or a path such as /dev/ttyUSB0."
    host, _, port = value.removeprefix("tcp:").rpartition(":")
    good = bool(host) and port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535
    return "" if good else f"`{name}` must be tcp:HOST:PORT with a port from 1 to 65535, not {value!r}."


def _tcp_address(name: str, value: str) -> str:
    if not value.startswith("tcp:"):
        return f"`{name}` must be tcp:HOST:PORT: card terminals are asked over the network."
    return _address(name, value)


def _url(name: str, value: str) -> str:
    scheme, _, rest = value.partition("://")
    return "" if scheme in {"http", "https"} and rest else f"`{name}` must begin with https:// or http://."


def _lan_url(name: str, value: str) -> str:
    """No TLS: what the relay says is signed, and a handshake would eat the budget of the first question."""
    parts = urlsplit(value)
    try:
        good = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    good = good and parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    return "" if good else f"`{name}` must be http://HOST:PORT, not {value!r}."


def _lan_url_or_none(name: str, value: str) -> str:
    return _lan_url(name, value) if value else ""


def _listen_or_not(name: str, value: str) -> str:
    return _listen(name, value) if value else ""


def _listen(name: str, value: str) -> str:
    host, _, port = value.rpartition(":")
    good = bool(host) and port.isascii() and port.isdecimal() and int(port) <= 65535
    return "" if good else f"`{name}` must be HOST:PORT with a port from 0 to 65535, not {value!r}."


def _label(name: str, value: str) -> str:
    good = bool(value.strip()) and value.isprintable() and len(value) <= MOST_LABEL
    return "" if good else f"`{name}` must be 1 to {MOST_LABEL} printable characters."


def _source(name: str, value: str) -> str:
    return "" if value.strip() else f"`{name}` must be /dev/video0, a number, or the URL of an MJPEG stream."


def _reader(name: str, value: str) -> str:
    return "" if value in READERS else f"`{name}` must be one of {', '.join(READERS)}, not {value!r}."


def _loopback(name: str, value: str) -> str:
    """Nobody but this machine may read the numbers: what goes out to others is theirs to fetch here."""
    if not value:
        return ""
    host, _, port = value.rpartition(":")
    try:
        good = ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        good = False
    good = good and port.isascii() and port.isdecimal() and int(port) <= 65535
    return "" if good else f'`{name}` must be a loopback address with its port, such as "127.0.0.1:9750", or "".'


def _command(name: str, value: str) -> str:
    good = re.fullmatch("([0-9A-Fa-f]{2} ?){1,16}", value) is not None
    return "" if good else f'`{name}` must be 1 to 16 bytes in hexadecimal digits, such as "1D 65 02".'


def _headphones(name: str, value: str) -> str:
    good = value in (NEVER, ALWAYS) or value.startswith("/dev/")
    return "" if good else f'`{name}` must be "never", "always" or an input device such as "/dev/input/event3".'


_TEXTS: dict[str, Callable[[str, str], str]] = {
    "address": _address,
    "url": _url,
    "relay.url": _lan_url,
    "relay.tunnel": _lan_url_or_none,
    "relay_server.tunnel": _listen_or_not,
    "listen": _listen,
    "gate": _label,
    "lane": _label,
    "metrics.listen": _loopback,
    "card_terminal.address": _tcp_address,
    "lanes.gate": _lane_gate,
    "lanes.name": _lane_name,
    "source": _source,
    "printer.present_command": _command,
    "printer.retract_command": _command,
    "reader": _reader,
    "speech.headphones": _headphones,
}

MOST_LABEL = 20


def _panel(config: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    panel = config.panel
    try:
        PanelSettings(
            width_mm=panel.width_mm, height_mm=panel.height_mm, width_px=panel.width_px, height_px=panel.height_px
        )
    except (ValueError, ZeroDivisionError) as error:
        yield ("panel",), f"{str(error)[:1].upper()}{str(error)[1:]}."


def _display(config: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    display = config.display
    try:
        ScreenPanel(
            width_mm=display.width_mm,
            height_mm=display.height_mm,
            width_px=display.width_px,
            height_px=display.height_px,
        )
    except (ValueError, ZeroDivisionError) as error:
        yield ("display",), f"{str(error)[:1].upper()}{str(error)[1:]}."


LONGEST_TICKET_MM = 200
"""What a ticket may take when it is drawn; pre-cut stock must have room for it."""


def _printer(at: Keys, printer: Any) -> Iterator[tuple[Keys, str]]:
    name = named(at)
    if printer.presenter and printer.kind != "escpos":
        yield (*at, "presenter"), f"`{name}.presenter` is for kind escpos: the others cannot draw a ticket back."
    if printer.mouth_byte >= printer.mouth_answer_bytes:
        yield (*at, "mouth_byte"), f"`{name}.mouth_byte` must be less than `{name}.mouth_answer_bytes`."
    length = printer.stock_length_mm
    if (printer.stock == "continuous") is not (length == 0):
        yield (*at, "stock_length_mm"), f"`{name}.stock_length_mm` is 0 for continuous stock, and for no other."
    elif 0 < length < LONGEST_TICKET_MM:
        yield (*at, "stock_length_mm"), f"`{name}.stock_length_mm` must be {LONGEST_TICKET_MM} or more."


def _barrier(at: Keys, barrier: Any) -> Iterator[tuple[Keys, str]]:
    name = named(at)
    if barrier.kind == "gpio" and not barrier.address.startswith("/"):
        yield (*at, "address"), f"`{name}.address` of a gpio barrier is its chip, such as /dev/gpiochip0."
    if barrier.kind == "lot":
        return  # its inputs are its own
    taken: dict[int, str] = {}
    # the lines of a GPIO chip are inputs and outputs alike; a board's outputs are counted apart
    for line in (*INPUTS, *(OUTPUTS if barrier.kind == "gpio" else ())):
        number = getattr(barrier, line)
        if number == NONE:
            continue
        if number in taken:
            what = "line" if barrier.kind == "gpio" else "input"
            yield (*at, line), f"`{name}.{line}` and `{name}.{taken[number]}` are both {what} {number}."
        taken[number] = line


def _scanner(at: Keys, scanner: Any) -> Iterator[tuple[Keys, str]]:
    types_keys = scanner.kind == "keyboard"
    if types_keys is not scanner.address.startswith(("usb:", "/dev/input/")):
        must = "must be /dev/input/by-id/… or usb:VENDOR:PRODUCT for kind keyboard, and for no other."
        yield (*at, "address"), f"`{named(at)}.address` {must}"


def _shared_lines(config: Any) -> Iterator[tuple[Keys, str]]:
    """ccTalk devices on one line must agree on how it works, and each have an address of its own."""
    devices: list[tuple[Keys, Any]] = [
        *(((name,), getattr(config, name)) for name in ("cash", "coins") if getattr(config, name) is not None),
        *((("dispensers", place(number)), each) for number, each in enumerate(config.dispensers)),
    ]
    lines: dict[str, tuple[Keys, Any]] = {}
    taken: dict[tuple[str, int], Keys] = {}
    for at, device in devices:
        first_at, first = lines.setdefault(device.address, (at, device))
        for key in ("baud", "echo"):
            if getattr(device, key) != getattr(first, key):
                both = f"`{named(at)}.{key}` and `{named(first_at)}.{key}`"
                yield (*at, key), f"{both} are of one line, {device.address}, and must be the same."
        other = taken.setdefault((device.address, device.device), at)
        if other != at:
            both = f"`{named(at)}.device` and `{named(other)}.device`"
            yield (*at, "device"), f"{both} are both {device.device} on the line {device.address}."
