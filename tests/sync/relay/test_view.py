"""Whom a relay believes: the station's devices as its cache has them, with the keys that they had a while ago."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.newest_trust import NewestTrust
from sync.server.relay.view import CacheView
from sync.wire.pull import PullAnswer, Record
from tickets.admission import TimeQuality, TrustedNow
from tickets.keys import SigningKey
from tickets.trust import TrustList, sign_trust_list

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROOT, BEFORE, AFTER = (SigningKey.from_raw(bytes([seed]) * 32) for seed in (1, 2, 3))


class There:
    """A relay's view over a cache, and the centre that says things into it."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        listed = sign_trust_list(TrustList(version=1, issued=NOW, expires=NOW + timedelta(days=9), keys=()), ROOT)
        self._cache = stack.enter_context(CacheWriter(directory / "cache.db"))
        self.reader = CacheReader(directory / "cache.db")
        stack.callback(self.reader.close)
        self._seconds = 0.0
        now = TrustedNow(at=NOW, quality=TimeQuality.TRUSTED)
        trust = NewestTrust(listed, ROOT.public, self.reader)
        self.view = CacheView(self.reader, trust, lambda: now, self._later)
        self._change = 0

    def _later(self) -> float:
        self._seconds += 1
        return self._seconds

    def says(self, key: SigningKey, *former: SigningKey, kind: str = "gate", state: str = "active") -> None:
        self._change += 1
        body: dict[str, object] = {
            "device": "1-x-1", "kind": kind, "name": "x-1", "key": key.public.raw.hex(), "state": state,
            "former": [each.public.raw.hex() for each in former],
        }  # fmt: skip
        record = Record(kind="device", key="1-x-1", body=body, change=self._change)
        self._cache.apply(PullAnswer(records=(record,), cursor=str(self._change), more=False))

    def believes(self, key: SigningKey) -> bool:
        return self.view.terminals()["1-x-1"].keys().verify(key.sign(b"said"), b"said")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[There]:
    with ExitStack() as stack:
        yield There(tmp_path, stack)


def test_after_a_change_of_keys_both_are_believed_for_as_long_as_the_centre_says(there: There) -> None:
    there.says(BEFORE)
    assert [there.believes(key) for key in (BEFORE, AFTER)] == [True, False]
    there.says(AFTER, BEFORE)
    assert [there.believes(key) for key in (BEFORE, AFTER)] == [True, True]
    there.says(AFTER)
    assert [there.believes(key) for key in (BEFORE, AFTER)] == [False, True]


def test_gates_believe_a_relay_by_both_keys_meanwhile(there: There) -> None:
    there.says(AFTER, BEFORE, kind="relay")
    assert set(there.reader.relay_keys()) == {AFTER.public, BEFORE.public}
    there.says(AFTER, BEFORE, kind="relay", state="revoked")
    assert there.reader.relay_keys() == ()
