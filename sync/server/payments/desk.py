"""The centre's payments: asked for by tills, carried out by the provider, each step on the disk before the next.

A wish is durable before the provider hears of it, and what the provider says before the till does. The provider is
asked outside of any transaction: however slow it is, it holds nobody up but the payment's own till.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from sync.line.payment_schedule import Way
from sync.server.changes import lock_station
from sync.server.devices import Device
from sync.server.payments.provider import Charge, Provider, ProviderSilent, Said
from sync.server.payments.states import TOLD, State, Word, after
from sync.server.schema_money import payment_refunds, payments
from sync.server.store import CentreStore
from sync.wire.money import GiveBackAnswer, GiveBackAsk, PaymentAnswer, PaymentAsk

PATIENCE_S: Final = 5.0
"""How long the provider is given for each call, in seconds."""
_FORGOTTEN_MS: Final = 5 * 60 * 1000
"""After this long the centre asks by itself what became of a payment: its till may be gone for good."""
_AT_ONCE: Final = 20

AnyRow = Row[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """What was asked cannot be: an HTTP status, what happened, and what to do next."""

    status: int
    what: str
    hint: str


_NO_PROVIDER: Final = No(
    status=501,
    what="this centre takes no payments without cash",
    hint="set payment_provider in centre.json, or take cash",
)
_NEVER_HEARD: Final = No(
    status=404, what="the centre never heard of this payment", hint="ask for it, or have it reversed to be sure"
)
_ANOTHER: Final = No(
    status=409, what="this payment's id was used for another payment", hint="make a new id for every payment"
)
_NOT_PAID: Final = No(status=409, what="this payment is not paid", hint="ask how it stands")
_ANOTHER_REFUND: Final = No(
    status=409, what="this refund's id was used for another amount", hint="make a new id for every refund"
)
_TOO_MUCH: Final = No(
    status=409, what="that is more than is left of this payment", hint="give back less, or open a claim for the rest"
)


class PaymentDesk:
    """Payments of all stations with one provider, or with none. Threads may share it."""

    def __init__(self, store: CentreStore, provider: Provider | None, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the centre's time in ms since 1970."""
        self._store = store
        self._provider = provider
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._under_way: set[tuple[int, str]] = set()

    def ask(self, device: Device, ask: PaymentAsk) -> PaymentAnswer | No:
        """Ask to be paid; the same id is the same payment, for ever."""
        provider = self._provider
        if provider is None:
            return _NO_PROVIDER

        def wish(connection: Connection) -> AnyRow | None:
            row = _payment(connection, device.station, ask.payment)
            if row is None:
                connection.execute(insert(payments), [_new_row(device, ask, self._now_ms())])
            return row

        row = self._transact(device.station, wish)
        asked = (device.device, ask.order, ask.fen, ask.way)
        if row is not None and row.order_id and (row.device, row.order_id, row.fen, row.way) != asked:
            return _ANOTHER
        if row is None or row.state == State.ASKED:
            charge = _charge(device.station, ask.payment, ask.fen, ask.way, ask.auth_code)
            with self._alone(device.station, ask.payment) as alone:
                if alone:
                    self._hear(device.station, ask.payment, lambda: provider.charge(charge, PATIENCE_S))
        return self._answer(device.station, ask.payment)

    def state(self, station: int, payment: str) -> PaymentAnswer | No:
        """What became of a payment, asking the provider if that is not known yet."""
        with self._store.read() as connection:
            row = _payment(connection, station, payment)
        if row is None:
            return _NEVER_HEARD
        self._look_after(row)
        return self._answer(station, payment)

    def reverse(self, device: Device, payment: str) -> PaymentAnswer | No:
        """Have a payment undone, whatever became of it; one never asked for is reversed before it can be."""

        def undo(connection: Connection) -> None:
            row = _payment(connection, device.station, payment)
            if row is None:
                connection.execute(insert(payments), [_reversed_row(device, payment, self._now_ms())])
            else:
                _put_state(connection, row, Word.REVERSE, self._now_ms())

        self._transact(device.station, undo)
        return self.state(device.station, payment)

    def give_back(self, device: Device, payment: str, ask: GiveBackAsk) -> GiveBackAnswer | No:
        """Give some of a payment back to where it came from; the same id is the same money, for ever."""
        here = _refund_is(device.station, payment, ask.refund)

        def wish(connection: Connection) -> No | None:
            row = _payment(connection, device.station, payment)
            if row is None:
                return _NEVER_HEARD
            known = connection.execute(select(payment_refunds).where(here)).one_or_none()
            if known is not None and known.fen != ask.fen:
                return _ANOTHER_REFUND
            if known is None:
                if row.state != State.PAID:
                    return _NOT_PAID
                if ask.fen > row.fen - _given_back(connection, device.station, payment):
                    return _TOO_MUCH
                connection.execute(insert(payment_refunds), [_new_refund(device, payment, ask, self._now_ms())])
            return None

        if (refused := self._transact(device.station, wish)) is not None:
            return refused
        self._pay_back(device.station, payment, ask.refund, ask.fen)
        with self._store.read() as connection:
            state = connection.execute(select(payment_refunds.c.state).where(here)).scalar_one()
        return GiveBackAnswer(refund=ask.refund, state=_REFUND_TOLD[state])

    def look_after_open_ones(self) -> None:
        """Go on with what nobody has asked about for a while, and with what is to go back."""
        before = self._now_ms() - _FORGOTTEN_MS
        with self._store.read() as connection:
            forgotten = payments.c.state.in_((State.ASKED, State.WAITING)) & (payments.c.asked_ms <= before)
            open_ones = connection.execute(
                select(payments).where(forgotten | (payments.c.state == State.REVERSING)).limit(_AT_ONCE)
            ).all()
            owed = connection.execute(
                select(payment_refunds).where(payment_refunds.c.state == "asked").limit(_AT_ONCE)
            ).all()
        for row in open_ones:
            self._look_after(row)
        for row in owed:
            self._pay_back(row.station_id, row.payment, row.refund, row.fen)

    # ------------------------------------------------------------------ within

    def _transact(self, station: int, act: Callable[[Connection], T]) -> T:
        """What `act` answers, written as one, alone among the writers of this station."""

        def alone(connection: Connection) -> T:
            lock_station(connection, station)
            return act(connection)

        return self._store.transact("payment", alone)

    def _look_after(self, row: AnyRow) -> None:
        """Ask the provider what is open about a payment."""
        station, payment, provider = row.station_id, row.payment, self._provider
        trade = _trade(station, payment)
        if provider is None or row.state not in (State.ASKED, State.WAITING, State.REVERSING):
            return
        with self._alone(station, payment) as alone:
            if not alone:
                return
            if row.state == State.REVERSING:
                self._undo(provider, station, payment, trade)
            elif row.way == "show" and row.state == State.ASKED:  # perhaps never asked for: needs no passenger's code
                charge = _charge(station, payment, row.fen, "show", None)
                self._hear(station, payment, lambda: provider.charge(charge, PATIENCE_S))
            else:
                self._hear(station, payment, lambda: provider.query(trade, PATIENCE_S))

    def _hear(self, station: int, payment: str, call: Callable[[], Said | None]) -> None:
        """Write down what the provider says; silence, or that it never heard of it, leaves the payment as it is."""
        try:
            said = call()
        except ProviderSilent:
            return
        if said is None:
            return

        def hear(connection: Connection) -> None:
            row = _payment(connection, station, payment)
            assert row is not None, "payments are never deleted"
            told = {"why": said.why, "code": said.code or row.code, "reference": said.reference}
            _put_state(connection, row, Word(said.state), self._now_ms(), told)

        self._transact(station, hear)

    def _undo(self, provider: Provider, station: int, payment: str, trade: str) -> None:
        try:
            returned = provider.undo(trade, PATIENCE_S)
        except ProviderSilent:
            return

        def undone(connection: Connection) -> None:
            row = _payment(connection, station, payment)
            assert row is not None, "payments are never deleted"
            _put_state(connection, row, Word.UNDONE, self._now_ms(), {"returned": returned, "why": "closed"})

        self._transact(station, undone)

    def _pay_back(self, station: int, payment: str, refund: str, fen: int) -> None:
        here = _refund_is(station, payment, refund) & (payment_refunds.c.state == "asked")
        with self._store.read() as connection:
            waiting = connection.execute(select(payment_refunds.c.fen).where(here)).one_or_none()
        if waiting is None or self._provider is None:
            return
        try:
            done = self._provider.give_back(_trade(station, payment), refund, fen, PATIENCE_S)
        except ProviderSilent:
            return
        paid_back = update(payment_refunds).where(here).values(state="done" if done else "failed")
        self._transact(station, lambda connection: connection.execute(paid_back))

    @contextmanager
    def _alone(self, station: int, payment: str) -> Iterator[bool]:
        """Whether nobody else is asking the provider about this payment at this moment; nobody will, meanwhile."""
        key = (station, payment)
        with self._lock:
            alone = key not in self._under_way
            if alone:
                self._under_way.add(key)
        try:
            yield alone
        finally:
            if alone:
                with self._lock:
                    self._under_way.discard(key)

    def _answer(self, station: int, payment: str) -> PaymentAnswer:
        with self._store.read() as connection:
            row = _payment(connection, station, payment)
        assert row is not None, "payments are never deleted"
        state = TOLD[State(row.state)]
        return PaymentAnswer(
            payment=payment,
            state=state,
            code=row.code if row.state == State.WAITING else "",
            reference=row.reference,
            why=row.why if row.state in (State.WAITING, State.FAILED) else "",
        )


_REFUND_TOLD: Final[dict[str, Literal["done", "waiting", "failed"]]] = {
    "asked": "waiting",
    "done": "done",
    "failed": "failed",
}


def _payment(connection: Connection, station: int, payment: str) -> AnyRow | None:
    return connection.execute(
        select(payments).where(payments.c.station_id == station, payments.c.payment == payment)
    ).one_or_none()


def _put_state(
    connection: Connection, row: AnyRow, word: Word, now_ms: int, told: dict[str, object] | None = None
) -> None:
    """Let a payment take in a word; what is told with it is kept only where the word counts."""
    state = after(State(row.state), word)
    if state == row.state and state != State.WAITING:
        return
    ended = now_ms if state in (State.PAID, State.FAILED, State.REVERSED) else None
    connection.execute(
        update(payments)
        .where(payments.c.station_id == row.station_id, payments.c.payment == row.payment)
        .values(state=state, ended_ms=ended, **(told or {}))
    )


def _refund_is(station: int, payment: str, refund: str) -> Any:
    return and_(
        payment_refunds.c.station_id == station,
        payment_refunds.c.payment == payment,
        payment_refunds.c.refund == refund,
    )


def _given_back(connection: Connection, station: int, payment: str) -> int:
    """How much of a payment went back, or is to, in fen."""
    total: int = connection.execute(
        select(func.coalesce(func.sum(payment_refunds.c.fen), 0)).where(
            payment_refunds.c.station_id == station,
            payment_refunds.c.payment == payment,
            payment_refunds.c.state != "failed",
        )
    ).scalar_one()
    return total


def _trade(station: int, payment: str) -> str:
    """Our name for a payment at the provider: no station can name another's."""
    return f"{station}-{payment}"


def _charge(station: int, payment: str, fen: int, way: Way, auth_code: str | None) -> Charge:
    return Charge(station=station, trade=_trade(station, payment), fen=fen, way=way, auth_code=auth_code)


def _new_row(device: Device, ask: PaymentAsk, now_ms: int) -> dict[str, object]:
    return {
        "station_id": device.station,
        "payment": ask.payment,
        "device": device.device,
        "order_id": ask.order,
        "fen": ask.fen,
        "way": ask.way,
        "state": State.ASKED,
        "why": "",
        "code": "",
        "reference": "",
        "asked_ms": now_ms,
        "ended_ms": None,
        "returned": 0,
    }


def _reversed_row(device: Device, payment: str, now_ms: int) -> dict[str, object]:
    return {
        "station_id": device.station,
        "payment": payment,
        "device": device.device,
        "order_id": "",
        "fen": 0,
        "way": "",
        "state": State.REVERSED,
        "why": "closed",
        "code": "",
        "reference": "",
        "asked_ms": now_ms,
        "ended_ms": now_ms,
        "returned": 0,
    }


def _new_refund(device: Device, payment: str, ask: GiveBackAsk, now_ms: int) -> dict[str, object]:
    return {
        "station_id": device.station,
        "payment": payment,
        "refund": ask.refund,
        "device": device.device,
        "fen": ask.fen,
        "state": "asked",
        "asked_ms": now_ms,
    }
