"""What each kind of event says: the schema by which a journal refuses to write, and the centre calls an event poisoned.

Bodies are CBOR maps: bytes are bytes, instants are integer milliseconds since 1970, money is integer fen, ticket
numbers are 20 digits, dates ISO text, an order is 32 hexadecimal digits. Fields that this version does not know are
kept as they are; a kind that it does not know has no schema and is stored unread.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.wire.types import LATEST_MS, Digits, Fen, Hex32, IsoDate, Prefix, Seat, Stop, TripCode, UseNo

Attempt = Annotated[bytes, Field(min_length=16, max_length=16)]
"""A client-made UUID of one attempt to use a ticket."""
Word = Annotated[str, Field(min_length=1, max_length=64)]
"""A short code word or name; never personal data."""


class Body(BaseModel):
    """Base of all bodies: strict types (a number is not text), unknown fields let through. Built when first used."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, defer_build=True)


class JournalOpened(Body):
    """The first event of an epoch: which device began it, and which epoch it follows, if that is known."""

    device: Word
    prefix: Prefix | None
    previous_epoch: Hex32 | None


class OrderHeld(Body):
    """Places are set aside for an order: numbered `seats`, or only `count` where seats are not numbered."""

    order: Hex32
    service_date: IsoDate
    trip: TripCode
    seats: list[Seat] | None
    count: int = Field(ge=1, le=255)
    total: Fen
    changes: Digits | None = None  # the ticket that this order takes the place of (改签)


class OrderReleased(Body):
    """An order came to nothing; its places may be sold again."""

    order: Hex32
    reason: Word


class MoneyTaken(Body):
    """Money is in the machine. `counter` is the device's own event counter (cash); `where` is "coins" for coins."""

    order: Hex32
    fen: Annotated[int, Field(ge=1, le=10**9)]
    method: Word
    counter: int | None = None
    where: Word | None = None


class MoneyReturned(Body):
    """Money went back to the passenger."""

    order: Hex32
    fen: Annotated[int, Field(ge=1, le=10**9)]
    method: Word


class OrderPaid(Body):
    """The order is paid: from here on it ends in tickets or in a claim."""

    order: Hex32
    fen: Fen
    method: Word


class TicketIssued(Body):
    """A ticket exists. `sealed` is the traveller's identity, readable by no station machine; `expires` in seconds."""

    order: Hex32
    number: Digits
    service_date: IsoDate
    trip: TripCode
    boarding: Stop
    alighting: Stop
    seat: Seat | None
    kind: int = Field(ge=0, le=255)
    children: int = Field(ge=0, le=9)
    fare: Fen
    tag: Annotated[bytes, Field(max_length=8)]
    expires: int = Field(ge=0, le=LATEST_MS // 1000)
    sealed: Annotated[bytes, Field(max_length=2048)]
    code: Annotated[str, Field(max_length=512)]


class TicketDelivered(Body):
    """How a ticket reached the passenger. `unknown`: a print whose end nobody knows; the machine does not repeat it."""

    number: Digits
    how: Literal["printed", "shown", "card"]
    outcome: Literal["done", "unknown", "refused"]
    copy_no: int = Field(alias="copy", ge=0)


class ClaimOpened(Body):
    """Money or a ticket that could not be given out: the passenger holds a slip with this number."""

    claim: Word
    order: Hex32
    fen: Annotated[int, Field(ge=1, le=10**9)]
    reason: Word


class ClaimSettled(Body):
    """A cashier paid a claim out, once."""

    claim: Word
    fen: Annotated[int, Field(ge=1, le=10**9)]
    by: Word


class PlacesReturned(Body):
    """A till gives allotted places back for good: the only way by which a place leaves a till."""

    service_date: IsoDate
    trip: TripCode
    seats: list[Seat] | None
    count: int = Field(ge=1, le=255)


class UseClaimed(Body):
    """A ticket was let in or out (or taken for refund or change): durable before the barrier opens."""

    number: Digits
    use_no: UseNo
    attempt: Attempt
    service_date: IsoDate
    trip: TripCode
    lane: Word
    persons: int = Field(ge=1, le=10)
    flags: list[Word]
    by: Literal["code", "number", "card"]
    purpose: Literal["admission", "refund", "change", "exit"]


class UsePassed(Body):
    """The holder walked through."""

    number: Digits
    use_no: UseNo
    attempt: Attempt
    persons: int = Field(ge=0, le=10)


class UseReleased(Body):
    """The holder did not walk through and keeps the right to."""

    number: Digits
    use_no: UseNo
    attempt: Attempt
    why: Word


class UseUnresolved(Body):
    """Nobody can say whether the holder walked through: the gate died in between."""

    number: Digits
    use_no: UseNo
    attempt: Attempt


class ScanRefused(Body):
    """Somebody was not let in, and why. What could not be read as a number is not kept."""

    number: Digits | None
    reason: Word
    lane: Word
    by: Word


class LaneEvent(Body):
    """Something a lane did or met: forced, tailgated, emergency, …"""

    lane: Word
    what: Word


class DeviceFaulted(Body):
    """A device stopped working."""

    device: Word
    what: Annotated[str, Field(max_length=256)]


class DeviceBack(Body):
    """A device works again."""

    device: Word


class StaffActed(Body):
    """A member of staff acted on a departure (or struck a gate off): the signed fact, byte for byte."""

    fact: Annotated[bytes, Field(min_length=1, max_length=2048)]


class StaffOverrode(Body):
    """Somebody showed a badge code after a refusal and let the holder through. `use_no` is None when nobody was let
    through all the same; `number` is None when no ticket had been read.
    """

    lane: Word
    badge: Word
    reason: Word
    number: Digits | None
    use_no: UseNo | None


class GateStarted(Body):
    """A gate's process began to serve these lanes: what it had asked an arbiter for before and not written down, it
    never acted on.
    """

    lanes: Annotated[list[Word], Field(min_length=1, max_length=64)]


class UseDuplicate(Body):
    """One ticket was let in more than once without walking out in between, while parts of the station were cut off.
    `attempts` and `devices` belong together, in the order of the passages.
    """

    number: Digits
    use_no: UseNo
    attempts: Annotated[list[Attempt], Field(min_length=2, max_length=64)]
    devices: Annotated[list[Word], Field(min_length=2, max_length=64)]


Positive = Annotated[int, Field(ge=1, le=10**9)]


class PaymentAsked(Body):
    """A payment without cash is about to be asked for: from here on it is open until it ended."""

    payment: Hex32
    order: Hex32
    method: Word
    fen: Positive


class PaymentEnded(Body):
    """What became of a payment. `reversed`: whatever happened meanwhile, the passenger has the money. `reference` is
    whoever was paid names it.
    """

    payment: Hex32
    outcome: Literal["paid", "failed", "reversed"]
    reference: Word | None = None


class PayoutAsked(Body):
    """Money of an order or refund is about to leave the machine, or to go back to an account."""

    payout: Hex32
    order: Hex32
    method: Word
    fen: Positive


class PayoutEnded(Body):
    """How much of a payout went out; `sure` is false where the device could not say."""

    payout: Hex32
    fen: Fen
    sure: bool


class RefundOpened(Body):
    """A ticket was taken back: `fen` of its fare is owed, `fee` is kept. Its money names it as an order."""

    refund: Hex32
    number: Digits
    fare: Fen
    fee: Fen
    fen: Fen
    way: Word


class InvoiceAsked(Body):
    """Somebody wants an e-invoice over `fen` of a ticket. With `token` its page is found; `tax_id` is a company's."""

    invoice: Hex32
    number: Digits
    fen: Positive
    why: Literal["travel", "refund"]
    token: Hex32
    tax_id: Annotated[str, Field(pattern=r"^[0-9A-Z]{15,20}$")] | None = None


class ShiftOpened(Body):
    """A cashier took the machine over with `fen` in it."""

    shift: Hex32
    badge: Word
    fen: Fen


class ShiftMoved(Body):
    """Staff put money into the machine or took some out."""

    shift: Hex32
    badge: Word
    direction: Literal["refilled", "removed"]
    where: Word
    fen: Positive


class ShiftClosed(Body):
    """A cashier counted what is in the machine; the journal expected `expected`."""

    shift: Hex32
    badge: Word
    expected: int = Field(ge=-(10**9), le=10**9)
    counted: Fen


class StaffCalled(Body):
    """A passenger asked for help at this machine."""

    where: Word


SCHEMAS: Mapping[str, type[Body]] = {
    "journal.opened": JournalOpened,
    "order.held": OrderHeld,
    "order.released": OrderReleased,
    "money.taken": MoneyTaken,
    "money.returned": MoneyReturned,
    "order.paid": OrderPaid,
    "ticket.issued": TicketIssued,
    "ticket.delivered": TicketDelivered,
    "claim.opened": ClaimOpened,
    "claim.settled": ClaimSettled,
    "places.returned": PlacesReturned,
    "use.claimed": UseClaimed,
    "use.passed": UsePassed,
    "use.released": UseReleased,
    "use.unresolved": UseUnresolved,
    "scan.refused": ScanRefused,
    "lane.event": LaneEvent,
    "device.fault": DeviceFaulted,
    "device.back": DeviceBack,
    "staff.acted": StaffActed,
    "staff.overrode": StaffOverrode,
    "gate.started": GateStarted,
    "use.duplicate": UseDuplicate,
    "payment.asked": PaymentAsked,
    "payment.ended": PaymentEnded,
    "payout.asked": PayoutAsked,
    "payout.ended": PayoutEnded,
    "refund.opened": RefundOpened,
    "invoice.asked": InvoiceAsked,
    "shift.opened": ShiftOpened,
    "shift.moved": ShiftMoved,
    "shift.closed": ShiftClosed,
    "staff.called": StaffCalled,
}
"""The schema of each kind; kinds that are not here are stored and answered *kept* without being read."""


def complaint(kind: str, body: Mapping[str, object]) -> str | None:
    """Say what is wrong with a body of this kind, naming fields but never values; None when it is as it should be."""
    schema = SCHEMAS.get(kind)
    if schema is None:
        return None
    try:
        schema.model_validate(body if isinstance(body, dict) else dict(body))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        return f"{kind}: {where}: {first['type']}"
    return None
