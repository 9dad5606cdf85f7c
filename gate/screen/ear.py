"""The display's end: a socket in the terminal's directory, of which there is one at a time."""

import fcntl
import os
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gate.screen.message import LONGEST, Message, decode, socket_path
from sync.lan.near_socket import short_address
from tickets.errors import EnvironmentFault, Malformed


class Ear:
    """Hears what the gate sends. A display that died leaves its socket's name behind; the next one takes it over."""

    def __init__(
        self, directory: Path, name: str = "display", *, on_malformed: Callable[[Malformed], None] = lambda _: None
    ) -> None:
        """Raises EnvironmentFault when another display of this name listens, or the directory cannot be used."""
        self._path = socket_path(directory, name)
        self._on_malformed = on_malformed
        try:
            self._lock = os.open(directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        except OSError as error:
            raise EnvironmentFault(
                f"The terminal's directory {directory} cannot be used: {error.strerror}",
                "Enrol the terminal first, and start the display as a user of its group.",
            ) from error
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path.unlink(missing_ok=True)
            with short_address(self._path) as address:
                self._socket.bind(address)
        except BlockingIOError as error:
            self._release()
            raise EnvironmentFault(
                "Another display runs here for the same lane and way", "End that one first."
            ) from error
        except OSError as error:
            self._release()
            raise EnvironmentFault(
                f"The display cannot listen at {self._path}: {error.strerror or error}",
                "Give the terminal a directory in which this user may write.",
            ) from error
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop listening, and take the name away."""
        self._path.unlink(missing_ok=True)
        self._release()

    def fileno(self) -> int:
        """For whoever waits until there is something to hear."""
        return self._socket.fileno()

    def heard(self) -> list[Message]:
        """Return all that has come since the last call, oldest first; does not wait."""
        messages: list[Message] = []
        while True:
            try:
                datagram = self._socket.recv(LONGEST)
            except BlockingIOError:
                return messages
            try:
                messages.append(decode(datagram))
            except Malformed as malformed:
                self._on_malformed(malformed)

    def _release(self) -> None:
        self._socket.close()
        os.close(self._lock)
