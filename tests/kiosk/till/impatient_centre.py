"""A real centre process whose payment sandbox is silent for a tenth of a second where it is asked to be for five."""

import sys
import time
from pathlib import Path

import uvicorn

from sync.server.app import create_app
from sync.server.listening import ListeningServer, listener_at
from sync.server.settings import Settings

HURRY = 50


def serve_impatiently(directory: Path) -> None:
    """Serve the centre of `directory` on a free port until SIGTERM; its URL is said in one line once it answers."""
    with listener_at("127.0.0.1", 0) as listener:
        settings = Settings(directory=directory, upkeep_seconds=0, sleep=lambda seconds: time.sleep(seconds / HURRY))
        config = uvicorn.Config(create_app(settings), access_log=False, log_level="warning", lifespan="on")
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ListeningServer(config, lambda: print(url, flush=True)).run(sockets=[listener])


if __name__ == "__main__":
    serve_impatiently(Path(sys.argv[1]))
