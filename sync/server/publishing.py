"""The contract as OpenAPI: what FastAPI gathers from the calls, what holds for all of them, and what travels in them.

The bodies of records (`StationBody`) and of events (`event.order.held`) are no call's own: they are added here.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from sync.journal.event_bodies import SCHEMAS
from sync.wire.records import BODIES
from sync.wire.types import ErrorAnswer

_ABOUT: Final = (
    "What a station's machines ask of their centre. docs/protocol.md says what the calls promise; every refusal is "
    "an ErrorAnswer that says what happened and what to do next."
)
_ALWAYS: Final = {
    400: "The request was cut off, or contradicts itself.",
    500: "The centre failed at this request: the same again later.",
}
_NEGOTIATED: Final = {426: "The protocol that Sync-Protocol names is not served; `protocols` says which are."}
_WITH_BODY: Final = {408: "The body did not arrive in time.", 413: "The body is too large.", 422: "Not the contract's."}
_SCHEMA: Final = {"$ref": "#/components/schemas/ErrorAnswer"}
_RETRY: Final = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_CHALLENGE: Final = {"WWW-Authenticate": {"description": "Signature or Bearer.", "schema": {"type": "string"}}}
_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")


def publish(app: FastAPI) -> None:
    """Serve the completed contract as `/openapi.json`; to be called when every call is there."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # how FastAPI wants it done


def _completed(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["ErrorAnswer"] = ErrorAnswer.model_json_schema()
    schemas |= _records() | _events()
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which the centre never answers with
        schemas.pop(unused, None)
    for name, path in made["paths"].items():
        for method in _METHODS:
            if method in path:
                _complete(path[method], _NEGOTIATED if name.startswith("/v1/") else {})
    return made


def _records() -> dict[str, Any]:
    """The body of each kind of record, by the name that docs/protocol.md has for it."""
    _, made = models_json_schema(
        [(body, "serialization") for body in BODIES.values()], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Any] = made["$defs"]
    return found


def _events() -> dict[str, Any]:
    """The body of each kind of event, by its kind. They travel as CBOR maps: `binary` is a byte string there."""
    return {f"event.{kind}": body.model_json_schema() for kind, body in SCHEMAS.items()}


def _complete(call: dict[str, Any], also: dict[int, str]) -> None:
    answers: dict[str, Any] = call["responses"]
    missing = _ALWAYS | also
    if "requestBody" in call:
        missing |= _WITH_BODY
    elif call.get("parameters"):
        missing[422] = _WITH_BODY[422]
    if "security" in call:
        missing |= {401: "Not signed, or not by anybody who is believed.", 408: _WITH_BODY[408], 413: _WITH_BODY[413]}
    for status, said in missing.items():
        answers.setdefault(str(status), {"description": said})
    for code, answer in answers.items():
        if int(code) >= 400:
            answer["content"] = {"application/json": {"schema": _SCHEMA}}
    if "429" in answers:
        answers["429"]["headers"] = _RETRY
    if "401" in answers:
        answers["401"]["headers"] = _CHALLENGE
    call["responses"] = dict(sorted(answers.items()))
