"""Giving coins out: what the machine can give now, and one order to one dispenser at a time, written down before.

What came out is believed only as the dispenser proves it. What it cannot say is not counted as given: the passenger
gets a claim for it, and staff count.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from drivers.cash import Dispenser, DispenserStatus, given_between
from drivers.faults import DeviceFault, DeviceRefused
from kiosk.till.cashbook import CASH, Cashbook
from sync.journal.payments import Coins, Payout
from sync.points import Point, Probe
from tickets.money import Fen

LOOK_EVERY = 5.0
"""Seconds between two looks at a dispenser that is not at work."""
MOST_COINS = 60
"""Coins of one order to a dispenser: what falls into a hand's width of tray within half a minute."""
SILENT_LIMIT = 20.0
"""Seconds for which a dispenser may say nothing while it is at work, before nobody waits for it any more."""
WORK_LIMIT = 60.0
"""Seconds after which a dispenser that is still at work is told to stop."""
REST = 60.0
"""Seconds for which a dispenser that gave less than it was told is not told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hopper:
    """A dispenser by its name. `full` is how many coins it has when it is filled; 0: only its own sensor counts."""

    name: str
    dispenser: Dispenser
    full: int = 0


@dataclass(slots=True, kw_only=True)
class AtWork:
    """A payout that a dispenser was told, or was to be told. `silent_since` is when it was last not heard of."""

    payout: Payout
    hopper: Hopper
    since: float
    silent_since: float | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What became of a payout by coins: `fen` surely went out; `sure` is false when more may have."""

    payout: Payout
    fen: Fen
    sure: bool


class Purse:
    """Works the dispensers of one till. `clock` is monotonic seconds. Nothing here raises DeviceFault."""

    def __init__(
        self,
        hoppers: Sequence[Hopper],
        book: Cashbook,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], UUID],
        probe: Probe,
    ) -> None:
        self._hoppers = sorted(hoppers, key=lambda one: -one.dispenser.fen)
        self._book = book
        self._clock = clock
        self._new_id = new_id
        self._probe = probe
        self._levels: dict[str, int] = {hopper.name: 0 for hopper in hoppers}
        self._told: set[str] = set()
        self._rests_until: dict[str, float] = {}
        self._look_at = float("-inf")
        self._at_work: AtWork | None = None

    def recover(self) -> None:
        """Take up the coins that an earlier process was giving out."""
        for payout in self._book.open_payouts():
            if payout.coins is None:
                continue
            hopper = next((each for each in self._hoppers if each.name == payout.coins.dispenser), None)
            if hopper is not None:
                self._at_work = AtWork(payout=payout, hopper=hopper, since=self._clock())

    def orphans(self) -> list[Payout]:
        """Open payouts of dispensers that are no longer there: nobody will ever say what they gave."""
        names = {hopper.name for hopper in self._hoppers}
        return [each for each in self._book.open_payouts() if each.coins and each.coins.dispenser not in names]

    @property
    def busy(self) -> bool:
        """Whether coins are on their way out."""
        return self._at_work is not None

    @property
    def most(self) -> Fen:
        """The most that can be given out now."""
        return Fen(sum(self._levels[hopper.name] * hopper.dispenser.fen for hopper in self._hoppers))

    def can_give(self, fen: Fen) -> bool:
        """Whether exactly `fen` can be given out now."""
        return sum(coins * hopper.dispenser.fen for hopper, coins in self._split(fen)) == fen

    def look(self, *, now: bool = False) -> None:
        """Ask the dispensers what they have, when it is time to or `now`. A change is written down for staff, once."""
        if self._at_work is not None or (not now and self._clock() < self._look_at):
            return
        self._look_at = self._clock() + LOOK_EVERY
        for hopper in self._hoppers:
            health = hopper.dispenser.health()
            level = 0
            if health.ok and self._clock() >= self._rests_until.get(hopper.name, float("-inf")):
                try:
                    level = self._level(hopper)
                except DeviceFault:
                    level = 0
            self._levels[hopper.name] = level
            if not health.ok and hopper.name not in self._told:
                self._told.add(hopper.name)
                self._book.device_fault(hopper.name, health.what)
            elif health.ok and hopper.name in self._told:
                self._told.discard(hopper.name)
                self._book.device_back(hopper.name)

    def give(self, order: UUID, fen: Fen, reason: str) -> bool:
        """Begin to give out as much of `fen` as one dispenser can, the largest coins first; False when none can.

        What became of it is told by `work`; then ask again for the rest.
        """
        if self._at_work is not None:
            return False
        return any(coins and self._order(hopper, coins, order, reason) for hopper, coins in self._split(fen))

    def work(self) -> Given | None:
        """One round: how the payout under way stands; what became of it once that is as clear as it will get."""
        work = self._at_work
        if work is None or work.payout.coins is None:
            return None
        now = self._clock()
        try:
            status = work.hopper.dispenser.status()
        except DeviceFault:
            if work.silent_since is None:
                work.silent_since = now
            return self._over(work, None) if now - work.silent_since >= SILENT_LIMIT else None
        work.silent_since = None
        if status.remaining:
            if now - work.since >= WORK_LIMIT and not work.stopped:
                work.stopped = True
                self._stop(work.hopper)
            elif now - work.since >= 2 * WORK_LIMIT:
                return self._over(work, None)
            return None
        self._probe(Point.TILL_PAYOUT_AFTER)
        return self._over(work, given_between(_before(work.payout.coins), status, work.payout.coins.coins))

    def close(self) -> None:
        """Release the ports; coins under way still come."""
        for hopper in self._hoppers:
            hopper.dispenser.close()

    def _split(self, fen: Fen) -> list[tuple[Hopper, int]]:
        parts: list[tuple[Hopper, int]] = []
        left = int(fen)
        for hopper in self._hoppers:
            coins = min(left // hopper.dispenser.fen, self._levels[hopper.name])
            parts.append((hopper, coins))
            left -= coins * hopper.dispenser.fen
        return parts

    def _level(self, hopper: Hopper) -> int:
        """How many coins it surely has: what its sensor says, and where it was filled, what is left of that."""
        sensed = hopper.dispenser.level()
        if sensed == 0 or not hopper.full:
            return sensed or 0
        return max(sensed or 0, self._book.coins_left(hopper.name, hopper.full))

    def _order(self, hopper: Hopper, coins: int, order: UUID, reason: str) -> bool:
        coins = min(coins, MOST_COINS)
        try:
            before = hopper.dispenser.status()
        except DeviceFault:
            before = None
        if before is None or before.remaining:
            self._failed(hopper)
            return False
        told = Coins(
            dispenser=hopper.name,
            coin=Fen(hopper.dispenser.fen),
            coins=coins,
            counter=before.counter,
            paid=before.paid,
            unpaid=before.unpaid,
            given=before.given,
        )
        payout = self._new_id()
        self._book.ask_payout(payout, order, CASH, Fen(coins * hopper.dispenser.fen), reason, coins=told)
        asked = next(each for each in self._book.payouts_of(order) if each.payout == payout)
        self._at_work = AtWork(payout=asked, hopper=hopper, since=self._clock())
        self._probe(Point.TILL_PAYOUT_BEFORE)
        try:
            hopper.dispenser.pay_out(coins)
        except DeviceRefused:
            self._failed(hopper)  # its status says that nothing came of this order
        except DeviceFault:
            pass  # whether it took the order is asked of its status, in the next round
        return True

    def _failed(self, hopper: Hopper) -> None:
        self._levels[hopper.name] = 0
        self._rests_until[hopper.name] = self._clock() + REST

    def _stop(self, hopper: Hopper) -> None:
        try:
            hopper.dispenser.stop()
        except DeviceFault:
            return

    def _over(self, work: AtWork, coins: int | None) -> Given:
        told = work.payout.coins
        assert told is not None
        self._at_work = None
        self._look_at = float("-inf")
        if coins is None or coins < told.coins:
            self._failed(work.hopper)
        return Given(payout=work.payout, fen=Fen((coins or 0) * told.coin), sure=coins is not None)


def _before(coins: Coins) -> DispenserStatus:
    return DispenserStatus(counter=coins.counter, remaining=0, paid=coins.paid, unpaid=coins.unpaid, given=coins.given)
