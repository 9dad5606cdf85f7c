"""A real centre in a thread of the test, served with its own TLS."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import uvicorn

from sync.server.app import create_app
from sync.server.centre import Centre
from sync.server.listening import ListeningServer, listener_at
from sync.server.settings import Settings, utc_now
from sync.server.setup import initialise
from sync.server.tls import ServerTls
from tests.sync.server.support import small_timetable


@contextmanager
def centre_over_tls(directory: Path, clock: Callable[[], datetime] = utc_now) -> Iterator[tuple[str, Centre]]:
    """Set up a centre and serve it; answers its URL and itself."""
    initialise(directory, small_timetable(), clock=clock)
    tls = ServerTls(directory, clock)
    app = create_app(Settings(directory=directory, clock=clock, upkeep_seconds=0, tls=tls))
    with listener_at("127.0.0.1", 0) as listener:
        config = uvicorn.Config(
            app, access_log=False, log_level="critical", lifespan="on", ssl_context_factory=lambda *_: tls.context
        )
        ready = threading.Event()
        server = ListeningServer(config, ready.set, app.state.waiting.end)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(10)
            yield f"https://127.0.0.1:{listener.getsockname()[1]}", app.state.centre
        finally:
            server.should_exit = True
            thread.join(10)
