"""All of a till's money beyond notes: coins in, coins out, phones, cards; and the centre's word for tasks."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from drivers.card import CardTerminal
from drivers.cash import CashEvent, CoinAcceptor
from drivers.health import Health
from kiosk.till.caller import Answered, Calls
from kiosk.till.cashbook import CARD, QR, Cashbook
from kiosk.till.cashless import Cashless, Over
from kiosk.till.coins import CoinSlot, CoinTook
from kiosk.till.collecting import CardCollector, Collector, PhoneCollector
from kiosk.till.finding.ports import NoAnswer
from kiosk.till.payouts import Gone, Payouts
from kiosk.till.purse import Hopper, Purse
from sync.line.till_calls import MoneyCalls
from sync.points import Probe
from sync.wire.money import TicketMoney, UseAnswer, UseAsk
from tickets.numbers import TicketNumber

News = CoinTook | Over | Gone
TERMINAL_EVERY = 20.0
"""Seconds between two looks at a card terminal that nobody uses."""


class NoNotes:
    """A bill validator's place in a machine that has none."""

    def identify(self) -> tuple[int, ...]:
        """It knows no notes."""
        return ()

    def accept(self, values: frozenset[int]) -> None:
        """It lets none in."""

    def poll(self, since: int | None) -> tuple[int, list[CashEvent]]:
        """Nothing ever happens."""
        return since or 0, []

    def stack(self) -> None:
        """There is nothing to move."""

    def give_back(self) -> None:
        """There is nothing to move."""

    def health(self) -> Health:
        """It is as well as it can be."""
        return Health(ok=True, what="No bill validator is configured", hint="")

    def close(self) -> None:
        """There is nothing to release."""


class Takings:
    """Works the devices and callers for one till. `clock` is monotonic seconds. Whatever is not there is None.

    `line` and `desk` are the threads on which the centre and the card terminal are asked.
    """

    def __init__(
        self,
        *,
        book: Cashbook,
        newest_order: Callable[[], UUID | None],
        clock: Callable[[], float],
        new_id: Callable[[], UUID],
        new_claim: Callable[[], str],
        probe: Probe,
        acceptor: CoinAcceptor | None = None,
        hoppers: Sequence[Hopper] = (),
        centre: MoneyCalls | None = None,
        line: Calls | None = None,
        terminal: CardTerminal | None = None,
        desk: Calls | None = None,
    ) -> None:
        self.book = book
        self._clock = clock
        self._centre = centre
        self._terminal = terminal
        self._line, self._desk = line, desk
        collectors: dict[str, Collector] = {}
        calls: dict[str, Calls] = {}
        if centre is not None and line is not None:
            collectors[QR], calls[QR] = PhoneCollector(centre), line
        if terminal is not None and desk is not None:
            collectors[CARD], calls[CARD] = CardCollector(terminal, book.known_receipts), desk
        self._calls: Mapping[str, Calls] = calls
        self.slot = CoinSlot(acceptor, book, newest_order, clock=clock)
        self.purse = Purse(hoppers, book, clock=clock, new_id=new_id, probe=probe)
        self.cashless = Cashless(book, calls, collectors, clock=clock, new_id=new_id, probe=probe)
        self.payouts = Payouts(
            book, self.purse, calls, collectors, clock=clock, new_id=new_id, new_claim=new_claim, probe=probe
        )
        self._answers: dict[str, Answered] = {}
        self._terminal_ok = False
        self._look_at = float("-inf")

    def recover(self, ended: Callable[[UUID], bool]) -> None:
        """Take up what an earlier process left open. `ended` says whether an order has ended."""
        self.cashless.recover(ended)
        self.payouts.recover()
        self.purse.look(now=True)

    def work(self) -> list[News]:
        """One round: whatever money came, ended or went."""
        news: list[News] = list(self.slot.listen())
        for calls in self._calls.values():
            for answer in calls.answers():
                over = self.cashless.heard(answer.key, answer.value) or self.payouts.heard(answer.key, answer.value)
                if over is not None:
                    news.append(over)
                elif answer.key.startswith(("use:", "money:")):
                    self._answers[answer.key] = answer
                elif answer.key == "terminal":
                    self._terminal_ok = answer.value is True
        self.cashless.work()
        news.extend(self.payouts.work())
        self.purse.look()
        self._look_at_terminal()
        return news

    @property
    def phones(self) -> bool:
        """Whether phones can be asked, as far as the last call to the centre told."""
        return QR in self._calls and self.cashless.offered

    @property
    def cards(self) -> bool:
        """Whether the card terminal said lately that it can take a card."""
        return self._terminal_ok

    @property
    def terminal(self) -> CardTerminal | None:
        """The card terminal, to be asked how it is; None where there is none."""
        return self._terminal

    def close(self) -> None:
        """Let go of every device and thread."""
        self.slot.close()
        self.purse.close()
        for calls in self._calls.values():
            calls.close()
        if self._terminal is not None:
            self._terminal.close()

    # the centre's word, for tasks about tickets (`finding.ports.Centre`)

    def ask_use(self, ask: UseAsk) -> UseAnswer | NoAnswer | None:
        """See Centre."""
        centre = self._centre
        found = self._asked(f"use:{ask.attempt}:{ask.use_no}", lambda: centre.ask_use(ask) if centre else None)
        return found if isinstance(found, UseAnswer | NoAnswer) else None

    def ask_money(self, number: TicketNumber) -> TicketMoney | NoAnswer | None:
        """See Centre."""
        centre = self._centre
        found = self._asked(f"money:{number.digits}", lambda: centre.ticket_money(number.digits) if centre else None)
        return found if isinstance(found, TicketMoney | NoAnswer) else None

    def _asked(self, key: str, call: Callable[[], object]) -> object:
        if self._line is None or self._centre is None:
            return NoAnswer()
        answer = self._answers.pop(key, None)
        if answer is None:
            self._line.ask(key, call)
            return None
        return answer.value if answer.fault is None else NoAnswer()

    def _look_at_terminal(self) -> None:
        terminal, desk = self._terminal, self._desk
        if terminal is None or desk is None or self._clock() < self._look_at or self.cashless.open:
            return
        self._look_at = self._clock() + TERMINAL_EVERY
        desk.ask("terminal", lambda: terminal.health().ok)
