"""The station worked by hand: every order is answered in words, and a wrong one says what to do."""

import os
import subprocess
import sys
from pathlib import Path

ORDERS = """\
dance
touch
touch no.such.thing
show
insert 20
card nobody
state kettle
touch attract.start
screen
cut
restore
quit
"""
ANSWERS = (
    "dance is no order here.",
    "something is missing behind it",
    "no.such.thing cannot be touched now; `screen` lists what can",
    "nothing is printed yet",
    "the note comes back: ",
    "nobody here is called nobody; people: zhang",
    "'kettle' is not known here",
    "touched",
    "没有找到？按拼音首字母查找",
    "the line is cut",
    "the line is back",
)


def test_orders_are_answered_in_words(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "station.demo", "--play", "--into", str(tmp_path / "demo")]
    unseen = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(argv, input=ORDERS, capture_output=True, text=True, timeout=120, check=False, env=unseen)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    at = 0
    for answer in ANSWERS:
        at = done.stdout.find(answer, at)
        assert at >= 0, f"{answer!r} is not said in its turn:\n{done.stdout}"
