"""A file that is replaced as a whole: what simulated devices remember without power."""

import json
import os
from pathlib import Path
from typing import Any


def keep(path: Path, content: dict[str, Any]) -> None:
    """Put `content` in the file's place; when this returns it has reached the disk. Raises OSError."""
    new = path.with_name(path.name + ".new")
    with new.open("w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def kept_in(path: Path) -> Any:
    """Return the content. Raises OSError, and ValueError when it is no JSON."""
    return json.loads(path.read_text())
