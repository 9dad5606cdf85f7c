"""The demo as a newcomer runs it: the whole day is seen, and a sabotaged part is seen at its own step."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from station.demo.day import BREAKS
from station.demo.witness import codes_in
from tests.station.day_played import Played, play, still_running
from tests.tickets.second_reading import Station, read


def raw_key(report: dict[str, Any], name: str) -> bytes:
    key = load_pem_public_key(Path(report[name]).read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    return key.public_bytes_raw()


def test_the_day_is_seen_and_its_report_holds_for_strangers(the_day: Played) -> None:
    report, left = the_day.report, the_day.folder
    assert [step["name"] for step in report["steps"] if not step["ok"]] == []
    assert the_day.status == 0
    assert report["ok"] is True
    assert 1 <= report["touches"] <= 7
    believed = Station([raw_key(report, "ticket_key")], [raw_key(report, "certificate_key")])
    for name in ("ticket", "delegated_ticket"):
        verdict, said = read(report[name], believed)
        assert verdict == "valid", f"{name}: {verdict}"
        assert said["fare"]
    assert Path(report["trust_list"]).exists()
    assert len(report["printed"]) == 5
    assert codes_in(Path(report["printed"][0])) == [report["delegated_ticket"]]
    assert len(list((left / "screens").glob("*.png"))) >= 8
    for shown in ("same-moment", "relay-dead", "moved", "closed", "by-badge", "late"):
        assert list((left / "screens").glob(f"*-lane-*-{shown}.png")), shown
    for shown in ("checked", "collected", "confirm", "refunded"):
        assert list((left / "screens").glob(f"*-{shown}.png")), shown
    assert Path(report["departure_sheet"]).stat().st_size > 5_000
    assert "NOT SEEN" not in (left / "timeline.txt").read_text("utf-8")


def test_a_day_that_is_broken_off_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    argv = [sys.executable, "-m", "station.demo", "--into", str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert any("✓" in line for line in demo.stdout), "the station is not up"
        assert len(still_running(folder)) > 10
        demo.terminate()
        demo.stdout.read()
    assert demo.returncode == 128 + signal.SIGTERM
    assert still_running(folder) == []


LATE = frozenset({"arbiter", "printer"})
"""Sabotage that shows only when most of the day is over: played with WAYSTATION_DEMO=1."""


@pytest.mark.parametrize("part", [part for part in BREAKS if part not in LATE or "WAYSTATION_DEMO" in os.environ])
def test_a_sabotaged_part_fails_at_exactly_its_step(tmp_path: Path, part: str) -> None:
    played = play(tmp_path / "demo", "--break", part)
    report = played.report
    assert played.status != 0
    assert report["ok"] is False
    *before, last = report["steps"]
    assert all(step["ok"] for step in before)
    assert not last["ok"]
    assert last["name"].startswith(f"{part}:")
    assert last["detail"]
