"""`waystation ticket`: exit statuses, and what it says of tickets that hold, do not hold, and are none."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from station.cli import main
from tickets.credential import Ticket, issue
from tickets.journey import Journey, TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.trust import KeyUse, TrustedKey, TrustList, sign_trust_list

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JOURNEY = Journey(
    service_date=date(2026, 11, 22),
    trip="QD0100",
    boarding=371122001,
    alighting=370200001,
    seat=7,
    kind=TicketKind.ADULT,
    children=0,
    fare=Fen(6000),
    tag=bytes(8),
)


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def root() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def trust(tmp_path: Path, key: SigningKey, root: SigningKey) -> Path:
    day = timedelta(days=1)
    known = TrustedKey(use=KeyUse.TICKET, key=key.public, not_before=NOW - day, not_after=NOW + day)
    path = tmp_path / "trust.cbor"
    path.write_bytes(sign_trust_list(TrustList(version=1, issued=NOW, expires=NOW + day, keys=(known,)), root))
    return path


@pytest.fixture
def code(key: SigningKey) -> str:
    return issue(Ticket(TicketNumber(77 << 40 | 5), NOW + timedelta(days=1), JOURNEY), key)


def test_a_ticket_that_holds(code: str, trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ticket", "verify", "--trust", str(trust), "--json", code]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["holds"] is True
    assert said["issued_by"] == "centre"
    assert (said["trip"], said["seat"], said["fare"]) == ("QD0100", 7, "¥60.00")


def test_the_root_is_checked_when_it_is_given(code: str, trust: Path, tmp_path: Path, root: SigningKey) -> None:
    right, wrong = tmp_path / "right.pem", tmp_path / "wrong.pem"
    right.write_bytes(root.public.to_pem())
    wrong.write_bytes(SigningKey.generate().public.to_pem())
    assert main(["ticket", "verify", "--trust", str(trust), "--root", str(right), code]) == 0
    assert main(["ticket", "verify", "--trust", str(trust), "--root", str(wrong), code]) == 2


def test_a_forged_ticket_does_not_hold(trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = issue(Ticket(TicketNumber(5), NOW, JOURNEY), SigningKey.generate())
    assert main(["ticket", "verify", "--trust", str(trust), stranger]) == 1
    assert "does not hold" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "hello", "RT1:", "RT1:AAAA", "RT0:ABC", "X" * 600])
def test_what_is_no_ticket_is_unreadable(text: str, trust: Path) -> None:
    assert main(["ticket", "verify", "--trust", str(trust), text]) == 2
    assert main(["ticket", "inspect", text]) == 2


def test_inspect_says_what_a_stranger_s_ticket_says(capsys: pytest.CaptureFixture[str]) -> None:
    stranger = issue(Ticket(TicketNumber(5), NOW, JOURNEY), SigningKey.generate())
    assert main(["ticket", "inspect", stranger]) == 0
    assert "nobody has checked it" in capsys.readouterr().out


def test_a_trust_list_that_is_none_is_said(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad").write_bytes(b"nothing")
    assert main(["ticket", "verify", "--trust", str(tmp_path / "bad"), code]) == 2
    assert "cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--trust", "--root"])
@pytest.mark.parametrize("kind", ["absent", "noise", "folder"])
def test_a_file_that_cannot_be_used_is_the_one_that_is_named(  # one line, and a status that is not "it does not hold"
    tmp_path: Path, code: str, trust: Path, option: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "noise").write_bytes(b"x\xff")
    (tmp_path / "folder").mkdir()
    bad = str(tmp_path / kind)
    files = {"--trust": str(trust), option: bad}
    assert main(["ticket", "verify", *(word for pair in files.items() for word in pair), code]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f" {bad} " in line
    assert "Errno" not in line
