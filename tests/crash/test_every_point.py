"""Every process is killed at every point of sync/points.py that a day reaches; nothing that was acknowledged is lost.

Which points a day reaches is not believed but traced, and every point that it does not reach is named here with where
it is tried instead, so that a new point cannot be forgotten.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.demo.passenger import until
from station.demo.processes import wait_until
from station.demo.witness import facts
from sync.points import ALL_POINTS
from tests.crash.life import Life

TILL = [
    f"till:commit:{kind}:{when}"
    for kind in ("order.held", "money.taken", "order.paid", "ticket.issued", "ticket.delivered")
    for when in ("before", "after")
] + ["till:stack:before", "till:stack:after", "till:print:before", "till:print:after"]
GATE = [
    "gate:commit:use.claimed:before",
    "gate:commit:use.claimed:after",
    "gate:coil:before",
    "gate:coil:after",
    "gate:commit:use.passed:before",
    "gate:commit:use.passed:after",
    "gate:commit:scan.refused:before",
    "gate:commit:scan.refused:after",
]
SYNC = [
    "sync:push:before",
    "sync:push:after",
    "sync:acknowledge:commit:before",
    "sync:acknowledge:commit:after",
    "sync:pull:commit:before",
    "sync:pull:commit:after",
]
CENTRE = ["centre:push:commit:before", "centre:push:commit:after"]
SALE = ["centre:sale:commit:before", "centre:sale:commit:after"]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A whole station; every test leaves it whole again."""
    life = Life(tmp_path_factory.mktemp("crash") / "site")
    with life.site as site:
        site.start()
        for store in (site.kiosk_store, site.gate_store):
            site.start_sync(store)
        until(lambda: life.departures(), "the timetable in the kiosk's cache", 20)
        site.start_gate()
        site.start_kiosk()
        yield life


@pytest.mark.parametrize("point", TILL)
def test_the_kiosk_dies(life: Life, point: str) -> None:
    """The passenger's money is tickets or a claim, to the fen, whatever the kiosk was doing."""
    site = life.site
    site.children["kiosk"].stop()
    site.start_kiosk({"WAYSTATION_KILL_AT": point})
    life.buy_until_the_kiosk_dies()
    site.start_kiosk()
    until(lambda: not life.unfinished(), "every order finished after the restart", 25)
    assert life.money_is_whole() == ""
    issued = {each["code"] for each in facts(life.till, "ticket.issued")}
    assert set(life.printed_codes()) <= issued, "a printed ticket that the journal does not know"
    life.become_equal()


@pytest.mark.parametrize("point", GATE)
def test_the_gate_dies(life: Life, point: str) -> None:
    """Decided, recorded, acted: after the restart the passenger still gets through, once, and a copy never does."""
    site = life.site
    number, code = life.web_ticket()
    passed_before = point.startswith(("gate:commit:use.passed", "gate:commit:scan.refused"))
    site.children["gate"].stop()
    site.start_gate({"WAYSTATION_KILL_AT": point})
    gate = site.children["gate"]
    life.hand.shows_phone(code)
    if passed_before:
        until(lambda: site.devices["barrier"].control.state()["arm"] == "open", "the arm open")
        assert life.hand.walks_through()
    if "scan.refused" in point:
        until(lambda: "use.passed" in life.ends(number), "use.passed")
        until(lambda: site.devices["barrier"].control.state()["arm"] == "closed", "the arm closed")
        life.hand.shows_phone(code + "X")
    wait_until(lambda: not gate.running, 10, f"the gate to die at {point}")
    site.start_gate()
    if not passed_before:
        life.hand.shows_phone(code)
        life.walk(number)
    elif point == "gate:commit:use.passed:before":
        assert life.ends(number) == ["use.unresolved"], "nobody knows whether he passed: history must say so"
        life.hand.shows_phone(code)  # the same gate may ask again, with the same attempt
        life.walk(number)
    assert life.claims(number) == [1], "one admission, however often it was asked for"
    refused = len(facts(life.gate, "scan.refused"))
    opened = site.devices["barrier"].control.state()["opened"]
    until(lambda: site.devices["barrier"].control.state()["arm"] == "closed", "the arm closed")
    life.show_until(code, lambda: len(facts(life.gate, "scan.refused")) > refused, "the copy refused")
    assert facts(life.gate, "scan.refused")[-1]["reason"] == "used"
    assert site.devices["barrier"].control.state()["opened"] == opened
    life.become_equal()


@pytest.mark.parametrize("terminal", ["kiosk-1", "gate-1"])
@pytest.mark.parametrize("point", SYNC)
def test_sync_dies(life: Life, point: str, terminal: str) -> None:
    """Whatever sync had sent or fetched half, both sides end up with the same facts."""
    site = life.site
    store = site.folder / terminal
    site.children[f"sync-{terminal}"].stop()
    site.start_sync(store, {"WAYSTATION_KILL_AT": point})
    sync = site.children[f"sync-{terminal}"]
    number, code = life.web_ticket()  # something to fetch
    life.hand.shows_phone(code)  # and something to send, for the gate
    life.walk(number)
    if terminal == "kiosk-1" and sync.running and ("push" in point or "acknowledge" in point):
        life.buy()
    wait_until(lambda: not sync.running, 15, f"sync to die at {point}")
    site.start_sync(store)
    life.become_equal()


@pytest.mark.parametrize("point", [*CENTRE, *SALE])
def test_the_centre_dies(life: Life, point: str) -> None:
    """The centre dies around a commit; the terminals send again, and it is there once."""
    site = life.site
    port = site.centre_url().rpartition(":")[2]
    centre = ["station.cli", "centre", "run", "--dir", str(site.centre_store), "--port", port]
    number, code = life.web_ticket()
    site.children["centre"].stop()
    site.run("centre", centre, {"WAYSTATION_KILL_AT": point})
    if point in SALE:
        with pytest.raises(OSError):  # httpx's errors are not OSError: see below
            _sell_or_raise(life)
    else:
        life.hand.shows_phone(code)
        life.walk(number)
    wait_until(lambda: not site.children["centre"].running, 15, f"the centre to die at {point}")
    site.run("centre", centre)
    life.become_equal()


def _sell_or_raise(life: Life) -> None:
    try:
        life.web_ticket()
    except Exception as error:
        raise OSError(str(error)) from error


@pytest.mark.parametrize("device", ["printer", "cash", "barrier", "scanner", "id-reader-kiosk"])
def test_a_device_loses_power(life: Life, device: str) -> None:
    """A device that is killed and comes back is used again, without a word from anybody."""
    site = life.site
    site.devices[device].child.kill()
    site.start_device(device)
    if device in ("barrier", "scanner"):
        number, code = life.web_ticket()
        life.show_until(code, lambda: life.claims(number), f"an admission after the {device} came back")
        life.walk(number)
    else:
        life.buy()
        assert not life.unfinished()
        assert life.money_is_whole() == ""
    life.become_equal()


ELSEWHERE = {
    "journal:create": "tests/sync/test_journal.py",
    "journal:prune": "tests/sync/test_journal.py",
    "sync:stage": "belongs to the snapshot, which comes with the full protocol",
    "sync:swap": "belongs to the snapshot, which comes with the full protocol",
    "sync:time": "tests/sync (asked once a boot and every few minutes: not reached within a restart)",
    "gate:arbiter": "belongs to the arbiter, which comes with several gates",
    "centre:enrol": "tests/sync/server",
    "centre:refund": "tests/sync/server",
    "centre:upkeep": "tests/sync/server",
    "centre:setup": "tests/sync/server",
}
"""Points, by how they begin, that this file does not try: where they are tried, or what they wait for."""

OTHER_KINDS = "a commit like the others: the same code, the same transaction; tried by tests/sync/test_journal.py"


def test_every_listed_point_is_tried_or_accounted_for() -> None:
    tried = {*TILL, *GATE, *SYNC, *CENTRE, *SALE}
    assert tried <= set(ALL_POINTS)
    for point in set(ALL_POINTS) - tried:
        known = any(point.startswith(beginning) for beginning in ELSEWHERE)
        assert known or ":commit:" in point, f"{point} is tried nowhere"


def test_a_day_reaches_no_point_that_is_not_tried(life: Life, tmp_path: Path) -> None:
    trace = tmp_path / "points"
    site = life.site
    for name in ("kiosk", "gate"):
        site.children[name].stop()
    site.start_gate({"WAYSTATION_TRACE_POINTS": str(trace)})
    site.start_kiosk({"WAYSTATION_TRACE_POINTS": str(trace)})
    life.buy()
    code = facts(life.till, "ticket.issued")[-1]["code"]
    number = facts(life.till, "ticket.issued")[-1]["number"]
    life.hand.shows_phone(code)
    life.walk(number)
    refused = len(facts(life.gate, "scan.refused"))
    life.hand.shows_phone(code)
    until(lambda: len(facts(life.gate, "scan.refused")) > refused, "the copy refused")
    reached = set(trace.read_text("utf-8").split())
    assert reached >= {"till:print:after", "gate:coil:after"}, "the trace saw the day"
    assert not reached - {*TILL, *GATE}
