"""The lanes of a gate as they are configured: one in sections of the terminal's own, or several as `[[lanes]]`."""

from collections import Counter
from collections.abc import Iterator

from gate.screen.message import display_name
from station.config import Config, ConfigFault, LaneConfig, OutConfig

Side = LaneConfig | OutConfig


def gate_lanes(config: Config) -> tuple[LaneConfig, ...]:
    """The lanes that a gate has to serve, each with the gate's label filled in.

    Raises ConfigFault when there is none, when one has no barrier, or nothing to read tickets with on a side on which
    people come or an ID card with where cards are asked for, and when two share a name or a port.
    """
    lanes = tuple(_labelled(lane, config.gate.gate) for lane in config.lanes) if config.lanes else (_only(config),)
    for wrong in (*_mixed(config), *_unread(lanes), *_without_cards(config, lanes), *_shared(lanes)):
        raise ConfigFault(wrong)
    return lanes


def display_of(config: Config, lane: str | None, way: str | None) -> str:
    """What the display that is meant is called. Raises ConfigFault when it is not clear which, or there is none."""
    if not config.lanes:
        if lane not in (None, config.gate.lane) or way not in (None, "in"):
            raise ConfigFault(
                f"This gate has one lane, {config.gate.lane}, for the way in: leave --lane and --way out."
            )
        return display_name()
    known = {each.name: each for each in config.lanes}
    if lane is None and len(known) == 1:
        lane = next(iter(known))
    if lane not in known:
        raise ConfigFault(f"Say whose display it is with --lane: {', '.join(known)}.")
    leads = ways(known[lane])
    if way is not None and way not in leads:
        raise ConfigFault(f"Nobody goes {way} through lane {lane}: leave --way out.")
    return display_name(lane, way or leads[0])


def ways(lane: LaneConfig) -> tuple[str, ...]:
    """The ways that lead through a lane."""
    return ("in", "out") if lane.direction == "both" else (lane.direction,)


def _only(config: Config) -> LaneConfig:
    if config.barrier is None:
        raise ConfigFault("A gate needs a barrier: add a [barrier] section with its address.")
    return LaneConfig(
        name=config.gate.lane,
        barrier=config.barrier,
        gate=config.gate.gate,
        scanner=config.scanner,
        camera=config.camera,
        id_reader=config.id_reader,
    )


def _labelled(lane: LaneConfig, label: str) -> LaneConfig:
    return LaneConfig(
        name=lane.name,
        barrier=lane.barrier,
        direction=lane.direction,
        gate=lane.gate or label,
        scanner=lane.scanner,
        camera=lane.camera,
        id_reader=lane.id_reader,
        out=lane.out,
    )


def _mixed(config: Config) -> Iterator[str]:
    for name in ("barrier", "scanner", "camera", "id_reader"):
        if config.lanes and getattr(config, name) is not None:
            yield f"With [[lanes]], each lane has devices of its own: move [{name}] to [lanes.{name}] under its lane."


def _unread(lanes: tuple[LaneConfig, ...]) -> Iterator[str]:
    for lane in lanes:
        if _blind(lane):
            yield (
                f"Lane {lane.name} has nothing to read tickets with: add a scanner, camera or id_reader section to it."
            )
        if lane.direction == "both" and (lane.out is None or _blind(lane.out)):
            yield f"Lane {lane.name} is for both ways: add what reads for the way out, such as [lanes.out.scanner]."
        if lane.direction != "both" and lane.out is not None:
            yield f"Lane {lane.name} is for one way: its readers are [lanes.scanner] and so on, without `out`."


def _without_cards(config: Config, lanes: tuple[LaneConfig, ...]) -> Iterator[str]:
    """Who cannot show what is asked for gets neither in nor out."""
    asked = config.gate.identity
    for lane in lanes if asked != "code" else ():
        if any(side.id_reader is None for side in (lane, lane.out) if side is not None):
            yield (
                f'`gate.identity` is "{asked}", and lane {lane.name} does not read ID cards on each of its sides: '
                'add an id_reader section there, or set it to "code".'
            )


def _blind(side: Side) -> bool:
    return side.scanner is None and side.camera is None and side.id_reader is None


def _shared(lanes: tuple[LaneConfig, ...]) -> Iterator[str]:
    for name, count in Counter(lane.name for lane in lanes).items():
        if count > 1:
            yield f"{count} lanes are called {name}: give each a name of its own."
    for port, count in Counter(port for lane in lanes for port in _ports(lane)).items():
        if count > 1:
            yield f"{port} is given to {count} devices: each needs a port of its own."


def _ports(lane: LaneConfig) -> Iterator[str]:
    """What only one device can be behind: serial ports and cameras. A TCP gateway may serve several."""
    if lane.barrier.kind != "gpio" and lane.barrier.address.startswith("/"):
        yield lane.barrier.address
    for side in (lane, lane.out):
        if side is not None:
            for device in (side.scanner, side.id_reader):
                if device is not None and not device.address.startswith("tcp:"):
                    yield device.address
            if side.camera is not None:
                yield side.camera.source
