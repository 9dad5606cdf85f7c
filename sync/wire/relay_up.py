"""The contract between a station's relay and the centre: handing journals on for devices that the centre does not hear.

Spelt as in `types`. A batch stays what its device made: the bytes of its events, and the head that the device
signed over them. So the relay adds nothing to it that the centre would have to believe.

| call | signed by | body | answer |
|---|---|---|---|
| `POST /v1/sync/forward` | a relay in use | `ForwardRequest` | `ForwardAnswer` |

Each batch is answered as the device's own `POST /v1/sync/push` would be: the same event by both ways is one event. The
receipts are the centre's, over the device's chain; the relay hands them on, and each device checks its own.
"""

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from sync.wire.push import PushAnswer, PushBatch
from sync.wire.types import Bytes32, Bytes64, ErrorAnswer, Hex32, Seq, Wire

MAX_FORWARDED: Final = 20
"""Most batches in one request."""

MAX_ASKED: Final = 200
"""Most journals asked after in one request."""

DeviceId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ForwardedBatch(Wire):
    """Consecutive events of one device's journal, with the head that this device signed."""

    device: DeviceId
    batch: PushBatch


class AskedJournal(Wire):
    """A journal that is asked after: its epoch, the last event held of it, and the chain's hash there."""

    epoch: Hex32
    seq: Seq
    hash: Bytes32


class ForwardRequest(Wire):
    """Batches to keep, in this order, and journals of which the relay wants to know how far they are kept: a device
    that reaches the centre itself has most of it there already, and nothing is sent twice.
    """

    batches: tuple[ForwardedBatch, ...] = Field(default=(), max_length=MAX_FORWARDED)
    ask: tuple[AskedJournal, ...] = Field(default=(), max_length=MAX_ASKED)


class ForwardedResult(Wire):
    """What a push by the device itself would have been answered with: `answer` when `status` is 200, else `error`."""

    status: int
    answer: PushAnswer | None = None
    error: ErrorAnswer | None = None


class KeptJournal(Wire):
    """How far the centre keeps a journal, with its receipt (`tickets.events.receipt_message`).

    `agrees`: whether its chain has the hash that was asked with; None when it is not as far. A relay whose journal it
    contradicts sends that all the same: it is evidence.
    """

    epoch: Hex32
    kept_through: Seq
    receipt: Bytes64
    agrees: bool | None = None


class ForwardAnswer(Wire):
    """One result per batch, in order, and of the journals that were asked after those that the centre knows."""

    results: tuple[ForwardedResult, ...] = ()
    kept: tuple[KeptJournal, ...] = ()
