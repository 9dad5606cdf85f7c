"""A simulated ccTalk hopper: a real number of coins, a tray that they fall into, and a file that tells the truth.

A coin that has fallen and the counters that tell of it are saved together, before any byte tells of it. The event
counter is forgotten with the power, as the specification asks (header 166).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from drivers.cash.codec import HOPPER, Frame, Header
from drivers.cash.hopper_flags import Flag
from drivers.cash.simulated import CcTalkSimulator, Work
from drivers.kept import keep, kept_in

FILLED = 200
SERIAL = (4242).to_bytes(3, "little")
ENABLE = 0xA5
NO_FLAG = Flag(0)
_TEXTS = {
    Header.MANUFACTURER: b"WAY",
    Header.CATEGORY: b"Payout",
    Header.PRODUCT_CODE: b"SIMULATED",
    Header.SERIAL_NUMBER: SERIAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hopper:
    """The machine's true state. `coins` are inside, `tray` coins lie where the customer can take them.

    `given` counts those given in its life (24 bits), `filled` those put in by hand since its file was made, `taken_out`
    those taken out by hand.
    """

    coins: int = FILLED
    tray: int = 0
    given: int = 0
    filled: int = FILLED
    taken_out: int = 0
    counter: int = 0
    remaining: int = 0
    paid: int = 0
    unpaid: int = 0
    enabled: bool = False
    jammed: bool = False
    exit_blocked: bool = False
    flags: int = 0


class HopperSimulator(CcTalkSimulator):
    """Implements drivers.simulation.Simulator. `kept` is its file; without one it forgets everything when it ends.

    One coin falls every `interval` seconds; after `give_up` seconds without one it stops. Its low-level sensor sees
    fewer than `low` coins (0: it has none). `counts_refused`: its event counter moves on with refused orders, too, as
    some makes do. `remembers`: paid and unpaid outlive a power cut.
    """

    kind = "A hopper"

    def __init__(
        self,
        *,
        kept: Path | None,
        fen: int = 100,
        address: int = HOPPER,
        echo: bool = True,
        coins: int = FILLED,
        interval: float = 0.12,
        give_up: float = 1.0,
        low: int = 20,
        counts_refused: bool = False,
        remembers: bool = True,
    ) -> None:
        super().__init__(address=address, echo=echo)
        self.fen = fen
        self._file = kept
        self._interval = interval
        self._give_up = give_up
        self._low = low
        self._counts_refused = counts_refused
        self._remembers = remembers
        self._moved_at: float | None = None  # when the motor started or the last coin fell
        self._hopper = _load(kept, coins)
        self._power_cycle()

    def state(self) -> dict[str, Any]:
        """See Simulator.state: the file's content, and `fen`, the value of its coins."""
        return {**asdict(self._hopper), "fen": self.fen}

    def _by_hand(self) -> Mapping[str, Work]:
        """`fill(coins)`, `empty` and `take` (the customer's hand in the tray) answer {"coins": int}."""
        return {
            "fill": self._fill,
            "empty": self._empty,
            "take": self._take,
            "jam": lambda: self._set(jammed=True),
            "clear_jam": lambda: self._set(jammed=False),
            "block_exit": lambda: self._set(exit_blocked=True),
            "clear_exit": lambda: self._set(exit_blocked=False),
            "power_cycle": self._power_cycle,
        }

    def _pass(self, now: float) -> None:
        while self._hopper.remaining:
            if self._moved_at is None:
                self._moved_at = now
            stuck = self._hopper.jammed or self._hopper.exit_blocked or not self._hopper.coins
            if stuck:
                if now - self._moved_at >= self._give_up:
                    self._stop(Flag.BLOCKED_IN_PAYOUT if self._hopper.exit_blocked else Flag.TIMEOUT)
                return
            if now - self._moved_at < self._interval:
                return
            self._moved_at += self._interval
            self._drop_coin()

    def _drop_coin(self) -> None:
        hopper = self._hopper
        self._save(
            replace(
                hopper,
                coins=hopper.coins - 1,
                tray=hopper.tray + 1,
                given=(hopper.given + 1) & 0xFFFFFF,
                remaining=hopper.remaining - 1,
                paid=hopper.paid + 1,
            )
        )

    def _stop(self, flag: Flag) -> None:
        hopper, self._moved_at = self._hopper, None
        self._save(replace(hopper, remaining=0, unpaid=hopper.remaining, flags=hopper.flags | flag))

    def _save(self, hopper: Hopper) -> None:
        if self._file is not None:
            keep(self._file, {**asdict(hopper), "fen": self.fen})
        self._hopper = hopper

    def _set(self, **values: bool) -> dict[str, Any]:
        self._save(replace(self._hopper, **values))
        return {}

    def _fill(self, *, coins: int) -> dict[str, Any]:
        hopper = self._hopper
        self._save(replace(hopper, coins=hopper.coins + coins, filled=hopper.filled + coins))
        return {"coins": coins}

    def _empty(self) -> dict[str, Any]:
        coins = self._hopper.coins
        self._save(replace(self._hopper, coins=0, taken_out=self._hopper.taken_out + coins))
        return {"coins": coins}

    def _take(self) -> dict[str, Any]:
        coins = self._hopper.tray
        self._save(replace(self._hopper, tray=0))
        return {"coins": coins}

    def _power_cycle(self) -> dict[str, Any]:
        """Start anew: no event counter, disabled; what an order still owed is unpaid, or forgotten."""
        hopper, self._moved_at = self._hopper, None
        self._decoder.reset()
        cut = Flag.POWER_UP | (Flag.POWER_CUT_IN_PAYOUT if hopper.remaining else NO_FLAG)
        fresh = replace(hopper, counter=0, remaining=0, enabled=False, flags=cut)
        if not self._remembers:
            fresh = replace(fresh, paid=0, unpaid=0)
        elif hopper.remaining:
            fresh = replace(fresh, unpaid=hopper.remaining)
        self._save(fresh)
        return {}

    def _obey(self, frame: Frame) -> bytes | None:
        hopper, data = self._hopper, frame.data
        match frame.header, len(data):
            case (Header.SIMPLE_POLL, 0):
                return b""
            case (Header.RESET, 0):
                self._power_cycle()
            case (Header.MANUFACTURER | Header.CATEGORY | Header.PRODUCT_CODE | Header.SERIAL_NUMBER, 0):
                return _TEXTS[Header(frame.header)]
            case (Header.HOPPER_COIN, 0):
                return b"CN%03dA" % self.fen
            case (Header.ENABLE_HOPPER, 1):
                self._save(replace(hopper, enabled=data[0] == ENABLE))
            case (Header.TEST_HOPPER, 0):
                return self._all_flags().to_bytes(3, "little")
            case (Header.HOPPER_STATUS, 0):
                return bytes((hopper.counter, hopper.remaining, hopper.paid, hopper.unpaid))
            case (Header.DISPENSE_COUNT, 0):
                return hopper.given.to_bytes(3, "little")
            case (Header.LEVEL_STATUS, 0):
                return bytes(((1 << 4 | (hopper.coins < self._low)) if self._low else 0,))
            case (Header.EMERGENCY_STOP, 0):
                left = hopper.remaining
                if left:
                    self._stop(NO_FLAG)
                return bytes((left,))
            case (Header.DISPENSE_COINS, 4):
                return self._dispense(data[:3], data[3])
            case _:
                return None
        return b""

    def _dispense(self, serial: bytes, coins: int) -> bytes | None:
        hopper = self._hopper
        next_counter = hopper.counter % 255 + 1
        blocked = self._all_flags() & (Flag.BLOCKED_IDLE | Flag.TOO_MUCH_CURRENT)
        if serial != SERIAL or not coins or not hopper.enabled or hopper.remaining or blocked:
            if self._counts_refused:
                self._save(replace(hopper, counter=next_counter))
            return None
        self._moved_at = None
        self._save(replace(hopper, counter=next_counter, remaining=coins, paid=0, unpaid=0, flags=0))
        return bytes((next_counter,))

    def _all_flags(self) -> int:
        hopper = self._hopper
        idle_block = Flag.BLOCKED_IDLE if hopper.exit_blocked and not hopper.remaining else NO_FLAG
        return hopper.flags | idle_block | (NO_FLAG if hopper.enabled else Flag.DISABLED)


def _load(path: Path | None, coins: int) -> Hopper:
    if path is None or not path.exists():
        return Hopper(coins=coins, filled=coins)
    try:
        kept = kept_in(path)
        del kept["fen"]
        hopper = Hopper(**kept)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a hopper file ({error!r}): delete it to start full") from error
    if hopper.coins < 0 or hopper.tray < 0:
        raise ValueError(f"{path} tells of fewer coins than none: delete it to start full")
    return hopper
