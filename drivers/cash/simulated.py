"""What simulated ccTalk devices have in common: frames in and out, the echo of a one-wire line, work by hand."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from drivers.cash.codec import HOST, Decoder, Frame, Header, encode
from drivers.simulation import Send

INTER_BYTE_SECONDS = 0.05
Work = Callable[..., dict[str, Any]]


class CcTalkSimulator(ABC):
    """One device. `address` is its ccTalk address; `echo` sends the host's own bytes back, as a one-wire line does."""

    kind: str
    """How messages call it ("a coin acceptor")."""

    def __init__(self, *, address: int, echo: bool) -> None:
        self.address = address
        self._echo = echo
        self._decoder = Decoder(frozenset({HOST, address}))
        self._send: Send = lambda _: None
        self._now = 0.0
        self._heard_at = 0.0

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """See Simulator.state."""

    @abstractmethod
    def _by_hand(self) -> Mapping[str, Work]:
        """What can be done with it by hand, by name."""

    @abstractmethod
    def _obey(self, frame: Frame) -> bytes | None:
        """Do what the host asks and return the answer's data; None refuses."""

    @abstractmethod
    def _pass(self, now: float) -> None:
        """Let device time pass."""

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        if self._echo:
            self._send(data)
        self._heard_at = self._now
        for frame in self._decoder.feed(data):
            if frame.destination == self.address and frame.source == HOST:
                self._answer(frame)

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._now = now
        if now - self._heard_at > INTER_BYTE_SECONDS:
            self._decoder.reset()
        self._pass(now)

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """See Simulator.do."""
        works = self._by_hand()
        if command not in works:
            raise ValueError(f"{self.kind} knows {', '.join(works)}, not {command!r}")
        return works[command](**arguments)

    def _answer(self, frame: Frame) -> None:
        data = self._obey(frame)
        header = Header.NAK if data is None else Header.ACK
        self._send(encode(Frame(destination=HOST, source=self.address, header=header, data=data or b"")))
