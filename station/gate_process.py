"""`waystation gate`: the lanes of one gate with their devices."""

import secrets
import signal
import threading
from contextlib import ExitStack

from drivers.barrier import Way
from gate.announcement import Announce, Announcement
from gate.decide import Decider
from gate.in_hand import InHand
from gate.run import LaneParts, LanePlan, Readers, run_lanes
from gate.screen.message import display_name
from gate.screen.pulse import PulsingBarrier
from gate.screen.sender import ScreenSender
from gate.settings import FireReset, GateSettings
from station import devices
from station.clock import TerminalClock
from station.config import Config, LaneConfig, OutConfig
from station.enrolment import Enrolment
from station.gate_watch import watching
from station.lanes import gate_lanes, ways
from station.output_lines import OutputLines
from station.probes import probe_from_environment
from station.tidying import tidied, tidier_of
from sync.cache.reader import CacheReader
from sync.journal.journal import Journal
from sync.lan.arbiter import Arbiter, RelayArbiter
from sync.lan.relay_keys import RelayKeys
from sync.newest_trust import NewestTrust
from sync.points import Probe
from tickets.admission import ReEntry
from tickets.departures import IdentityPolicy
from tickets.errors import EnvironmentFault


def run(config: Config) -> int:
    """Run until SIGTERM. Prints JSON lines: {"ready": true}, then one per announcement, with its lane and way."""
    lanes = gate_lanes(config)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    enrolment = Enrolment.load(config.directory)
    if enrolment.kind != "gate":
        raise EnvironmentFault(
            f"This terminal is enrolled as a {enrolment.kind}", "A gate needs an enrolment of kind gate."
        )
    probe = probe_from_environment()
    clock = TerminalClock(CacheReader(config.directory / "cache.db"))  # asked in the journal's turn only
    with ExitStack() as at_the_end:
        output = OutputLines()
        at_the_end.callback(output.close)
        journal = at_the_end.enter_context(
            Journal.create_or_open(
                config.directory / "journal.db",
                device=enrolment.device,
                prefix=None,
                clock=clock,
                random=secrets.token_bytes,
                probe=probe,
            )
        )
        clock.not_before(journal.floor_ms())
        at_the_end.enter_context(tidied(tidier_of(config, enrolment, journal, probe)))
        watch = at_the_end.enter_context(watching(config, lanes, stop))
        arbiter = watch.measured(_arbiter(config, enrolment, at_the_end))
        in_hand = InHand()
        plans = [_plan(config, lane, enrolment, journal, arbiter, in_hand, probe, output, at_the_end) for lane in lanes]

        def ready() -> None:
            output.say({"ready": True})
            watch.ready()

        def failed(lane: str, error: Exception) -> None:
            """A lane failed by what is no device's fault, and begins anew."""
            output.say({"lane": lane, "failed": type(error).__name__})
            watch.failed(lane, error)

        run_lanes(
            plans,
            journal=journal,
            stop=stop,
            probe=probe,
            on_ready=ready,
            on_failed=failed,
            observer=watch,
        )
    return 0


def _arbiter(config: Config, enrolment: Enrolment, at_the_end: ExitStack) -> Arbiter | None:
    """Whoever the station's gates ask before they open; one for all lanes, that lets each of them wait its own time."""
    if config.relay is None:
        return None
    arbiter = RelayArbiter(
        url=config.relay.url,
        device=enrolment.device,
        key=enrolment.device_key(),
        relay_keys=RelayKeys(config.directory / "cache.db"),
        budget_ms=config.relay.budget_ms,
    )
    at_the_end.callback(arbiter.close)
    return arbiter


def lane_settings(config: Config, lane: LaneConfig, station: int) -> GateSettings:
    """What is configured for one of the gate's lanes, at this station by the enrolment."""
    return GateSettings(
        gate=lane.gate,
        lane=lane.name,
        ways=frozenset(Way(way) for way in ways(lane)),
        start_seconds=config.gate.start_seconds,
        finish_seconds=config.gate.finish_seconds,
        fire_reset=FireReset(config.gate.fire_reset),
        fire_reset_seconds=config.gate.fire_reset_seconds,
        default_identity=IdentityPolicy(config.gate.identity),
        re_entry=ReEntry(config.gate.re_entry),
        station=station,
        without_arbiter="admit" if config.relay is None else config.relay.without,
    )


def _plan(
    config: Config,
    lane: LaneConfig,
    enrolment: Enrolment,
    journal: Journal,
    arbiter: Arbiter | None,
    in_hand: InHand,
    probe: Probe,
    output: OutputLines,
    at_the_end: ExitStack,
) -> LanePlan:
    settings = lane_settings(config, lane, enrolment.station)
    leads = tuple(Way(way) for way in ways(lane))
    names = {way: display_name(lane.name if config.lanes else "", way) for way in leads}
    screens = {way: at_the_end.enter_context(ScreenSender(config.directory, names[way])) for way in leads}

    def beat() -> None:
        for screen in screens.values():
            screen.beat()

    def parts() -> LaneParts:
        cache = CacheReader(config.directory / "cache.db")
        clock = TerminalClock(cache)
        clock.not_before(journal.floor_ms())
        decider = Decider(
            settings=settings,
            journal=journal,
            cache=cache,
            trust=NewestTrust(enrolment.trust_list(), enrolment.root_key, cache),
            clock=clock,
            arbiter=arbiter,
            probe=probe,
            in_hand=in_hand,
        )
        barrier = PulsingBarrier(devices.barrier(lane.barrier), beat)
        return LaneParts(decider=decider, barrier=barrier, readers=_readers(lane, leads))

    return LanePlan(
        settings=settings,
        parts=parts,
        announce={way: _announce(lane.name, way, screen, output) for way, screen in screens.items()},
    )


def _readers(lane: LaneConfig, leads: tuple[Way, ...]) -> dict[Way, Readers]:
    """The readers of each side: those of a lane for one way are for that way, whichever it is."""
    sides: dict[Way, LaneConfig | OutConfig] = {leads[0]: lane}
    if lane.out is not None:
        sides[Way.OUT] = lane.out
    return {
        way: Readers(
            scanner=devices.scanner(side.scanner) if side.scanner else None,
            camera=devices.camera(side.camera) if side.camera else None,
            cards=devices.id_reader(side.id_reader) if side.id_reader else None,
        )
        for way, side in sides.items()
    }


def _announce(lane: str, way: Way, screen: ScreenSender, output: OutputLines) -> Announce:
    def announce(announcement: Announcement) -> None:
        screen.announce(announcement)
        output.say({"lane": lane, "way": way.value, **announcement.to_json()})

    return announce
