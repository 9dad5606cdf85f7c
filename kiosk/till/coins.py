"""Taking coins: each is written down with the acceptor's counter, so that it is counted once, whatever restarts.

A coin cannot be given back once it is in. What more of them went in than was due is change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from drivers.cash import CoinAcceptor, CoinIn, EventsLost
from drivers.faults import DeviceFault, DeviceRefused
from kiosk.till.cashbook import COINS, Cashbook
from tickets.money import Fen

HEALTH_EVERY = 10.0
"""Seconds between two looks at an acceptor that is well."""
ASK_AGAIN = 3.0
"""Seconds until one that does not answer is asked again, while nobody pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinTook:
    """A coin is in the box and written down for `order`."""

    order: UUID
    fen: Fen


class CoinSlot:
    """Works one coin acceptor, or none. `clock` is monotonic seconds; a coin that comes late belongs to the
    `newest_order`, the one that was held last.

    `listen` first, then `serve`, as for notes. Neither raises DeviceFault.
    """

    def __init__(
        self,
        acceptor: CoinAcceptor | None,
        book: Cashbook,
        newest_order: Callable[[], UUID | None],
        *,
        clock: Callable[[], float],
    ) -> None:
        self._acceptor = acceptor
        self._book = book
        self._newest_order = newest_order
        self._clock = clock
        self._mark = book.coin_mark()
        self._let_in: frozenset[int] | None = None
        self._look_at = float("-inf")
        self._told: str | None = None
        self.fault: DeviceFault | None = None
        self.coins: tuple[Fen, ...] = ()
        self.losses = 0
        """How often the acceptor could not say which coins came, in this process."""

    @property
    def ready(self) -> bool:
        """Whether there is one that answers, knows coins, and said lately that it can take them."""
        return self._acceptor is not None and self.fault is None and bool(self.coins)

    @property
    def letting_in(self) -> frozenset[int]:
        """The coins (fen) that it was last told to let in; empty while that is not known."""
        return self._let_in or frozenset()

    def listen(self) -> tuple[CoinTook, ...]:
        """Read what came and write it down, coin by coin."""
        if self._acceptor is None or (self.fault is not None and not self._let_in and self._clock() < self._look_at):
            return ()
        took: list[CoinTook] = []
        try:
            counter, events = self._acceptor.poll(self._mark)
        except EventsLost as lost:
            self._lost(lost)
            return ()
        except DeviceFault as fault:
            self._broken(fault)
            return ()
        for event in events:
            if isinstance(event, CoinIn):
                took.extend(self._take(event))
            else:
                self._book.coin_fault(event.what, event.counter)
                self._mark = event.counter
                if event.lasting:
                    self._look_at = float("-inf")
        if self._mark != counter:
            self._book.mark_coins(counter)
            self._mark = counter
        self._look()
        return tuple(took)

    def serve(self, order: UUID | None, fits: Callable[[Fen], bool]) -> None:
        """Let in exactly the coins that fit the open order; none without one."""
        if self._acceptor is None or self.fault is not None:
            return
        values = frozenset(coin for coin in self.coins if fits(coin)) if order is not None else frozenset[int]()
        if values == self._let_in:
            return
        self._let_in = None
        try:
            self._acceptor.accept(values)
        except DeviceRefused:
            return  # it restarted a moment ago: the next poll says so
        except DeviceFault as fault:
            self._broken(fault)
            return
        self._let_in = values

    def close(self) -> None:
        """Let in no more coins and release the port."""
        if self._acceptor is not None:
            self._acceptor.close()

    def _take(self, event: CoinIn) -> list[CoinTook]:
        order = self._newest_order()
        if order is None:
            self._book.coin_fault(f"A coin of {event.fen} fen came before this till ever held an order", event.counter)
            self._mark = event.counter
            return []
        self._book.coin_taken(order, Fen(event.fen), event.counter)
        self._mark = event.counter
        return [CoinTook(order=order, fen=Fen(event.fen))]

    def _lost(self, lost: EventsLost) -> None:
        """It restarted: a coin that fell in just then is credited to nobody, and staff are told."""
        self.losses += 1
        self._let_in, self.coins = None, ()
        self._book.coin_fault(lost.what, lost.counter)
        self._mark = lost.counter

    def _look(self) -> None:
        if self._acceptor is None:
            return
        try:
            if not self.coins:
                self.coins = tuple(Fen(fen) for fen in self._acceptor.identify())
        except DeviceFault as fault:
            self._broken(fault)
            return
        if self._clock() < self._look_at:
            return
        health = self._acceptor.health()
        if not health.ok:
            self._broken(DeviceFault(health.what, health.hint))
            return
        if self._told is not None:
            self._book.device_back(COINS)
        self.fault = self._told = None
        self._look_at = self._clock() + HEALTH_EVERY

    def _broken(self, fault: DeviceFault) -> None:
        """Staff are told once for as long as it lasts."""
        self._let_in = None
        self._look_at = self._clock() + ASK_AGAIN
        self.fault = fault
        if self._told is None:
            self._book.device_fault(COINS, fault.what)
            self._told = fault.what
