"""The PostgreSQL that tests start is there when it says so, and gone without a trace afterwards."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from station.bench.cluster import Cluster


def test_a_database_of_ones_own_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_copy_has_what_its_template_had(postgres: Cluster) -> None:
    with psycopg.connect(postgres.create("one")) as connection:
        connection.execute("CREATE TABLE said (what text)")
    with psycopg.connect(postgres.create("two", "one")) as connection:
        assert connection.execute("SELECT count(*) FROM said").fetchone() == (0,)
    postgres.drop("one")
    postgres.drop("two")


def test_nothing_is_left_when_whoever_started_it_is_killed() -> None:
    program = (
        "import time; from station.bench.cluster import Cluster; print(Cluster().folder, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    folder = Path(child.stdout.readline().strip())
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    until = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{server}").exists()
    subprocess.run(["rm", "-rf", str(folder)], check=True)
