"""A ccTalk coin acceptor (generic specification 4.7), alone on its line or with others.

It has no escrow: a coin that it reports is in the coin box. `run.py` says how no event is missed or counted twice.
"""

import time
from collections.abc import Callable

from drivers.cash import CoinEvent, EventsLost
from drivers.cash.bus import BusDevice, CcTalkBus, as_bus
from drivers.cash.codec import COIN_ACCEPTOR, Header, coin_value
from drivers.cash.coin_events import TROUBLE, read, standing_trouble
from drivers.cash.run import TYPES, EventRun
from drivers.faults import DeviceFault, DeviceRefused
from drivers.health import Health
from drivers.link import Link


class CcTalkCoinAcceptor:
    """Implements drivers.cash.CoinAcceptor on `line`: a bus shared with others, or a function that opens its own.

    `country` picks the coins by the two letters of their identity; values are in its hundredths (fen for CN).
    `echo` (of a line of its own) says that the host hears its own bytes. `answer_timeout` seconds are given to each
    of three tries.
    """

    def __init__(
        self,
        line: CcTalkBus | Callable[[], Link],
        *,
        address: int = COIN_ACCEPTOR,
        country: str = "CN",
        echo: bool = True,
        answer_timeout: float = 0.4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        bus = as_bus(line, echo=echo, clock=clock)
        self._device = BusDevice(bus, address, name="The coin acceptor", answer_timeout=answer_timeout)
        self._run = EventRun(
            self._device,
            Header.BUFFERED_CREDIT,
            lost_what="The coin acceptor restarted or did more than its memory holds since it was last read",
            lost_hint="Compare the coin box with the journal: coins may be in it that are credited to nobody.",
        )
        self._country = country
        self._types: dict[int, int] = {}  # fen by coin type, once asked
        self._trouble: int | None = None

    def identify(self) -> tuple[int, ...]:
        """See CoinAcceptor.identify. Raises DeviceRefused when it is something else or knows no such coins."""
        return tuple(sorted(set(self._known_types().values())))

    def accept(self, values: frozenset[int]) -> None:
        """See CoinAcceptor.accept."""
        ask = self._device.ask
        if not values:
            ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
            return
        types = self._known_types()
        if unknown := values - set(types.values()):
            raise ValueError(f"This coin acceptor does not know coins of {sorted(unknown)} fen, only {self.identify()}")
        if self._run.seen is None or not self._run.is_marked():
            raise DeviceRefused(
                "The coin acceptor has started and its events have not been read since",
                "Poll the coin acceptor, then decide again.",
            )
        ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
        self._run.let_in({coin for coin, fen in types.items() if fen in values})
        ask(Header.MODIFY_MASTER_INHIBIT, b"\x01")

    def poll(self, since: int | None) -> tuple[int, list[CoinEvent]]:
        """See CoinAcceptor.poll."""
        try:
            news = self._run.look(since)
        except EventsLost:
            self._types = {}
            raise
        if not news.marked:
            self._types = {}
        values = self._known_types()
        if not news.marked:
            self._device.ask(Header.MODIFY_MASTER_INHIBIT, b"\x00")
            self._run.let_in(set(values))
        self._run.told(news)
        self._trouble = standing_trouble(news.buffer, self._trouble)
        return news.buffer.counter, read(news.new, values)

    def health(self) -> Health:
        """See CoinAcceptor.health."""
        try:
            values = self.identify()
            checked = self._self_check()
            self._trouble = standing_trouble(self._run.read(), self._trouble)
        except DeviceFault as fault:
            return Health(ok=False, what=fault.what, hint=fault.hint)
        if checked:
            what = f"The coin acceptor's self-check found fault {checked}"
            return Health(ok=False, what=what, hint="Clear the way of the coins; its manual says which part it means.")
        if checked is None and self._trouble is not None:
            what, hint = TROUBLE[self._trouble]
            return Health(ok=False, what=what, hint=hint)
        return Health(ok=True, what=f"The coin acceptor answers and knows {len(values)} values", hint="")

    def close(self) -> None:
        """See CoinAcceptor.close."""
        try:
            if self._device.in_use:
                self.accept(frozenset())
        except DeviceFault:
            return  # it cannot be told; what it still lets in is in its counter and is told at the next start
        finally:
            self._device.leave()

    def _self_check(self) -> int | None:
        """Return its fault code (header 232), 0 for none; None when it has no self-check and its events must do.

        Its own word counts for more than its last events: nothing in them says that a jam was cleared.
        """
        try:
            data = self._device.ask(Header.SELF_CHECK)
        except DeviceRefused:
            return None
        return data[0] if data else None

    def _known_types(self) -> dict[int, int]:
        if not self._types:
            ask = self._device.ask
            category = ask(Header.CATEGORY)
            if not category.lower().startswith(b"coin"):
                what = f"The device at ccTalk address {self._device.address} is no coin acceptor"
                raise DeviceRefused(what, self._device.hint)
            types = {}
            for coin in range(1, TYPES + 1):
                value = coin_value(ask(Header.COIN_ID, bytes((coin,))), self._country)
                if value is not None:
                    types[coin] = value
            if not types:
                what = f"The coin acceptor knows no coin of country {self._country}"
                raise DeviceRefused(what, "Have the right coin table loaded into it.")
            self._types = types
        return self._types
