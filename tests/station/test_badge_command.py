"""Badges from the centre to the hand: cards and codes, and nothing of the key anywhere else."""

import getpass
import io
import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gate.camera import CodeReader
from station.cli import main
from station.terminal_code import terminal_code
from sync.cache.reader import CacheReader
from sync.server.badges import newest_list
from sync.server.setup import initialise
from tests.station.staff_site import (
    ATTENDANT,
    CASHIER,
    NUMBERS,
    PIN,
    STATION_NO,
    Terminal,
    quick_cards,
    trust_list,
    wall,
    write_card,
)
from tickets.badges import open_badge, read_badge_code
from tickets.keys import SigningKey
from tickets.trust import Role, read_trust_list


@pytest.fixture(autouse=True, scope="module")
def _quick_cards() -> Iterator[None]:
    with quick_cards():
        yield


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    umask = os.umask(0o022)
    yield
    os.umask(umask)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre with one badge whose card is a picture."""
    folder = tmp_path_factory.mktemp("badges")
    initialise(folder / "centre")
    (folder / "pin").write_text(f"{PIN}\n")
    assert main(add(folder, "0107", "card.png")) == 0
    return folder


def add(folder: Path, number: str, card: str, *more: str, pin: str | None = None) -> list[str]:
    command = ["centre", "badge", "add", "--dir", str(folder / "centre"), "--number", number, "--initials", "wl"]
    command += ["--role", "attendant", "--card", str(folder / card)]
    return [*command, "--pin-file", pin or str(folder / "pin"), *more]


def says(capsys: pytest.CaptureFixture[str], command: list[str], status: int = 1) -> str:
    capsys.readouterr()
    assert main(command) == status
    said = capsys.readouterr()
    line = (said.err or said.out).strip()
    assert "Traceback" not in line
    return line


def test_the_card_opens_with_its_pin_and_is_the_badge_that_the_list_names(made: Path) -> None:
    listed = newest_list(made / "centre").badge("0107")
    assert listed is not None
    number, key = open_badge(CodeReader().read_picture(made / "card.png")[0], PIN)
    assert (number, key.public, listed.role, listed.initials) == ("0107", listed.key, Role.ATTENDANT, "WL")
    assert timedelta(days=364) < listed.expires - datetime.now(UTC) < timedelta(days=366)
    assert stat.S_IMODE((made / "card.png").stat().st_mode) == 0o600


def test_the_private_key_is_nowhere_but_in_the_card(made: Path) -> None:
    _, key = open_badge(CodeReader().read_picture(made / "card.png")[0], PIN)
    raw = key.to_raw()
    kept = [path for path in made.rglob("*") if path.is_file()]
    assert len(kept) > 5
    for path in kept:
        data = path.read_bytes()
        assert raw not in data, path
        assert raw.hex().encode() not in data, path


def test_a_pin_is_asked_for_twice_without_echo(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = iter([PIN, PIN])

    def getpassed(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    monkeypatch.setattr(getpass, "getpass", getpassed)
    command = add(made, "0120", "asked.txt")
    del command[-2:]
    assert main(command) == 0
    assert len(asked) == 2
    assert open_badge((made / "asked.txt").read_text().strip(), PIN)[0] == "0120"


def test_two_different_pins_make_no_badge(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([PIN, "582915"])
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(answers))
    command = add(made, "0121", "differs.txt")
    del command[-2:]
    assert "not the same" in says(capsys, command)
    assert newest_list(made / "centre").badge("0121") is None
    assert not (made / "differs.txt").exists()


def test_a_pin_that_would_be_seen_is_not_asked_for(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def shows(_prompt: str) -> str:
        import warnings

        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=2)
        return PIN

    monkeypatch.setattr(getpass, "getpass", shows)
    command = add(made, "0122", "seen.txt")
    del command[-2:]
    assert "--pin-file" in says(capsys, command)


@pytest.mark.parametrize("weak", ["111111", "123456", "12345", "abcdef", "098765"])
def test_weak_pins_make_no_badge(
    made: Path, weak: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{weak}\n"))
    said = says(capsys, add(made, "0123", "weak.txt", pin="-"))
    assert "PIN" in said
    assert weak == "123456" or weak not in said  # which the sentence itself names as a bad one
    assert newest_list(made / "centre").badge("0123") is None
    assert not (made / "weak.txt").exists()


def test_mistakes_are_said_and_leave_nothing(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there already" not in says(capsys, add(made, "0107", "again.txt"))
    assert "--replace" in says(capsys, add(made, "0107", "again.txt"))
    assert ".png" in says(capsys, add(made, "0130", "card.gif"))
    assert "already" in says(capsys, add(made, "0130", "card.png"))
    assert "initials" in says(capsys, [*add(made, "0130", "x.txt"), "--initials", "Wang Li"])
    assert "number" in says(capsys, add(made, "号", "x.txt"))
    assert "days" in says(capsys, add(made, "0130", "x.txt", "--days", "4000"))
    assert newest_list(made / "centre").badge("0130") is None
    assert not (made / "x.txt").exists()


def test_without_the_root_key_it_is_said_before_a_pin_is_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    initialise(tmp_path / "centre")
    (tmp_path / "centre" / "root.pem").rename(tmp_path / "root.pem")
    assert "root.pem" in says(capsys, add(tmp_path, "0107", "card.txt", pin=str(tmp_path / "no such file")))
    assert not (tmp_path / "card.txt").exists()


def test_a_badge_is_removed_while_the_root_key_is_away(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(add(made, "0150", "lost.txt")) == 0
    (made / "centre" / "root.pem").rename(made / "root.pem")
    capsys.readouterr()
    assert main(["centre", "badge", "remove", "--dir", str(made / "centre"), "--number", "0150"]) == 0
    assert "is off the next trust list" in capsys.readouterr().out
    (made / "root.pem").rename(made / "centre" / "root.pem")


def test_replacing_and_removing_is_told_to_terminals(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(add(made, "0140", "first.txt")) == 0
    first = newest_list(made / "centre")
    assert main(add(made, "0140", "second.txt", "--replace")) == 0
    second = newest_list(made / "centre")
    assert second.version > first.version
    before, after = first.badge("0140"), second.badge("0140")
    assert before is not None
    assert after is not None
    assert before.key != after.key
    assert main(["centre", "badge", "remove", "--dir", str(made / "centre"), "--number", "0140"]) == 0
    capsys.readouterr()
    assert main(["centre", "badge", "list", "--dir", str(made / "centre"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["version"] > second.version
    assert "0140" not in {badge["number"] for badge in said["badges"]}
    assert "0107" in {badge["number"] for badge in said["badges"]}
    assert "no badge 0140" in says(
        capsys, ["centre", "badge", "remove", "--dir", str(made / "centre"), "--number", "0140"]
    )


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "t", "t", relay=None)
    terminal.hears()
    yield terminal
    terminal.close()


def code_of(terminal: Terminal, card: Path | str, *more: str, pin: Path | None = None) -> list[str]:
    source = str(pin or terminal.folder / "pin")
    return ["badge", "code", "--config", str(terminal.config), "--card", str(card), "--pin-file", source, *more]


def test_a_code_is_made_that_a_gate_believes(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    card = write_card(terminal.folder, "0107")
    picture = terminal.folder / "code.png"
    assert main(code_of(terminal, card, "--hours", "8", "--png", str(picture), "--json")) == 0
    said = json.loads(capsys.readouterr().out)
    badge = read_badge_code(said["code"], read_trust_list(trust_list()), STATION_NO, wall())
    assert (badge.number, said["badge"], said["role"]) == ("0107", "0107", "attendant")
    ends = datetime.fromtimestamp(said["until"] / 1000, UTC) - datetime.now(UTC)
    assert timedelta(hours=7, minutes=59) < ends <= timedelta(hours=8)
    assert CodeReader().read_picture(picture) == [said["code"]]


def test_the_code_on_a_terminal_can_be_scanned(tmp_path: Path) -> None:
    text = "RB1:" + "A7 $%*+-./:" * 17
    lines = terminal_code(text, colours=False).split("\n")
    light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [[light[each][half] for each in line] for line in lines for half in (0, 1)]
    grey = np.kron(np.array(rows, dtype=np.uint8) * 255, np.ones((6, 6), dtype=np.uint8))
    from PIL import Image

    Image.fromarray(grey).save(tmp_path / "screen.png")
    assert CodeReader().read_picture(tmp_path / "screen.png") == [text]
    assert max(map(len, lines)) <= 80
    assert "\x1b[" in terminal_code(text)


def test_card_and_pin_may_come_from_standard_input(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = write_card(terminal.folder, "0107").read_text()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{card}{PIN}\n"))
    assert main([*code_of(terminal, "-", "--json")[:-3], "--pin-file", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["badge"] == "0107"
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "before the badge card came" in says(capsys, code_of(terminal, "-"))


def test_what_is_not_a_good_badge_makes_no_code(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    card = write_card(terminal.folder, "0107")
    (terminal.folder / "wrong").write_text("582915\n")
    wrong = says(capsys, code_of(terminal, card, pin=terminal.folder / "wrong"))
    assert "does not open badge 0107" in wrong
    assert "582915" not in wrong
    (terminal.folder / "nothing.txt").write_text("hello\n")
    assert "no badge card" in says(capsys, code_of(terminal, terminal.folder / "nothing.txt"))
    assert "expired" in says(capsys, code_of(terminal, write_card(terminal.folder, "0110")))
    unknown = write_card(terminal.folder, "0199", ATTENDANT)
    assert "not in the trust list" in says(capsys, code_of(terminal, unknown))
    former = write_card(terminal.folder, "0107", SigningKey.generate())
    assert "not the one" in says(capsys, code_of(terminal, former))


def test_the_newest_list_counts_not_that_of_the_enrolment(
    terminal: Terminal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    card = write_card(terminal.folder, "0107")
    monkeypatch.setitem(NUMBERS, "0107", CASHIER)  # the centre has given 0107 another card since
    terminal.centre.trust(2, trust_list(2))
    reader = CacheReader(terminal.directory / "cache.db")
    assert reader.trust_list_bytes() is not None
    reader.close()
    assert "(version 2)" in says(capsys, code_of(terminal, card))


@pytest.mark.parametrize("hours", ["0", "17", "many"])
def test_no_code_is_valid_for_longer_than_a_shift(terminal: Terminal, hours: str) -> None:
    with pytest.raises(SystemExit):
        main(code_of(terminal, "x", "--hours", hours))
