"""The station worked by hand: every order is answered in words, and a wrong one says what to do."""

from pathlib import Path

from tests.station.day_played import run_demo

ORDERS = """\
dance
touch
touch no.such.thing
show
insert 20
card nobody
state kettle
lane 9
scan
lane 2A
display
scan RT1:NO TICKET
badge
staff show NO0000
relay start
relay kill
relay start
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
    "'9' is not known here",
    "nothing is printed yet",
    "in front of lane 2A",
    "Scan your ticket",
    "lane 2A: 没有读出车票 / Cannot read it",
    "\ndone\nlane 2A: ",
    "That did not work: waystation departure show ended with 1",
    "relay runs already",
    "the relay is dead",
    "the relay runs",
    "touched",
    "按字母查找其他地点",
    "the line is cut",
    "the line is back",
)


def test_orders_are_answered_in_words(tmp_path: Path) -> None:
    done = run_demo(tmp_path / "demo", "--play", orders=ORDERS)
    assert done.returncode == 0, done.stderr
    at = 0
    for answer in ANSWERS:
        at = done.stdout.find(answer, at)
        assert at >= 0, f"{answer!r} is not said in its turn:\n{done.stdout}"
