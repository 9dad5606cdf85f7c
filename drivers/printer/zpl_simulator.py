"""A simulated ZPL printer for ticket stock: formats in, pictures of tickets out, a host status when it is asked.

Like real ones it prints a ticket again on which the paper ended, until ^JZN tells it not to, and newer ones (`mute`)
send no status at all while paper or ribbon is missing, the head is up or too hot.
"""

import math
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from drivers.printer import MAX_WIDTH
from drivers.printer.mechanism import Mechanism
from drivers.printer.zpl_stream import Abort, Ask, Cancel, Command, Format, Keep, Parser
from drivers.simulation import Send

PRINT_MODES = {"P": 1, "T": 2, "C": 3}
"""^MM as the host status tells it."""
LONGEST = 16_000
"""Dots."""


class ZplSimulator:
    """One printer; Mechanism says what its first four arguments mean.

    Commands of `do`: those of Mechanism's hands, power_cycle, pause and resume. In peel mode a printed ticket waits
    in the mouth until `take`.
    """

    def __init__(
        self,
        *,
        pictures: Path,
        paper_mm: float = 80_000,
        mm_per_second: float = math.inf,
        mute: bool = False,
    ) -> None:
        self._inside = Mechanism(
            pictures=pictures, paper_mm=paper_mm, mm_per_second=mm_per_second, presenter=True, changed=lambda: None
        )
        self._mute = mute
        self._send: Send = lambda _: None
        self._paused = False
        self._unknown = 0
        self._restart()

    def _restart(self) -> None:
        self._parser = Parser()
        self._kept: dict[str, Image.Image] = {}
        self._formats: deque[Format] = deque()
        self._ticket: list[bytes] = []
        self._to_print: deque[bytes] = deque()
        self._copies = 0
        self._mode = "T"
        self._width = MAX_WIDTH
        self._length = 0
        self._reprints = True

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if self._inside.dead:
            return
        self._parser.feed(data)
        for command in self._parser.take():
            self._obey(command)
        self._work()

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._inside.pass_time(now, busy=bool(self._to_print))
        if not self._inside.dead:
            self._work()

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See Simulator.do."""
        known: dict[str, Callable[..., None]] = {
            **self._inside.hands,
            "power_cycle": self._power_cycle,
            "pause": lambda: self._pause(paused=True),
            "resume": lambda: self._pause(paused=False),
        }
        if command not in known:
            raise ValueError(f"a printer can {', '.join(known)}, not {command}")
        known[command](**arguments)
        self._look_at_trouble()
        self._work()
        return {}

    def state(self) -> dict[str, Any]:
        """See Simulator.state. `waiting` bytes and formats are not obeyed yet."""
        return {
            **self._inside.state(),
            "waiting": len(self._parser) + len(self._formats) + len(self._to_print),
            "pictures": len(self._kept),
            "unknown": self._unknown,
        }

    def _power_cycle(self) -> None:
        self._inside.restart()
        self._restart()

    def _pause(self, *, paused: bool) -> None:
        self._paused = paused

    @property
    def _able(self) -> bool:
        return self._inside.online and not self._paused

    def _work(self) -> None:
        while self._able and (not self._to_print or self._inside.may_print):
            if self._to_print:
                self._inside.print_row(self._to_print.popleft())
                self._look_at_trouble()
                if self._inside.online and not self._to_print:
                    self._finish()
            elif self._formats and not (self._formats[0].draws and self._mode == "P" and self._inside.mouth):
                self._run(self._formats.popleft())
            else:
                return

    def _look_at_trouble(self) -> None:
        """A ticket on which something went wrong is thrown away; it begins anew when the printer may reprint."""
        if self._to_print and not self._inside.online and not self._inside.dead:
            self._inside.tear()
            self._to_print = deque(self._ticket) if self._reprints else deque()
            self._copies = self._copies if self._reprints else 0

    def _finish(self) -> None:
        self._inside.cut()
        if self._mode == "P":
            self._inside.present()
        else:
            self._inside.fall()
        self._copies -= 1
        if self._copies > 0:
            self._to_print = deque(self._ticket)

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
            bits, across = ticket.tobytes(), MAX_WIDTH // 8
            self._ticket = [bits[first : first + across] for first in range(0, len(bits), across)]
            self._to_print, self._copies = deque(self._ticket), copies

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
        waits = int(self._mode == "P" and bool(inside.mouth))
        mode = PRINT_MODES.get(self._mode, 0)
        first = f"030,{one['paper']},{paused},{self._length:04d},{formats:03d},0,0,{partial},000,0,0,{one['hot']}"
        second = f"000,0,{one['head']},{one['ribbon']},0,{mode},0,{waits},{self._copies:08d},1,{len(self._kept):03d}"
        lines = (first, second, "1234,0")
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in lines)
