"""UNIX sockets in folders with long names: a socket's address holds 107 bytes, whatever the folder is called."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def short_address(path: Path) -> Iterator[str]:
    """An address for the socket at `path` that is always short enough to bind, connect or send to, good in the block.

    It goes through the open folder (`/proc/self/fd`, proc(5)). Raises OSError when there is no such folder.
    """
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
