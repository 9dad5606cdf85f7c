"""`waystation centre incidents`: every kind of incident is told with what to do about it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection

from station.cli import main
from station.incident_meanings import MEANINGS
from sync.server.centre import Centre
from sync.server.incidents import IncidentKind, report
from sync.server.settings import Settings
from sync.server.setup import initialise


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("incidents") / "centre"
    initialise(directory)
    return directory


def said(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    status = main(["centre", "incidents", *command])
    return status, capsys.readouterr().out


def test_every_kind_has_a_sentence_and_something_to_do() -> None:
    assert set(MEANINGS) == set(IncidentKind)
    assert all(what.endswith(".") and hint.endswith(".") for what, hint in MEANINGS.values())


def test_a_centre_without_incidents_says_so(centre: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--dir", str(centre)) == (0, "Nothing has happened that should not have.\n")
    assert said(capsys, "--dir", str(centre), "--json") == (0, '{"incidents": []}\n')


def test_incidents_are_listed_oldest_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "centre"
    initialise(directory)
    with Centre.open(Settings(directory=directory)) as centre:
        (station,) = centre.stations.timetables()

        def act(connection: Connection) -> None:
            report(connection, station, IncidentKind.SHIFT_DIFFERS, "ab", {"counted": 1}, 1_795_320_000_000)
            report(connection, station, IncidentKind.REFUNDED_TWICE, "12", {"refunds": []}, 1_795_310_000_000)

        centre.house.store.transact("setup", act)
    status, text = said(capsys, "--dir", str(directory), "--json")
    found = json.loads(text)["incidents"]
    assert (status, [each["kind"] for each in found]) == (0, ["refunded_twice", "shift_differs"])
    assert found[1] == {
        "station": station, "kind": "shift_differs", "subject": "ab", "opened_at": 1_795_320_000_000,
        "body": {"counted": 1}, "what": MEANINGS[IncidentKind.SHIFT_DIFFERS][0],
        "hint": MEANINGS[IncidentKind.SHIFT_DIFFERS][1],
    }  # fmt: skip
    status, text = said(capsys, "--dir", str(directory))
    first, *_ = text.splitlines()
    assert "refunded_twice  12" in first
    assert MEANINGS[IncidentKind.REFUNDED_TWICE][0] in text


def test_no_centre_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["centre", "incidents", "--dir", str(tmp_path)]) == 1
    assert "There is no centre" in capsys.readouterr().err
