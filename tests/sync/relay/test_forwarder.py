"""Handing on: a real relay file on one side, a real centre on the other, and a line that loses what it likes."""

import json
import random as seeded
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from sync.cache.writer import CacheWriter
from sync.encoding import from_text
from sync.line.client import LineDown
from sync.server.relay.forks import keep_fork
from sync.server.relay.forwarder import AFTER_S, LOOK_S, Forwarder
from sync.server.relay.handed_on import HandedOn, HandedOnReader
from sync.server.relay.held_reader import HeldReader
from sync.server.relay.journals import AT_ONCE, Forked, Gap, Held, Slice, Taken, take_in
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.pruning import drop_kept
from sync.server.relay.schema import SCHEMA
from sync.wire.push import PushBatch
from sync.wire.relay_up import ForwardAnswer, ForwardRequest
from tests.sync.server.support import NOON, Clock, Terminal, World, copy_of, make_template, opened, root_of
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import PeerError
from tickets.keys import PublicKey, SigningKey
from tickets.trust import KeyUse, Trust, open_trust_list

NOON_MS = int(NOON.timestamp() * 1000)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("centre"))


@dataclass
class Place:
    """A relay's terminal: its file, its sync's cache, and a forwarder that steps when a test says so."""

    world: World
    relay: Terminal
    directory: Path
    ledger: Ledger
    cache: CacheWriter
    seconds: float = 0.0
    requests: list[ForwardRequest] = field(default_factory=list)
    lose: str = ""

    def __post_init__(self) -> None:
        self.handed_on = HandedOn(self.cache)
        self.forwarder = self.begin()

    def begin(self) -> Forwarder:
        held = HeldReader(self.directory / RELAY_DB)
        return Forwarder(self, held, HandedOn(self.cache), self.receipt_keys, lambda: self.seconds)

    def receipt_keys(self) -> tuple[PublicKey, ...]:
        signed = from_text(self.relay.pull_all()["trust", ""]["list"])
        return Trust(open_trust_list(signed, root_of(self.world.directory))).keys(KeyUse.RECEIPT)

    def forward(self, request: ForwardRequest) -> ForwardAnswer:
        """The line to the centre."""
        if self.lose == "request":
            raise LineDown("lost", "again")
        self.requests.append(request)
        answer = self.relay.ask("POST", "/v1/sync/forward", json.loads(request.model_dump_json()))
        assert answer.status_code == 200, answer.text
        if self.lose == "answer":
            raise LineDown("lost", "again")
        return ForwardAnswer.model_validate_json(answer.content)

    def hold(self, device: Terminal, first: int = 1, last: int | None = None) -> Taken:
        """As the relay takes a push in: in slices, the last of them with the head that the device signed."""
        batch = PushBatch.model_validate_json(json.dumps(device.batch(first, last)))
        taken: Taken = Gap(expected_seq=first)
        for at in range(0, len(batch.events), AT_ONCE):
            taken = take_in(
                self.ledger,
                Slice(
                    device=device.device,
                    kind="till",
                    epoch=batch.epoch,
                    first_seq=batch.first_seq + at,
                    previous=device.hashes[batch.first_seq - 1 + at],
                    events=batch.events[at : at + AT_ONCE],
                    prefix=batch.prefix,
                    signature=batch.head.signature if at + AT_ONCE >= len(batch.events) else None,
                ),
                NOON_MS,
            )
            if not isinstance(taken, Held):
                break
        if isinstance(taken, Forked):
            keep_fork(self.ledger, device.device, batch, NOON_MS)
        return taken

    def run(self, seconds: float = 2 * AFTER_S) -> None:
        """Step for so long; a lost message is tried again after a second."""
        end = self.seconds + seconds
        while self.seconds < end:
            try:
                wait = self.forwarder.step()
            except LineDown:
                wait = 1.0
            self.seconds += max(wait, 0.01)

    def kept(self, device: Terminal) -> int:
        return HandedOnReader(self.directory / "cache.db").of(device.epoch.hex).through

    def sent(self) -> list[tuple[str, int, int]]:
        """Every batch that went over the line: device, first and last event."""
        return [
            (each.device, each.batch.first_seq, each.batch.head.seq)
            for request in self.requests
            for each in request.batches
        ]


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Iterator[Place]:
    with opened(copy_of(template, tmp_path / "centre"), Clock()) as world:
        directory = tmp_path / "relay"
        directory.mkdir()
        ledger = Ledger.open(directory / RELAY_DB, seeded.Random(1).randbytes, NOON_MS)
        with CacheWriter(directory / "cache.db") as cache:
            yield Place(world, world.enrol("relay", "relay-1"), directory, ledger, cache)
        ledger.close()


@pytest.fixture
def till(place: Place) -> Terminal:
    made = place.world.enrol()
    made.open_journal()
    return made


def test_a_device_that_reaches_only_the_relay_gets_everything_kept(place: Place, till: Terminal) -> None:
    number = till.sell(seat=2)
    place.hold(till, 1, 3)
    place.hold(till, 4)
    place.run()
    assert place.kept(till) == len(till.events)
    assert till.pull_all()["ticket", number]["state"] == "valid"
    assert place.forwarder.left() == 0
    calls = len(place.requests)
    place.run(60)
    assert len(place.requests) == calls, "what is kept is not asked about again"


def test_a_device_that_sends_by_itself_is_left_the_time_to(place: Place, till: Terminal) -> None:
    till.sell(seat=2)
    place.hold(till)
    place.run(AFTER_S - LOOK_S)
    assert place.requests == []
    till.push()
    place.run()
    assert place.sent() == [], "the centre is asked, and has it all"
    assert place.kept(till) == len(till.events)
    till.sell(seat=1)
    place.hold(till, 8)
    till.push(1, 10)
    place.run()
    assert place.sent() == [(till.device, 11, len(till.events))], "only what the centre lacks is sent"
    assert place.kept(till) == len(till.events)


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_what_the_line_loses_is_sent_again_and_is_there_once(place: Place, till: Terminal, lost: str) -> None:
    till.sell()
    place.hold(till)
    place.lose = lost
    place.run(60)
    assert place.kept(till) == 0
    place.lose = ""
    place.run()
    assert place.kept(till) == len(till.events) == len(place.world.rows("events"))
    assert place.world.incidents() == []


def test_a_backlog_goes_in_batches_of_several_heads(place: Place, till: Terminal) -> None:
    for no in range(700):
        till.note("scan.refused", lane="1", way="in", reason="unreadable", what="none", number=None, no=no)
    for first in range(1, 702, 7):
        place.hold(till, first, min(first + 6, 701))
    place.run()
    assert place.kept(till) == 701
    assert [last - first + 1 for _, first, last in place.sent()] == [497, 204], "as much as fits, up to a signed head"


def test_events_whose_head_is_not_signed_yet_wait_for_it(place: Place, till: Terminal) -> None:
    till.sell()
    place.hold(till, 1, 2)
    batch = PushBatch.model_validate_json(json.dumps(till.batch(3)))
    take_in(
        place.ledger,
        Slice(device=till.device, kind="till", epoch=batch.epoch, first_seq=3, previous=batch.previous,
              events=batch.events[:1], prefix=batch.prefix),
        NOON_MS,
    )  # fmt: skip
    place.run()
    assert place.kept(till) == 2
    calls = len(place.requests)
    place.run(10 * AFTER_S)
    assert len(place.requests) - calls <= 12, "it is not asked all the time"
    place.hold(till, 3, 3)
    place.run()
    assert place.kept(till) == 3, "nothing new came but the signature"
    place.hold(till, 4)
    place.run()
    assert place.kept(till) == len(till.events)


def test_a_journal_that_began_elsewhere_is_handed_on_from_where_the_relay_heard_it(
    place: Place, till: Terminal
) -> None:
    till.sell(seat=1)
    till.push(1, 4)
    place.hold(till, 5)
    place.run()
    assert place.kept(till) == len(till.events)


def test_a_gap_at_the_centre_keeps_nobody_else_waiting(place: Place, till: Terminal) -> None:
    other = place.world.enrol("gate", "gate-1")
    other.open_journal()
    till.sell(seat=1)
    place.hold(till, 5)
    place.hold(other)
    place.run(90)
    assert place.kept(till) == 0, "the relay never had what comes before"
    assert place.kept(other) == 1
    assert len(place.requests) < 12
    till.push(1, 4)
    place.run(90)
    assert place.kept(till) == len(till.events)


def test_a_centre_that_was_put_back_gets_again_what_the_relay_has(place: Place, till: Terminal) -> None:
    for _ in range(6):
        till.note("staff.called", why="help")
    place.hold(till, 1, 4)
    place.hold(till, 5)
    place.run()
    with sqlite3.connect(place.world.directory / "centre.db") as older:
        older.execute("DELETE FROM events WHERE seq > 2")
        older.execute("UPDATE epochs SET kept_through = 2, head = ?", (till.hashes[2],))
    older.close()
    place.requests.clear()
    end = len(till.events)
    till.note("staff.called", why="help")
    place.hold(till, end + 1)
    place.run(60)
    assert [seq for (seq,) in events(place)] == list(range(1, end + 2))
    assert place.kept(till) == end + 1


def events(place: Place) -> list[tuple[int]]:
    with sqlite3.connect(place.world.directory / "centre.db") as connection:
        found = connection.execute("SELECT seq FROM events ORDER BY seq").fetchall()
    connection.close()
    return found


def test_a_fork_that_the_relay_has_seen_is_evidence_at_the_centre(place: Place, till: Terminal) -> None:
    till.sell(seat=1)
    copy = replace(till, events=till.events[:4], hashes=till.hashes[:5])
    copy.sell(seat=3)
    place.hold(till)
    assert isinstance(place.hold(copy, 3), Forked)
    assert isinstance(place.hold(copy, 3), Forked)
    place.run()
    (incident,) = place.world.incidents("forked_journal")
    assert incident["subject"] == till.epoch.hex
    assert set(copy.events[4:]) <= {bytes(row[6]) for row in place.world.rows("evidence")}
    assert place.kept(till) == len(till.events), "the story that was first goes on"
    calls = len(place.requests)
    place.forwarder = place.begin()
    place.run(90)
    assert len(place.requests) == calls, "what the centre has is not shown again, nor after a restart"


def test_a_device_hears_by_the_relay_that_the_centre_has_another_story_of_its_journal(
    place: Place, till: Terminal
) -> None:
    till.sell(seat=1)
    copy = replace(till, events=till.events[:4], hashes=till.hashes[:5])
    copy.sell(seat=3)
    copy.push()
    place.hold(till)
    place.run(90)
    keeps = HandedOnReader(place.directory / "cache.db").of(till.epoch.hex)
    assert keeps.forked
    assert place.world.incidents("forked_journal")
    calls = len(place.requests)
    place.run(90)
    assert len(place.requests) == calls


def test_an_emptied_relay_hands_on_what_devices_tell_it_again(place: Place, till: Terminal) -> None:
    till.sell(seat=1)
    place.hold(till, 1, 4)
    place.ledger.close()
    for each in place.directory.glob(f"{RELAY_DB}*"):
        each.unlink()
    place.run(30)
    assert place.kept(till) == 0
    place.ledger = Ledger.open(place.directory / RELAY_DB, seeded.Random(2).randbytes, NOON_MS)
    place.hold(till, 1)
    place.run()
    assert place.kept(till) == len(till.events) == len(events(place))


def test_a_receipt_of_somebody_else_is_not_believed(place: Place, till: Terminal) -> None:
    till.sell()
    place.hold(till)
    place.forwarder = Forwarder(
        place,
        HeldReader(place.directory / RELAY_DB),
        place.handed_on,
        lambda: (SigningKey.generate().public,),
        lambda: place.seconds,
    )
    with pytest.raises(PeerError, match="receipt"):
        place.run()
    assert place.kept(till) == 0


def test_what_the_centre_keeps_is_dropped_when_it_is_old_and_nothing_else(place: Place, till: Terminal) -> None:
    till.sell()
    place.hold(till, 1, 5)
    place.run()
    place.hold(till, 6)
    place.handed_on = HandedOn(place.cache)
    kept = HandedOnReader(place.directory / "cache.db").all()

    def dropped(days: float, quality: TimeQuality = TimeQuality.TRUSTED) -> list[int]:
        while drop_kept(place.ledger, kept, TrustedNow(at=NOON + timedelta(days=days), quality=quality)):
            pass
        left = place.ledger.connection.execute("SELECT seq FROM events ORDER BY seq").fetchall()
        return [seq for (seq,) in left]

    everything = list(range(1, len(till.events) + 1))
    assert dropped(13.9) == everything
    assert dropped(15, TimeQuality.DEGRADED) == everything
    assert dropped(15) == everything[5:]
    till.note("staff.called", why="help")
    assert isinstance(place.hold(till, 3), Held), "a device that lost its count may begin further back"
    copy = replace(till, events=till.events[:2], hashes=till.hashes[:3])
    copy.sell(seat=3)
    assert isinstance(place.hold(copy, 2), Forked), "and another story is still told from this one"
    place.run()
    assert place.kept(till) == len(till.events)


def test_a_relays_file_of_before_is_brought_up_and_handed_on_with_the_next_signed_head(
    place: Place, till: Terminal
) -> None:
    for _ in range(6):
        till.note("staff.called", why="help")
    place.ledger.close()
    path = place.directory / RELAY_DB
    for each in place.directory.glob(f"{RELAY_DB}*"):
        each.unlink()
    with sqlite3.connect(path) as old:
        SCHEMA.migrations().apply(Database(old), stop_before="what_a_relay_hands_on")
        old.execute("INSERT INTO arbiter VALUES (1, ?, ?, 1, 0)", ("ab" * 16, NOON_MS))
        journal = (till.epoch.hex, till.device, 1, 4, till.hashes[4], 0, NOON_MS)
        old.execute("INSERT INTO journals VALUES (?, ?, ?, ?, ?, ?, ?)", journal)
        old.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
            [(till.epoch.hex, seq, till.events[seq - 1], till.hashes[seq], NOON_MS) for seq in range(1, 5)],
        )
    old.close()
    place.ledger = Ledger.open(path, seeded.Random(1).randbytes, NOON_MS)
    assert (place.ledger.epoch, place.ledger.arbitrating) == ("ab" * 16, True), "the same arbiter"
    place.run()
    assert place.kept(till) == 0, "nothing of it is signed"
    place.hold(till, 5)
    place.run()
    assert place.kept(till) == len(till.events)
