"""`waystation claim` and `waystation shift` as a cashier types them, at a machine whose kiosk stands."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from station.cli import main
from sync.journal.journal import Journal
from sync.journal.order_reader import Grant
from sync.journal.orders import Direction, hold, open_claim, record_money, release
from tests.kiosk.till.bench import Chance
from tests.station.staff_site import Terminal, coach, now, quick_cards, wall, write_card
from tickets.keys import SigningKey
from tickets.money import Fen

PREFIX = 0xA1B2C3
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Terminal]:
    """An enrolled kiosk's folder, with an open claim of ¥20 in its journal."""
    with quick_cards():
        terminal = Terminal(tmp_path / "till", "kiosk-1", relay=None, kind="till")
        kept = json.loads((terminal.directory / "enrolment.json").read_text())
        (terminal.directory / "enrolment.json").write_text(json.dumps(kept | {"prefix": PREFIX}), "utf-8")
        (terminal.directory / "till.pem").write_bytes(SigningKey.generate().to_pem())
        terminal.hears(coach())
        with open_journal(terminal) as journal:
            order = cash(journal, 2000)
            with journal.transaction() as tx:
                open_claim(tx, claim="123456789012", order=order, fen=Fen(2000), reason="cancelled")
                release(tx, order, reason="cancelled")
        yield terminal


def open_journal(terminal: Terminal) -> Journal:
    return Journal.create_or_open(
        terminal.directory / "journal.db", device=terminal.device, prefix=PREFIX, clock=wall, random=Chance(5)
    )


def cash(journal: Journal, fen: int) -> UUID:
    order = uuid4()
    with journal.transaction() as tx:
        hold(tx, order=order, service_date=now().date(), trip="K1", seats=None, count=1, total=Fen(4500),
             grant=Grant(count=9))  # fmt: skip
        record_money(tx, order, direction=Direction.TAKEN, fen=Fen(fen), method="cash")
    return order


@pytest.fixture
def run(till: Terminal, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str, badge: str | None = None) -> tuple[int, str, str]:
        more: list[str] = []
        if badge is not None:
            card = till.folder / f"card-{badge}.txt"
            more = ["--card", str(card if card.exists() else write_card(till.folder, badge))]
            more += ["--pin-file", str(till.folder / "pin")]
        code = main([*words, "--config", str(till.config), *more])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_claim_is_shown_settled_and_refused_the_second_time(run: Run) -> None:
    code, out, _ = run("claim", "list")
    assert code == 0
    assert "1234 5678 9012: ¥20.00, open" in out
    assert "1 open, ¥20.00 in all." in out
    code, out, _ = run("claim", "settle", "1234 5678 9012", "--json", badge="0109")
    assert code == 0
    assert (json.loads(out)["state"], json.loads(out)["by"]) == ("settled", "0109")
    code, out, err = run("claim", "settle", "123456789012", badge="0109")
    assert (code, out) == (1, "")
    assert "settled already, by badge 0109" in err
    assert "Pay nothing" in err
    assert "No claim is open" in run("claim", "list")[1]


def test_an_attendant_pays_nothing_out(run: Run) -> None:
    code, _, err = run("claim", "settle", "123456789012", badge="0107")
    assert code == 1
    assert "may not do this. A cashier or the duty manager may." in err
    assert "open" in run("claim", "show", "123456789012")[1]


def test_a_shift_from_its_opening_to_its_difference(till: Terminal, run: Run) -> None:
    assert "No shift was ever opened" in run("shift", "show")[1]
    assert run("shift", "open", "200", badge="0109")[0] == 0
    with open_journal(till) as journal:
        cash(journal, 4500)
    assert run("shift", "remove", "45", "--where", "stacker", badge="0109")[0] == 0
    assert run("shift", "refill", "37.50", "--where", "dispensers", badge="0109")[0] == 0
    code, out, _ = run("shift", "close", "230", "--json", badge="0108")
    closed = json.loads(out)
    assert code == 0
    assert (closed["expected"], closed["counted"], closed["difference"]) == (23_750, 23_000, -750)
    assert (closed["badge"], closed["closed_by"]) == ("0109", "0108")
    out = run("shift", "show")[1]
    assert "missing" in out
    assert "-¥7.50" in out
    code, _, err = run("shift", "close", "1", badge="0109")
    assert code == 1
    assert "No shift is open" in err


def test_a_gate_has_no_cash_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate = Terminal(tmp_path / "gate", "gate-1", relay=None)
    assert main(["shift", "show", "--config", str(gate.config)]) == 1
    assert "no kiosk" in capsys.readouterr().err


@pytest.mark.parametrize("bad", ["-1", "1.234", "1,50", "many", ""])
def test_an_amount_that_is_none_is_refused_before_anything_is_asked(bad: str, run: Run) -> None:
    with pytest.raises(SystemExit):
        run("shift", "open", bad, badge="0109")
