"""How money will go back, said before anything is done: as much in coins as there are coins for."""

import pytest

from kiosk.till.finding.ports import CASH, NoReturns, Way
from kiosk.till.finding.ways import way_words
from tickets.money import Fen


class Coins(NoReturns):
    """Dispensers of one value."""

    def __init__(self, fen: int, coins: int) -> None:
        self._fen, self._coins = fen, coins

    def most_cash(self) -> Fen:
        return Fen(self._fen * self._coins)

    def can_give(self, fen: Fen) -> bool:
        return fen % self._fen == 0 and fen <= self._fen * self._coins


@pytest.mark.parametrize(
    ("coins", "said"),
    [
        (Coins(100, 500), "About ¥44.00 in coins by this machine; for the rest a slip for the ticket window."),
        (Coins(100, 30), "About ¥30.00 in coins by this machine; for the rest a slip for the ticket window."),
        (Coins(10, 500), "In coins, by this machine."),
        (Coins(5000, 9), "This machine has too little cash: a slip for the ticket window."),
        (Coins(100, 0), "This machine has too little cash: a slip for the ticket window."),
    ],
    ids=["none below a yuan", "too few", "exactly", "none small enough", "none"],
)
def test_no_more_is_said_than_there_are_coins_for(coins: Coins, said: str) -> None:
    assert way_words(CASH, Fen(4480), coins)[1] == said


def test_what_is_nothing_needs_no_way() -> None:
    assert way_words(Way(method="qr"), Fen(0), NoReturns())[1] == "Nothing is paid back."
