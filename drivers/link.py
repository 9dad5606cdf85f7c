"""Byte streams to devices: a serial port or a TCP connection, with the same three calls and the same faults."""

import select
import socket
import time
from typing import Protocol, Self

import serial

from drivers.faults import DeviceGone

MOST_DRAINED = 4096


class Link(Protocol):
    """A byte stream to one device. Every call raises DeviceGone when the stream is broken."""

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the line; returns when the operating system has taken it."""

    def read(self, timeout: float) -> bytes:
        """Return what has arrived, at most 4096 bytes, waiting at most `timeout` seconds; b"" when nothing did."""

    def close(self) -> None:
        """Release the port. Calling it again does nothing."""


class SerialLink:
    """A serial port (or a PTY) opened for this process alone, 8 data bits, no parity, 1 stop bit."""

    def __init__(self, path: str, baud: int) -> None:
        self._path = path
        try:
            self._port = serial.Serial(path, baud, timeout=0, write_timeout=5, exclusive=True)
        except (serial.SerialException, OSError) as error:
            raise DeviceGone(
                f"Port {path} cannot be opened ({error})", "Check the cable and the configured path."
            ) from error

    def write(self, data: bytes) -> None:
        """See Link.write."""
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from error

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        try:
            ready, _, _ = select.select([self._port.fileno()], [], [], max(0.0, timeout))
            return bytes(self._port.read(4096)) if ready else b""
        except (serial.SerialException, OSError, TypeError, ValueError) as error:
            raise self._gone(error) from error

    def close(self) -> None:
        """See Link.close."""
        self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _gone(self, error: Exception) -> DeviceGone:
        return DeviceGone(f"The device on {self._path} left ({error})", "Check its cable and its power.")


class TcpLink:
    """A TCP connection to a device, without Nagle's delay."""

    def __init__(self, host: str, port: int, connect_timeout: float = 2.0) -> None:
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), connect_timeout)
        except OSError as error:
            raise DeviceGone(
                f"Nothing answers at {self._name} ({error})", "Check its power, cable and address."
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(5)

    def write(self, data: bytes) -> None:
        """See Link.write."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._gone(str(error)) from error

    def read(self, timeout: float) -> bytes:
        """See Link.read."""
        try:
            ready, _, _ = select.select([self._socket], [], [], max(0.0, timeout))
            if not ready:
                return b""
            data = self._socket.recv(4096)
        except (OSError, ValueError) as error:
            raise self._gone(str(error)) from error
        if not data:
            raise self._gone("closed by the device")
        return data

    def close(self) -> None:
        """See Link.close."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _gone(self, why: str) -> DeviceGone:
        return DeviceGone(f"The connection to {self._name} broke ({why})", "Check its cable and its power.")


def open_link(address: str, baud: int = 9600) -> Link:
    """Open `tcp:HOST:PORT` or a serial path such as `/dev/ttyS0`. Raises DeviceGone."""
    if address.startswith("tcp:"):
        host, _, port = address.removeprefix("tcp:").rpartition(":")
        return TcpLink(host, int(port))
    return SerialLink(address, baud)


def drain(link: Link, quiet: float = 0.0, *, within: float = 0.1) -> bytes:
    """Read what is waiting on the line until `quiet` seconds pass without a byte, at most `within` seconds.

    Returns the last 4096 bytes of it at most: a line that never falls quiet must not fill the memory.
    """
    seen = b""
    until = time.monotonic() + within
    while time.monotonic() < until and (data := link.read(quiet)):
        seen = (seen + data)[-MOST_DRAINED:]
    return seen
