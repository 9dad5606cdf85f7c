"""Whatever tills, passengers, phones and provider do, in any order: what was paid either stays or went back, once."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from sync.points import no_probe
from sync.server.devices import Device
from sync.server.payments.desk import No, PaymentDesk
from sync.server.payments.sandbox import Behaviour, NotPayable, Sandbox
from sync.server.payments.states import TABLE, TOLD, State, Word, after
from sync.server.store import CentreStore, open_database
from sync.wire.money import GiveBackAsk, PaymentAnswer, PaymentAsk
from tickets.keys import SigningKey

TILL = Device(
    station=1, device="1-till-1", kind="till", name="kiosk-1", key=SigningKey.from_raw(bytes(32)).public,
    till_key=None, prefix=1, certificate=None, state="active",
)  # fmt: skip
SECONDS = some.sampled_from([0.0, 1.0, 7.0, 60.0, 300.0])


@dataclass
class Time:
    """Milliseconds that pass when somebody sleeps."""

    ms: int = 1_700_000_000_000

    def sleep(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


class Payments(RuleBasedStateMachine):
    """A till that asks, asks again and gives up at any moment, and a provider that answers as it likes."""

    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.time = Time()
        self.wishes: dict[str, PaymentAsk] = {}
        self.final: dict[str, str] = {}
        self.given: dict[tuple[str, str], tuple[int, str]] = {}
        self.open()

    def open(self) -> None:
        folder = Path(self.folder.name)
        self.store = CentreStore(open_database(folder, ""), no_probe)
        self.sandbox = Sandbox(folder / "sandbox.db", lambda: self.time.ms, self.time.sleep)
        self.desk = PaymentDesk(self.store, self.sandbox, lambda: self.time.ms)

    def teardown(self) -> None:
        self.sandbox.close()
        self.store.close()
        self.folder.cleanup()

    def heard(self, said: PaymentAnswer | No) -> PaymentAnswer | No:
        """Ends are ends, but that what was paid may be reversed, and that what failed counts as reversed then."""
        if isinstance(said, No):
            return said
        before = self.final.get(said.payment)
        if before == "reversed":
            assert said.state == "reversed"
        elif before in ("paid", "failed"):
            assert said.state in (before, "waiting", "reversed")
        if said.state != "waiting":
            self.final[said.payment] = said.state
        return said

    @rule(
        target=payments,
        n=some.integers(0, 2),
        fen=some.sampled_from([100, 250]),
        way=some.sampled_from(["scan", "show"]),
    )
    def a_new_payment(self, n: int, fen: int, way: str) -> str:
        payment = f"{n:032x}"
        auth = "1" * 18 if way == "scan" else None
        wish = PaymentAsk.model_validate(
            {"payment": payment, "order": "ab" * 16, "fen": fen, "way": way, "auth_code": auth}
        )
        self.wishes.setdefault(payment, wish)
        self.ask(payment)
        return payment

    @rule(payment=payments)
    def asked_again(self, payment: str) -> None:
        self.ask(payment)

    def ask(self, payment: str) -> None:
        assert isinstance(self.heard(self.desk.ask(TILL, self.wishes[payment])), PaymentAnswer)

    @rule(payment=payments)
    def query(self, payment: str) -> None:
        self.heard(self.desk.state(1, payment))

    @rule(payment=payments)
    def reverse(self, payment: str) -> None:
        said = self.heard(self.desk.reverse(TILL, payment))
        assert isinstance(said, PaymentAnswer)
        assert said.state in ("reversed", "waiting")

    @rule(payment=payments, refund=some.integers(1, 4), fen=some.sampled_from([40, 60, 100, 150, 250]))
    def give_back(self, payment: str, refund: int, fen: int) -> None:
        wish = GiveBackAsk(refund=f"{refund:032x}", fen=fen)
        said = self.desk.give_back(TILL, payment, wish)
        if isinstance(said, No):
            return
        before = self.given.get((payment, wish.refund))
        assert before is None or before[0] == fen, "one id, one amount"
        assert before is None or before[1] == "waiting" or before[1] == said.state, "an end is an end"
        self.given[payment, wish.refund] = (fen, said.state)
        promised = sum(fen for (of, _), (fen, state) in self.given.items() if of == payment and state != "failed")
        assert promised <= self.wishes[payment].fen, "no more is promised than was paid"

    @rule(
        answer=some.sampled_from(["paid", "waiting", "failed"]),
        silent=some.booleans(),
        times=some.tuples(SECONDS, SECONDS, SECONDS | some.none(), SECONDS | some.none()),
    )
    def behave(self, answer: str, silent: bool, times: tuple[float, float, float | None, float | None]) -> None:
        delay, silent_s, pays, fails = times
        how = Behaviour(
            answer=answer,  # type: ignore[arg-type]  # one of the three, by the strategy
            silent=silent,
            delay_s=delay,
            silent_s=silent_s,
            pays_after_s=pays,
            fails_after_s=fails,
        )
        self.sandbox.behave(1, how)

    @rule(payment=payments, pays=some.booleans())
    def a_passenger_agrees(self, payment: str, pays: bool) -> None:
        with suppress(NotPayable):
            self.sandbox.confirm(1, f"1-{payment}", pays=pays)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.time.sleep(seconds)

    @rule()
    def the_centre_looks_after_what_is_open(self) -> None:
        self.desk.look_after_open_ones()

    @rule()
    def the_centre_starts_again(self) -> None:
        self.sandbox.close()
        self.store.close()
        self.open()

    @rule(payment=payments)
    def and_in_the_end(self, payment: str) -> None:
        """The till reverses until it is answered: it always is, one day, and then the passenger has the money."""
        for _ in range(8):
            said = self.heard(self.desk.reverse(TILL, payment))
            if isinstance(said, PaymentAnswer) and said.state == "reversed":
                break
            self.time.sleep(120)
        assert self.final[payment] == "reversed"
        for trade in self.sandbox.accounts(1):
            if trade.trade == f"1-{payment}":
                assert trade.returned == trade.taken

    @invariant()
    def money_is_conserved(self) -> None:
        for trade in self.sandbox.accounts(1):
            payment = trade.trade.removeprefix("1-")
            assert trade.taken in (0, self.wishes[payment].fen)
            assert 0 <= trade.returned <= trade.taken
            if self.final.get(payment) == "paid":
                assert trade.taken == self.wishes[payment].fen
            if self.final.get(payment) == "failed":
                assert trade.taken == 0
            if self.final.get(payment) == "reversed":
                assert trade.returned == trade.taken
            done = sum(fen for (of, _), (fen, state) in self.given.items() if of == payment and state == "done")
            assert done <= trade.returned, "what a till was told is back is back"


Payments.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestMoneyIsConserved = Payments.TestCase


def test_the_table_ends_where_it_should() -> None:
    for state in State:
        assert after(state, Word.UNDONE) in (state, State.REVERSED)
        assert state in TOLD
    assert all(after(State.REVERSED, word) is State.REVERSED for word in Word), "for ever"
    undone_by = {state for (state, word), to in TABLE.items() if word is Word.REVERSE}
    assert undone_by == set(State) - {State.REVERSING, State.REVERSED}, "everything else can be reversed"
