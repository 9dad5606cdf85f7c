"""Snapshots over HTTP: what the newest one is, and its bytes, from anywhere in it (RFC 9110 §14)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, assert_never

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from sync.server.callers import Signed, signed
from sync.server.requests import error_answer, json_answer
from sync.server.snapshots import Unmade
from sync.wire.snapshot import KIND_OF_FILE, SnapshotAnswer
from sync.wire.types import ErrorAnswer

AGAIN_AFTER_S: Final = 2
_CHUNK: Final = 256 * 1024
_RANGE: Final = re.compile(r"^bytes=([0-9]{1,15})-([0-9]{0,15})$")


CALLS: Final = APIRouter()
"""Devices take everything at once."""
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer} for status in (401, 403, 404, 413, 422, 503)
}
_BYTES: Final[dict[str, Any]] = {"content": {KIND_OF_FILE: {"schema": {"type": "string", "format": "binary"}}}}


@CALLS.get("/v1/sync/snapshot", response_model=SnapshotAnswer, responses=_ERRORS)
async def snapshot(said: Annotated[Signed, Depends(signed)]) -> Response:
    """The newest snapshot of the device's own station."""
    if said.device.state != "active":
        return _no_longer()
    answer = await run_in_threadpool(said.centre.snapshot, said.device)
    match answer:
        case SnapshotAnswer():
            return json_answer(answer)
        case Unmade.NOT_WORTH_IT:
            return error_answer(404, "this station has few records", "pull them, without a cursor")
        case Unmade.BEING_MADE:
            again = {"Retry-After": str(AGAIN_AFTER_S)}
            return error_answer(503, "the snapshot is being made", "ask again in a moment", headers=again)
        case _:
            assert_never(answer)


@CALLS.get(
    "/v1/sync/snapshot/{name}",
    response_class=Response,
    responses=_ERRORS
    | {
        200: _BYTES | {"description": "The whole file"},
        206: _BYTES | {"description": "The part that was asked for"},
        416: {"model": ErrorAnswer},
    },
)
async def snapshot_bytes(
    request: Request,
    said: Annotated[Signed, Depends(signed)],
    name: Annotated[str, InPath(pattern="^[0-9a-f]{32}$")],
) -> Response:
    """A snapshot's file, or the one range of it that is asked for."""
    if said.device.state != "active":
        return _no_longer()
    found = await run_in_threadpool(said.centre.snapshots.file, said.device.station, name)
    if found is None:
        return error_answer(404, "this snapshot is not kept any more", "ask for the newest one")
    path, made = found
    tag = f'"{made.sha256}"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-transform"}
    asked = _RANGE.match(request.headers.get("range", "").strip())
    if asked is None or request.headers.get("if-range", tag).strip() != tag:
        return _part(path, 0, made.size, 200, headers)
    first, last = int(asked[1]), min(int(asked[2] or made.size - 1), made.size - 1)
    if first > last:
        return error_answer(
            416,
            "the snapshot is not as long as that",
            "ask for a range within it",
            headers={"Content-Range": f"bytes */{made.size}"},
        )
    headers["Content-Range"] = f"bytes {first}-{last}/{made.size}"
    return _part(path, first, last + 1, 206, headers)


def _no_longer() -> Response:
    return error_answer(403, "this device is no longer in use", "enrol it anew")


def _part(path: Path, first: int, end: int, status: int, headers: dict[str, str]) -> Response:
    length = {"Content-Length": str(end - first)}
    return StreamingResponse(_read(path, first, end), status, headers | length, media_type=KIND_OF_FILE)


def _read(path: Path, first: int, end: int) -> Iterator[bytes]:
    """In a thread of the server's, chunk by chunk. A file that is swept meanwhile stays readable: it is open."""
    with path.open("rb") as file:
        file.seek(first)
        while (left := end - file.tell()) > 0:
            yield file.read(min(_CHUNK, left))
