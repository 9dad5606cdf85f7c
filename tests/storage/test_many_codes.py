"""Ten thousand codes that nobody sold: none opens the barrier, each is refused in a word, a real one still passes."""

from collections import Counter
from pathlib import Path
from random import Random

from gate.decide import Refused
from gate.shown import Code
from tests.gate.bench import Centre, Desk, Gate, admitted
from tickets.reasons import Reason

CODES = 10_000
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def code(chance: Random, genuine: str) -> str:
    """A code such as somebody might try, from plain noise to a genuine one with one character changed."""
    kind = chance.randrange(5)
    if kind == 0:
        return "".join(chr(chance.randrange(1, 0x2FFF)) for _ in range(chance.randrange(1, 300)))
    if kind == 1:
        return "RT1:" + "".join(chance.choices(_ALPHABET, k=chance.randrange(0, 400)))
    if kind == 2:
        return f"{chance.randrange(10**20):020d}"
    place = chance.randrange(4, len(genuine))
    if kind == 3:
        return genuine[:place] + chance.choice(_ALPHABET.replace(genuine[place], "")) + genuine[place + 1 :]
    return genuine[:place] + genuine[place + chance.randrange(1, 9) :]


def test_ten_thousand_random_codes(tmp_path: Path) -> None:
    chance, desk = Random(10_000), Desk()
    centre = Centre(tmp_path / "cache.db")
    centre.opens_for_the_day()
    centre.close()
    gate = Gate(tmp_path)
    ticket = desk.ticket()
    genuine = desk.by_till(ticket)
    came_of: Counter[Reason] = Counter()
    gate.journal._connection.execute("PRAGMA synchronous = OFF")  # this is about codes, not about the disk
    for _ in range(CODES):
        shown = Code(text=code(chance, genuine))
        decided = gate.decider.code(shown) if shown.may_be_ours else gate.decider.unreadable("code")
        assert isinstance(decided, Refused), shown.text
        came_of[decided.refusal.reason] += 1
    assert came_of.total() == CODES
    assert {Reason.UNREADABLE, Reason.FORGED, Reason.NOT_KNOWN_HERE} <= came_of.keys(), came_of
    kinds = Counter(kind for kind, _ in gate.facts())
    assert kinds["use.claimed"] == 0
    assert admitted(gate.shows(genuine)).number == ticket.number
    gate.close()
