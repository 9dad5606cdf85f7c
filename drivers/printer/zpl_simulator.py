"""A simulated ZPL printer for ticket stock: formats in, pictures of tickets out, a host status when it is asked.

Like real ones it prints a ticket again on which the paper ended, until ^JZN tells it not to, and newer ones (`mute`)
send no status at all while paper or ribbon is missing, the head is up or too hot.
"""

from collections import deque
from typing import Any

from PIL import Image

from drivers.printer import MAX_WIDTH
from drivers.printer.stock_simulator import StockPrinterSimulator
from drivers.printer.zpl_stream import Abort, Ask, Cancel, Command, Format, Keep, Parser

PRINT_MODES = {"P": 1, "T": 2, "C": 3}
"""^MM as the host status tells it."""
LONGEST = 16_000
"""Dots."""


class ZplSimulator(StockPrinterSimulator):
    """One printer; StockPrinterSimulator says what its first arguments mean. `mute`: as the module says."""

    def __init__(self, *, mute: bool = False, **more: Any) -> None:
        self._mute = mute
        super().__init__(**more)

    def _restart(self) -> None:
        super()._restart()
        self._parser = Parser()
        self._kept: dict[str, Image.Image] = {}
        self._formats: deque[Format] = deque()
        self._copies = 0
        self._mode = "T"
        self._width = MAX_WIDTH
        self._length = 0

    @property
    def _peeling(self) -> bool:
        return self._mode == "P"

    def _receive(self, data: bytes) -> None:
        self._parser.feed(data)
        for command in self._parser.take():
            self._obey(command)

    def state(self) -> dict[str, Any]:
        """See Simulator.state. `waiting` bytes and formats are not obeyed yet."""
        return {
            **self._inside.state(),
            "waiting": len(self._parser) + len(self._formats) + len(self._to_print),
            "pictures": len(self._kept),
            "unknown": self._unknown,
        }

    def _go_on(self) -> bool:
        if not self._formats or (self._formats[0].draws and self._peeling and self._inside.mouth):
            return False
        self._run(self._formats.popleft())
        return True

    def _thrown_away(self) -> None:
        self._copies = 0

    def _printed(self) -> None:
        self._copies -= 1
        if self._copies > 0:
            self._again()

    def _obey(self, command: Command) -> None:
        match command:
            case Ask():
                self._send(self._host_status())
            case Cancel():
                self._formats.clear()
                self._copies = min(self._copies, 1)
            case Keep(name, picture):
                self._kept[name] = picture
            case Format():
                self._formats.append(command)
            case Abort():
                self._unknown += 1

    def _run(self, commands: Format) -> None:
        at, copies = (0, 0), 1
        canvas = Image.new("1", (MAX_WIDTH, LONGEST), 0)
        used = drawn = 0
        for code, text in commands.commands:
            parts = text.split(",")
            match code:
                case "FO":
                    at = (int(parts[0] or 0), int(parts[1] or 0))
                case "XG" if parts[0] in self._kept:
                    canvas.paste(self._kept[parts[0]], at)
                    used, drawn = max(used, at[1] + self._kept[parts[0]].height), drawn + 1
                case "GF" if commands.drawn:
                    canvas.paste(commands.drawn[0], at)
                    used, drawn = max(used, at[1] + commands.drawn[0].height), drawn + 1
                case "ID":
                    self._kept.pop(parts[0], None)
                case "MM":
                    self._mode = text[:1]
                case "PW":
                    self._width = min(int(text), MAX_WIDTH)
                case "LL":
                    self._length = int(text)
                case "JZ":
                    self._reprints = text != "N"
                case "PQ":
                    copies = int(parts[0])
                case "MN" | "LH" | "FS" | "CI" | "PO" | "LS":
                    pass
                case _:
                    self._unknown += 1
        if drawn:
            ticket = canvas.crop((0, 0, MAX_WIDTH, self._length or used))
            ticket.paste(0, (self._width, 0, MAX_WIDTH, ticket.height))
            self._copies = copies
            self._print(ticket)

    def _host_status(self) -> bytes:
        inside = self._inside
        flags = {
            "paper": inside.out_of_paper,
            "head": inside.cover_open,
            "ribbon": inside.error == "ribbon",
            "hot": inside.error == "overheated",
        }
        if self._mute and any(flags.values()):
            return b""
        one = {name: int(is_so) for name, is_so in flags.items()}
        paused = int(self._paused or bool(inside.error and not (flags["ribbon"] or flags["hot"])))
        formats, partial = len(self._formats), int(self._parser.partial)
        waits = int(self._peeling and bool(inside.mouth))
        mode = PRINT_MODES.get(self._mode, 0)
        first = f"030,{one['paper']},{paused},{self._length:04d},{formats:03d},0,0,{partial},000,0,0,{one['hot']}"
        second = f"000,0,{one['head']},{one['ribbon']},0,{mode},0,{waits},{self._copies:08d},1,{len(self._kept):03d}"
        lines = (first, second, "1234,0")
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in lines)
