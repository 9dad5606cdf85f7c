"""Every process is killed at every point of sync/points.py that a day reaches; nothing that was acknowledged is lost.

Which points a day reaches is not believed but traced, and every point that it does not reach is named here with where
it is tried instead, so that a new point cannot be forgotten.
"""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from station.demo.passenger import until
from station.demo.processes import wait_until
from station.demo.witness import facts
from sync.points import ALL_POINTS
from tests.crash.life import Life
from tests.crash.nursery import Nursery, ran

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
UPKEEP = ["centre:upkeep:commit:before", "centre:upkeep:commit:after"]
SETUP = ["centre:setup:commit:before", "centre:setup:commit:after"]
SALE = ["centre:sale:commit:before", "centre:sale:commit:after"]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> Iterator[Life]:
    """A whole station, whose kiosk and gate run where a test needs them; every test leaves it whole again."""
    life = Life(tmp_path_factory.mktemp("crash") / "site", nursery)
    with life.site as site:
        site.start()
        for store in (site.kiosk_store, site.gate_store):
            site.start_sync(store)
        until(lambda: life.departures(), "the timetable in the kiosk's cache", 20)
        life.runs("kiosk", "gate")  # so that each has a journal
        yield life


@pytest.mark.parametrize("point", TILL)
def test_the_kiosk_dies(life: Life, point: str) -> None:
    """The passenger's money is tickets or a claim, to the fen, whatever the kiosk was doing."""
    site = life.site
    life.runs()
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
    life.runs()
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


@pytest.mark.parametrize("point", SYNC)
@pytest.mark.parametrize("terminal", ["kiosk-1", "gate-1"])
def test_sync_dies(life: Life, point: str, terminal: str) -> None:
    """Whatever sync had sent or fetched half, both sides end up with the same facts."""
    site = life.site
    store = site.folder / terminal
    buys = terminal == "kiosk-1" and ("push" in point or "acknowledge" in point)
    life.runs("gate", *(["kiosk"] if buys else []))
    site.children[f"sync-{terminal}"].stop()
    site.start_sync(store, {"WAYSTATION_KILL_AT": point})
    sync = site.children[f"sync-{terminal}"]
    number, code = life.web_ticket()  # something to fetch
    life.hand.shows_phone(code)  # and something to send, for the gate
    life.walk(number)
    if buys and sync.running:
        life.buy()
    wait_until(lambda: not sync.running, 15, f"sync to die at {point}")
    site.start_sync(store)
    life.become_equal()


@pytest.mark.parametrize("point", [*CENTRE, *SALE])
def test_the_centre_dies(life: Life, point: str) -> None:
    """The centre dies around a commit; the terminals send again, and it is there once."""
    site = life.site
    life.runs("gate")
    port = site.centre_url().rpartition(":")[2]
    centre = site.centre_command(port)
    number, code = life.web_ticket()
    site.children["centre"].stop()
    site.run("centre", centre, {"WAYSTATION_KILL_AT": point})
    if point in SALE:
        with pytest.raises(httpx.HTTPError):
            life.web_ticket()
    else:
        life.hand.shows_phone(code)
        life.walk(number)
    wait_until(lambda: not site.children["centre"].running, 15, f"the centre to die at {point}")
    site.run("centre", centre)
    life.become_equal()


@pytest.mark.parametrize("point", UPKEEP)
def test_the_centre_dies_while_it_looks_after_its_departures(life: Life, point: str) -> None:
    """Upkeep runs when the centre starts: it dies there, starts again, and nothing of what it held is gone."""
    site = life.site
    life.runs("gate")
    port = site.centre_url().rpartition(":")[2]
    centre = site.centre_command(port)
    life.become_equal()
    site.children["centre"].stop()
    dying = site.child("centre-dying", centre, site.logs, {"WAYSTATION_KILL_AT": point}).launch()
    wait_until(lambda: not dying.running, 15, f"the centre to die at {point}")
    site.run("centre", centre)
    number, code = life.web_ticket()
    life.hand.shows_phone(code)
    life.walk(number)
    life.become_equal()


@pytest.mark.parametrize("point", SETUP)
def test_setting_a_centre_up_dies(tmp_path: Path, nursery: Nursery, point: str) -> None:
    """Half a centre is not taken for a whole one: the same directory is refused in one sentence, and kept as it is."""
    half = tmp_path / "centre"
    words = ["station.cli", "centre", "init", "--dir"]
    assert ran(nursery, [*words, str(half)], {"WAYSTATION_KILL_AT": point}).returncode == -signal.SIGKILL
    kept = {each.name for each in half.iterdir()}
    again = ran(nursery, [*words, str(half)])
    assert (again.returncode, again.stderr.count("\n")) == (1, 1), again.stderr
    assert {each.name for each in half.iterdir()} == kept
    another = ran(nursery, [*words, str(tmp_path / "another")])
    assert another.returncode == 0, another.stderr


@pytest.mark.parametrize("device", ["barrier", "scanner", "printer", "cash", "id-reader-kiosk"])
def test_a_device_loses_power(life: Life, device: str) -> None:
    """A device that is killed and comes back is used again, without a word from anybody."""
    site, log = life.site, life.site.devices[device].bytes_log
    size = log.stat().st_size
    if life.runs("gate" if device in ("barrier", "scanner") else "kiosk") and device != "scanner":
        until(lambda: log.stat().st_size > size, f"the {device} in use")
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
    "journal:create": "tests/sync/test_journal_crash.py",
    "journal:prune": "tests/sync/test_journal_pruning.py",
    "sync:stage": "tests/sync/test_cache_crash.py",
    "sync:swap": "tests/sync/test_cache_crash.py",
    "sync:lan": "tests/sync/test_lan.py",
    "sync:time": "tests/sync/test_cache_crash.py: asked once a boot and every few minutes, not within a restart",
    "centre:enrol": "tests/sync/server/test_crash.py",
    "centre:refund": "tests/sync/server/test_crash.py",
    "centre:payment": "tests/sync/server/test_crash.py",
    "centre:use": "tests/sync/server/test_crash.py",
    "centre:invoice": "tests/sync/server/test_crash.py",
    "relay:claim": "tests/sync/relay/test_process.py",
    "relay:push": "tests/sync/relay/test_process.py",
    "relay:step": "tests/sync/relay/test_process.py",
    "relay:fact": "tests/sync/relay/test_process.py",
    "relay:prune": "tests/sync/relay/test_pruning.py",
    "relay:fork": "tests/sync/relay/test_process.py",
    "relay:forward": "tests/station/test_handing_on.py",
    "relay:diary": "tests/sync/relay/test_process.py",
    "relay:commit": "tests/sync/relay/test_process.py, for an act of staff; a double goes with it in the same commit",
    "gate:commit": "tests/sync/test_journal_crash.py, for every kind of event",
    "till:commit": "tests/sync/test_journal_crash.py, for every kind of event",
    "gate:arbiter": "tests/gate/test_crash.py",
    "till:payment-ask": "tests/kiosk/till/test_killed_paying.py",
    "till:payment-reverse": "tests/kiosk/till/test_killed_paying.py",
    "till:payout": "tests/kiosk/till/test_killed_paying.py",
}
"""Points, by process and what it does, that this file does not try, with where they are tried."""


def test_every_listed_point_is_tried_or_accounted_for() -> None:
    tried = {*TILL, *GATE, *SYNC, *CENTRE, *UPKEEP, *SETUP, *SALE}
    assert tried <= set(ALL_POINTS)
    left = {":".join(point.split(":")[:2]) for point in set(ALL_POINTS) - tried}
    assert left == set(ELSEWHERE), "a point is tried nowhere, or its entry here is out of date"
    for where in ELSEWHERE.values():
        file = Path(__file__).parents[2] / where.split(":")[0].split(",")[0]
        assert where.startswith("nowhere") or file.is_file(), f"{where} is not a test"


def test_a_day_reaches_no_point_that_is_not_tried(life: Life, tmp_path: Path) -> None:
    trace = tmp_path / "points"
    site = life.site
    life.runs()
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
    started = {"gate:commit:gate.started:before", "gate:commit:gate.started:after"}  # tests/gate/test_crash.py
    assert not reached - {*TILL, *GATE, *started}
