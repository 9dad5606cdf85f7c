"""What a terminal says of its trust list's age, whom it follows, and what it does not believe."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.cache.reader import CacheReader
from sync.cache.writer import CacheWriter
from sync.encoding import to_text
from sync.engine.believing import Belief
from sync.newest_trust import NewestTrust
from sync.wire.pull import PullAnswer, Record
from tickets.admission import TimeQuality, TrustedNow
from tickets.freshness import newest, sign_newest
from tickets.keys import SigningKey
from tickets.trust import KeyUse, TrustedKey, TrustFault, TrustList, sign_root_link, sign_trust_list

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROOT, LIST, STRANGER = (SigningKey.from_raw(bytes([seed]) * 32) for seed in (1, 2, 3))


def listed(version: int = 5, root: SigningKey = ROOT, links: tuple[bytes, ...] = (), key: SigningKey = LIST) -> bytes:
    ends = NOW + timedelta(days=90)
    vouching = TrustedKey(use=KeyUse.LIST, key=key.public, not_before=NOW, not_after=ends)
    return sign_trust_list(
        TrustList(
            version=version, issued=NOW, expires=ends, keys=(vouching,), links=links, revoked_prefixes=frozenset({1})
        ),
        root,
    )


def at(days: float, quality: TimeQuality = TimeQuality.TRUSTED) -> TrustedNow:
    return TrustedNow(at=NOW + timedelta(days=days), quality=quality)


class There:
    """A cache, and what the centre puts into it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "cache.db"
        self.cache = CacheWriter(self.path)
        self._change = 0

    def comes(self, kind: str, **body: object) -> None:
        self._change += 1
        record = Record(kind=kind, key="", body=body, change=self._change)
        self.cache.apply(PullAnswer(records=(record,), cursor=str(self._change), more=False))

    def says(
        self, version: int, trust_list: bytes, days: float, by: SigningKey = LIST, revoked: tuple[int, ...] = ()
    ) -> None:
        said = newest(version, trust_list, NOW + timedelta(days=days), revoked)
        self.comes("freshness", statement=to_text(sign_newest(said, by)))


@pytest.fixture
def there(tmp_path: Path) -> Iterator[There]:
    made = There(tmp_path)
    yield made
    made.cache.close()


@pytest.mark.parametrize(
    ("days", "word"),
    [
        (0, ""),
        (75.9, ""),
        (76.1, "ends on 2027-02-20"),
        (89.9, "ends on"),
        (90.1, "has ended on 2027-02-20"),
        (900, "has ended"),
    ],
)
def test_it_warns_long_before_the_list_ends_and_goes_on_after(there: There, days: float, word: str) -> None:
    belief = Belief(there.cache, ROOT.public, listed())
    there.says(5, listed(), days)
    worry = belief.worry(at(days))
    assert (worry.what if worry else "").find(word) >= 0
    assert (worry is None) is (word == "")
    assert belief.keys(KeyUse.LIST) == (LIST.public,), "whatever its age, it is what there is"


def test_a_list_that_is_held_back_is_told_from_one_that_is_only_old(there: There) -> None:
    belief = Belief(there.cache, ROOT.public, listed())
    there.says(6, listed(6), 1)
    worry = belief.worry(at(1))
    assert worry is not None
    assert "a newer trust list (6)" in worry.what
    there.comes("trust", list=to_text(listed(6)))
    assert belief.renew() is None
    assert belief.worry(at(1)) is None


def test_news_that_stop_are_noticed_by_trusted_time(there: There) -> None:
    belief = Belief(there.cache, ROOT.public, listed())
    there.says(5, listed(), 0)
    assert belief.worry(at(2)) is None
    frozen = belief.worry(at(2.1))
    assert frozen is not None
    assert "has not said since 2026-11-22" in frozen.what
    assert belief.worry(at(800, TimeQuality.DEGRADED)) is None, "a clock that may be wrong cries no wolf"


def test_an_older_word_or_a_strangers_changes_nothing(there: There) -> None:
    belief = Belief(there.cache, ROOT.public, listed())
    there.says(5, listed(), 10)
    assert belief.worry(at(11)) is None
    there.says(9, listed(9), 5)
    assert belief.worry(at(11)) is None, "replayed"
    there.says(9, listed(9), 11, by=STRANGER)
    assert belief.worry(at(11)) is None, "forged"


def test_a_list_never_goes_back(there: There) -> None:
    belief = Belief(there.cache, ROOT.public, listed(5))
    there.comes("trust", list=to_text(listed(4)))
    assert isinstance(belief.renew(), TrustFault)
    assert belief.trust_list.version == 5


def test_a_lost_cache_takes_no_list_back(there: There, tmp_path: Path) -> None:
    """Somebody on the line, or the day of the enrolment, must not make a withdrawn badge count again."""
    kept = [listed(5)]
    belief = Belief(there.cache, ROOT.public, kept[-1], kept.append)
    assert len(kept) == 1, "it has that already"
    there.comes("trust", list=to_text(listed(7)))
    assert belief.renew() is None
    assert kept[1:] == [listed(7)]
    (tmp_path / "lost").mkdir()
    begun_anew = There(tmp_path / "lost")
    again = Belief(begun_anew.cache, ROOT.public, kept[-1], kept.append)
    begun_anew.comes("trust", list=to_text(listed(6)))
    assert isinstance(again.renew(), TrustFault)
    assert again.trust_list.version == 7
    begun_anew.cache.close()


def test_what_the_cache_has_and_the_file_lacks_is_kept_at_the_next_start(there: There) -> None:
    kept: list[bytes] = []
    there.comes("trust", list=to_text(listed(7)))
    assert Belief(there.cache, ROOT.public, listed(5)).renew() is None
    Belief(there.cache, ROOT.public, listed(5), kept.append)
    assert kept == [listed(7)]


def test_a_cache_that_was_put_back_takes_no_list_back(there: There) -> None:
    """A power cut may take its last commits, or a technician put an old copy there."""
    kept: list[bytes] = []
    Belief(there.cache, ROOT.public, listed(5))
    belief = Belief(there.cache, ROOT.public, listed(7), kept.append)
    assert (belief.trust_list.version, there.cache.trust_list(), kept) == (7, listed(7), [])
    spoilt = Belief(there.cache, ROOT.public, b"spoilt", kept.append)
    assert (spoilt.trust_list.version, kept) == (7, [listed(7)])


def test_it_follows_to_another_root_and_does_not_go_back(there: There) -> None:
    """Also after a start, and in the processes that only read."""
    new = SigningKey.from_raw(bytes([9]) * 32)
    link = sign_root_link(new.public, NOW, ROOT)
    belief, reading = Belief(there.cache, ROOT.public, listed()), CacheReader(there.path)
    trust = NewestTrust(listed(), ROOT.public, reading)
    there.comes("trust", list=to_text(listed(6, new, (link,))))
    assert belief.renew() is None
    assert belief.trust_list.version == trust.trust_list().version == 6
    theft = SigningKey.from_raw(bytes([8]) * 32)
    for forged in (
        listed(7, ROOT),
        listed(7, ROOT, (link,)),
        listed(8, theft, (sign_root_link(theft.public, NOW, ROOT),)),
    ):
        there.comes("trust", list=to_text(forged))
        assert isinstance(belief.renew(), TrustFault), "the root before is not believed any more"
        again = Belief(there.cache, ROOT.public, listed())
        assert isinstance(again.renew(), TrustFault), "nor after a start"
    assert trust.trust_list().version == 6
    reading.close()


def test_a_stranger_cannot_link(there: There) -> None:
    belief = Belief(there.cache, ROOT.public, listed())
    link = sign_root_link(STRANGER.public, NOW, STRANGER)
    there.comes("trust", list=to_text(listed(9, STRANGER, (link,))))
    assert isinstance(belief.renew(), TrustFault)


def test_readers_hear_of_tills_that_were_revoked_since_the_list(there: There) -> None:
    Belief(there.cache, ROOT.public, listed())
    reading = CacheReader(there.path)
    trust = NewestTrust(listed(), ROOT.public, reading)
    assert trust.current().revoked == {1}
    there.says(5, listed(), 1, revoked=(77,))
    assert trust.current().revoked == {1, 77}
    there.says(5, listed(), 2, by=STRANGER, revoked=(88,))
    assert trust.current().revoked == {1, 77}, "a stranger revokes nobody"
    there.says(5, listed(), 3)
    assert trust.current().revoked == {1, 77}, "and nobody takes a revocation back"
    reading.close()
