"""Several simulated ccTalk devices on one simulated line, as in a real machine: one wire, one echo, many addresses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from drivers.cash.codec import BILL_VALIDATOR, COIN_ACCEPTOR, HOPPER, HOST, Decoder, encode
from drivers.cash.coin_simulator import CoinAcceptorSimulator
from drivers.cash.hopper_simulator import HopperSimulator
from drivers.cash.simulated import INTER_BYTE_SECONDS
from drivers.cash.simulator import BillValidatorSimulator
from drivers.simulation import Send, Simulator


class OnTheLine(Simulator, Protocol):
    """A simulated device that has an address and was made without an echo of its own."""

    address: int


class CcTalkLineSimulator:
    """Implements drivers.simulation.Simulator for `devices` by name; `echo` sends the host's own bytes back, once.

    Each is worked by its name: `do("insert", device="coins", fen=100)`. `unplug(device)` takes one off the line with
    its power on, `plug(device)` puts it back; `power_cycle` without a device is a power cut of them all. `state` has
    each one's state by its name.
    """

    def __init__(self, devices: Mapping[str, OnTheLine], *, echo: bool = True) -> None:
        self.devices = devices
        self._echo = echo
        self._plugged = set(devices)
        self._decoder = Decoder(frozenset({HOST, *(device.address for device in devices.values())}))
        self._send: Send = lambda _: None
        self._now = 0.0
        self._heard_at = 0.0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send
        for device in self.devices.values():
            device.attach(send)

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if self._echo:
            self._send(data)
        self._heard_at = self._now
        for frame in self._decoder.feed(data):
            for name, device in self.devices.items():
                if name in self._plugged and frame.destination == device.address and frame.source == HOST:
                    device.feed(encode(frame))

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._now = now
        if now - self._heard_at > INTER_BYTE_SECONDS:
            self._decoder.reset()
        for device in self.devices.values():
            device.tick(now)

    def do(self, command: str, *, device: str = "", **arguments: Any) -> dict[str, Any]:
        """See Simulator.do, and above."""
        if command == "power_cycle" and not device:
            for each in self.devices.values():
                each.do(command)
            return {}
        if device not in self.devices:
            raise ValueError(f"device must be one of {', '.join(self.devices)}, not {device!r}")
        if command == "unplug":
            self._plugged.discard(device)
            return {}
        if command == "plug":
            self._plugged.add(device)
            return {}
        return self.devices[device].do(command, **arguments)

    def state(self) -> dict[str, Any]:
        """See Simulator.state."""
        return {name: device.state() for name, device in self.devices.items()}


def whole_line(folder: Path, *, echo: bool = True) -> CcTalkLineSimulator:
    """A machine's whole cash on one line, remembered in `folder`.

    `notes` at 40 (stacker.json), `coins` at 2 (coins.json), `yuan` at 3 and `half` at 4: dispensers of ¥1 and ¥0.50
    (dispenser-yuan.json and dispenser-half.json), 200 coins each at their first start.
    """
    return CcTalkLineSimulator(
        {
            "notes": BillValidatorSimulator(stacker=folder / "stacker.json", address=BILL_VALIDATOR, echo=False),
            "coins": CoinAcceptorSimulator(box=folder / "coins.json", address=COIN_ACCEPTOR, echo=False),
            "yuan": HopperSimulator(kept=folder / "dispenser-yuan.json", fen=100, address=HOPPER, echo=False),
            "half": HopperSimulator(kept=folder / "dispenser-half.json", fen=50, address=HOPPER + 1, echo=False),
        },
        echo=echo,
    )
