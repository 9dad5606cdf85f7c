"""What this process tells systemd over NOTIFY_SOCKET: that it is ready, lives, and stops (sd_notify(3)).

Without the variable, as anywhere but under systemd, nothing is sent.
"""

import os
import socket
from collections.abc import Mapping

MOST_STATUS = 200


class SdNotify:
    """Sends state to the service manager. Never raises and never waits: nothing here depends on systemd."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # a leading @ stands for the NUL byte with which Linux's abstract addresses begin
        self._address = f"\0{address[1:]}" if address.startswith("@") else address if address.startswith("/") else ""
        self.watchdog_seconds = _watchdog_seconds(environment)
        """How long systemd waits for a sign of life before it ends this process; 0.0: it does not wait for any."""

    def ready(self) -> None:
        """The service can be used."""
        self._send("READY=1")

    def alive(self) -> None:
        """The service works: the watchdog starts anew."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The service is about to end by its own will."""
        self._send("STOPPING=1")

    def status(self, what: str) -> None:
        """One line for `systemctl status`."""
        line = " ".join(what.split())[:MOST_STATUS]
        self._send(f"STATUS={line}")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            ) as sender:
                sender.sendto(state.encode(), self._address)
        except OSError:
            return  # a service manager that does not listen loses a sign of life, and acts as it was told to


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    """WATCHDOG_USEC, if it is meant for this process (sd_watchdog_enabled(3))."""
    microseconds, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not (microseconds.isascii() and microseconds.isdecimal()) or process not in ("", str(os.getpid())):
        return 0.0
    return int(microseconds) / 1e6
