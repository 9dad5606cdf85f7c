"""Runs a simulated device on a PTY or a TCP port, logs every byte, and lets a person or a test work it by hand.

A simulator is an object that is fed the host's bytes and sends its own; everything around it is here:
the port, the byte log, the control socket (JSON lines), the timer, and line faults that any device can have.
"""

import contextlib
import errno
import json
import os
import pty
import random
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

Send = Callable[[bytes], None]


class Simulator(Protocol):
    """A simulated device: true state inside, bytes outside. `tick` is called at least every 20 ms."""

    def attach(self, send: Send) -> None:
        """Take the function that sends bytes to the host. Called once, before anything else."""

    def feed(self, data: bytes) -> None:
        """Take bytes from the host."""

    def tick(self, now: float) -> None:
        """Let device time pass; `now` is time.monotonic()."""

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work the device by hand (insert a bill). Unknown command: raise ValueError naming the known ones."""

    def state(self) -> dict[str, Any]:
        """Return the true state, JSON-ready."""


@runtime_checkable
class Dialled(Protocol):
    """A simulated device that knows of its TCP connection, beside being a Simulator."""

    def on_line(self, hang_up: Callable[[], None]) -> None:
        """A host has connected; `hang_up` closes this connection from the device's side."""


LONGEST_SOCKET_PATH = 107
"""The longest path of a UNIX socket, in bytes."""

LINE_FAULTS = ("ok", "silent", "garbage", "half", "deaf")


def tcp_place(listen: str) -> tuple[str, int]:
    """Return host and port of `tcp:HOST:PORT`. ValueError when it is none."""
    host, _, port = listen.removeprefix("tcp:").rpartition(":")
    if not listen.startswith("tcp:") or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"a device listens on tcp:HOST:PORT with a port of at most 65535, not on {listen!r}")
    return host, int(port)


def make_room(path: Path, ours: bool, longest: int = LONGEST_SOCKET_PATH) -> None:
    """Remove what an earlier run left at `path`. FileExistsError when something else is there: that stays.

    OSError when the path has more than `longest` bytes.
    """
    if ours:
        path.unlink()
    elif path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    if len(os.fsencode(path)) > longest:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(path))


class Station:
    """One simulated device on one port, served by a thread of its own.

    `listen` is `pty:PATH` (PATH becomes a link to the terminal) or `tcp:HOST:PORT` (0 picks a port; `address` tells).
    `log` gets a JSON line per transfer: {"at": wall seconds, "way": "in" from host | "out" to host, "hex": bytes}.
    `control` is the path of a UNIX socket: one JSON object per line, {"do": NAME, …arguments}; the answer is a
    JSON line {"ok": bool, "state": {…}, …}. Known to every device: `state`, and `line` with `fault` one of LINE_FAULTS
    (silent: answers are lost; garbage: answers become noise; half: answers are cut in the middle; deaf: input is lost).
    """

    def __init__(self, device: Simulator, listen: str, *, log: Path | None = None, control: Path | None = None) -> None:
        self.device = device
        self.fault = "ok"
        self._lock = threading.RLock()
        self._log = log.open("a", buffering=1) if log else None
        self._random = random.Random(7)  # noqa: S311 - noise on a line
        self._stop_read, self._stop_write = os.pipe()
        self._client: int | socket.socket | None = None
        self._listener: socket.socket | None = None
        self._slave: int | None = None
        self._link: Path | None = None
        self._control: socket.socket | None = None
        try:
            self._open(listen, control)
        except BaseException:
            self._release()
            raise
        device.attach(self._send)
        self._threads = [threading.Thread(target=self._serve, name="device", daemon=True)]
        if control:
            self._threads.append(threading.Thread(target=self._serve_control, name="control", daemon=True))
        for thread in self._threads:
            thread.start()

    def _open(self, listen: str, control: Path | None) -> None:
        """Take the port and the control socket. ValueError when `listen` is no place, OSError when it cannot be."""
        kind, _, place = listen.partition(":")
        if kind == "pty":
            master, self._slave = pty.openpty()
            tty.setraw(master)
            tty.setraw(self._slave)
            os.set_blocking(master, False)
            self._client = master
            link = Path(place)
            make_room(link, link.is_symlink(), longest=4095)
            link.symlink_to(os.ttyname(self._slave))
            self._link = link
            self.address = place
        elif kind == "tcp":
            host, port = tcp_place(listen)
            self._listener = socket.create_server((host, port))
            self.address = f"tcp:{host}:{self._listener.getsockname()[1]}"
        else:
            raise ValueError(f"listen must be pty:PATH or tcp:HOST:PORT, not {listen!r}")
        if control:
            make_room(control, control.is_socket())
            self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._control.bind(str(control))
            self._control.listen(4)

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work the device from this process, as the control socket would."""
        with self._lock:
            if command == "state":
                return {}
            if command == "line":
                if arguments.get("fault") not in LINE_FAULTS:
                    raise ValueError(f"fault must be one of {', '.join(LINE_FAULTS)}")
                self.fault = arguments["fault"]
                return {}
            return self.device.do(command, **arguments)

    def state(self) -> dict[str, Any]:
        """Return the device's true state."""
        with self._lock:
            return self.device.state()

    def drop(self) -> None:
        """Cut the host's TCP connection, as a pulled cable would be noticed."""
        with self._lock:
            if isinstance(self._client, socket.socket):
                with contextlib.suppress(OSError):
                    self._client.shutdown(socket.SHUT_RDWR)  # the serving thread sees the end and closes it

    def close(self) -> None:
        """Take the device off its port."""
        os.write(self._stop_write, b"x")
        if self._control:
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(timeout=2)
        self._release()

    def _release(self) -> None:
        with self._lock:
            self._disconnect()
            if isinstance(self._client, int):
                os.close(self._client)
                self._client = None
        if self._slave is not None:
            os.close(self._slave)
            self._slave = None
        for taken in (self._listener, self._control):
            if taken:
                taken.close()
        if self._link:
            self._link.unlink(missing_ok=True)
        for end in (self._stop_read, self._stop_write):
            os.close(end)
        if self._log:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_log(self, way: str, data: bytes) -> None:
        if self._log:
            self._log.write(json.dumps({"at": round(time.time(), 4), "way": way, "hex": data.hex()}) + "\n")

    def _send(self, data: bytes) -> None:
        if self.fault == "silent" or not data:
            return
        if self.fault == "garbage":
            data = self._random.randbytes(len(data))
        elif self.fault == "half":
            data = data[: max(1, len(data) // 2)]
        client = self._client
        if client is None:
            return
        self._write_log("out", data)
        with contextlib.suppress(OSError):
            if isinstance(client, socket.socket):
                client.sendall(data)
            else:
                view = memoryview(data)
                until = time.monotonic() + 2
                while view and time.monotonic() < until:
                    try:
                        view = view[os.write(client, view) :]
                    except BlockingIOError:
                        select.select([], [client], [], 0.05)

    def _disconnect(self) -> None:
        if isinstance(self._client, socket.socket):
            self._client.close()
            self._client = None

    def _serve(self) -> None:
        while True:
            watched: list[Any] = [self._stop_read]
            if self._client is not None:
                watched.append(self._client)
            if self._listener:
                watched.append(self._listener)
            ready, _, _ = select.select(watched, [], [], 0.02)
            if self._stop_read in ready:
                return
            with self._lock:
                if self._listener and self._listener in ready:
                    self._disconnect()
                    self._client, _ = self._listener.accept()
                    self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    if isinstance(self.device, Dialled):
                        self.device.on_line(self.drop)
                elif self._client is not None and self._client in ready:
                    self._receive()
                self.device.tick(time.monotonic())

    def _receive(self) -> None:
        try:
            data = (
                self._client.recv(65536)
                if isinstance(self._client, socket.socket)
                else os.read(self._client or 0, 65536)
            )
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._disconnect()
            return
        self._write_log("in", data)
        if self.fault != "deaf":
            self.device.feed(data)

    def _serve_control(self) -> None:
        assert self._control is not None
        while True:
            try:
                caller, _ = self._control.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, caller.makefile("rwb") as lines:
            for line in lines:
                try:
                    asked = json.loads(line)
                    answer = {"ok": True, **self.do(asked.pop("do"), **asked), "state": self.state()}
                except (ValueError, TypeError, KeyError) as error:
                    answer = {"ok": False, "why": str(error)}
                try:
                    lines.write(json.dumps(answer).encode() + b"\n")
                    lines.flush()
                except OSError:
                    return


class Control:
    """The other end of a control socket, for another process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work the device; returns its answer. Raises ValueError when it says no, OSError when it is not there."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(10)
            caller.connect(str(self.path))
            with caller.makefile("rwb") as lines:
                lines.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
                lines.flush()
                said = lines.readline()
        if not said:
            raise ConnectionResetError(f"{self.path.name} ended before it answered")
        answer: dict[str, Any] = json.loads(said)
        if not answer["ok"]:
            raise ValueError(answer["why"])
        return answer

    def state(self) -> dict[str, Any]:
        """Return the device's true state."""
        state: dict[str, Any] = self.do("state")["state"]
        return state
