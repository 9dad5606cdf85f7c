"""Paying by phone and with a note that is too large: what the provider and the machine hold afterwards."""

import secrets

from station.demo.buying import Bought, Buyer
from station.demo.lane import grouped
from station.demo.passenger import HAN, TANG, until
from station.demo.scene import Scene
from station.demo.terminals import DISPENSERS
from station.demo.witness import facts, need

CONFIRMED_AFTER_SECONDS = 2.0
"""How long a passenger takes to confirm a payment on the phone."""
LARGE_NOTE = 10000


class OtherMoney:
    """Passengers without the right notes."""

    def __init__(self, scene: Scene, buyer: Buyer) -> None:
        self._scene = scene
        self._buyer = buyer
        self._by_phone = 0
        self.changed = Bought()
        """What was bought with the note that was too large."""

    def phone(self) -> str:
        """A phone pays; the provider first says that the passenger has to confirm it."""
        hand, before, waited = self._scene.passenger, self._scene.sandbox(), []

        def pays(_total: int) -> None:
            self._scene.lets_next_payment(answer="waiting", pays_after_s=CONFIRMED_AFTER_SECONDS)
            asked, ended = self._facts("payment.asked"), self._facts("payment.ended")
            hand.touches_control("pay.qr-scan")
            hand.waits_for("paying.stop")
            hand.photographs("show-code")
            hand.holds_to_kiosk(_code_of_a_phone())
            until(lambda: self._facts("payment.asked") == asked + 1, "payment.asked in the journal")
            until(lambda: self._trades()[-1:] == ["waiting"], "the provider waits for the passenger")
            hand.photographs("confirm")
            need(self._facts("payment.ended") == ended, "the payment ended before it was confirmed")
            waited.append(True)

        bought = self._buyer.buys([HAN], pays)
        after = self._scene.sandbox()
        need(
            after["taken"] - before["taken"] == bought.fares,
            f"the provider took {after['taken'] - before['taken']} fen",
        )
        need(after["returned"] == before["returned"], "the provider gave money back")
        self._by_phone += bought.fares
        self._buyer.prints(bought)
        until(
            lambda: self._scene.accounts()["payments"]["taken"] == after["taken"], "the same sum in the centre's books"
        )
        return f"waited for the phone, then paid; the provider's account grew by the fare, ¥{bought.fares / 100:.2f}"

    def no_phone(self) -> str:
        """The line is cut, and who is asked how to pay tries a phone: it is taken back, and cash alone is offered."""
        hand = self._scene.passenger
        ended = self._facts("payment.ended")
        hand.touches_control("pay.qr-scan")
        hand.waits_for("paying.stop")
        hand.holds_to_kiosk(_code_of_a_phone())
        hand.touches_control("paying.takeBack")
        hand.touches_control("paying.otherMeans")
        hand.waits_for("pay.cash")
        need(not hand.sees("pay.qr"), "it still offers to be paid by phone")
        need(self._facts("payment.ended") == ended, "it says what became of a payment that nobody can know of")
        return "nobody answers: that payment is to be taken back, for as long as it takes, and cash alone is offered"

    def nothing_taken(self) -> bool:
        """Whether the provider has taken what was bought by phone while the line was there, and nothing else."""
        found = self._scene.sandbox()
        return bool((found["taken"], found["returned"]) == (self._by_phone, 0))

    def change(self) -> str:
        """A note that is more than the fare goes in; the difference comes out in coins."""
        hand, site = self._scene.passenger, self._scene.site
        line = {name: site.on_cash_line(name) for name in DISPENSERS}
        before = self._in_machine()

        def pays(total: int) -> None:
            hand.touches_control("pay.cash")
            need(total < LARGE_NOTE, f"¥{total / 100:.2f} is no less than the note")
            hand.pays_with(LARGE_NOTE)

        self.changed = self._buyer.buys([TANG], pays)
        self._buyer.prints(self.changed)
        fare = self.changed.fares
        until(lambda: self._in_machine() - before == fare, f"{fare} fen more in the machine than before", 30)
        need(site.notes.state()["returned_fen"] == 0, "the note came back")
        out = sum(tray.state()["tray"] * fen for (_, fen), tray in zip(DISPENSERS.values(), line.values(), strict=True))
        for tray in line.values():
            tray.do("take")
        need(out == LARGE_NOTE - fare, f"{out} fen lie in the trays")
        ticket = grouped(self.changed.numbers[0])
        return (
            f"¥{LARGE_NOTE / 100:.2f} in, ¥{out / 100:.2f} in coins out: the machine holds the fare of ticket {ticket}"
        )

    def _in_machine(self) -> int:
        """What stacker, coin box and dispensers hold, in fen."""
        site = self._scene.site
        coins = sum(site.on_cash_line(name).state()["coins"] * fen for name, (_, fen) in DISPENSERS.items())
        return int(site.notes.state()["total_fen"] + site.on_cash_line("coins").state()["total_fen"] + coins)

    def _facts(self, kind: str) -> int:
        return len(facts(self._buyer.journal, kind))

    def _trades(self) -> list[str]:
        return [str(each["state"]) for each in self._scene.sandbox()["payments"]]


def _code_of_a_phone() -> str:
    """As a phone shows it to be paid with: 18 digits that begin with 13."""
    return f"13{secrets.randbelow(10**16):016d}"
