"""The typing scanner against umockdev, which stands in for the kernel: sysfs, event devices, the exclusive grab."""

import json
import subprocess
import sys
from pathlib import Path

from drivers.scanner.keyboard_codec import EVENT
from drivers.scanner.keyboard_simulator import typed

USB = "/devices/pci0000:00/0000:00:14.0/usb1"
# a keyboard's keys as the kernel shows them, and those of the volume keys that many scanners have besides
KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
VOLUME = "e000000000000 0"
DEVICES = (
    ("1-1", 3, "046d", "c31c", "Logitech USB Keyboard", KEYBOARD),
    ("1-2", 4, "05e0", "1200", "Symbol Bar Code Scanner Consumer Control", VOLUME),
    ("1-2", 5, "05e0", "1200", "Symbol Bar Code Scanner", KEYBOARD),
)
READ = """
import json
from drivers.scanner.keyboard import find, keyboard_scanner
scanner = keyboard_scanner("usb:05e0:1200")
texts = [scanner.read(10).text for _ in range(2)]
print(json.dumps({"found": str(find("usb:05e0:1200")), "texts": texts}))
"""


def description() -> str:
    lines = []
    for port, number, vendor, product, name, keys in DEVICES:
        parent = f"{USB}/{port}/{port}:1.{number}/input/input{number}"
        lines += [f"P: {parent}", f'E: NAME="{name}"', "E: SUBSYSTEM=input", f"A: name={name}"]
        lines += [f"A: id/vendor={vendor}", f"A: id/product={product}", f"A: capabilities/key={keys}", ""]
        lines += [f"P: {parent}/event{number}", f"N: input/event{number}", f"E: DEVNAME=/dev/input/event{number}"]
        lines += ["E: MAJOR=13", f"E: MINOR={64 + number}", "E: SUBSYSTEM=input", f"L: device=../../input{number}", ""]
    return "\n".join(lines)


def events(codes: list[str]) -> str:
    """In the format of evemu, a millisecond for each event."""
    strokes = EVENT.iter_unpack(b"".join(typed(code) for code in codes))
    return "".join(
        f"E: {at / 1000:.6f} {kind:04x} {key:04x} {value}\n" for at, (_, _, kind, key, value) in enumerate(strokes, 1)
    )


def test_a_scanner_is_found_taken_and_read_among_other_keyboards(tmp_path: Path) -> None:
    (tmp_path / "devices").write_text(description(), "utf-8")
    (tmp_path / "typed").write_text(events(["RT1:AB $%*+-./", "6100000012"]), "ascii")
    kernel = ["umockdev-run", "-d", str(tmp_path / "devices"), "-e", f"/dev/input/event5={tmp_path / 'typed'}", "--"]
    read = subprocess.run(
        [*kernel, sys.executable, "-I", "-c", READ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    said = json.loads(read.stdout)
    assert said == {"found": "/dev/input/event5", "texts": ["RT1:AB $%*+-./", "6100000012"]}
