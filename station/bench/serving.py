"""A centre's process for the benchmarks: it looks after nothing by itself, so that only what is asked is measured."""

import json
import sys
from pathlib import Path

from sync.server.run import serve

if __name__ == "__main__":
    serve(
        Path(sys.argv[1]),
        ready=lambda url: print(json.dumps({"ready": True, "url": url}), flush=True),
        upkeep_seconds=0,
    )
