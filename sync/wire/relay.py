"""The contract between a station's terminals and their relay, protocol 1: who used a ticket first, and what staff did.

The relay is the process in the station's LAN that arbitrates. JSON over plain HTTP, spelt as in `types`. Every
request is signed by the device that makes it (`sync.line.http_signatures`), and every answer with status 200 by the
relay (`sign_answer`): the line inside a station is not trusted, and a forged *granted* would let two people in.

| call | body | answer |
|---|---|---|
| `POST /v1/relay/claim` | `ClaimRequest` | `ClaimAnswer` |
| `POST /v1/sync/push?epoch=` | `PushBatch` | `PushAnswer`: *held*; the relay's device key signs the receipt |
| `POST /v1/relay/caught-up` | `CaughtUpRequest` | `CaughtUpAnswer` |
| `GET /v1/relay/changes?after=&epoch=&wait=` | – | `ChangesAnswer`, at the latest after `wait` seconds |
| `POST /v1/relay/facts` | `FactRequest` | `FactAnswer` |
| `GET /v1/relay/kept?journal=` | – | `KeptAnswer`: *kept*, by the centre's receipt |
| `GET /v1/relay/status` | – | `StatusAnswer` |

A push names the arbiter's epoch for which it goes on; to another epoch's relay it would begin in the middle of a
history that this one never heard, so it is answered with 412 (`OTHER_EPOCH`) and nothing is held.

Whatever goes wrong is answered with `ErrorAnswer`, unsigned: it grants nothing.
"""

import base64
from hashlib import sha256
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from sync.wire.records import UseBody
from sync.wire.types import Bytes, Bytes64, Digits, Hex32, IsoDate, Millis, TripCode, UseNo, Wire
from tickets.keys import PublicKey, SigningKey

ANSWER_SIGNATURE: Final = "Relay-Signature"
"""The header of an answer that carries the relay's signature: base64 of 64 bytes (Ed25519)."""

MAX_WAIT_S: Final = 25
"""The longest that a question for changes may be left open, in seconds."""

MAX_CHANGES: Final = 500
"""Most uses and facts together in one answer to a question for changes."""

MAX_FACT_BYTES: Final = 2048
"""Most bytes of one signed fact of staff."""

MAX_OWN: Final = 16
"""Most uses of the asker's own journal told with a claim."""

USUAL_PUSH: Final = 100
"""How many events a terminal sends in one push: whatever is pushed, nobody's claim shall wait for long. A relay takes
as many as a centre."""

OTHER_EPOCH: Final = 412
"""The status of a push that goes on for an epoch which is not the relay's: ask for changes, then send all again."""

_ANSWER: Final = b"waystation relay answer v1\0"
_SIGNATURE_BYTES: Final = 64

ShortWord = Annotated[str, StringConstraints(max_length=64)]
"""A code word or name of up to 64 characters; never personal data."""


def answer_message(request_signature: str, body: bytes) -> bytes:
    """What the relay signs: this answer to that request, which its own signature (nonce included) stands for."""
    return _ANSWER + request_signature.strip().encode("utf-8") + sha256(body).digest()


def sign_answer(request_signature: str, body: bytes, key: SigningKey) -> str:
    """The value of `Relay-Signature` for `body` as the answer to the request whose `Signature` header is given."""
    return base64.b64encode(key.sign(answer_message(request_signature, body))).decode("ascii")


def check_answer(request_signature: str, body: bytes, signed: str | None, key: PublicKey) -> bool:
    """Whether the relay of this key answered this very request with this very body; `signed` is the header, if any."""
    try:
        signature = base64.b64decode(signed or "", validate=True)
    except ValueError:
        return False
    return len(signature) == _SIGNATURE_BYTES and key.verify(signature, answer_message(request_signature, body))


class ClaimRequest(Wire):
    """May this ticket be used? Asked before the terminal's own commit, always with the same attempt for the same use.

    The terminal's journal is `journal_epoch`, and ended at `after_seq` when it asked: if that journal goes on without
    this attempt (`gate.started` comes next), nobody was let in by it. `at` is in milliseconds since 1970. `own` is what
    that journal says of this ticket already: its push may still be on its way.
    """

    number: Digits
    use_no: UseNo
    attempt: Hex32
    lane: ShortWord
    at: Millis
    service_date: IsoDate
    trip: TripCode
    persons: int = Field(ge=1, le=10)
    purpose: Literal["admission", "refund", "change", "exit"] = "admission"
    flags: tuple[ShortWord, ...] = Field(default=(), max_length=16)
    by: ShortWord = ""
    after_seq: int = Field(ge=0, le=2**53)
    journal_epoch: Hex32
    own: tuple[UseBody, ...] = Field(default=(), max_length=MAX_OWN)


class ClaimAnswer(Wire):
    """`granted`: it is yours, also when you ask again. `taken`: `uses` is all that is known of this ticket.

    `not_arbitrating`: the arbiter of `epoch` has not yet heard all that happened here; nothing was written down.
    """

    epoch: Hex32
    answer: Literal["granted", "taken", "not_arbitrating"]
    uses: tuple[UseBody, ...] = ()


class CaughtUpRequest(Wire):
    """To the arbiter of `epoch`: my journal of `journal_epoch` ends at `seq`, and you hold all of it; 0: no event yet.

    Said with another arbiter's epoch it counts for nothing, so that it cannot be repeated to an emptied one by anybody;
    the answer has the right epoch, and the device sends its history to that one first.
    """

    epoch: Hex32
    journal_epoch: Hex32
    seq: int = Field(ge=0, le=2**53)


class CaughtUpAnswer(Wire):
    """The arbiter's epoch, whether it arbitrates, and which devices it is still waiting for."""

    epoch: Hex32
    arbitrating: bool
    waiting_for: tuple[str, ...] = ()


class ChangesAnswer(Wire):
    """What was learnt after a position, oldest first, and the position to ask with next; `more`: ask again at once.

    When `epoch` is not the one that was asked with, this is the beginning of another arbiter's story: what was learnt
    from the former one stays true, and the answer starts from nothing. `arbitrating`: all gates' histories are in it,
    so a use that a former arbiter granted and that is not here let nobody in.
    """

    epoch: Hex32
    position: int = Field(ge=0)
    uses: tuple[UseBody, ...] = ()
    facts: tuple[Bytes, ...] = ()
    more: bool = False
    arbitrating: bool = False


class FactRequest(Wire):
    """A signed act of staff (`tickets.staff`), to be obeyed by the whole station."""

    fact: Annotated[Bytes, Field(min_length=1, max_length=MAX_FACT_BYTES)]


class FactAnswer(Wire):
    """The fact is on the relay's disk, at this position of its changes; the same fact again has the same position."""

    position: int = Field(ge=1)


class KeptAnswer(Wire):
    """What the centre said of a journal that the relay handed on to it: it keeps the events up to `kept_through` (0:
    none yet), and `receipt` is its own (`tickets.events.receipt_message`), which only the device can check against its
    chain. `forked`: the centre has another story of this journal.
    """

    kept_through: int = Field(ge=0)
    receipt: Bytes64 | None = None
    forked: bool = False


class RelayDevice(Wire):
    """One terminal as the relay sees it. `held` is the last event held of its newest journal, `kept` the last that the
    centre has signed for to this relay.
    """

    device: str
    kind: Literal["till", "gate", "relay"]
    in_step: bool
    struck_off: bool
    held: int = Field(ge=0)
    kept: int = Field(default=0, ge=0)


class StatusAnswer(Wire):
    """How the relay stands. `duplicates`: uses let through twice, seen by this arbiter; `facts`: acts of staff held;
    `forks`: journals of which two stories were told.
    """

    epoch: Hex32
    arbitrating: bool
    waiting_for: tuple[str, ...]
    devices: tuple[RelayDevice, ...]
    duplicates: int = Field(ge=0)
    facts: int = Field(ge=0)
    forks: int = Field(default=0, ge=0)
