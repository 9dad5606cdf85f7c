"""A short play of random acts, and the parts of it that could be blind."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.crash import accounts
from tests.crash.life import qr_codes_in
from tests.crash.random_kiosk import play

SEEDS = (14, 15, 16, 17)
"""Played one after the other until somebody has put money in: which acts a seed comes to hangs on the machine too."""


def test_whatever_is_done_at_a_kiosk_its_money_is_tickets_and_claims(tmp_path: Path) -> None:
    for seed in SEEDS:
        acts: list[str] = []
        put_in, found = play(tmp_path / str(seed), seed, 30, quick=True, tell=acts.append)
        assert not found, "\n".join([*acts, *found])
        if put_in:
            return
    raise AssertionError("nobody paid: other seeds")


STACKER = {"total_fen": 2000, "collected_fen": 0, "returned_fen": 0, "escrow": None}
TAKEN = {"money.taken": [{"order": "o1", "fen": 2000}]}
TICKET = {"ticket.issued": [{"order": "o1", "fare": 2000}]}
CLAIM = {"claim.opened": [{"order": "o1", "fen": 2000, "claim": "c1"}]}
SETTLED = {"claim.settled": [{"fen": 2000, "claim": "c1"}]}


@pytest.mark.parametrize(
    ("journal", "doubts", "put_in", "found"),
    [
        (TAKEN | TICKET, [], 2000, 0),
        (TAKEN | CLAIM, [], 2000, 0),
        (CLAIM, [("o1", 2000)], 2000, 0),  # its note turned up in the stacker
        (TAKEN, [], 2000, 1),
        (TAKEN | TICKET | CLAIM, [], 2000, 1),
        (TAKEN | CLAIM | SETTLED, [], 2000, 1),
        ({}, [], 2000, 1),
        (CLAIM, [("o1", 1000)], 2000, 2),
        (TAKEN | TICKET, [], 4000, 1),
    ],
)
def test_accounts_that_do_not_add_up_are_found(
    monkeypatch: pytest.MonkeyPatch,
    journal: dict[str, list[dict[str, Any]]],
    doubts: list[tuple[str, int]],
    put_in: int,
    found: int,
) -> None:
    monkeypatch.setattr(accounts, "facts", lambda _, kind: journal.get(kind, []))
    monkeypatch.setattr(accounts, "rows", lambda _path, _sql: doubts)
    assert len(accounts.discrepancies(Path("journal.db"), STACKER, put_in)) == found


def test_bars_in_a_picture_are_no_ticket(tmp_path: Path) -> None:
    """Codabar has no check character: a reader that looks for it finds it in print. This one says A38A."""
    modules = "0".join(["1011001001", "110010101", "100110101", "1011001001"]).center(84, "0")
    picture = tmp_path / "bars.png"
    line = Image.frombytes("L", (len(modules), 1), bytes(255 * (module == "0") for module in modules))
    line.resize((3 * len(modules), 120), Image.Resampling.NEAREST).save(picture)
    assert qr_codes_in(picture) == []
