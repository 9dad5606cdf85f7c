"""A line with weather, as a process of its own: it delays, slices, cuts, swallows and refuses what crosses it.

`python -m tests.chaos.weather --to HOST:PORT --control PATH --seed N` prints {"ready": true, "address": "HOST:PORT"}.
The control socket takes one JSON object per line and answers {"ok": true, "state": {what happened so far}}:
{"do": "weather", "delay_ms": 0, "slice": 0, "cut_after": 0, "swallow": "", "refuse": false}, each of which may be left
out, and {"do": "state"}.
"""

import argparse
import asyncio
import contextlib
import json
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

Way = Literal["up", "down"]
AT_ONCE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What the line does to every connection. All zero is fine weather.

    `delay_ms` is the longest that a piece is kept back; `slice` the most bytes that go on at once; `cut_after` the
    most bytes of a connection before it breaks off (where exactly is drawn); `swallow` the way ("up", "down" or "both")
    on which everything vanishes while the connection stays open; `refuse` closes the door itself.
    """

    delay_ms: int = 0
    slice: int = 0
    cut_after: int = 0
    swallow: str = ""
    refuse: bool = False

    def swallows(self, way: Way) -> bool:
        return self.swallow in (way, "both")


class WeatheredLine:
    """Forwards connections to one place through the weather of the moment."""

    def __init__(self, host: str, port: int, random: Random) -> None:
        self._to = (host, port)
        self._random = random
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.weather = Weather()
        self.happened: Counter[str] = Counter()
        self.port = 0

    async def opens(self) -> None:
        """Listen, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def turns(self, weather: Weather) -> None:
        """Let the weather be another. Refusing, and the end of swallowing, break what is open."""
        clears = self.weather.swallow and not weather.swallow
        self.weather = weather
        if weather.refuse or clears:
            self._breaks_all()
        if weather.refuse and self._server is not None:
            self._server.close()
            self._server = None
            self.happened["refused"] += 1
        elif not weather.refuse:
            await self.opens()

    def _breaks_all(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._to)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        weather = self.weather
        left = [self._random.randint(1, weather.cut_after) if weather.cut_after else -1]
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, "up", left), self._pump(far_reader, writer, "down", left)
            )
        finally:
            for each in (writer, far_writer):
                self._open.discard(each)
                each.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way, left: list[int]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(AT_ONCE):
                for piece in self._pieces(data):
                    if not await self._passes(piece, writer, way, left):
                        writer.transport.abort()
                        return
        writer.transport.abort()

    def _pieces(self, data: bytes) -> list[bytes]:
        most = self.weather.slice
        if not most or len(data) <= most:
            return [data]
        self.happened["sliced"] += 1
        size = max(most, len(data) // 200)
        return [data[at : at + size] for at in range(0, len(data), size)]

    async def _passes(self, piece: bytes, writer: asyncio.StreamWriter, way: Way, left: list[int]) -> bool:
        weather = self.weather
        if weather.delay_ms:
            self.happened["delayed"] += 1
            await asyncio.sleep(self._random.uniform(0, weather.delay_ms) / 1000)
        if weather.swallows(way):
            self.happened[f"swallowed {way}"] += 1
            return True
        if left[0] >= 0:
            piece, left[0] = piece[: left[0]], left[0] - len(piece)
        writer.write(piece)
        await writer.drain()
        if left[0] < 0 and weather.cut_after:
            self.happened["cut"] += 1
            return False
        return True


async def serve(line: WeatheredLine, control: Path) -> None:
    """Run the line and its control socket until SIGTERM."""
    await line.opens()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.readline():
            order = json.loads(asked)
            if order.pop("do") == "weather":
                await line.turns(Weather(**order))
            writer.write(json.dumps({"ok": True, "state": dict(line.happened)}).encode() + b"\n")
            await writer.drain()
        writer.close()

    control.unlink(missing_ok=True)
    async with await asyncio.start_unix_server(answer, control):
        print(json.dumps({"ready": True, "address": f"127.0.0.1:{line.port}"}), flush=True)
        await stop.wait()
        await line.turns(Weather(refuse=True))


def main() -> None:
    """Run the line as a process."""
    parser = argparse.ArgumentParser(description="A TCP line with weather.")
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--control", required=True, type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    host, _, port = arguments.to.rpartition(":")
    asyncio.run(serve(WeatheredLine(host, int(port), Random(arguments.seed)), arguments.control))


if __name__ == "__main__":
    main()
