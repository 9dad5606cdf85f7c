"""Works the payments without cash: asks, asks again, reverses, and writes down what became of each. Never blocks.

At most one payment is wanted at a time. Those that nobody wants any more are reversed beside it, for as long as it
takes: also after a restart, and long after their orders have ended.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kiosk.till.caller import Calls
from kiosk.till.cashbook import Cashbook
from kiosk.till.collecting import NO_PROVIDER, CardCollector, Collector
from kiosk.till.payments import (
    AFTER_RESTART_S,
    CODE_WAIT_S,
    ENDS,
    KINDS,
    Heard,
    Kind,
    Phase,
    Said,
    after,
    failure,
    kind_of,
    state_of,
)
from kiosk.till.values import Means, PaymentState, PaymentView, Words
from kiosk.till.wording import CODE_NOT_READ, PAYMENT_REVERSED, PAYMENT_UNCLEAR
from sync.journal.payments import Payment
from sync.line.payment_schedule import reversal_pause
from sync.points import Point, Probe
from tickets.errors import Bug
from tickets.money import Fen

NO_PROVIDER_REST_S = 600.0
"""Seconds for which phones are not offered after a centre said that it takes no payments by phone at all."""


@dataclass(slots=True, kw_only=True)
class Live:
    """A payment that has not ended. `until` is when it is given up waiting for, `next_at` when to ask next."""

    payment: Payment
    kind: Kind
    phase: Phase
    until: float
    next_at: float
    code: str = ""
    tries: int = 0
    reversing_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A means that waits for the passenger's code: nothing is asked yet, so nothing is written."""

    order: UUID
    fen: Fen
    kind: Kind
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A payment has ended. `phase` says how: PAID and KEPT put money into its order."""

    order: UUID
    phase: Phase
    message: Words | None


class Cashless:
    """Works the payments of one till. `clock` is monotonic seconds; `calls` and `collectors` say by method (qr, card)
    on which thread to ask whom. What comes back over the callers is handed to `heard`.
    """

    def __init__(
        self,
        book: Cashbook,
        calls: Mapping[str, Calls],
        collectors: Mapping[str, Collector],
        *,
        clock: Callable[[], float],
        new_id: Callable[[], UUID],
        probe: Probe,
    ) -> None:
        self._book = book
        self._calls = calls
        self._collectors = collectors
        self._clock = clock
        self._new_id = new_id
        self._probe = probe
        self._live: dict[UUID, Live] = {}
        self._wanted: Wanted | None = None
        self._last: tuple[UUID, PaymentView] | None = None
        self.answered = True
        """Whether the last call to the centre was answered."""
        self._not_before = float("-inf")

    def recover(self, ended: Callable[[UUID], bool]) -> None:
        """Take up the payments that an earlier process left open. Called once, before any work."""
        now = self._clock()
        for payment in self._book.open_payments():
            unwanted = payment.unwanted or ended(payment.order)
            self._live[payment.payment] = Live(
                payment=payment,
                kind=kind_of(payment.way),
                phase=Phase.REVERSING if unwanted else Phase.UNCLEAR,
                until=now + AFTER_RESTART_S,
                next_at=now,
                reversing_since=now if unwanted else None,
            )

    def start(self, order: UUID, means: Means, fen: Fen) -> bool:
        """Begin to be paid `fen` of an order by `means`; False when that means is not here or a payment is wanted."""
        kind = KINDS.get(means)
        if kind is None or kind.method not in self._collectors or self.wanted(order):
            return False
        self._last = None
        if means is Means.QR_SCAN:
            self._wanted = Wanted(order=order, fen=fen, kind=kind, until=self._clock() + CODE_WAIT_S)
        else:
            self._begin(order, fen, kind, "")
        return True

    @property
    def offered(self) -> bool:
        """Whether phones can pay, as far as the last call to the centre told."""
        return self.answered and self._clock() >= self._not_before

    @property
    def wants_code(self) -> bool:
        """Whether the next code under the scanner is to be paid with."""
        return self._wanted is not None

    def scanned(self, text: str) -> None:
        """A code was read while one is wanted. What is no payment code is told, and the scanner waits on."""
        wanted = self._wanted
        if wanted is None:
            return
        if not (16 <= len(text) <= 24 and text.isascii() and text.isdigit()):
            self._last = (wanted.order, self._waiting(wanted, CODE_NOT_READ))
            return
        self._wanted = self._last = None
        self._begin(wanted.order, wanted.fen, wanted.kind, text)

    def stop(self, order: UUID) -> None:
        """Nobody wants to pay this way any more: what was asked for is reversed."""
        if self._wanted is not None and self._wanted.order == order:
            self._wanted = self._last = None
        for live in self._of(order):
            if live.phase is not Phase.REVERSING:
                self._hear(live, Said(heard=Heard.NOT_WANTED))

    def wanted(self, order: UUID) -> bool:
        """Whether a payment of this order is wanted: then no other means is offered."""
        waiting = self._wanted is not None and self._wanted.order == order
        return waiting or any(live.phase is not Phase.REVERSING for live in self._of(order))

    def held_up_for(self, order: UUID) -> float | None:
        """Seconds for which a payment of this order has been on its way back; None when none is."""
        since = [live.reversing_since for live in self._of(order) if live.reversing_since is not None]
        return self._clock() - max(since) if since else None

    def view(self, order: UUID) -> PaymentView | None:
        """What to show of the payment of an order that is under way, or came to nothing last."""
        if self._wanted is not None and self._wanted.order == order:
            return self._last[1] if self._last is not None else self._waiting(self._wanted, None)
        live = max(self._of(order), key=lambda one: one.phase is not Phase.REVERSING, default=None)
        if live is None:
            return self._last[1] if self._last is not None and self._last[0] == order else None
        message = {Phase.UNCLEAR: PAYMENT_UNCLEAR, Phase.REVERSING: PAYMENT_REVERSED}.get(live.phase)
        return PaymentView(
            means=live.kind.means,
            state=state_of(live.phase, live.kind, live.code),
            code=live.code if live.phase is Phase.WAITING else "",
            seconds_left=0 if live.phase is Phase.REVERSING else max(0, round(live.until - self._clock())),
            message=message,
        )

    @property
    def open(self) -> bool:
        """Whether any payment has not ended."""
        return bool(self._live) or self._wanted is not None

    def work(self) -> None:
        """One round: ask what is due, and reverse what has taken too long."""
        if self._wanted is not None and self._clock() >= self._wanted.until:
            self._wanted = self._last = None
        for live in list(self._live.values()):
            if live.phase not in ENDS and live.phase is not Phase.REVERSING and self._clock() >= live.until:
                self._hear(live, Said(heard=Heard.TOO_LONG))
            if not self._asking(live) and self._clock() >= live.next_at:
                self._ask_next(live)

    def heard(self, key: str, value: object) -> Over | None:
        """An answer from a caller whose question was ours; what ended by it."""
        what, _, name = key.partition(":")
        live = self._live.get(UUID(name)) if what in ("pay", "query", "reverse") else None
        if live is None or not isinstance(value, Said):
            return None
        if live.kind.method == "qr":
            self.answered = value.heard is not Heard.SILENCE
            if value.why == NO_PROVIDER:
                self._not_before = self._clock() + NO_PROVIDER_REST_S
        if what == "pay":
            self._probe(Point.TILL_PAYMENT_ASK_AFTER)
        elif what == "reverse":
            self._probe(Point.TILL_PAYMENT_REVERSE_AFTER)
        if live.phase is Phase.REVERSING and what != "reverse":
            return self._late(live, value)
        return self._hear(live, value)

    # inside

    def _begin(self, order: UUID, fen: Fen, kind: Kind, code: str) -> None:
        payment = self._new_id()
        self._book.ask_payment(payment, order, kind.method, fen, kind.way)
        asked = self._book.find_payment(payment)
        if asked is None:
            raise Bug("A payment was written down and is not there", "Report this to the makers.")
        now = self._clock()
        live = Live(payment=asked, kind=kind, phase=Phase.ASKED, until=now + kind.schedule.in_all_s, next_at=now)
        self._live[payment] = live
        self._pay(live, code)

    def _pay(self, live: Live, code: str) -> None:
        payment, collector = live.payment, self._collectors[live.kind.method]
        self._probe(Point.TILL_PAYMENT_ASK_BEFORE)
        self._calls[live.kind.method].ask(f"pay:{payment.payment.hex}", lambda: collector.ask(payment, code))
        live.next_at = self._clock() + live.kind.schedule.every_s

    def _ask_next(self, live: Live) -> None:
        payment, collector = live.payment, self._collectors.get(live.kind.method)
        if collector is None:
            return  # its terminal was taken away: it stays open until one is there again
        name, calls = payment.payment.hex, self._calls[live.kind.method]
        if live.phase is Phase.REVERSING:
            live.tries += 1
            live.next_at = self._clock() + reversal_pause(live.tries)
            self._probe(Point.TILL_PAYMENT_REVERSE_BEFORE)
            calls.ask(f"reverse:{name}", lambda: collector.reverse(payment))
        elif live.phase is Phase.UNCLEAR and live.kind.means is Means.QR_SHOW and not live.code:
            self._pay(live, "")  # the same payment again: its code is needed
        else:
            live.next_at = self._clock() + live.kind.schedule.every_s
            calls.ask(f"query:{name}", lambda: collector.query(payment))

    def _asking(self, live: Live) -> bool:
        name, calls = live.payment.payment.hex, self._calls.get(live.kind.method)
        return calls is not None and any(calls.asking(f"{what}:{name}") for what in ("pay", "query", "reverse"))

    def _late(self, live: Live, said: Said) -> Over | None:
        """An answer to what was asked before the payment was to come back: only an end without money counts."""
        if said.heard in (Heard.FAILED, Heard.REVERSED):
            return self._hear(live, Said(heard=said.heard, reference=said.reference))
        if said.heard is Heard.PAID and live.kind.method == "card" and said.reference:
            self._book.note_receipt(live.payment.payment, said.reference)
            live.payment = self._book.find_payment(live.payment.payment) or live.payment
        live.next_at = self._clock()
        return None

    def _hear(self, live: Live, said: Said) -> Over | None:
        was, live.phase = live.phase, after(live.phase, said.heard)
        live.code = said.code or live.code
        if live.phase is Phase.REVERSING and was is not Phase.REVERSING:
            self._book.want_no_more(live.payment.payment)
            live.reversing_since = live.next_at = self._clock()
            live.tries = 0
            collector = self._collectors.get(live.kind.method)
            if isinstance(collector, CardCollector) and self._asking(live):
                collector.stop()
        if live.phase not in ENDS:
            return None
        return self._end(live, said)

    def _end(self, live: Live, said: Said) -> Over:
        payment = live.payment
        message: Words | None = None
        match live.phase:
            case Phase.PAID | Phase.KEPT:
                self._book.paid(payment, said.reference)
            case Phase.REVERSED:
                self._book.not_paid(payment.payment, reversed_=True, reference=said.reference)
                message = failure("reversed")
            case _:
                self._book.not_paid(payment.payment, reversed_=False)
                message = failure(said.why)
        del self._live[payment.payment]
        if message is not None and self._wanted is None:
            shown = PaymentView(means=live.kind.means, state=PaymentState.FAILED, message=message)
            self._last = (payment.order, shown)
        return Over(order=payment.order, phase=live.phase, message=message)

    def _of(self, order: UUID) -> list[Live]:
        return [live for live in self._live.values() if live.payment.order == order]

    def _waiting(self, wanted: Wanted, message: Words | None) -> PaymentView:
        return PaymentView(
            means=wanted.kind.means,
            state=PaymentState.WAITING_CODE,
            seconds_left=max(0, round(wanted.until - self._clock())),
            message=message,
        )
