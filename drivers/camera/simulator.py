"""A simulated network camera: MJPEG over HTTP of a scene into which pictures are held, worked through a control socket.

The socket speaks the same JSON lines as that of the other simulated devices (see drivers/simulation.py).
"""

import contextlib
import io
import json
import random
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from PIL import Image

from drivers.camera.simulated_scene import Held, Scene
from drivers.simulation import LINE_FAULTS, make_room, tcp_place

BOUNDARY = "frame"
JPEG_QUALITY = 85
COMMANDS = "show, hide, freeze, black, unplug, replug, line"


class CameraSimulator:
    """Serves `http://HOST:PORT/stream.mjpg` (`address`; port 0 picks one) until it is closed.

    `do`: show(picture=path, hold_seconds=None, scale, tilt, swing, turn, blur, bright, x, y: see `Held`), hide,
    freeze(on=True), black(on=True), unplug, replug, line(fault): silent and deaf send no frames any more, garbage sends
    noise for JPEG, half breaks off in the middle of a frame.
    """

    def __init__(
        self, listen: str = "tcp:127.0.0.1:0", *, control: Path | None = None, fps: float = 15, seed: int = 1
    ) -> None:
        host, port = tcp_place(listen)
        self._lock = threading.RLock()
        self._scene = Scene(seed)
        self._random = random.Random(seed)  # noqa: S311 - noise on a line
        self._period = 1 / fps
        self._showing: str | None = None
        self._hide_at: float | None = None
        self._frozen: bytes | None = None
        self._black = False
        self._plugged = True
        self._fault = "ok"
        self._frames = 0
        self._viewers = 0
        self._stop = threading.Event()
        self._http = _server(self, host, port)
        self.address = f"http://{host}:{self._http.server_address[1]}/stream.mjpg"
        self._servers: list[socketserver.BaseServer] = [self._http]
        if control:
            try:
                make_room(control, control.is_socket())
                self._servers.append(_control(self, control))
            except OSError:
                self._http.server_close()
                raise
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work the camera by hand. See the class."""
        with self._lock:
            match command:
                case "state":
                    pass
                case "show":
                    self._show(**arguments)
                case "hide":
                    self._hide()
                case "freeze":
                    self._frozen = self._jpeg() if arguments.get("on", True) else None
                case "black":
                    self._black = bool(arguments.get("on", True))
                case "unplug" | "replug":
                    self._plugged = command == "replug"
                case "line":
                    if arguments.get("fault") not in LINE_FAULTS:
                        raise ValueError(f"fault must be one of {', '.join(LINE_FAULTS)}")
                    self._fault = arguments["fault"]
                case _:
                    raise ValueError(f"A camera does {COMMANDS}, not {command!r}")
        return {}

    def state(self) -> dict[str, Any]:
        """Return what is held up and what is wrong; `frames` counts those sent, `viewers` the open streams."""
        with self._lock:
            self._let_go()
            return {
                "showing": self._showing,
                "frozen": self._frozen is not None,
                "black": self._black,
                "plugged": self._plugged,
                "fault": self._fault,
                "frames": self._frames,
                "viewers": self._viewers,
            }

    def close(self) -> None:
        """Take the camera off the network."""
        self._stop.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serve(self, out: io.BufferedIOBase) -> None:
        """Send frames to one viewer until it leaves, the camera is unplugged or closed."""
        with self._lock:
            self._viewers += 1
        try:
            due = time.monotonic()
            while not self._stop.wait(max(0.0, due - time.monotonic())):
                due = max(due + self._period, time.monotonic())
                with self._lock:
                    if not self._plugged:
                        return
                    fault, jpeg = self._fault, self._next()
                if fault in ("silent", "deaf"):
                    continue
                if fault == "garbage":
                    jpeg = self._random.randbytes(len(jpeg))
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                if fault == "half":
                    out.write(head.encode() + jpeg[: len(jpeg) // 2])
                    return
                out.write(head.encode() + jpeg + b"\r\n")
        finally:
            with self._lock:
                self._viewers -= 1

    @property
    def plugged(self) -> bool:
        """Whether the camera answers at all."""
        return self._plugged

    def _show(self, picture: str, hold_seconds: float | None = None, **how: float) -> None:
        try:
            self._scene.show(Held(picture=Path(picture), **how))
        except OSError as error:
            raise ValueError(f"{picture} cannot be shown ({error})") from error
        self._showing = str(picture)
        self._hide_at = None if hold_seconds is None else time.monotonic() + hold_seconds

    def _hide(self) -> None:
        self._scene.hide()
        self._showing = self._hide_at = None

    def _let_go(self) -> None:
        if self._hide_at is not None and time.monotonic() >= self._hide_at:
            self._hide()

    def _next(self) -> bytes:
        self._let_go()
        self._frames += 1
        return self._frozen or self._jpeg()

    def _jpeg(self) -> bytes:
        image = Image.fromarray(self._scene.black() if self._black else self._scene.frame())
        data = io.BytesIO()
        image.save(data, "JPEG", quality=JPEG_QUALITY)
        return data.getvalue()


def _server(camera: CameraSimulator, host: str, port: int) -> ThreadingHTTPServer:
    class Viewer(BaseHTTPRequestHandler):
        """One connection; an unplugged camera hangs up without a word."""

        timeout = 2

        def handle(self) -> None:
            if camera.plugged:
                with contextlib.suppress(OSError):
                    super().handle()

        def do_GET(self) -> None:
            if self.path != "/stream.mjpg":
                self.send_error(404, "The picture is at /stream.mjpg")
                return
            self.send_response(200)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            camera.serve(self.wfile)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        """Waits for its viewers when it is closed."""

        daemon_threads = False
        request_queue_size = 16

    return Server((host, port), Viewer)


def _control(camera: CameraSimulator, path: Path) -> socketserver.ThreadingUnixStreamServer:
    class Caller(socketserver.StreamRequestHandler):
        """One caller: a JSON line in, a JSON line out."""

        def handle(self) -> None:
            for line in self.rfile:
                try:
                    asked = json.loads(line)
                    answer = {"ok": True, **camera.do(asked.pop("do"), **asked), "state": camera.state()}
                except (ValueError, TypeError, KeyError) as error:
                    answer = {"ok": False, "why": str(error)}
                with contextlib.suppress(OSError):
                    self.wfile.write(json.dumps(answer).encode() + b"\n")

    class Server(socketserver.ThreadingUnixStreamServer):
        """Does not wait for callers who stay connected."""

        daemon_threads = True

    return Server(str(path), Caller)
