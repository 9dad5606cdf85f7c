"""Where a cashier's command reaches a till that is running: a UNIX socket beside its stores, JSON lines both ways.

A request is {"do": NAME, …}, an answer {"ok": true, …} or {"ok": false, "what": …, "hint": …}. Who may open the socket
is the directory's business; who may act is the badge's. One request a line; a connection may send several.
"""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from sync.lan.near_socket import short_address
from tickets.errors import Fault

NAME = "till.sock"
LONGEST_LINE = 8192
PATIENCE = 30.0
"""Seconds that either side waits for the other; printing a slip is the longest that it takes."""

Answer = Callable[[Mapping[str, object]], Mapping[str, object]]
"""Does what a request asks for. Raises a Fault for what cannot be done."""


class Hatch:
    """Serves one till. `answer` is called on a thread of the hatch, one request after the other."""

    def __init__(self, directory: Path, answer: Answer) -> None:
        """Raises OSError when the socket cannot be made. What an earlier process left there is taken away."""
        self._path = directory / NAME
        self._answer = answer
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with short_address(self._path) as address:
            self._socket.bind(address)
        os.chmod(self._path, 0o660)  # noqa: PTH101  a socket, not a file
        self._socket.listen(4)
        self._thread = threading.Thread(target=self._serve, name="hatch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more requests."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)
        self._thread.join(timeout=1)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller, contextlib.suppress(OSError):  # whoever went away gets no answer
                caller.settimeout(PATIENCE)
                self._talk(caller)

    def _talk(self, caller: socket.socket) -> None:
        with caller.makefile("rwb") as lines:
            while line := lines.readline(LONGEST_LINE):
                lines.write(json.dumps(self._answered(line), ensure_ascii=False).encode() + b"\n")
                lines.flush()

    def _answered(self, line: bytes) -> Mapping[str, object]:
        try:
            asked = json.loads(line)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return _no("This is not a request to a till", "Send one JSON object a line.")
        try:
            return {"ok": True, **self._answer(asked)}
        except Fault as fault:
            return _no(fault.what, fault.hint)


def _no(what: str, hint: str) -> Mapping[str, object]:
    return {"ok": False, "what": what, "hint": hint}
