"""A till's calls to the centre about money, each within a time budget for all of it, whatever the other side does.

Every failure is one of three, as in `sync.line.client`: `LineDown` (no answer in time: it may have been carried out all
the same, so ask again with the same ids), `Refused` (the answer is no), `PeerError` (not in the contract).
"""

import secrets
import ssl
import time
from collections.abc import Callable
from time import time as wall_time
from typing import Final, Protocol, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from sync.line.budget_line import BudgetLine, NoAnswerInTime
from sync.line.client import LineDown, refusal
from sync.line.http_signatures import sign_request
from sync.wire.money import GiveBackAnswer, GiveBackAsk, PaymentAnswer, PaymentAsk, TicketMoney, UseAnswer, UseAsk
from sync.wire.places import PlacesAnswer, PlacesAsk
from sync.wire.types import PROTOCOL
from tickets.errors import PeerError
from tickets.keys import SigningKey

A = TypeVar("A", bound=BaseModel)

BUDGET_S: Final = 8.0
"""For a call about a payment: the centre gives the provider five seconds, and the slowest line needs its own."""
USE_BUDGET_S: Final = 3.0
"""For a question that a passenger waits for and that has an answer of its own when it fails."""

PLACES_BUDGET_S: Final = 0.95
"""For a question without whose answer a till sells what it has."""


class MoneyCalls(Protocol):
    """What a till asks of the centre about money. Ids are 32 hexadecimal digits, a ticket's number its 20 digits.

    Raises LineDown, Refused or PeerError; every call may be repeated for ever.
    """

    def pay(self, ask: PaymentAsk) -> PaymentAnswer:
        """Ask to be paid. The same id again is the same payment; Refused (409) for the same id with another wish."""
        ...

    def payment(self, payment: str) -> PaymentAnswer:
        """Ask what became of a payment; Refused (404) when the centre never heard of it."""
        ...

    def reverse(self, payment: str) -> PaymentAnswer:
        """Have a payment undone, whatever became of it: *reversed*, or *waiting* (ask again)."""
        ...

    def give_back(self, payment: str, ask: GiveBackAsk) -> GiveBackAnswer:
        """Give some of a payment back; Refused (409) for more than is left of it, or a used id with another amount."""
        ...

    def ask_use(self, ask: UseAsk) -> UseAnswer:
        """Ask for the use of a ticket that is to be taken back; once granted, the centre keeps it for this attempt."""
        ...

    def ticket_money(self, number: str) -> TicketMoney:
        """Ask how a ticket was paid; Refused (404) when the centre does not know it."""
        ...


class TillCalls:
    """`MoneyCalls` over the line to the centre at `url` (http or https), signed with the device's own key.

    One worker thread and another may share it: calls take turns, and the turn is part of the budget.
    """

    def __init__(
        self,
        url: str,
        device: str,
        key: SigningKey,
        *,
        now: Callable[[], float] = wall_time,
        nonce: Callable[[], bytes] = lambda: secrets.token_bytes(32),
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`now` (seconds since 1970) dates the signatures: the centre refuses what is five minutes off. `clock` counts
        seconds for the budgets; `tls` is whom to believe over https (`sync.line.pinned_line`).
        ValueError for an address that is not http(s)://HOST[:PORT].
        """
        self._line = BudgetLine(url, clock, tls)
        self._device = device
        self._key = key
        self._now = now
        self._nonce = nonce

    def pay(self, ask: PaymentAsk) -> PaymentAnswer:
        """Ask to be paid."""
        return self._call("POST", "/v1/payments", ask, PaymentAnswer, BUDGET_S)

    def payment(self, payment: str) -> PaymentAnswer:
        """Ask what became of a payment."""
        return self._call("GET", f"/v1/payments/{payment}", None, PaymentAnswer, BUDGET_S)

    def reverse(self, payment: str) -> PaymentAnswer:
        """Have a payment undone."""
        return self._call("POST", f"/v1/payments/{payment}/reverse", None, PaymentAnswer, BUDGET_S)

    def give_back(self, payment: str, ask: GiveBackAsk) -> GiveBackAnswer:
        """Give some of a payment back."""
        return self._call("POST", f"/v1/payments/{payment}/refunds", ask, GiveBackAnswer, BUDGET_S)

    def ask_use(self, ask: UseAsk) -> UseAnswer:
        """Ask for the use of a ticket that is to be taken back."""
        return self._call("POST", "/v1/uses", ask, UseAnswer, USE_BUDGET_S)

    def ticket_money(self, number: str) -> TicketMoney:
        """Ask how a ticket was paid."""
        return self._call("GET", f"/v1/tickets/{number}/money", None, TicketMoney, USE_BUDGET_S)

    def ask_places(self, ask: PlacesAsk) -> PlacesAnswer:
        """Ask for places that this till does not have."""
        return self._call("POST", "/v1/sync/places", ask, PlacesAnswer, PLACES_BUDGET_S)

    def close(self) -> None:
        """Let the connection go; the next call opens another."""
        self._line.close()

    def _call(self, method: str, target: str, body: BaseModel | None, answer: type[A], budget_s: float) -> A:
        content = b"" if body is None else body.model_dump_json().encode("utf-8")
        headers = {"accept": "application/json", "sync-protocol": str(PROTOCOL)}
        if content:
            headers["content-type"] = "application/json"
        headers |= sign_request(
            method, target, headers, content, self._key, self._device, int(self._now()), self._nonce().hex()
        )
        try:
            status, told, said = self._line.exchange(method, target, headers, content, budget_s)
        except NoAnswerInTime as silence:
            raise LineDown(
                f"The centre does not answer ({silence})",
                "It is asked again by itself; what needs the centre is not offered meanwhile.",
            ) from silence
        if status != httpx.codes.OK:
            raise refusal(httpx.Response(status, headers=told, content=said))
        try:
            return answer.model_validate_json(said)
        except ValidationError as error:
            raise PeerError(
                f"The centre's answer to {method} {target.partition('?')[0]} is not in the contract",
                "Check that the centre's version and this one fit together.",
            ) from error
