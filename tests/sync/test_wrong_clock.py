"""A terminal whose clock is wrong by years comes into step over TLS; and so it does when its centre was wrong."""

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from sync.cache.writer import CacheWriter
from sync.engine.backoff import Backoff
from sync.engine.engine import Engine
from sync.enrolling import FirstSight, Wish, enrol
from sync.journal.journal import Journal
from sync.line.client import CentreClient
from sync.line.pinned_line import pinned_line
from sync.server.centre import Centre
from sync.trusted_time import Clocks
from tests.sync.tls_centre import centre_over_tls
from tickets.admission import TimeQuality
from tickets.device_certificate import read_device_certificate
from tickets.events import Kind
from tickets.keys import Algorithm, PublicKey, SigningKey


class CentreClock:
    """The centre's clock, which tests may put wrong."""

    def __init__(self) -> None:
        self.off = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


class TerminalClocks:
    """A terminal's clocks: the wall clock is wrong by `off` seconds; the boot clock may be told that time passes."""

    def __init__(self, off: float) -> None:
        self.off = off
        self.passed = 0.0

    def clocks(self) -> Clocks:
        return Clocks(
            boot=lambda: time.monotonic() + self.passed,
            wall=lambda: time.time() + self.off + self.passed,
            boot_id="this boot",
        )


class Shelf:
    """A device's certificate, kept in memory."""

    def __init__(self, kept: bytes | None) -> None:
        self.kept = [kept]

    def get(self) -> bytes | None:
        return self.kept[-1]

    def put(self, certificate: bytes) -> None:
        self.kept.append(certificate)


class Terminal:
    """A gate with a real engine over TLS, exactly as the sync process puts it together."""

    def __init__(self, directory: Path, url: str, centre: Centre, own: TerminalClocks, stack: ExitStack) -> None:
        directory.mkdir()
        key, sight = SigningKey.generate(), FirstSight()
        wish = Wish(code=centre.devices.new_code("gate", "gate-1"), kind="gate", name="gate-1", device_key=key.public)
        with httpx.Client(verify=sight, trust_env=False) as http:
            said = enrol(http, url, wish, secrets.token_bytes(32), sight)
        cache = stack.enter_context(CacheWriter(directory / "cache.db"))
        self.shelf = Shelf(said.device_certificate)

        def trusted() -> datetime | None:
            now = self.engine.clock.now()
            return now.at if now.quality is TimeQuality.TRUSTED else None

        dated, undated = (
            stack.enter_context(httpx.Client(verify=pinned_line(said.line_authorities, now), trust_env=False))
            for now in (trusted, lambda: None)
        )
        self.engine = Engine(
            client=CentreClient(url, said.device, key, dated, time_http=undated),
            cache=cache,
            journals=[directory / "journal.db"],
            root=PublicKey(Algorithm.EDDSA, said.root_key),
            enrolled_trust=said.trust_list,
            clocks=own.clocks(),
            backoff=Backoff(Random(1).random, base=0.01, cap=0.02),
            nonce=lambda: secrets.token_bytes(32),
            certificate=self.shelf,
        )
        stack.callback(self.engine.close)
        self.cache, self.dated = cache, dated
        self.journal = Journal.create_or_open(
            directory / "journal.db",
            device=said.device,
            prefix=None,
            clock=self.engine.clock.now,
            random=Random(2).randbytes,
        )
        stack.callback(self.journal.close)

    def writes(self) -> None:
        """Journal something."""
        with self.journal.transaction() as tx:
            tx.append(Kind.DEVICE_FAULT, {"device": "printer", "what": "paper"})

    def qualities(self) -> list[str]:
        """How good the time was at each event."""
        return [str(each.event.quality) for each in self.journal.events(0, 100)]

    @property
    def in_step(self) -> bool:
        return self.cache.kept_through(self.journal.epoch) == self.journal.head()[0]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("years", [-25, -2, 1, 23])
def test_a_terminal_with_a_wrong_clock_comes_into_step(tmp_path: Path, stack: ExitStack, years: int) -> None:
    url, centre = stack.enter_context(centre_over_tls(tmp_path / "centre"))
    own = TerminalClocks(years * 365.25 * 86400)
    there = Terminal(tmp_path / "gate", url, centre, own, stack)
    believed = TimeQuality.UNKNOWN if years < 0 else TimeQuality.DEGRADED
    assert there.engine.clock.now().quality is believed, "before 2026 nothing of ours ran"
    there.writes()
    done = there.engine.step()
    assert not done.problems, done.problems
    now = there.engine.clock.now()
    assert now.quality is TimeQuality.TRUSTED
    assert abs(now.at - datetime.now(UTC)) < timedelta(seconds=10), "put right in both directions"
    there.writes()
    there.engine.step()
    assert there.in_step, "what was written under the wrong clock is kept all the same"
    assert there.qualities()[-1] == "trusted"
    assert there.qualities()[0] in ("degraded", "unknown")
    floor = datetime.fromtimestamp(there.cache.time_floor_ms() / 1000, UTC)
    assert abs(floor - datetime.now(UTC)) < timedelta(minutes=2), "nor is a clock that ran ahead believed later"


def test_a_centre_that_was_wrong_for_a_while_puts_its_terminals_right_again(tmp_path: Path, stack: ExitStack) -> None:
    """They trusted its time; by that its certificate is over, and only the question for the time still goes through."""
    clock = CentreClock()
    url, centre = stack.enter_context(centre_over_tls(tmp_path / "centre", clock))
    own = TerminalClocks(0)
    there = Terminal(tmp_path / "gate", url, centre, own, stack)
    clock.off = timedelta(days=900)
    there.engine.step()
    assert there.engine.clock.now().at - datetime.now(UTC) > timedelta(days=899)
    there.dated._transport.close()  # the connections, not the client; the next one is judged
    with pytest.raises(httpx.ConnectError, match="not of this time"):
        there.dated.get(f"{url}/v1/health")
    clock.off = timedelta(0)
    own.passed = 601
    for _ in range(2):
        there.engine.step()
    now = there.engine.clock.now()
    assert abs(now.at - datetime.now(UTC)) < timedelta(seconds=30)


def test_a_terminal_that_was_off_too_long_renews_reports_and_is_in_step_again(tmp_path: Path, stack: ExitStack) -> None:
    """Its certificate has ended meanwhile, and its clock with it."""
    clock, own = CentreClock(), TerminalClocks(0)
    url, centre = stack.enter_context(centre_over_tls(tmp_path / "centre", clock))
    there = Terminal(tmp_path / "gate", url, centre, own, stack)
    there.engine.step()
    assert len(there.shelf.kept) == 1, "half of its time is not over"
    there.writes()
    clock.off, own.passed = timedelta(days=75), 75 * 86400.0
    there.dated._transport.close()
    centre.stations.upkeep()
    assert centre.house.settings.tls is not None
    centre.house.settings.tls.renew()  # what the running server does every half minute
    for _ in range(3):
        there.engine.step()
    done = there.engine.step()
    assert not done.problems, done.problems
    assert there.in_step
    assert len(there.shelf.kept) == 2
    renewed = read_device_certificate(there.shelf.get() or b"")
    assert renewed.expires - clock() > timedelta(days=59)
    status = there.cache.status()
    assert status is not None
    assert status.what == ""


def test_a_terminal_of_before_there_were_certificates_gets_one(tmp_path: Path, stack: ExitStack) -> None:
    url, centre = stack.enter_context(centre_over_tls(tmp_path / "centre"))
    there = Terminal(tmp_path / "gate", url, centre, TerminalClocks(0), stack)
    there.shelf.kept = [None]
    for _ in range(2):
        there.engine.step()
    assert [each is None for each in there.shelf.kept] == [True, False]
