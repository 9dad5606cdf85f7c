"""The kiosk as it is, with a hand in front of it: a control socket that can point, look and take pictures.

Commands (one JSON object per line): {"do": "controls"} lists what can be touched now with its rectangle, {"do":
"spoken"} with the words a screen reader says; {"do": "texts"} lists what can be read and whether it is cut off; {"do":
"tap", "name": …} presses and releases the pointer in the middle of that control, as a finger would; {"do": "grab",
"path": …} saves the screen. The hand never calls the kiosk's code.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.app import KioskWindow
from kiosk.inventory import Control, Words
from station import kiosk_process
from station.config import load
from station.demo.gui_orders import Order, Orders


class Hand:
    """Points at the window. Belongs to the GUI's thread."""

    def __init__(self, kiosk: KioskWindow) -> None:
        self._kiosk = kiosk

    def carry_out(self, order: Order) -> dict[str, object]:
        """Do what an order says; raises ValueError or KeyError for one that cannot be done."""
        match order["do"]:
            case "controls" | "state":
                return {each.name: each.box for each in self._touchable()}
            case "spoken":
                return {each.name: each.spoken for each in self._touchable()}
            case "texts":
                return {each.text: each.cut for each in self._kiosk.inventory.shown() if isinstance(each, Words)}
            case "tap":
                control = next((each for each in self._touchable() if each.name == order["name"]), None)
                if control is None:
                    raise ValueError(f"{order['name']} cannot be touched now")
                middle = QPointF(*control.middle).toPoint()
                QTest.mouseClick(self._kiosk.window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
                return {}
            case "grab":
                saved = self._kiosk.window.grabWindow().save(order["path"])
                if not saved:
                    raise ValueError(f"the picture was not saved to {order['path']}")
                return {}
            case other:
                raise ValueError(f"{other}: the hand knows controls, spoken, texts, tap and grab")

    def _touchable(self) -> list[Control]:
        """Everything that can be touched now."""
        shown = self._kiosk.inventory.shown()
        return [each for each in shown if isinstance(each, Control) and each.enabled and each.name]


def main() -> int:
    """Run the kiosk of a configuration with a hand on `--control`."""
    os.umask(0o007)
    parser = argparse.ArgumentParser(description="The kiosk with a hand that points.")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--control", type=Path, required=True)
    arguments = parser.parse_args()
    kept: list[Orders] = []

    def on_ready(window: KioskWindow) -> None:
        kept.append(Orders(Hand(window).carry_out))
        kept[0].serve(arguments.control)
        print(json.dumps({"ready": True}), flush=True)

    return kiosk_process.run(load(arguments.config), on_ready=on_ready)


if __name__ == "__main__":
    sys.exit(main())
