"""The displays of several lanes as they are, with an eye before each: a control socket that can look, take pictures.

Each is the window of `waystation display`, on its own socket; they share one process because that starts quicker.
Commands (one JSON object per line): {"do": "state"} says of each lane what stands there: the picture, its reason, what
can be read, and which of that is cut off; {"do": "grab", "lane": …, "path": …} saves a picture. Prints {"ready": true}.
"""

import argparse
import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from gate.screen.ear import Ear
from gate.screen.window import ScreenWindow, application
from station.config import load
from station.demo.gui_orders import Order, Orders
from station.display_process import screen_panel
from station.lanes import display_of


class Eyes:
    """Looks at the windows, by the names of their lanes. Belongs to the GUI's thread."""

    def __init__(self, windows: dict[str, ScreenWindow]) -> None:
        self._windows = windows

    def carry_out(self, order: Order) -> dict[str, object]:
        """Do what an order says; raises ValueError or KeyError for one that cannot be done."""
        match order["do"]:
            case "state":
                return {lane: self._looks(window) for lane, window in self._windows.items()}
            case "grab":
                if not self._windows[order["lane"]].window.grabWindow().save(order["path"]):
                    raise ValueError(f"the picture was not saved to {order['path']}")
                return {}
            case other:
                raise ValueError(f"{other}: the eyes know state and grab")

    @staticmethod
    def _looks(window: ScreenWindow) -> dict[str, object]:
        shown, texts = window.view_model.shown, window.texts()
        return {
            "showing": shown.showing.value,
            "reason": shown.reason,
            "texts": [each.text for each in texts],
            "cut": [each.text for each in texts if each.cut],
        }


def main() -> int:
    """Run the displays of the lanes that are named until SIGTERM."""
    os.umask(0o007)
    parser = argparse.ArgumentParser(description="Gate displays with an eye before each.")
    parser.add_argument("--lane", action="append", required=True, metavar="LANE=CONFIG")
    parser.add_argument("--control", type=Path, required=True)
    arguments = parser.parse_args()
    app = application()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: app.quit())
    with ExitStack() as at_the_end:
        windows: dict[str, ScreenWindow] = {}
        for named in arguments.lane:
            lane, _, path = named.partition("=")
            config = load(Path(path))
            ear = at_the_end.enter_context(Ear(config.directory, display_of(config, lane, None)))
            window = ScreenWindow(screen_panel(config), fullscreen=config.display.fullscreen)
            window.window.setTitle(lane)
            window.listen(ear)
            at_the_end.callback(window.close)
            windows[lane] = window
        orders = Orders(Eyes(windows).carry_out)
        orders.serve(arguments.control)
        print(json.dumps({"ready": True}), flush=True)
        return app.exec()


if __name__ == "__main__":
    sys.exit(main())
