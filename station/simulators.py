"""Simulated devices as processes: `waystation simulate-device KIND --listen … --control …`.

Each prints {"ready": true, "address": …}, speaks its real protocol on a PTY or TCP port, logs every byte, and is worked
by hand through its control socket (drivers/simulation.py says how).
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from drivers.simulation import Simulator, Station

# Each device is imported when it is asked for: a station has a dozen of them, and only two need to draw.


def _esc_pos(folder: Path) -> Simulator:
    from drivers.printer.simulator import PrinterSimulator

    return PrinterSimulator(pictures=folder / "printed")


def _esc_pos_presenter(folder: Path) -> Simulator:
    from drivers.printer.simulator import PrinterSimulator

    return PrinterSimulator(pictures=folder / "printed", presenter=True)


def _zpl(folder: Path) -> Simulator:
    from drivers.printer.zpl_simulator import ZplSimulator

    return ZplSimulator(pictures=folder / "printed")


def _tspl(folder: Path) -> Simulator:
    from drivers.printer.tspl_simulator import TsplSimulator

    return TsplSimulator(pictures=folder / "printed")


def _notes(folder: Path) -> Simulator:
    from drivers.cash.simulator import BillValidatorSimulator

    return BillValidatorSimulator(stacker=folder / "stacker.json")


def _coins(folder: Path) -> Simulator:
    from drivers.cash.coin_simulator import CoinAcceptorSimulator

    return CoinAcceptorSimulator(box=folder / "coins.json")


def _dispenser(folder: Path) -> Simulator:
    from drivers.cash.hopper_simulator import HopperSimulator

    return HopperSimulator(kept=folder / "dispenser.json")


def _cctalk_line(folder: Path) -> Simulator:
    from drivers.cash.line_simulator import whole_line

    return whole_line(folder)


def _card_terminal(folder: Path) -> Simulator:
    from drivers.card.simulator import CardTerminalSimulator

    return CardTerminalSimulator(account=folder / "account.json")


def _id_reader(_folder: Path) -> Simulator:
    from drivers.idreader.simulator import IdReaderSimulator

    return IdReaderSimulator()


def _scanner(_folder: Path) -> Simulator:
    from drivers.scanner.simulator import ScannerSimulator

    return ScannerSimulator()


def _gm65(_folder: Path) -> Simulator:
    from drivers.scanner.gm65_simulator import Gm65Simulator

    return Gm65Simulator()


def _ssi(_folder: Path) -> Simulator:
    from drivers.scanner.ssi_simulator import SsiSimulator

    return SsiSimulator()


def _relay_board(_folder: Path) -> Simulator:
    from drivers.barrier.simulator import RelayBoardSimulator

    return RelayBoardSimulator()


def _lot(_folder: Path) -> Simulator:
    from drivers.barrier.lot_simulator import LotSimulator

    return LotSimulator()


def _lot_tcp(_folder: Path) -> Simulator:
    from drivers.barrier.lot_simulator import LotSimulator, OverTcp

    return OverTcp(LotSimulator())


DEVICES: dict[str, Callable[[Path], Simulator]] = {
    "printer": _esc_pos,
    "printer-presenter": _esc_pos_presenter,
    "printer-zpl": _zpl,
    "printer-tspl": _tspl,
    "cash": _notes,
    "coins": _coins,
    "dispenser": _dispenser,
    "cctalk-line": _cctalk_line,
    "card-terminal": _card_terminal,
    "id-reader": _id_reader,
    "scanner": _scanner,
    "scanner-gm65": _gm65,
    "scanner-ssi": _ssi,
    "barrier": _relay_board,
    "barrier-lot": _lot,
    "barrier-lot-tcp": _lot_tcp,
}
"""All but the camera, which is reached over HTTP: each with the folder for what it keeps."""
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
        from drivers.camera.simulator import CameraSimulator

        with CameraSimulator(arguments.listen, control=arguments.control, fps=CAMERA_FPS) as camera:
            print(json.dumps({"ready": True, "address": camera.address}), flush=True)
            stop.wait()
        return 0
    device = DEVICES[arguments.kind](arguments.state)
    with Station(device, arguments.listen, log=arguments.log, control=arguments.control) as station:
        print(json.dumps({"ready": True, "address": station.address}), flush=True)
        stop.wait()
    return 0
