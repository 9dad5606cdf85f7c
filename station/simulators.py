"""Simulated devices as processes: `waystation simulate-device KIND --listen … --control …`.

Each prints {"ready": true, "address": …}, speaks its real protocol on a PTY or TCP port, logs every byte, and is worked
by hand through its control socket (drivers/simulation.py says how).
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from drivers.barrier.lot_simulator import LotSimulator, OverTcp
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.camera.simulator import CameraSimulator
from drivers.card.simulator import CardTerminalSimulator
from drivers.cash.coin_simulator import CoinAcceptorSimulator
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.cash.line_simulator import whole_line
from drivers.cash.simulator import BillValidatorSimulator
from drivers.idreader.simulator import IdReaderSimulator
from drivers.printer.simulator import PrinterSimulator
from drivers.printer.tspl_simulator import TsplSimulator
from drivers.printer.zpl_simulator import ZplSimulator
from drivers.scanner.gm65_simulator import Gm65Simulator
from drivers.scanner.simulator import ScannerSimulator
from drivers.scanner.ssi_simulator import SsiSimulator
from drivers.simulation import Simulator, Station

DEVICES: dict[str, Callable[[Path], Simulator]] = {
    "printer": lambda folder: PrinterSimulator(pictures=folder / "printed"),
    "printer-presenter": lambda folder: PrinterSimulator(pictures=folder / "printed", presenter=True),
    "printer-zpl": lambda folder: ZplSimulator(pictures=folder / "printed"),
    "printer-tspl": lambda folder: TsplSimulator(pictures=folder / "printed"),
    "cash": lambda folder: BillValidatorSimulator(stacker=folder / "stacker.json"),
    "coins": lambda folder: CoinAcceptorSimulator(box=folder / "coins.json"),
    "dispenser": lambda folder: HopperSimulator(kept=folder / "dispenser.json"),
    "cctalk-line": whole_line,
    "card-terminal": lambda folder: CardTerminalSimulator(account=folder / "account.json"),
    "id-reader": lambda _: IdReaderSimulator(),
    "scanner": lambda _: ScannerSimulator(),
    "scanner-gm65": lambda _: Gm65Simulator(),
    "scanner-ssi": lambda _: SsiSimulator(),
    "barrier": lambda _: RelayBoardSimulator(),
    "barrier-lot": lambda _: LotSimulator(),
    "barrier-lot-tcp": lambda _: OverTcp(LotSimulator()),
}


CAMERA_FPS = 8
"""As slow as cheap cameras are in poor light: whoever simulates a device plays the rest of the station here as well."""


def run(arguments: argparse.Namespace) -> int:
    """Serve one device until SIGTERM."""
    if arguments.kind not in (*DEVICES, "camera"):
        print(f"{arguments.kind}: no such device; known are {', '.join(DEVICES)} and camera.", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    arguments.state.mkdir(parents=True, exist_ok=True)
    try:
        return _serve(arguments, stop)
    except ValueError as error:
        print(f"{arguments.listen}: {error}.", file=sys.stderr)
        return 2


def _serve(arguments: argparse.Namespace, stop: threading.Event) -> int:
    if arguments.kind == "camera":
        with CameraSimulator(arguments.listen, control=arguments.control, fps=CAMERA_FPS) as camera:
            print(json.dumps({"ready": True, "address": camera.address}), flush=True)
            stop.wait()
        return 0
    device = DEVICES[arguments.kind](arguments.state)
    with Station(device, arguments.listen, log=arguments.log, control=arguments.control) as station:
        print(json.dumps({"ready": True, "address": station.address}), flush=True)
        stop.wait()
    return 0
