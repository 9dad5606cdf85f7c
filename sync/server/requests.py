"""Requests as centre and relay read them: bounded in size and time, believed by their signature, refused in a sentence.

No refusal quotes what was sent.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from sync.line.http_signatures import BadSignature, Verifier, verify_request
from sync.wire.types import ErrorAnswer

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""The largest request body that is read."""

_Model = TypeVar("_Model", bound=BaseModel)


class Refused(Exception):
    """A request that is answered with an error: status, what happened, what to do next."""

    def __init__(
        self,
        status: int,
        what: str,
        hint: str,
        expected_seq: int | None = None,
        headers: Mapping[str, str] | None = None,
        revoked: bool | None = None,
    ) -> None:
        super().__init__(what)
        self.response = error_answer(status, what, hint, expected_seq, headers, revoked=revoked)


def error_answer(
    status: int,
    what: str,
    hint: str,
    expected_seq: int | None = None,
    headers: Mapping[str, str] | None = None,
    protocols: tuple[int, int] | None = None,
    revoked: bool | None = None,
) -> JSONResponse:
    """An `ErrorAnswer` as a response."""
    answer = ErrorAnswer(what=what, hint=hint, expected_seq=expected_seq, protocols=protocols, revoked=revoked)
    return JSONResponse(answer.model_dump(exclude_none=True), status, dict(headers or {}))


def json_answer(model: BaseModel, headers: Mapping[str, str] | None = None) -> Response:
    """A body of the contract as a response with status 200."""
    return Response(model.model_dump_json(), media_type="application/json", headers=dict(headers or {}))


async def read_body(request: Request, most: int = MAX_BODY_BYTES, seconds: float | None = None) -> bytes:
    """The whole body. Refused when it is larger than `most` bytes, or not here within `seconds`."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise Refused(413, "the request is too large", f"send at most {most} bytes")
    except TimeoutError:
        raise Refused(408, "the request did not arrive in time", "send it again") from None
    except ClientDisconnect:
        raise Refused(400, "the request was cut off", "send it again") from None
    return bytes(body)


def parse_body(model: type[_Model], body: bytes) -> _Model:
    """The body as the contract has it: `true` is no number, `"5"` neither, `5.0` is. Refused when it is not."""
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        with suppress(ValueError, RecursionError):  # a ValidationError is a ValueError
            return model.model_validate_json(json.dumps(json.loads(body, parse_float=_number)), strict=True)
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Refused(422, f"{where} cannot be read", f"see the contract: {first['type']}") from None


def _number(text: str) -> int | float:
    """JSON knows one kind of number (RFC 8259 §6): 5.0 is a whole one."""
    value = float(text)
    return int(value) if value.is_integer() else value


def check_signature(
    request: Request, body: bytes, key_for: Callable[[str], Verifier | None], now: int | None, hint: str
) -> str:
    """The id of the device that signed this request, over its raw path and query. Refused when nobody known did.

    `now` is the time in seconds that the signature's own is judged by, or None to leave that out.
    """
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode("utf-8")
    query: bytes = request.scope["query_string"]
    target = path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    try:
        return verify_request(request.method, target, request.headers, body, key_for, now).keyid
    except BadSignature as error:
        raise Refused(401, error.what, hint, headers={"WWW-Authenticate": "Signature"}) from None


def add_error_answers(app: FastAPI, whose: str) -> None:
    """Answer everything that goes wrong with an `ErrorAnswer`; `whose` is "the centre" or "the relay"."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return error.response

    @app.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return error_answer(422, f"{where} cannot be read", f"see the contract: {first['type']}")

    @app.exception_handler(HTTPException)
    async def no_such_call(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(sorted(_methods(request)))
        return error_answer(
            error.status_code,
            "there is no such call here",
            "see /openapi.json for the calls there are",
            headers=headers,
        )

    @app.exception_handler(Exception)
    async def broken(_: Request, _failure: Exception) -> JSONResponse:
        return error_answer(500, f"{whose} failed at this request", f"try again later; {whose}'s log says more")


def _methods(request: Request) -> set[str]:
    """All methods that this path is served with: each call is a route of its own, and knows only of itself."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of a body that is read by hand, after its signature was checked."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(schema)}}}}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    defined = schema.pop("$defs", {})

    def inline(value: Any) -> Any:
        if isinstance(value, dict):
            if isinstance(target := value.get("$ref"), str):
                return inline(defined[target.rpartition("/")[2]])
            return {name: inline(each) for name, each in value.items()}
        return [inline(each) for each in value] if isinstance(value, list) else value

    made = inline(schema)
    assert isinstance(made, dict)
    return made
