"""Stories by chance: a device tells relay and centre as it can, both lose what they may lose, and nothing else is lost.

At every step a device believes *kept* only what the centre has at that moment. At the end the centre has every event
once, and knows of no incident.
"""

import os
import random as seeded
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from sync.cache.writer import CacheWriter
from sync.encoding import from_text
from sync.server.relay.handed_on import HandedOnReader
from sync.server.relay.journals import Held
from sync.server.relay.ledger import RELAY_DB, Ledger
from sync.server.relay.pruning import drop_kept
from tests.sync.relay.test_forwarder import NOON_MS, Place
from tests.sync.server.support import NOON, Clock, Terminal, copy_of, make_template, opened
from tickets.admission import TimeQuality, TrustedNow
from tickets.events import receipt_message

STORIES = int(os.environ.get("WAYSTATION_STORIES", "6"))
STEPS = 70


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("centre"))


class Device:
    """One device's sync: how far it believes the relay holds and the centre keeps its journal."""

    def __init__(self, place: Place, terminal: Terminal) -> None:
        self.place = place
        self.terminal = terminal
        self.held = 0
        self.kept = 0

    def believe(self, through: int, receipt: bytes) -> None:
        """Keep a receipt that is the centre's, over our own chain."""
        message = receipt_message(self.terminal.epoch, through, self.terminal.hashes[through])
        assert any(key.verify(receipt, message) for key in self.place.receipt_keys())
        self.kept = max(self.kept, through)

    def tell_centre(self, chance: seeded.Random) -> None:
        end = len(self.terminal.events)
        if self.kept < end:
            said = self.terminal.push(self.kept + 1, chance.randint(self.kept + 1, end))
            if chance.random() < 0.7:  # else the answer is lost
                self.believe(said["kept_through"], from_text(said["receipt"]))

    def tell_relay(self, chance: seeded.Random) -> None:
        end = len(self.terminal.events)
        if self.held < end:
            taken = self.place.hold(self.terminal, self.held + 1, chance.randint(self.held + 1, end))
            assert isinstance(taken, Held)
            if chance.random() < 0.8:
                self.held = taken.held_through

    def ask_relay(self) -> None:
        keeps = HandedOnReader(self.place.directory / "cache.db").of(self.terminal.epoch.hex)
        assert not keeps.forked
        if keeps.receipt:
            self.believe(keeps.through, keeps.receipt)


class Story:
    """One station's chance."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.chance = seeded.Random(seed)
        self.happened: Counter[str] = Counter()
        self.devices = []
        for kind in ("till", "gate"):
            terminal = place.world.enrol(kind, f"{kind}-1")
            terminal.open_journal()
            self.devices.append(Device(place, terminal))

    def step(self) -> None:
        device = self.chance.choice(self.devices)
        acts: dict[str, Callable[[], object]] = {
            "something happens": lambda: self.note(device),
            "told to the centre": lambda: device.tell_centre(self.chance),
            "told to the relay": lambda: device.tell_relay(self.chance),
            "relay asked": device.ask_relay,
            "handed on": lambda: self.hand_on(""),
            "request lost": lambda: self.hand_on("request"),
            "answer lost": lambda: self.hand_on("answer"),
            "sync dies": self.sync_dies,
            "relay's disk lost": self.disk_lost,
            "relay's cache lost": self.cache_lost,
            "time passes": self.time_passes,
            "device's count lost": lambda: self.forget(device),
        }
        weights = [8, 3, 6, 5, 5, 1, 1, 1, 1, 1, 1, 1]
        (act,) = self.chance.choices(list(acts), weights)
        acts[act]()
        self.happened[act] += 1
        at_the_centre = {epoch: through for _, epoch, _, through, *_ in self.place.world.rows("epochs")}
        for each in self.devices:
            assert each.kept <= at_the_centre.get(each.terminal.epoch.hex, 0), act

    def note(self, device: Device) -> None:
        for _ in range(self.chance.randint(1, 5)):
            device.terminal.note("device.fault", device="camera", fault="not_connected", what="gone")

    def hand_on(self, lose: str) -> None:
        self.place.lose = lose
        self.place.run(self.chance.choice([1, 6, 12]))
        self.place.lose = ""

    def sync_dies(self) -> None:
        self.place.forwarder.close()
        self.place.forwarder = self.place.begin()

    def disk_lost(self) -> None:
        place = self.place
        place.ledger.close()
        for each in place.directory.glob(f"{RELAY_DB}*"):
            each.unlink()
        place.ledger = Ledger.open(place.directory / RELAY_DB, self.chance.randbytes, NOON_MS)
        for device in self.devices:
            device.held = 0  # another arbiter: all is told again

    def cache_lost(self) -> None:
        place = self.place
        place.forwarder.close()
        place.cache.close()
        for each in place.directory.glob("cache.db*"):
            each.unlink()
        place.cache = CacheWriter(place.directory / "cache.db")
        place.forwarder = place.begin()

    def time_passes(self) -> None:
        kept = HandedOnReader(self.place.directory / "cache.db").all()
        now = TrustedNow(at=NOON + timedelta(days=20), quality=TimeQuality.TRUSTED)
        while drop_kept(self.place.ledger, kept, now):
            pass

    def forget(self, device: Device) -> None:
        """Its cache was begun anew."""
        device.held, device.kept = 0, 0

    def end(self) -> None:
        for device in self.devices:
            while device.held < len(device.terminal.events):
                device.tell_relay(self.chance)
        self.place.run(120)
        for device in self.devices:
            device.ask_relay()
            assert device.kept == len(device.terminal.events)


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Iterator[Place]:
    with opened(copy_of(template, tmp_path / "centre"), Clock()) as world:
        directory = tmp_path / "relay"
        directory.mkdir()
        ledger = Ledger.open(directory / RELAY_DB, seeded.Random(1).randbytes, NOON_MS)
        made = Place(world, world.enrol("relay", "relay-1"), directory, ledger, CacheWriter(directory / "cache.db"))
        yield made
        made.forwarder.close()
        made.cache.close()
        made.ledger.close()


@pytest.mark.parametrize("seed", range(STORIES))
def test_whatever_is_lost_on_both_ways_every_event_is_kept_once(place: Place, seed: int) -> None:
    story = Story(place, seed)
    for _ in range(STEPS):
        story.step()
    story.end()
    told = Counter((UUID(row[1]), row[2]) for row in place.world.rows("events"))
    expected = {(each.terminal.epoch, seq) for each in story.devices for seq in range(1, len(each.terminal.events) + 1)}
    assert set(told) == expected, story.happened
    assert set(told.values()) == {1}
    assert place.world.incidents() == []
