"""What a device sends: the events of its journal, with the head of their chain signed."""

from typing import Literal

from pydantic import Field

from sync.wire.types import PROTOCOL, Bytes, Bytes32, Bytes64, Hex32, Prefix, Seq, Wire

MAX_BATCH_EVENTS = 500
"""Most events in one push."""

MAX_BATCH_BYTES = 512 * 1024
"""Most bytes of events (before base64) that a client puts in one push, unless a single event is larger."""


class Head(Wire):
    """The end of the chain after this batch, signed by the device (`tickets.events.head_message`)."""

    seq: Seq
    hash: Bytes32
    signature: Bytes64


class PushBatch(Wire):
    """Consecutive events of one journal epoch. `previous` is the chain's hash before `first_seq`."""

    protocol: int = PROTOCOL
    epoch: Hex32
    prefix: Prefix | None
    first_seq: Seq
    previous: Bytes32
    events: tuple[Bytes, ...] = Field(min_length=1, max_length=MAX_BATCH_EVENTS)
    head: Head


class PushResult(Wire):
    """What became of one event. `held`: a relay has it; `kept`: the centre has it; the others are kept as evidence."""

    seq: int
    result: Literal["held", "kept", "poisoned", "conflict"]
    why: str | None = None


class PushAnswer(Wire):
    """One result per event, in order; `receipt` signs `tickets.events.receipt_message` at `kept_through`."""

    results: tuple[PushResult, ...]
    kept_through: int = Field(ge=0, le=2**53)
    receipt: Bytes64
