"""A control socket for a process with windows: each order is carried out on the GUI's own thread.

One JSON object per line, {"do": …}; the answer is {"ok": true, "state": …}, or {"ok": false, "why": …}.
"""

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

Order = dict[str, Any]
ANSWER_SECONDS = 20


class Orders(QObject):
    """Hands orders from the socket's thread to the GUI's. Made on the GUI's thread."""

    asked = Signal(object, object)

    def __init__(self, carry_out: Callable[[Order], object]) -> None:
        """`carry_out` answers the state; ValueError and KeyError are answered as refusals."""
        super().__init__()
        self._carry_out = carry_out
        self.asked.connect(self._do, Qt.ConnectionType.QueuedConnection)

    def serve(self, path: Path) -> None:
        """Serve a socket at `path`, in a thread, as long as the process lives. It listens when this returns."""
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen(2)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            caller, _ = listener.accept()
            with caller, caller.makefile("rwb") as lines, contextlib.suppress(OSError):
                for line in lines:
                    lines.write(json.dumps(self._ask(json.loads(line))).encode() + b"\n")
                    lines.flush()

    def _ask(self, order: Order) -> Order:
        answer: queue.Queue[Order] = queue.Queue()
        self.asked.emit(order, answer)
        return answer.get(timeout=ANSWER_SECONDS)

    @Slot(object, object)
    def _do(self, order: Order, answer: "queue.Queue[Order]") -> None:
        try:
            answer.put({"ok": True, "state": self._carry_out(order)})
        except (ValueError, KeyError) as error:
            answer.put({"ok": False, "why": str(error)})
