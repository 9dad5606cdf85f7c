"""Ten thousand codes that nobody sold: none lets anybody in, none is an error, and none of their bytes is kept."""

import logging
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from gate.decision import Refused
from gate.override import BadgeShown, Overrides
from gate.pairing import Pairing
from gate.shown import Code
from tests.gate.bench import NOON, STATION, Centre, Desk, Gate, admitted
from tests.tickets.samples import OTHER_KEY
from tickets import base45
from tickets.badges import badge_code
from tickets.reasons import Reason

CODES = 10_000
EACH = CODES // 10
WINDOW = 6
"""So many characters in a row of what was shown, and a fact has kept some of it."""
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


class Forger:
    """Makes codes out of nothing, and out of genuine ones."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.random = Random(seed)
        self.genuine = [sell(desk.ticket()) for sell in (desk.by_centre, desk.by_till) for _ in range(8)]
        self.badge = badge_code("7", OTHER_KEY, STATION, NOON, 8, self.random.randbytes)

    def codes(self) -> Iterator[str]:
        makers = (
            self.noise,
            self.unicode,
            self.right_alphabet,
            self.random_cbor,
            self.digits,
            self.one_character_changed,
            self.cut_or_grown,
            self.one_bit_changed,
            self.two_spliced,
            self.badges,
        )
        for make in makers:
            yield from islice((code for code in iter(make, None) if code not in self.genuine), EACH)

    def noise(self) -> str:
        return self.random.randbytes(self.random.randint(1, 300)).decode("latin-1")

    def unicode(self) -> str:
        return "".join(chr(self.random.choice((0x20, 0x4E00, 0x1F600)) + self.random.randrange(80)) for _ in range(40))

    def right_alphabet(self) -> str:
        return "RT1:" + "".join(self.random.choices(ALPHABET, k=self.random.randint(0, 420)))

    def random_cbor(self) -> str:
        """Begins as a COSE_Sign1 does and goes on as it likes."""
        head = b"\x84\x46\xa2\x01\x27\x04" + self.random.randbytes(2) + b"\xa0\x58"
        return "RT1:" + base45.encode(head + self.random.randbytes(self.random.randint(0, 200)))

    def digits(self) -> str:
        return "".join(self.random.choices("0123456789", k=self.random.randint(8, 20)))

    def one_character_changed(self) -> str:
        text = self.random.choice(self.genuine)
        at = self.random.randrange(len(text))
        return text[:at] + self.random.choice(ALPHABET) + text[at + 1 :]

    def cut_or_grown(self) -> str:
        text = self.random.choice(self.genuine)
        if self.random.random() < 0.5:
            return text[: self.random.randrange(len(text))]
        return text + "".join(self.random.choices(ALPHABET, k=self.random.randint(1, 9)))

    def one_bit_changed(self) -> str:
        data = bytearray(base45.decode(self.random.choice(self.genuine)[4:]))
        data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        return "RT1:" + base45.encode(bytes(data))

    def two_spliced(self) -> str:
        first, second = self.random.sample(self.genuine, 2)
        at = self.random.randrange(4, min(len(first), len(second)))
        return first[:at] + second[at:]

    def badges(self) -> str:
        text = self.badge
        at = self.random.randrange(4, len(text))
        changed = text[:at] + self.random.choice(ALPHABET) + text[at + 1 :]
        return self.random.choice((text, changed, "RK1:" + text[4:], text[:at]))


@pytest.fixture
def gate() -> Iterator[Gate]:
    """On a memory disk where there is one: each of these refusals is a commit."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        centre = Centre(Path(name) / "cache.db")
        centre.opens_for_the_day()
        gate = Gate(Path(name) / "gate-1", cache=Path(name) / "cache.db")
        yield gate
        gate.close()
        centre.close()


def test_none_of_ten_thousand(gate: Gate, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk()
    forger = Forger(desk, seed=20261122)
    reader = Overrides(gate.decider, Pairing(gate.decider, 20.0, lambda: 0.0), 20.0, lambda: 0.0)
    said: Counter[str] = Counter()
    shown = list(forger.codes())
    assert len(shown) == CODES
    for text in shown:
        before = gate.journal.head()[0]
        answer = reader.decide(Code(text=text))
        (fact,) = gate.journal.events(before, 2)
        if isinstance(answer, BadgeShown):
            said[answer.answer.value] += 1
        else:
            assert isinstance(answer, Refused), "somebody was let in"
            said[answer.refusal.reason] += 1
        body = dict(fact.event.body)
        assert fact.kind == "scan.refused"
        assert body.keys() == {"number", "reason", "lane", "by"}
        number = body["number"]
        assert number is None or (text == number and len(text) == 20), "only what is a ticket number for certain"
        if number is None:
            kept = fact.data
            assert not any(window in kept for window in _windows(text)), "some of it was kept"
    assert said.keys() == {
        Reason.UNREADABLE,
        Reason.FORGED,
        Reason.UNKNOWN_ISSUER,
        Reason.NOT_KNOWN_HERE,
        "badge_bad",
    }
    assert min(said.values()) > 30, said
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    for text in forger.genuine:
        admitted(gate.shows(text))


def _windows(text: str) -> set[bytes]:
    data = text.encode("utf-8")
    return {data[at : at + WINDOW] for at in range(len(data) - WINDOW + 1)}
