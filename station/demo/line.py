"""The station's line to the centre, as a process of its own: a TCP forwarder that can be cut.

`python -m station.demo.line --to HOST:PORT --control PATH` prints {"ready": true, "address": "HOST:PORT"} and forwards.
The control socket takes one JSON object per line: {"do": "cut"}, {"do": "restore"}, {"do": "refuse", "texts":
["POST /x"]} (connections that send one of those texts are broken: a part of the service is out of order). Cutting
closes every connection and the listening port: the other side is as far away as with a pulled cable.
"""

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Sequence
from pathlib import Path


class Line:
    """Forwards connections to one place until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._refused: tuple[bytes, ...] = ()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def restore(self) -> None:
        """Listen, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Close everything, at once and without a goodbye."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()

    def refuse(self, texts: Sequence[str]) -> None:
        """Break every connection on which one of `texts` is sent to the other side; none of them stops that."""
        self._refused = tuple(text.encode() for text in texts)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._to)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, outward=True), self._pump(far_reader, writer, outward=False)
            )
        finally:
            for each in (writer, far_writer):
                self._open.discard(each)
                each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if outward and any(text in data for text in self._refused):
                    break
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


async def serve(line: Line, control: Path) -> None:
    """Run the line and its control socket until SIGTERM."""
    await line.restore()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.readline():
            order = json.loads(asked)
            match order["do"]:
                case "cut":
                    await line.cut()
                case "restore":
                    await line.restore()
                case "refuse":
                    line.refuse(order["texts"])
            writer.write(b'{"ok": true, "state": {}}\n')
            await writer.drain()
        writer.close()

    control.unlink(missing_ok=True)
    async with await asyncio.start_unix_server(answer, control):
        print(json.dumps({"ready": True, "address": f"127.0.0.1:{line.port}"}), flush=True)
        await stop.wait()
        await line.cut()


def main() -> None:
    """Run the line as a process."""
    parser = argparse.ArgumentParser(description="A TCP line that can be cut.")
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--control", required=True, type=Path)
    arguments = parser.parse_args()
    host, _, port = arguments.to.rpartition(":")
    asyncio.run(serve(Line(host, int(port)), arguments.control))


if __name__ == "__main__":
    main()
