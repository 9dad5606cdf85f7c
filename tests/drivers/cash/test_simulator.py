"""The simulated machine's file is true: whenever the process dies, no note is without its event, nor the reverse."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from drivers.cash import BillInEscrow, BillReturned, BillStacked, EventsLost
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.simulator import BillValidatorSimulator
from drivers.cash.stacker import Memory, StackerFile
from drivers.faults import DeviceFault, DeviceGone
from drivers.link import open_link
from drivers.simulation import Control, Station
from tests.drivers.cash.bench import Bench


@pytest.fixture
def stacker(tmp_path: Path) -> Path:
    return tmp_path / "stacker.json"


def sold(bench: Bench, fen: int) -> CcTalkBillValidator:
    validator = bench.validator()
    since, _ = validator.poll(None)
    validator.accept(frozenset({fen}))
    bench.device.do("insert", fen=fen)
    validator.poll(since)
    validator.stack()
    bench.wait(0.3)
    return validator


def test_the_file_says_what_is_in_the_machine(stacker: Path) -> None:
    bench = Bench(stacker=stacker)
    sold(bench, 1000)
    kept = json.loads(stacker.read_text())
    assert kept["bills"] == {"1000": 1}
    assert kept["total_fen"] == 1000
    assert kept["counter"] == 2
    assert kept["events"][:2] == [[3, 0], [3, 1]]
    assert kept["escrow"] is None
    assert bench.device.state() == {**kept, "accepting": True, "accepts": [1000]}


def test_a_killed_machine_comes_back_the_same(stacker: Path) -> None:
    bench = Bench(stacker=stacker)
    validator = sold(bench, 1000)
    before = bench.device.state()
    bench.switch_on()
    assert bench.device.state() == before
    assert validator.poll(1) == (2, [BillStacked(fen=1000, counter=2)])
    assert bench.validator().poll(1) == (2, [BillStacked(fen=1000, counter=2)])


@pytest.mark.parametrize("routed", [False, True])
def test_a_note_in_escrow_at_power_loss_goes_back(stacker: Path, routed: bool) -> None:
    bench = Bench(stacker=stacker)
    validator = bench.validator()
    validator.poll(None)
    validator.accept(frozenset({2000}))
    bench.device.do("insert", fen=2000)
    validator.poll(0)
    if routed:
        validator.stack()  # under way, but not there
    bench.switch_on()
    assert validator.poll(1) == (2, [BillReturned(fen=2000, counter=2)])
    assert bench.device.state()["returned_fen"] == 2000
    assert bench.total == 0


def test_a_jammed_note_stays_in_through_power_loss(stacker: Path) -> None:
    bench = Bench(stacker=stacker)
    validator = bench.validator()
    validator.poll(None)
    validator.accept(frozenset({2000}))
    bench.device.do("insert", fen=2000)
    bench.device.do("jam")
    bench.switch_on()
    bench.device.do("power_cycle")
    bench.wait(60)
    assert bench.device.state()["escrow"] == 2000
    bench.device.do("clear_jam")
    bench.wait(31)
    assert bench.device.state()["returned_fen"] == 2000


def test_a_power_cycle_forgets_events_and_settings_but_no_money(stacker: Path) -> None:
    bench = Bench(stacker=stacker)
    validator = sold(bench, 1000)
    bench.device.do("insert", fen=1000)
    bench.device.do("power_cycle")
    state = bench.device.state()
    assert (state["counter"], state["total_fen"], state["escrow"], state["returned_fen"]) == (0, 1000, None, 1000)
    assert not state["accepting"]
    with pytest.raises(EventsLost):
        validator.poll(1)


@pytest.mark.parametrize("step", ["open", "fsync", "replace", "fsync folder", "never"])
def test_death_at_any_step_of_saving_leaves_the_old_or_the_new_whole(
    stacker: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    bench = Bench(stacker=stacker, travel=0)
    validator = bench.validator()
    validator.poll(None)
    validator.accept(frozenset({500}))
    bench.device.do("insert", fen=500)
    validator.poll(0)

    calls = iter(["fsync", "fsync folder"])
    real_fsync, real_replace, real_open = os.fsync, Path.replace, Path.open

    def die_at(now: str) -> None:
        if now == step:
            raise Killed

    def fsync(file: int) -> None:
        die_at(next(calls))
        real_fsync(file)

    def replace(path: Path, target: Path) -> Path:
        die_at("replace")
        return real_replace(path, target)

    def open_(path: Path, *arguments: Any, **options: Any) -> Any:
        die_at("open")
        return real_open(path, *arguments, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "open", open_)
    before = len(bench.sent)
    if step == "never":
        validator.stack()
    else:
        with pytest.raises(Killed):
            validator.stack()
        question = bench.sent[-1]
        assert len(bench.sent) > before
        assert bytes(bench.arrived) == question, "it answered before it had saved"
    monkeypatch.undo()

    bench.switch_on()
    bench.arrived.clear()
    stacked = step in ("fsync folder", "never")
    assert bench.total == (500 if stacked else 0)
    event = BillStacked(fen=500, counter=2) if stacked else BillReturned(fen=500, counter=2)
    assert bench.validator().poll(1) == (2, [event])


def test_a_file_that_does_not_add_up_is_refused(stacker: Path) -> None:
    memory = Memory(bills={1000: 2})
    StackerFile(stacker).save(memory)
    assert StackerFile(stacker).load() == memory
    kept = json.loads(stacker.read_text())
    stacker.write_text(json.dumps({**kept, "total_fen": 1}))
    with pytest.raises(ValueError, match="adds up"):
        BillValidatorSimulator(stacker=stacker)
    for broken in ("", "[]", "{}", '{"bills": 3}'):
        stacker.write_text(broken)
        with pytest.raises(ValueError, match="not a stacker file"):
            BillValidatorSimulator(stacker=stacker)


def test_a_full_stacker_takes_no_more() -> None:
    device = BillValidatorSimulator(stacker=None, capacity=1, travel=0)
    device._memory = Memory(inhibits=0x3F, mode=3)
    device.do("insert", fen=100)
    device._route(1)
    assert not device.do("insert", fen=100)["taken"]
    assert device.state()["events"][:2] == [[0, 14], [1, 0]]
    assert device.do("remove_stacker") == {"collected_fen": 100}
    assert not device.do("insert", fen=100)["taken"]
    device.do("insert_stacker")
    assert device.do("insert", fen=100)["taken"]
    assert not device.do("insert", fen=100)["taken"], "one note at a time"


def test_unknown_handwork_is_refused() -> None:
    device = BillValidatorSimulator(stacker=None)
    with pytest.raises(ValueError, match="insert"):
        device.do("explode")


def test_half_a_question_is_forgotten_when_the_line_is_quiet() -> None:
    device, sent = BillValidatorSimulator(stacker=None, echo=False), bytearray()
    device.attach(sent.extend)
    device.tick(1.0)
    device.feed(bytes.fromhex("28 00 01"))
    device.tick(1.2)
    device.feed(bytes.fromhex("28 00 01 FE D9"))
    assert sent == bytes.fromhex("01 00 28 00 D7")


LISTENS = ["pty", "tcp"]


@pytest.fixture(params=LISTENS)
def station(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Station]:
    listen = f"pty:{tmp_path / 'port'}" if request.param == "pty" else "tcp:127.0.0.1:0"
    with Station(BillValidatorSimulator(stacker=None, travel=0.05), listen, log=tmp_path / "bytes") as running:
        yield running


def on(station: Station) -> CcTalkBillValidator:
    return CcTalkBillValidator(lambda: open_link(station.address), answer_timeout=0.08, find_out_timeout=0.5)


def until_events(validator: CcTalkBillValidator, since: int) -> list[object]:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        _, events = validator.poll(since)
        if events:
            return list(events)
    raise AssertionError("nothing came")


def test_a_sale_over_a_real_line(station: Station) -> None:
    validator = on(station)
    since, _ = validator.poll(None)
    validator.accept(frozenset({1000}))
    station.do("insert", fen=1000)
    assert until_events(validator, since) == [BillInEscrow(fen=1000, counter=1)]
    validator.stack()
    assert until_events(validator, 1) == [BillStacked(fen=1000, counter=2)]
    assert station.state()["total_fen"] == 1000
    assert validator.health().ok
    validator.close()
    assert not station.state()["accepting"]


@pytest.mark.parametrize("fault", ["silent", "garbage", "half", "deaf"])
def test_every_line_fault_is_a_fault_and_passes(station: Station, fault: str) -> None:
    validator = on(station)
    validator.poll(None)
    validator.accept(frozenset({1000}))
    station.do("insert", fen=1000)
    assert until_events(validator, 0) == [BillInEscrow(fen=1000, counter=1)]
    station.do("line", fault=fault)
    with pytest.raises(DeviceFault):
        validator.poll(1)
    with pytest.raises(DeviceFault):
        validator.stack()
    assert not validator.health().ok
    station.do("line", fault="ok")
    assert validator.poll(1)[1] == []
    validator.stack()
    assert until_events(validator, 1) == [BillStacked(fen=1000, counter=2)]
    validator.close()


def test_a_pulled_cable(tmp_path: Path) -> None:
    with Station(BillValidatorSimulator(stacker=None), "tcp:127.0.0.1:0") as station:
        validator = on(station)
        validator.poll(None)
        station.drop()
        with pytest.raises(DeviceFault):
            validator.poll(0)
        assert validator.poll(0) == (0, [])
        validator.close()


MACHINE = """
import sys, time
from pathlib import Path
from drivers.cash.simulator import BillValidatorSimulator
from drivers.simulation import Station
folder = Path(sys.argv[1])
device = BillValidatorSimulator(stacker=folder / "stacker.json", travel=0.01)
with Station(device, f"pty:{folder / 'port'}", control=folder / "control"):
    print("on", flush=True)
    time.sleep(60)
"""


def test_kill_9_at_any_moment_loses_and_makes_no_money(tmp_path: Path) -> None:
    """A host sells as fast as it can while the machine's process is killed again and again; the sums stay equal."""
    dice = random.Random(20240501)
    validator = CcTalkBillValidator(lambda: open_link(str(tmp_path / "port")), answer_timeout=0.1, find_out_timeout=0.3)
    control = Control(tmp_path / "control")
    since: int | None = None
    credited = inserted = unclear = 0
    root = Path(__file__).parents[3]
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", MACHINE, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
        ) as machine:
            assert machine.stdout is not None
            assert machine.stdout.readline() == "on\n"
            death = threading.Timer(dice.uniform(0.2, 0.6), machine.kill)
            death.start()
            while machine.poll() is None:
                try:
                    since, events = validator.poll(since)
                    for event in events:
                        match event:
                            case BillStacked(fen=fen):
                                credited += fen
                            case BillInEscrow():
                                validator.stack()
                            case _:
                                pass
                    if not control.state()["accepting"]:
                        validator.accept(frozenset({1000}))
                    unclear += 1000
                    taken = control.do("insert", fen=1000)["taken"]
                    unclear -= 1000
                    inserted += 1000 if taken else 0
                except EventsLost:
                    raise
                except (DeviceFault, OSError, ValueError):
                    continue  # dying, perhaps before it could say whether it took the note
            death.join()
    with Station(BillValidatorSimulator(stacker=tmp_path / "stacker.json"), f"pty:{tmp_path / 'port'}") as station:
        with suppress(DeviceGone):
            validator.poll(since)  # the line of the dead machine
        since, events = validator.poll(since)
        credited += sum(event.fen for event in events if isinstance(event, BillStacked))
        state = station.state()
        assert credited == state["total_fen"]
        assert inserted <= state["total_fen"] + state["returned_fen"] <= inserted + unclear
        assert credited > 0
        validator.close()
