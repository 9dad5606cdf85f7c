"""What a terminal says to its relay, and when it believes an answer: the same for whoever carries the bytes."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sync.line.faults import Refused
from sync.line.http_signatures import sign_request
from sync.wire.relay import ANSWER_SIGNATURE, check_answer
from sync.wire.types import PROTOCOL, ErrorAnswer
from tickets.errors import EnvironmentFault, PeerError
from tickets.keys import PublicKey, SigningKey

A = TypeVar("A", bound=BaseModel)


class RelayNotKnown(EnvironmentFault):
    """This terminal has not learnt the relay's key from the centre yet, so it can believe nobody."""


def signed_request(
    method: str, target: str, body: bytes, *, key: SigningKey, device: str, at: float, nonce: bytes
) -> dict[str, str]:
    """The headers of a request to the relay; `at` is in seconds since 1970, `target` as it goes on the wire."""
    headers = {"accept": "application/json", "sync-protocol": str(PROTOCOL)}
    if body:
        headers["content-type"] = "application/json"
    return headers | sign_request(method, target, headers, body, key, device, int(at), nonce.hex())


def believed(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    asked: Mapping[str, str],
    keys: Sequence[PublicKey],
    answer: type[A],
) -> A:
    """The answer to the request with the headers `asked`, if a relay of `keys` gave it to this very request.

    Raises Refused (it said no), RelayNotKnown, or PeerError: not the relay, or not in the contract.
    """
    if status != HTTPStatus.OK:
        raise _refusal(status, body)
    if not keys:
        raise RelayNotKnown(
            "The relay's key is not known here yet",
            "Nothing to do if this terminal is new: the key comes from the centre. Otherwise enrol the relay.",
        )
    signed = headers.get(ANSWER_SIGNATURE.lower()) or headers.get(ANSWER_SIGNATURE)
    if not any(check_answer(asked["Signature"], body, signed, key) for key in keys):
        raise PeerError(
            "An answer came that the station's relay has not signed",
            "Check relay.url in the configuration, and whether the relay was enrolled anew; then look for an intruder.",
        )
    try:
        return answer.model_validate_json(body)
    except ValidationError as error:
        raise PeerError(
            "The relay's answer is not in the contract", "Check that the relay's version and this one fit together."
        ) from error


def _refusal(status: int, body: bytes) -> Refused | PeerError:
    try:
        said = ErrorAnswer.model_validate(json.loads(body))
    except (ValueError, ValidationError):
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            said = ErrorAnswer(what="The relay has a problem of its own", hint="It is tried again by itself.")
        else:
            return PeerError(
                f"Something that is not the relay answered (status {status})", "Check relay.url in the configuration."
            )
    return Refused(status, said.what, said.hint, expected_seq=said.expected_seq)
