"""The kiosk as it is, with a hand in front of it: a control socket that can point, look and take pictures.

Commands (one JSON object per line): {"do": "controls"} lists what can be touched now with its rectangle, {"do":
"spoken"} with the words a screen reader says; {"do": "tap", "name": …} presses and releases the pointer in the middle
of that control, as a finger would; {"do": "grab", "path": …} saves the screen. The hand never calls the kiosk's code.
"""

import argparse
import contextlib
import json
import os
import queue
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPointF, Qt, Signal, Slot
from PySide6.QtTest import QTest

from kiosk.app import KioskWindow
from kiosk.inventory import Control
from station import kiosk_process
from station.config import load


class Hand(QObject):
    """Points at the window from the GUI's own thread, for callers on the control socket."""

    asked = Signal(object, object)

    def __init__(self, kiosk: KioskWindow) -> None:
        super().__init__()
        self._kiosk = kiosk
        self.asked.connect(self._do, Qt.ConnectionType.QueuedConnection)

    def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order from any thread and wait for its answer."""
        answer: queue.Queue[dict[str, Any]] = queue.Queue()
        self.asked.emit(order, answer)
        return answer.get(timeout=20)

    @Slot(object, object)
    def _do(self, order: dict[str, Any], answer: "queue.Queue[dict[str, Any]]") -> None:
        try:
            answer.put({"ok": True, **self._carry_out(order)})
        except (ValueError, KeyError) as error:
            answer.put({"ok": False, "why": str(error)})

    def _carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        match order["do"]:
            case "controls" | "state":
                return {"state": {each.name: each.box for each in self._touchable()}}
            case "spoken":
                return {"state": {each.name: each.spoken for each in self._touchable()}}
            case "tap":
                control = next((each for each in self._touchable() if each.name == order["name"]), None)
                if control is None:
                    raise ValueError(f"{order['name']} cannot be touched now")
                middle = QPointF(*control.middle).toPoint()
                QTest.mouseClick(self._kiosk.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
                return {"state": {}}
            case "grab":
                saved = self._kiosk.window.grabWindow().save(order["path"])
                if not saved:
                    raise ValueError(f"the picture was not saved to {order['path']}")
                return {"state": {}}
            case other:
                raise ValueError(f"{other}: the hand knows controls, spoken, tap and grab")

    def _touchable(self) -> list[Control]:
        """Everything that can be touched now."""
        shown = self._kiosk.inventory.shown()
        return [each for each in shown if isinstance(each, Control) and each.enabled and each.name]


def _serve(hand: Hand, path: Path) -> None:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(2)
        print(json.dumps({"ready": True}), flush=True)
        while True:
            caller, _ = listener.accept()
            with caller, caller.makefile("rwb") as lines, contextlib.suppress(OSError):
                for line in lines:
                    lines.write(json.dumps(hand.do(json.loads(line))).encode() + b"\n")
                    lines.flush()


def main() -> int:
    """Run the kiosk of a configuration with a hand on `--control`."""
    os.umask(0o007)
    parser = argparse.ArgumentParser(description="The kiosk with a hand that points.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--control", type=Path, required=True)
    arguments = parser.parse_args()
    hands: list[Hand] = []

    def on_ready(window: KioskWindow) -> None:
        hands.append(Hand(window))
        threading.Thread(target=_serve, args=(hands[0], arguments.control), daemon=True).start()

    return kiosk_process.run(load(arguments.config), on_ready=on_ready)


if __name__ == "__main__":
    sys.exit(main())
