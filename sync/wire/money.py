"""The contract between a station's tills and the centre about money: payments without cash, uses, what was paid.

Spelt as in `types`; every call is signed by the device. All of them may be repeated for ever.

| call | body | answer |
|---|---|---|
| `POST /v1/payments` | `PaymentAsk` | `PaymentAnswer`: the same id is the same payment, 409 for another body |
| `GET /v1/payments/{payment}` | – | `PaymentAnswer`; 404: never heard of |
| `POST /v1/payments/{payment}/reverse` | – | `PaymentAnswer`: *reversed*, or *waiting*: not known yet, ask again |
| `POST /v1/payments/{payment}/refunds` | `GiveBackAsk` | `GiveBackAnswer` |
| `POST /v1/uses` | `UseAsk` | `UseAnswer` |
| `GET /v1/tickets/{number}/money` | – | `TicketMoney`; 404: no ticket of this station |

How often a till asks, and for how long, is in `sync.line.payment_schedule`.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sync.wire.records import UseBody
from sync.wire.relay import ShortWord
from sync.wire.types import Digits, Fen, Hex32, Millis, UseNo, Wire

PositiveFen = Annotated[int, Field(ge=1, le=10**9)]
"""An amount of money that is not nothing, in fen."""
AuthCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{16,24}$")]
"""What a passenger's phone shows to be paid with: good once, for a minute. Never stored, logged or shown."""
PaymentState = Literal["paid", "waiting", "failed", "reversed"]
"""`paid`, `failed` and `reversed` are ends, but that what was paid may still be reversed."""
Why = Literal["", "confirm", "declined", "balance", "expired", "closed"]
"""`confirm`: waiting for the passenger to agree on the phone. The others: why it failed (too little in the account,
the code was too old, nobody is waiting for it any more)."""


class PaymentAsk(Wire):
    """Be paid `fen` for an order. `scan`: with the code that the passenger's phone shows; `show`: by a code of ours."""

    payment: Hex32
    order: Hex32
    fen: PositiveFen
    way: Literal["scan", "show"]
    auth_code: AuthCode | None = Field(default=None, repr=False)


class PaymentAnswer(Wire):
    """How a payment stands. `code` is the text to show as a QR code while it waits; `reference` is the provider's name
    for it, once it is paid.

    `reversed`: nothing was taken, or all of it went back, and nothing will be taken any more.
    """

    payment: Hex32
    state: PaymentState
    code: str = Field(default="", max_length=512)
    reference: str = Field(default="", max_length=64)
    why: Why = ""


class GiveBackAsk(Wire):
    """Give `fen` of a payment back to the account it came from, under an id of the till's own."""

    refund: Hex32
    fen: PositiveFen


class GiveBackAnswer(Wire):
    """`done`: it is there or will be; `waiting`: not known, ask again; `failed`: it did not and will not go back."""

    refund: Hex32
    state: Literal["done", "waiting", "failed"]


class UseAsk(Wire):
    """May this ticket be taken back? Asked of the centre when the station's arbiter does not answer.

    Always with the same attempt for the same wish. `at` is in milliseconds since 1970.
    """

    number: Digits
    use_no: UseNo
    attempt: Hex32
    purpose: Literal["refund", "change"]
    lane: ShortWord
    persons: int = Field(ge=1, le=10)
    at: Millis


class UseAnswer(Wire):
    """`granted`: it is yours, also when you ask again, and nobody else gets it from the centre. `taken`: `uses` is all
    that the centre knows of this ticket. `unknown`: the centre does not know the ticket, so it cannot say.
    """

    answer: Literal["granted", "taken", "unknown"]
    uses: tuple[UseBody, ...] = ()


class MoneyWay(Wire):
    """`fen` of what was paid for a ticket's order came this way and has not gone back.

    `payment` is its id where it was paid without cash; `device` is the machine that took it, `centre` for the web.
    """

    method: ShortWord
    payment: Hex32 | Literal[""] = ""
    fen: Fen
    device: str = ""


class TicketMoney(Wire):
    """What is known of a ticket's money: its fare, its state, and how its order was paid (all tickets of the order)."""

    number: Digits
    fare: Fen
    state: Literal["valid", "refunded", "changed", "revoked"]
    ways: tuple[MoneyWay, ...] = ()


# ---------------------------------------------------------------- for the office


class MethodAccount(Wire):
    """What a device took and gave back one way, in fen; `ticket`: what older tickets paid for those in their place."""

    method: str
    taken: int
    returned: int


class DeviceAccount(Wire):
    """One device's money, in fen: by method; the fares of the tickets that it issued; what it owes by claims; what it
    gave back for tickets (`refunded`) and kept of their fares (`fees`). The device `centre` is the web.
    """

    device: str
    name: str
    methods: tuple[MethodAccount, ...]
    fares: int
    claims_open: int
    claims_settled: int
    refunded: int
    fees: int


class Unbalanced(Wire):
    """An order or refund that does not come out even: so much, in fen, is there and should not be (or is missing)."""

    order: str
    fen: int


class UntoldPayment(Wire):
    """A payment that the provider has carried out, and of which its till has not told that it was paid.

    Mostly the till has yet to report. One that stays here was paid to a till that has lost its disk.
    """

    payment: Hex32
    order: Hex32
    device: str
    fen: int
    asked_at: Millis


class PaymentAccount(Wire):
    """Payments without cash by the centre's own books, in fen; how many are open; and what no till has told of."""

    taken: int
    returned: int
    waiting: int
    untold: tuple[UntoldPayment, ...] = ()


class OfficeAccounts(Wire):
    """A station's money, in fen, as far as its devices have reported.

    Always: (taken - returned - claims) - (fares - carried_over - refunded) = difference, which is the sum of all that
    is unbalanced. `carried_over` is what changed tickets paid for those in their place.
    """

    devices: tuple[DeviceAccount, ...]
    taken: int
    returned: int
    claims: int
    carried_over: int
    fares: int
    refunded: int
    fees: int
    difference: int
    unbalanced: tuple[Unbalanced, ...]
    payments: PaymentAccount
