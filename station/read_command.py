"""`waystation read IMAGE…`: the gate's camera pipeline on picture files."""

import json
import time
from pathlib import Path

from gate.camera import CodeReader


def read(files: list[Path]) -> int:
    """Print one JSON line per picture: {"file", "texts", "ms"}. Returns 2 when a file is no picture, otherwise 0."""
    reader = CodeReader()
    status = 0
    for file in files:
        start = time.perf_counter()
        line: dict[str, object] = {"file": str(file)}
        try:
            line["texts"] = reader.read_picture(file)
        except (OSError, ValueError) as error:
            line |= {"texts": [], "why": f"not a picture that can be read: {error}"}
            status = 2
        line["ms"] = round((time.perf_counter() - start) * 1000, 2)
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return status
