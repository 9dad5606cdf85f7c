"""A simulated ccTalk coin acceptor: coins go in by hand, bytes come out, and its coin box file tells the truth.

A coin and the event that tells of it are saved together, before any byte tells of it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from drivers.cash.codec import COIN_ACCEPTOR, Frame, Header
from drivers.cash.coin_events import LASTING, RETURN_LEVER
from drivers.cash.events import KEPT
from drivers.cash.simulated import CcTalkSimulator, Work
from drivers.kept import keep, kept_in

YUAN_COINS = (10, 50, 100)
TYPES = 16
REJECTED, INHIBITED, BY_TYPE = 1, 2, 127  # error codes: refused, not wanted now, not wanted by its type
FIRST_PATH = 1
BLOCKED = 14
_TEXTS = {
    Header.MANUFACTURER: b"WAY",
    Header.CATEGORY: b"Coin Acceptor",
    Header.PRODUCT_CODE: b"SIMULATED",
    Header.SERIAL_NUMBER: (2).to_bytes(3, "little"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The machine's true state. `coins` counts what lies in the coin box by fen; `events` are (A, B), newest first.

    `collected_fen` went out with the coin box, `returned` coins fell back to customers.
    """

    coins: Mapping[int, int] = field(default_factory=dict)
    counter: int = 0
    events: tuple[tuple[int, int], ...] = ((0, 0),) * KEPT
    collected_fen: int = 0
    returned: int = 0
    inhibits: int = 0
    master: bool = True
    paths: tuple[int, ...] = (FIRST_PATH,) * TYPES
    trouble: int = 0
    lever: bool = False

    @property
    def total_fen(self) -> int:
        """What is in the coin box."""
        return sum(fen * count for fen, count in self.coins.items())

    def as_json(self) -> dict[str, Any]:
        """Return the file's content."""
        return {**asdict(self), "coins": {str(fen): n for fen, n in self.coins.items()}, "total_fen": self.total_fen}


class CoinAcceptorSimulator(CcTalkSimulator):
    """Implements drivers.simulation.Simulator. `box` is its file; without one it forgets everything when it ends.

    `coins` are those it knows (fen, below 1000). When nobody reads its events for `unread` seconds it lets nothing in.
    """

    kind = "A coin acceptor"

    def __init__(
        self,
        *,
        box: Path | None,
        coins: tuple[int, ...] = YUAN_COINS,
        address: int = COIN_ACCEPTOR,
        echo: bool = True,
        unread: float = 2.0,
    ) -> None:
        super().__init__(address=address, echo=echo)
        self._coins = coins
        self._file = box
        self._unread = unread
        self._read_at: float | None = None
        self._box = _load(box)

    def state(self) -> dict[str, Any]:
        """See Simulator.state: the box file's content, `accepting`, and `accepts` in fen."""
        open_to = [fen for at, fen in enumerate(self._coins) if self._box.inhibits >> at & 1]
        return {**self._box.as_json(), "accepting": self._box.master and bool(open_to), "accepts": open_to}

    def _by_hand(self) -> Mapping[str, Work]:
        """`insert(fen)` and `reject` answer {"taken": bool, "why": str}; `remove_box` {"collected_fen": int}."""
        return {
            "insert": self._insert,
            "reject": self._reject,
            "trouble": self._report_trouble,
            "clear": self._clear,
            "lever": self._hold_lever,
            "remove_box": self._remove_box,
            "power_cycle": self._power_cycle,
        }

    def _pass(self, now: float) -> None:
        if self._read_at is None:
            self._read_at = now

    def _save(self, box: Box) -> None:
        if self._file is not None:
            keep(self._file, box.as_json())
        self._box = box

    def _with_event(self, box: Box, coin: int, code: int) -> Box:
        return replace(box, counter=box.counter % 255 + 1, events=((coin, code), *box.events[: KEPT - 1]))

    def _fall_back(self, why: str, code: int | None) -> dict[str, Any]:
        box = replace(self._box, returned=self._box.returned + 1)
        self._save(box if code is None else self._with_event(box, 0, code))
        return {"taken": False, "why": why}

    def _insert(self, *, fen: int) -> dict[str, Any]:
        box = self._box
        if box.lever:
            return self._fall_back("the return lever is held", None)
        if box.trouble:
            return self._fall_back("out of order", None)
        if self._read_at is None or self._now - self._read_at > self._unread:
            return self._fall_back("nobody reads its events", None)
        if not box.master:
            return self._fall_back("it takes no coins now", INHIBITED)
        if fen not in self._coins:
            return self._fall_back("not a coin it knows", REJECTED)
        coin = self._coins.index(fen) + 1
        if not box.inhibits >> (coin - 1) & 1:
            return self._fall_back("it does not take this coin now", BY_TYPE + coin)
        coins = {**box.coins, fen: box.coins.get(fen, 0) + 1}
        self._save(self._with_event(replace(box, coins=coins), coin, box.paths[coin - 1]))
        return {"taken": True, "why": ""}

    def _reject(self) -> dict[str, Any]:
        return self._fall_back("refused", REJECTED)

    def _report_trouble(self, *, code: int = BLOCKED) -> dict[str, Any]:
        """An error with this code; one of LASTING stays until `clear`."""
        box = self._with_event(self._box, 0, code)
        self._save(replace(box, trouble=code if code in LASTING else box.trouble))
        return {}

    def _clear(self) -> dict[str, Any]:
        self._save(replace(self._box, trouble=0))
        return {}

    def _hold_lever(self, *, held: bool) -> dict[str, Any]:
        box = replace(self._box, lever=held)
        self._save(self._with_event(box, 0, RETURN_LEVER) if held else box)
        return {}

    def _remove_box(self) -> dict[str, Any]:
        box = self._box
        self._save(replace(box, coins={}, collected_fen=box.collected_fen + box.total_fen))
        return {"collected_fen": box.total_fen}

    def _power_cycle(self) -> dict[str, Any]:
        """Start anew: no events, no settings; the coins stay where they are."""
        box = self._box
        self._decoder.reset()
        fresh = Box(coins=box.coins, collected_fen=box.collected_fen, returned=box.returned)
        self._save(replace(fresh, trouble=box.trouble, lever=box.lever))
        return {}

    def _obey(self, frame: Frame) -> bytes | None:
        box, data = self._box, frame.data
        match frame.header, len(data):
            case (Header.SIMPLE_POLL, 0):
                return b""
            case (Header.RESET, 0):
                self._power_cycle()
            case (Header.MANUFACTURER | Header.CATEGORY | Header.PRODUCT_CODE | Header.SERIAL_NUMBER, 0):
                return _TEXTS[Header(frame.header)]
            case (Header.BUFFERED_CREDIT, 0):
                self._read_at = self._now
                return bytes((box.counter, *(number for event in box.events for number in event)))
            case (Header.SELF_CHECK, 0):
                return bytes((3 if box.trouble else 0,))  # a fault of the credit sensor
            case (Header.INHIBIT_STATUS, 0):
                return box.inhibits.to_bytes(2, "little")
            case (Header.MASTER_INHIBIT_STATUS, 0):
                return bytes((box.master,))
            case (Header.MODIFY_INHIBITS, 2):
                self._save(replace(box, inhibits=int.from_bytes(data, "little")))
            case (Header.MODIFY_MASTER_INHIBIT, 1):
                self._save(replace(box, master=bool(data[0] & 1)))
            case (Header.COIN_ID, 1):
                return self._coin_id(data[0])
            case (Header.SORTER_PATHS, 2):
                return self._set_path(data[0], data[1])
            case _:
                return None
        return b""

    def _coin_id(self, coin: int) -> bytes | None:
        if not 1 <= coin <= TYPES:
            return None
        return b"CN%03dA" % self._coins[coin - 1] if coin <= len(self._coins) else b"......"

    def _set_path(self, coin: int, path: int) -> bytes | None:
        if not 1 <= coin <= TYPES or not 1 <= path <= 8:
            return None
        paths = list(self._box.paths)
        paths[coin - 1] = path
        self._save(replace(self._box, paths=tuple(paths)))
        return b""


def _load(path: Path | None) -> Box:
    if path is None or not path.exists():
        return Box()
    try:
        kept = kept_in(path)
        total = kept.pop("total_fen")
        box = Box(
            **{
                **kept,
                "coins": {int(fen): int(count) for fen, count in kept["coins"].items()},
                "events": tuple((coin, code) for coin, code in kept["events"]),
                "paths": tuple(kept["paths"]),
            }
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} is not a coin box file ({error!r}): delete it to start empty") from error
    if box.total_fen != total:
        raise ValueError(f"{path} adds up to {box.total_fen} fen, not the {total} it says")
    return box
