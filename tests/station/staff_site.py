"""Two gates of one station as real terminals: enrolled folders, LAN threads, a relay in memory, lanes on PTYs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from drivers.barrier import Way
from drivers.barrier.relay_board import ModbusRelayBarrier
from drivers.barrier.simulator import RelayBoardSimulator
from drivers.link import Link, open_link
from drivers.scanner.line import LineScanner
from drivers.scanner.simulator import ScannerSimulator
from drivers.simulation import Station
from gate.announcement import Announcement, Showing
from gate.decide import Decider
from gate.run import LaneParts, LanePlan, Readers, run_lanes
from gate.settings import GateSettings
from station.clock import TerminalClock
from sync.cache.reader import CacheReader
from sync.encoding import to_text
from sync.engine.status import SyncStatus
from sync.journal.journal import Journal
from sync.lan.arbiter import RelayArbiter
from sync.lan.lan import Lan, LanSettings
from sync.lan.relay_keys import RelayKeys
from sync.newest_trust import NewestTrust
from tests.gate.bench import Centre
from tests.sync.fake_relay import RELAY, FakeRelay
from tests.tickets.samples import JOURNEY, PREFIX, TICKET_KEY, trusted
from tickets.admission import TimeQuality, TrustedNow
from tickets.badges import seal_badge
from tickets.credential import Ticket, issue
from tickets.departures import Departure, StopCall
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import new_number
from tickets.service_day import CHINA, service_date
from tickets.trust import Badge, KeyUse, Role, TrustList, sign_trust_list

ROOT, ATTENDANT, MANAGER, CASHIER, EXPIRED = (SigningKey.from_raw(bytes([n]) * 32) for n in range(51, 56))
STATION_NO = 3701
PIN = "582914"
NEAR, FAR = 3_702_000_044, 3_702_000_045
NUMBERS = {"0107": ATTENDANT, "0108": MANAGER, "0109": CASHIER, "0110": EXPIRED}


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def wall() -> TrustedNow:
    return TrustedNow(at=datetime.now(UTC), quality=TimeQuality.TRUSTED)


def badge(number: str, role: Role, initials: str, ends: timedelta = timedelta(days=30)) -> Badge:
    return Badge(number=number, initials=initials, role=role, key=NUMBERS[number].public, expires=now() + ends)


def trust_list(version: int = 1) -> bytes:
    badges = (
        badge("0107", Role.ATTENDANT, "WL"),
        badge("0108", Role.DUTY_MANAGER, "ZH"),
        badge("0109", Role.CASHIER, "LI"),
        badge("0110", Role.ATTENDANT, "QX", timedelta(days=-1)),
    )
    keys = (trusted(KeyUse.TICKET, TICKET_KEY),)
    ends = now() + timedelta(days=60)
    return sign_trust_list(TrustList(version=version, issued=now(), expires=ends, keys=keys, badges=badges), ROOT)


@contextmanager
def quick_cards() -> Iterator[None]:
    """Cards that are sealed and opened in no time; tests/tickets/test_badges.py has the true cost."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tickets.badges._COST", 1 << 8)
        yield


def write_card(folder: Path, number: str, key: SigningKey | None = None) -> Path:
    """A badge card as a text file."""
    path = folder / f"card-{number}.txt"
    path.write_text(seal_badge(key or NUMBERS[number], number, PIN, Random(1).randbytes) + "\n", "ascii")
    (folder / "pin").write_text(PIN + "\n", "ascii")
    return path


def coach(leaves: datetime | None = None, trip: str = JOURNEY.trip) -> Departure:
    """A departure of about now, check-in open."""
    leaves = leaves or now() + timedelta(minutes=30)
    return Departure(
        service_date=service_date(leaves, CHINA),
        trip=trip,
        departs_at=leaves,
        boarding=JOURNEY.boarding,
        gate="3",
        bay="12",
        plate="鲁A12345",
        seats=45,
        places=45,
        stops=(StopCall(stop=NEAR, fare=Fen(9_000), minutes=60), StopCall(stop=FAR, fare=Fen(18_500), minutes=150)),
        opens_at=leaves - timedelta(minutes=75),
        closes_at=leaves - timedelta(minutes=5),
    )


class Desk:
    """Sells tickets for one departure."""

    def __init__(self, departure: Departure) -> None:
        self._departure = departure
        self._random = Random(4)
        self._seat = 0

    def ticket(self, **changes: object) -> Ticket:
        self._seat += 1
        journey = replace(
            JOURNEY, service_date=self._departure.service_date, trip=self._departure.trip, seat=self._seat, children=0
        )
        journey = replace(journey, **{"alighting": FAR, **changes})  # type: ignore[arg-type]  # names are fields
        return Ticket(new_number(PREFIX, self._random.randbytes), now() + timedelta(days=2), journey)


class Terminal:
    """An enrolled terminal's folder, with what the centre has told it and its LAN threads."""

    def __init__(self, folder: Path, name: str, *, relay: str | None, kind: str = "gate", more: str = "") -> None:
        self.folder = folder
        self.directory = folder / "data"
        self.directory.mkdir(parents=True)
        self.name = name
        self.device = f"{STATION_NO}-{kind}-{name}"
        self.key = SigningKey.generate()
        self.config = folder / "terminal.toml"
        section = f'[relay]\nurl = "{relay}"\n' if relay else ""
        self.config.write_text(f'directory = "data"\n{section}{more}', "utf-8")
        self._relay = relay
        self._enrol(kind)
        self.centre = Centre(self.directory / "cache.db")
        self.lan: Lan | None = None

    def _enrol(self, kind: str) -> None:
        kept = {
            "device": self.device,
            "name": self.name,
            "kind": kind,
            "station": STATION_NO,
            "prefix": None,
            "root_key": to_text(ROOT.public.raw),
            "certificate": None,
        }
        (self.directory / "enrolment.json").write_text(json.dumps(kept), "utf-8")
        (self.directory / "device.pem").write_bytes(self.key.to_pem())
        (self.directory / "trust.cbor").write_bytes(trust_list())

    def hears(self, *departures: Departure, devices: tuple["Terminal", ...] = ()) -> None:
        """What the centre says of the station."""
        station = {"code": STATION_NO, "name": ["青山客运站", "Qingshan Coach Station"],
                   "operator": ["青山运输集团", "Qingshan Transport"], "timezone": "Asia/Shanghai",
                   "stop": JOURNEY.boarding}  # fmt: skip
        self.centre.says("station", "", station)
        for stop, name in ((NEAR, ["柳林", "Liulin"]), (FAR, ["临江", "Linjiang"])):
            body = {"id": stop, "name": name, "pinyin": "x", "initials": "x", "popular": 1}
            self.centre.says("stop", str(stop), body)
        for departure in departures:
            self.centre.departure(departure)
        keys = [(each.device, "gate", each.name, each.key) for each in devices]
        for device, kind, called, key in (*keys, ("relay-1", "relay", "relay", RELAY), ("till-1", "till", "k1", RELAY)):
            body = {"device": device, "kind": kind, "name": called, "key": key.public.raw.hex(), "state": "active"}
            self.centre.says("device", device, body)
        self.in_step()

    def in_step(self, ago: timedelta = timedelta()) -> None:
        """The last time that the centre was heard."""
        at = int((datetime.now(UTC) - ago).timestamp() * 1000)
        self.centre.writer.set_status(SyncStatus(line_up=not ago, last_success_ms=at, queued=0))

    @contextmanager
    def in_the_lan(self) -> Iterator["Terminal"]:
        """Run what `waystation sync` runs for the LAN."""
        self.lan = Lan(
            LanSettings(
                directory=self.directory,
                url=self._relay,
                device=self.device,
                key=self.key,
                station=STATION_NO,
                root=ROOT.public,
                enrolled_trust=(self.directory / "trust.cbor").read_bytes(),
                journals=[self.directory / "journal.db"],
                now=wall,
                boot=time.monotonic,
                random=Random(1).random,
                retry_base_seconds=0.02,
                retry_cap_seconds=0.1,
            ),
            self.centre.writer,
        )
        self.lan.start()
        try:
            yield self
        finally:
            self.lan.stop()

    def standing(self, departure: Departure) -> Departure:
        reader = CacheReader(self.directory / "cache.db")
        try:
            found = reader.departure(departure.service_date, departure.trip)
        finally:
            reader.close()
        assert found is not None
        return found

    def close(self) -> None:
        self.centre.close()


class Lane:
    """One lane's simulated devices, and what its display has said."""

    def __init__(self, folder: Path, name: str, way: Way) -> None:
        self.name, self.way = name, way
        self.scanner = Station(ScannerSimulator(), f"pty:{folder / f'scanner-{name}'}")
        self.board = Station(RelayBoardSimulator(arm_ms=50), f"pty:{folder / f'barrier-{name}'}")
        self.said: list[Announcement] = []
        self.listening = threading.Event()

    def open_scanner(self) -> Link:
        link = open_link(self.scanner.address)
        self.listening.set()
        return link

    def shows(self, code: str) -> Announcement:
        """Scan a code; returns what the display says of it."""
        self.said.clear()
        self.scanner.do("scan", text=code)
        answers = (Showing.GO, Showing.STOP)
        eventually(lambda: any(each.showing in answers for each in self.said))
        return next(each for each in self.said if each.showing in answers)

    def goes(self, code: str, people: int = 1, gap_ms: int = 300, ms: int = 300) -> None:
        """Scan, be let in, walk, and wait until the lane is free again."""
        answer = self.shows(code)
        assert answer.showing is Showing.GO, answer
        eventually(lambda: self.board.state()["arm"] == "open")
        assert self.board.do("walk_through", people=people, gap_ms=gap_ms, ms=ms, way=self.way.value)["passed"]
        self.rests()

    def rests(self) -> None:
        eventually(lambda: not self.board.state()["walking"] and self.board.state()["arm"] == "closed")
        eventually(lambda: self.said[-1].showing is Showing.IDLE)


class GateSite:
    """A gate's terminal and its lanes, run as `waystation gate` runs them."""

    def __init__(self, terminal: Terminal, label: str, lanes: dict[str, Way], relay: str) -> None:
        self.terminal = terminal
        self.lanes = {name: Lane(terminal.folder, name, way) for name, way in lanes.items()}
        self._label = label
        self._relay = relay
        self._stop, self._ready = threading.Event(), threading.Event()
        self.failed: list[BaseException] = []

    @contextmanager
    def running(self) -> Iterator["GateSite"]:
        thread = threading.Thread(target=self._run)
        with ExitStack() as devices:
            for lane in self.lanes.values():
                devices.enter_context(lane.scanner)
                devices.enter_context(lane.board)
            thread.start()
            try:
                assert self._ready.wait(10)
                for lane in self.lanes.values():
                    assert self.failed or lane.listening.wait(5)
                yield self
            finally:
                self._stop.set()
                thread.join(20)
        if self.failed:
            raise self.failed[0]

    def _run(self) -> None:
        terminal = self.terminal
        try:
            with Journal.create_or_open(
                terminal.directory / "journal.db",
                device=terminal.device,
                prefix=None,
                clock=wall,
                random=Random(terminal.name).randbytes,
            ) as journal:
                arbiter = RelayArbiter(
                    url=self._relay,
                    device=terminal.device,
                    key=terminal.key,
                    relay_keys=RelayKeys(terminal.directory / "cache.db"),
                    budget_ms=1000,
                )
                plans = [self._plan(lane, journal, arbiter) for lane in self.lanes.values()]
                run_lanes(plans, journal=journal, stop=self._stop, on_ready=self._ready.set, on_failed=self._failed)
                arbiter.close()
        except BaseException as error:
            self.failed.append(error)
        finally:
            self._ready.set()

    def _failed(self, _lane: str, error: Exception) -> None:
        self.failed.append(error)

    def _plan(self, lane: Lane, journal: Journal, arbiter: RelayArbiter) -> LanePlan:
        terminal = self.terminal
        settings = GateSettings(
            gate=self._label, lane=lane.name, ways=frozenset({lane.way}), start_seconds=1.0, station=STATION_NO
        )

        def parts() -> LaneParts:
            cache = CacheReader(terminal.directory / "cache.db")
            decider = Decider(
                settings=settings,
                journal=journal,
                cache=cache,
                trust=NewestTrust((terminal.directory / "trust.cbor").read_bytes(), ROOT.public, cache),
                clock=TerminalClock(cache),
                arbiter=arbiter,
            )
            barrier = ModbusRelayBarrier(lambda: open_link(lane.board.address))
            readers = Readers(scanner=LineScanner(lane.open_scanner))
            return LaneParts(decider=decider, barrier=barrier, readers={lane.way: readers})

        return LanePlan(settings=settings, parts=parts, announce={lane.way: lane.said.append})


@contextmanager
def relay_for(*terminals: Terminal, relay: FakeRelay) -> Iterator[None]:
    """Let a relay know these terminals."""
    relay.devices.update({each.device: each.key.public for each in terminals})
    yield


def code(ticket: Ticket) -> str:
    return issue(ticket, TICKET_KEY)


def eventually(true: Callable[[], object], seconds: float = 6.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
