"""Both sides of an enrolment prove that they know the technician's code, and the code itself never crosses the line.

The code is stretched (scrypt, RFC 7914) to a key. What crosses is a name that the key has (`code_id`), and two HMACs
by it: the device's over all that it asks with, and the centre's over all that it answers, bound to that very question.
So who only listens has nothing to use, who repeats the question gets the same answer for the same device and no second
enrolment, and who answers in the centre's place cannot sign the root key that the device is about to pin.

The device also says which TLS key it sees at the other end (`line_key`). Somebody in between who speaks TLS with both
has another key than the centre, and cannot change what was said.

Stretching is not what keeps a code safe, its 60 random bits are: it makes each guess against a recorded question cost
some milliseconds and four megabytes, while the code lives for minutes.
"""

import hashlib
import hmac
from typing import Final

from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from tickets import cbor

CODE_ID_BYTES: Final = 16
_LOOKALIKES: Final = str.maketrans("ILO", "110", "- \t")
_COST: Final = 1 << 12


def code_key(code: str) -> bytes:
    """The 32-byte key of a code. Case, spaces, dashes and look-alike letters do not matter.

    scrypt, N = 4096, r = 8, p = 1, with the salt "waystation enrolment v2".
    """
    typed = code.upper().translate(_LOOKALIKES).encode("utf-8")
    return hashlib.scrypt(typed, salt=b"waystation enrolment v2", n=_COST, r=8, p=1, dklen=32)


def code_id(key: bytes) -> bytes:
    """What a code is called on the line: 16 bytes that tell nothing of it to whoever cannot guess it."""
    return _hmac(key, "id", [])[:CODE_ID_BYTES]


def device_proof(key: bytes, asked: EnrolRequest) -> bytes:
    """The device's HMAC-SHA256 over everything it asks with but the proof itself."""
    return _hmac(key, "device", _question(asked))


def centre_proof(key: bytes, asked: EnrolRequest, answer: EnrolAnswer) -> bytes:
    """The centre's HMAC-SHA256 over the question and everything in the answer but the proof itself."""
    said = [answer.device, answer.station, answer.prefix, answer.certificate, answer.root_key, answer.trust_list]
    return _hmac(key, "centre", [*_question(asked), *said, answer.device_certificate, list(answer.line_authorities)])


def holds(proof: bytes, right: bytes) -> bool:
    """Whether a proof is the right one; it takes as long whatever the difference."""
    return hmac.compare_digest(proof, right)


def _question(asked: EnrolRequest) -> list[object]:
    return [asked.code_id, asked.kind, asked.name, asked.device_key, asked.till_key, asked.nonce, asked.line_key]


def _hmac(key: bytes, purpose: str, content: list[object]) -> bytes:
    return hmac.digest(key, cbor.encode(["waystation enrolment v2", purpose, *content]), "sha256")
