"""The hand that works a simulated device from another process."""

import socket
import threading
from pathlib import Path

import pytest

from drivers.simulation import Control


def test_a_device_that_ends_before_it_answers_is_gone(tmp_path: Path) -> None:
    """It was killed in the middle of an order: the caller hears of a lost connection, not of an unreadable answer."""
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(1)

        def dies() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.recv(100)

        thread = threading.Thread(target=dies)
        thread.start()
        with pytest.raises(ConnectionResetError, match="control ended before it answered"):
            Control(path).do("state")
        thread.join()
