"""Coins, dispensers, a centre and a card terminal in the test's own process: they keep their state when a till dies.

Each counts what it really holds by other code than the till's, so that a test can add everything up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from drivers.card import CardDeclined, CardPaid, CardUnclear
from drivers.cash import CoinEvent, CoinIn, DispenserStatus, EventsLost
from drivers.faults import DeviceFault, DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.scanner import Scan, Unreadable
from kiosk.till.caller import Answered
from sync.line.client import LineDown, Refused
from sync.wire.money import GiveBackAnswer, GiveBackAsk, PaymentAnswer, PaymentAsk, TicketMoney, UseAnswer, UseAsk
from tickets.errors import EnvironmentFault, PeerError

T = TypeVar("T")
COIN_VALUES = (50, 100)
WELL = Health(ok=True, what="fine", hint="")
ILL = Health(ok=False, what="silent", hint="Wait.")


class CoinBox:
    """A coin acceptor as its port describes it: five events kept, settings lost with power."""

    def __init__(self) -> None:
        self.box = 0
        self.lost = 0
        """What fell in while nobody could hear of it any more."""
        self.silent = False
        self._counter = 0
        self._events: list[CoinEvent] = []
        self._unread = 0
        self._accepts: frozenset[int] = frozenset()
        self._polled = False
        self._marked = False

    def insert(self, fen: int) -> bool:
        """A passenger puts a coin in; True when it stays in."""
        if fen not in self._accepts:
            return False
        self.box += fen
        self._counter = self._counter % 255 + 1
        self._events = [*self._events, CoinIn(fen=fen, counter=self._counter)][-5:]
        self._unread += fen
        return True

    def power_cycle(self) -> None:
        """Power goes and comes: settings and events are gone."""
        self.lost += self._unread
        self._counter, self._events, self._accepts, self._unread = 0, [], frozenset(), 0
        self._polled = self._marked = False

    def new_host(self) -> None:
        """The process that used it is gone."""
        self._polled = False

    def identify(self) -> tuple[int, ...]:
        """See CoinAcceptor."""
        self._answer()
        return COIN_VALUES

    def accept(self, values: frozenset[int]) -> None:
        """See CoinAcceptor."""
        self._answer()
        if values and not self._polled:
            raise DeviceRefused("not polled since the start", "Poll.")
        self._accepts = values

    def poll(self, since: int | None) -> tuple[int, list[CoinEvent]]:
        """See CoinAcceptor."""
        self._answer()
        missed = 0 if since is None else (self._counter - since) % 255 if since and self._counter else self._counter
        if since is not None and ((since and not self._counter) or missed > len(self._events)):
            self._marked = True
            self.lost += self._unread
            self._unread = 0
            raise EventsLost(self._counter)
        self._polled, self._unread = True, 0
        return self._counter, self._events[len(self._events) - missed :]

    def health(self) -> Health:
        """See CoinAcceptor."""
        return ILL if self.silent else WELL

    def close(self) -> None:
        """See CoinAcceptor."""
        self._accepts = frozenset()

    def _answer(self) -> None:
        if self.silent:
            raise DeviceSilent("The coin acceptor does not answer", "Check its cable.")


class Tube:
    """A dispenser with `coins` in it. `does` says what the next order comes to:

    "pays", "pays some" (all but one), "pays and answers nothing", "takes nothing" (refused), "nothing" (not heard),
    "slow" (until `arrive`), "pays and restarts", "pays some and restarts".
    """

    def __init__(self, fen: int, coins: int, *, counts_life: bool = True) -> None:
        self.fen = fen
        self.coins = coins
        self.out = 0
        self.unknown = 0
        """Fen that went out, or did not, in an order of which it can say nothing."""
        self.silent = False
        self.does = "pays"
        self._counts_life = counts_life
        self._counter = 0
        self._life = 0
        self._remaining = self._paid = self._unpaid = 0

    @property
    def given(self) -> int:
        """Fen that went out."""
        return self.out * self.fen

    def arrive(self) -> None:
        """What was slow comes."""
        while self._remaining:
            self._one()

    def pay_out(self, coins: int) -> None:
        """See Dispenser."""
        self._answer()
        assert 1 <= coins <= 255
        assert not self._remaining, "ordered while at work"
        does, self.does = self.does, "pays"
        if does == "takes nothing":
            raise DeviceRefused("It will not", "Fill it.")
        if does == "nothing":
            raise DeviceSilent("No answer", "Ask its status.")
        self._counter = self._counter % 255 + 1
        self._remaining, self._paid, self._unpaid = coins, 0, 0
        if does == "slow":
            return
        while self._remaining > ("some" in does):
            self._one()
        self._remaining, self._unpaid = 0, self._unpaid + self._remaining
        if "restarts" in does:
            if not self._counts_life:
                self.unknown += coins * self.fen
            self._counter = self._paid = self._unpaid = 0
        if does == "pays and answers nothing":
            raise DeviceSilent("No answer", "Ask its status.")

    def status(self) -> DispenserStatus:
        """See Dispenser."""
        self._answer()
        return DispenserStatus(
            counter=self._counter,
            remaining=self._remaining,
            paid=self._paid,
            unpaid=self._unpaid,
            given=self._life if self._counts_life else None,
        )

    def level(self) -> int | None:
        """See Dispenser."""
        self._answer()
        return self.coins

    def stop(self) -> None:
        """See Dispenser."""
        self._unpaid, self._remaining = self._unpaid + self._remaining, 0

    def health(self) -> Health:
        """See Dispenser."""
        return ILL if self.silent else WELL

    def close(self) -> None:
        """See Dispenser."""

    def _one(self) -> None:
        self._remaining -= 1
        if self.coins == 0:
            self._unpaid += 1
            return
        self.coins -= 1
        self.out += 1
        self._paid += 1
        self._life += 1

    def _answer(self) -> None:
        if self.silent:
            raise DeviceSilent("The dispenser does not answer", "Check its cable.")


@dataclass
class Account:
    """A payment at the centre."""

    ask: PaymentAsk | None
    state: Literal["paid", "waiting", "failed", "reversed"]
    returned: int = 0


class Centre:
    """The centre and its provider. `does` says what becomes of the next payment: "paid", "waiting", "failed".

    `loses` is what the line loses of the next calls: "question" or "answer"; `down` loses all of them.
    """

    def __init__(self) -> None:
        self.does: Literal["paid", "waiting", "failed"] = "paid"
        self.loses: list[str] = []
        self.down = False
        self.gives_back: Literal["done", "waiting", "failed"] = "done"
        self.payments: dict[str, Account] = {}
        self.refunds: dict[str, tuple[str, int]] = {}
        self.codes_seen: list[str] = []

    @property
    def balance(self) -> int:
        """Fen on the account."""
        return sum(each.ask.fen - each.returned for each in self.payments.values() if each.ask and each.state == "paid")

    def confirm(self) -> None:
        """Every passenger that waits confirms."""
        for account in self.payments.values():
            if account.state == "waiting":
                account.state = "paid"

    def pay(self, ask: PaymentAsk) -> PaymentAnswer:
        """See MoneyCalls."""
        return self._line(lambda: self._pay(ask))

    def payment(self, payment: str) -> PaymentAnswer:
        """See MoneyCalls."""
        return self._line(lambda: self._told(payment))

    def reverse(self, payment: str) -> PaymentAnswer:
        """See MoneyCalls."""

        def undo() -> PaymentAnswer:
            account = self.payments.setdefault(payment, Account(None, "reversed"))
            assert account.returned == 0, "a payment is reversed of which some went back"
            account.state = account.state if account.state == "failed" else "reversed"
            return PaymentAnswer(payment=payment, state="reversed")

        return self._line(undo)

    def give_back(self, payment: str, ask: GiveBackAsk) -> GiveBackAnswer:
        """See MoneyCalls."""

        def book() -> GiveBackAnswer:
            if ask.refund in self.refunds:
                return GiveBackAnswer(refund=ask.refund, state="done")
            if self.gives_back != "done":
                return GiveBackAnswer(refund=ask.refund, state=self.gives_back)
            account = self.payments[payment]
            assert account.ask is not None
            assert account.state == "paid"
            assert account.returned + ask.fen <= account.ask.fen
            account.returned += ask.fen
            self.refunds[ask.refund] = (payment, ask.fen)
            return GiveBackAnswer(refund=ask.refund, state="done")

        return self._line(book)

    def ask_use(self, ask: UseAsk) -> UseAnswer:  # noqa: ARG002  it grants everything
        """See MoneyCalls."""
        return self._line(lambda: UseAnswer(answer="granted"))

    def ticket_money(self, number: str) -> TicketMoney:
        """See MoneyCalls."""
        return self._line(lambda: TicketMoney(number=number, fare=0, state="valid"))

    def _pay(self, ask: PaymentAsk) -> PaymentAnswer:
        if ask.auth_code is not None:
            self.codes_seen.append(ask.auth_code)
        known = self.payments.get(ask.payment)
        if known is None:
            does, self.does = self.does, "paid"
            if ask.way == "show" and does == "paid":
                does = "waiting"
            self.payments[ask.payment] = Account(ask, does)
        return self._told(ask.payment)

    def _told(self, payment: str) -> PaymentAnswer:
        account = self.payments.get(payment)
        if account is None:
            raise Refused(404, "Never heard of", "Reverse it.")
        code = f"pay:{payment[:8]}" if account.ask is not None and account.ask.way == "show" else ""
        return PaymentAnswer(payment=payment, state=account.state, code=code, reference=f"P{payment[:6]}")

    def _line(self, call: Callable[[], T]) -> T:
        lost = "question" if self.down else self.loses.pop(0) if self.loses else ""
        if lost == "question":
            raise LineDown("The centre does not answer", "Ask again.")
        answer = call()
        if lost == "answer":
            raise LineDown("The centre does not answer", "Ask again.")
        return answer


class Terminal:
    """A card terminal. `does` says what becomes of the next payment or refund: "pays", "declines", "pays unheard",
    "declines unheard".
    """

    def __init__(self) -> None:
        self.does = "pays"
        self.silent = False
        self.reverses = True
        self.bookings: dict[str, int] = {}
        self._last: tuple[str, CardPaid | CardDeclined] | None = None
        self._number = 0

    @property
    def balance(self) -> int:
        """Fen on the account."""
        return sum(self.bookings.values())

    def pay(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        """See CardTerminal."""
        return self._book(fen, fen, reference)

    def refund(self, fen: int, reference: str) -> CardPaid | CardDeclined:
        """See CardTerminal."""
        return self._book(-fen, fen, reference)

    def last(self, reference: str) -> CardPaid | CardDeclined | None:  # noqa: ARG002  as a real one it knows none
        """See CardTerminal."""
        self._answer()
        return self._last[1] if self._last is not None else None

    def reverse(self, receipt: str, fen: int) -> bool:
        """See CardTerminal."""
        self._answer()
        if not self.reverses:
            return False
        assert self.bookings.get(receipt, 0) in (0, fen)
        self.bookings[receipt] = 0
        return True

    def stop(self) -> None:
        """See CardTerminal."""

    def end_day(self) -> None:
        """See CardTerminal."""
        self.reverses = False

    def health(self) -> Health:
        """See CardTerminal."""
        return ILL if self.silent else WELL

    def close(self) -> None:
        """See CardTerminal."""

    def _book(self, booked: int, fen: int, reference: str) -> CardPaid | CardDeclined:
        self._answer()
        does, self.does = self.does, "pays"
        answer: CardPaid | CardDeclined = CardDeclined(why="declined")
        if does.startswith("pays"):
            self._number += 1
            answer = CardPaid(receipt=f"T-{self._number}", fen=fen)
            self.bookings[answer.receipt] = booked
        self._last = (reference, answer)
        if does.endswith("unheard"):
            raise CardUnclear("No answer", "Ask again.")
        return answer

    def _answer(self) -> None:
        if self.silent:
            raise DeviceSilent("The terminal does not answer", "Check it.")


class Eye:
    """A scanner under which a test holds codes."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def read(self, timeout: float) -> Scan | Unreadable | None:  # noqa: ARG002  a test does not wait
        """See Scanner."""
        return Scan(text=self.codes.pop(0)) if self.codes else None

    def health(self) -> Health:
        """See Scanner."""
        return WELL

    def close(self) -> None:
        """See Scanner."""


class HandCalls:
    """`Calls` that a test carries out: at once, or when it says so. What is not carried out dies with the process."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self._open: dict[str, Callable[[], object]] = {}
        self._answers: list[Answered] = []

    def ask(self, key: str, call: Callable[[], object]) -> None:
        """See Calls."""
        if key not in self._open:
            self._open[key] = call

    def asking(self, key: str) -> bool:
        """See Calls."""
        return key in self._open or any(answer.key == key for answer in self._answers)

    def answers(self) -> list[Answered]:
        """See Calls."""
        if self.at_once:
            self.run()
        found, self._answers = self._answers, []
        return found

    def run(self) -> None:
        """Carry out what was asked."""
        while self._open:
            key = next(iter(self._open))
            call = self._open[key]
            try:
                self._answers.append(Answered(key=key, value=call()))
            except (EnvironmentFault, PeerError, DeviceFault) as fault:
                self._answers.append(Answered(key=key, fault=fault))
            finally:
                del self._open[key]

    def close(self) -> None:
        """See Calls."""
