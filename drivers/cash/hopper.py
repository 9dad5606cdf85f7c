"""A ccTalk hopper that is ordered by its serial number (generic specification 4.7), alone on its line or with others.

How no coin is given twice, and none is counted that was not given:
- The order (header 167) is sent once. When its answer is lost, the event counter (166) tells: it moves on with each
  order taken. A counter of 0 says that the hopper has restarted, and then nothing is certain.
- Nothing is ordered when it has restarted since the host last asked for its status: two runs may have the same counter.
- What it took is read back while it still gives: a number damaged on the line (8-bit checksum) is stopped at once.
- Final numbers are read twice and must agree.
- The count of a whole life (168), where a hopper keeps one, outlives its restarts: the difference is what went out.
"""

import time
from collections.abc import Callable

from drivers.cash import DispenserStatus, given_between
from drivers.cash.bus import TRIES, BusDevice, CcTalkBus, as_bus
from drivers.cash.codec import HOPPER, Header, coin_value
from drivers.cash.hopper_flags import Flag, flags_of, trouble
from drivers.faults import DeviceFault, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.link import Link

ENABLE, DISABLE = b"\xa5", b"\x00"
MOST = 255
LOW_FITTED, IS_LOW = 1 << 4, 1 << 0
_ASK_STATUS = "Ask for its status before anything else."


class CcTalkHopper:
    """Implements drivers.cash.Dispenser on `line`: a bus shared with others, or a function that opens its own.

    `fen` is the value of its coins (and is compared with what it says itself, where it says it). `low` is how many
    coins it surely holds while its low-level sensor sees coins. `echo` (of a line of its own) says that the host hears
    its own bytes. `answer_timeout` seconds are given to each of three tries.
    """

    def __init__(
        self,
        line: CcTalkBus | Callable[[], Link],
        *,
        fen: int,
        address: int = HOPPER,
        low: int = 10,
        country: str = "CN",
        echo: bool = True,
        answer_timeout: float = 0.4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        bus = as_bus(line, echo=echo, clock=clock)
        name = f"The dispenser of ¥{fen / 100:.2f} coins"
        self._device = BusDevice(bus, address, name=name, answer_timeout=answer_timeout)
        self._ask = self._device.ask
        self._fen = fen
        self._low = low
        self._country = country
        self._known = False
        self._told: int | None = None  # the counter that the host was last told
        self._counts = True  # until it refuses to tell its life's count

    @property
    def fen(self) -> int:
        """See Dispenser.fen."""
        return self._fen

    def pay_out(self, coins: int) -> None:
        """See Dispenser.pay_out."""
        if not 1 <= coins <= MOST:
            raise ValueError(f"A hopper gives 1 to {MOST} coins in one order, not {coins}")
        self._identify()
        wrong = trouble(self._flags() & ~Flag.TIMEOUT)  # an earlier order's, and gone with the next one
        if wrong:
            raise DeviceRefused(*wrong)
        serial = self._ask(Header.SERIAL_NUMBER)
        if len(serial) != 3:
            raise DeviceNonsense(f"{self._device.name} has a serial number of {len(serial)} bytes", self._device.hint)
        self._ask(Header.ENABLE_HOPPER, ENABLE)
        before = self._look()  # after enabling: a restart from now on leaves it disabled, and the order refused
        if before.remaining:
            raise DeviceRefused(f"{self._device.name} is still giving coins", _ASK_STATUS)
        if self._told is not None and before.counter != self._told:
            raise DeviceRefused(f"{self._device.name} has restarted since its status was asked for", _ASK_STATUS)
        try:
            self._ask(Header.DISPENSE_COINS, serial + bytes((coins,)), tries=1)
        except (DeviceSilent, DeviceNonsense) as fault:
            self._find_out(before, coins, fault)
        self._watch_number(coins)

    def status(self) -> DispenserStatus:
        """See Dispenser.status."""
        seen = self._look()
        self._told = seen.counter
        return seen

    def level(self) -> int | None:
        """See Dispenser.level."""
        try:
            data = self._twice(Header.LEVEL_STATUS)
        except DeviceRefused:
            return None
        if len(data) != 1 or not data[0] & LOW_FITTED:
            return None
        return 0 if data[0] & IS_LOW else self._low

    def stop(self) -> None:
        """See Dispenser.stop."""
        self._ask(Header.EMERGENCY_STOP)

    def health(self) -> Health:
        """See Dispenser.health. A dispenser below its low-level sensor is not fine: it may end in the next payout."""
        try:
            self._identify()
            wrong = trouble(self._flags())
            level = self.level()
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        if wrong:
            return Health(ok=False, what=wrong[0], hint=wrong[1])
        if level == 0:
            return Health(ok=False, what=f"{self._device.name} is nearly empty", hint="Fill it and record how many.")
        known = "it does not measure its level" if level is None else f"it holds {level} coins or more"
        return Health(ok=True, what=f"{self._device.name} answers; {known}", hint="")

    def close(self) -> None:
        """See Dispenser.close. An order that it took is not broken off."""
        try:
            if self._device.in_use and not self._hopper_status().remaining:
                self._ask(Header.ENABLE_HOPPER, DISABLE)
        except DeviceFault:
            return  # it cannot be told; it gives nothing without an order that has its serial number
        finally:
            self._known = False
            self._device.leave()

    def _identify(self) -> None:
        """Make sure that it is a hopper, of the right coins. Raises DeviceRefused."""
        if self._known:
            return
        if not self._ask(Header.CATEGORY).lower().startswith(b"payout"):
            what = f"The device at ccTalk address {self._device.address} is no coin dispenser"
            raise DeviceRefused(what, self._device.hint)
        try:
            said = coin_value(self._ask(Header.HOPPER_COIN), self._country)
        except DeviceRefused:
            said = None  # many hoppers do not know what is in them
        if said not in (None, self._fen):
            what = f"The dispenser at ccTalk address {self._device.address} says that its coins are of {said} fen"
            raise DeviceRefused(what, f"It is configured for {self._fen} fen: correct one of the two.")
        self._known = True

    def _look(self) -> DispenserStatus:
        return self._hopper_status(with_count=True)

    def _hopper_status(self, *, with_count: bool = False) -> DispenserStatus:
        data = self._twice(Header.HOPPER_STATUS, final=lambda seen: len(seen) == 4 and seen[1] == 0)
        if len(data) != 4:
            what = f"{self._device.name} answered {len(data)} bytes where its status has 4"
            raise DeviceNonsense(what, self._device.hint, data)
        counter, remaining, paid, unpaid = data
        given = self._life_count() if with_count and self._counts else None
        if counter == 0:
            self._known = False  # it restarted: it may be another one
        return DispenserStatus(counter=counter, remaining=remaining, paid=paid, unpaid=unpaid, given=given)

    def _life_count(self) -> int | None:
        try:
            data = self._ask(Header.DISPENSE_COUNT)
            again = self._ask(Header.DISPENSE_COUNT)
        except DeviceRefused:
            self._counts = False
            return None
        if len(data) != 3 or len(again) != 3:
            return None
        return int.from_bytes(again, "little")

    def _flags(self) -> Flag:
        data = self._twice(Header.TEST_HOPPER)
        flags = flags_of(data)
        if flags is None:
            what = f"{self._device.name} answered {len(data)} bytes where its flags have 1 to 3"
            raise DeviceNonsense(what, self._device.hint, data)
        return flags

    def _twice(self, header: Header, *, final: Callable[[bytes], bool] = lambda _: True) -> bytes:
        """Return an answer that was read twice alike, or one that is not `final` and may change any moment."""
        data = self._ask(header)
        for _ in range(2 * TRIES):
            if not final(data):
                return data
            again = self._ask(header)
            if again == data:
                return data
            data = again
        raise DeviceNonsense(f"{self._device.name} never says the same twice", self._device.hint)

    def _find_out(self, before: DispenserStatus, coins: int, fault: DeviceFault) -> None:
        """Return when the order was taken though its answer was lost. Raises DeviceRefused when it surely was not."""
        now = self._look()
        if now.remaining and now.counter == before.counter % 255 + 1:
            return
        went = given_between(before, now, coins)
        if went == 0 and (now.counter == before.counter or now.paid):
            raise DeviceRefused(f"{self._device.name} did not take the order", "Order again.") from fault
        if went is not None and now.paid == went and now.paid + now.unpaid == coins:
            return
        raise DeviceSilent(f"{self._device.name} did not say whether it took the order", _ASK_STATUS) from fault

    def _watch_number(self, coins: int) -> None:
        """Stop it when it took an order of more coins than were asked for."""
        try:
            now = self._hopper_status()
        except DeviceFault:
            return  # the order was taken; its status is asked for later anyway
        if now.remaining and now.remaining + now.paid > coins:
            self.stop()
            raise DeviceNonsense(f"{self._device.name} understood another number than {coins}", _ASK_STATUS)
