"""A PostgreSQL of one's own for a while: made from the machine's programs in a temporary folder, gone afterwards.

Used by the benchmarks and by the tests. It listens on a Unix socket in its own folder and on no port, so that any
number of them live side by side; as root it runs as an unprivileged user, because PostgreSQL refuses root. It dies
with whoever started it, also when that is killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg

from tickets.errors import EnvironmentFault

_PROGRAMS: Final = Path("/usr/lib/postgresql")
_USERS: Final = ("postgres", "nobody")
_PATIENCE_S: Final = 30.0
_TURN_S: Final = 0.02
OWNER: Final = "waystation"
"""The database role that owns everything in it; it needs no password on its socket."""


class Cluster:
    """A running PostgreSQL. Closed with `close`, or by leaving it as a context: nothing of it is left."""

    def __init__(self, *, durable: bool = False) -> None:
        """Make and start one. `durable` waits for the disk as a real one does; without it a power cut would ruin it,
        which tests of anything else need not care about. EnvironmentFault when PostgreSQL is not installed.
        """
        self._programs = programs()
        self._as_user = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="waystation-pg-"))
        self._durable = durable
        self._server: subprocess.Popen[bytes] | None = None
        try:
            if self._as_user:
                shutil.chown(self.folder, self._as_user)
            self._run(
                *("initdb", "--pgdata", str(self._data), "--username", OWNER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
            )
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        """The URL of the database that every cluster has; see `create` for others."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The URL of a database of this cluster, as `waystation centre --database` takes it."""
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database, empty or a copy of `template` (to which nobody may be connected); its URL."""
        self._ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it; nothing happens when it is not there."""
        self._ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = (self.folder / "log").open("ab")
        with log:
            self._server = subprocess.Popen(
                self._command(
                    *("postgres", "-D", str(self._data), "-k", str(self.folder), "-c", "listen_addresses="),
                    *("-c", f"fsync={'on' if self._durable else 'off'}", "-c", "max_connections=100"),
                    *("-c", "shared_buffers=64MB", "-c", "autovacuum_naptime=10s", "-c", "logging_collector=off"),
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
            )
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > until or self._server.poll() is not None:
                    said = (self.folder / "log").read_text("utf-8", "replace")[-2000:]
                    raise EnvironmentFault("PostgreSQL did not start", said) from error
            time.sleep(_TURN_S)

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server and wait for its end: at once and rudely, or (`kill`) as a power cut of its process would."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGKILL if kill else signal.SIGQUIT)
        self._server.wait(_PATIENCE_S)
        self._server = None

    def close(self) -> None:
        """Stop it and remove all of it."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """The cluster itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _ask(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode("utf-8"))

    def _command(self, program: str, *arguments: str) -> list[str]:
        given = [str(self._programs / program), *arguments]
        user = self._as_user
        become = ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"] if user else []
        return ["setpriv", *become, "--pdeathsig", "QUIT", *given]

    def _run(self, *command: str) -> None:
        done = subprocess.run(self._command(*command), capture_output=True, text=True, cwd="/", check=False)
        if done.returncode != 0:
            raise EnvironmentFault("a PostgreSQL database cannot be made here", done.stderr.strip()[-2000:])


def programs() -> Path:
    """Where this machine's newest PostgreSQL is. EnvironmentFault when it has none."""
    found = sorted(_PROGRAMS.glob("*/bin/postgres"), key=lambda each: int(each.parts[-3]))
    if not found:
        raise EnvironmentFault("PostgreSQL is not installed", "install Debian's package: apt-get install postgresql")
    return found[-1].parent


def _unprivileged() -> str | None:
    """Whom to become: nobody else unless this is root."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in _USERS if name in known)
