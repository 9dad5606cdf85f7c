"""A centre's application behind a synchronous httpx client, in this process, on a line that can be cut."""

import asyncio
from collections.abc import Callable, Iterator

import httpx
from starlette.types import ASGIApp


class AppLine(httpx.BaseTransport):
    """Carries requests to an application. `before` may answer instead, or raise; `count` is how many came."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the application, on an event loop of its own."""
        self.asked.append(request)
        if (instead := self.before(request)) is not None:
            return instead
        body = request.read()

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with (
                httpx.AsyncClient(transport=transport, base_url="http://centre.test") as client,
                client.stream(request.method, request.url, content=body, headers=request.headers) as answer,
            ):
                raw = b"".join([part async for part in answer.aiter_raw()])
                return httpx.Response(answer.status_code, headers=answer.headers, stream=_Raw(raw))

        return asyncio.run(ask())


class _Raw(httpx.SyncByteStream):
    """A body as it came, still compressed if it was."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


def cut(request: httpx.Request) -> httpx.Response:
    """The line breaks."""
    raise httpx.ReadError("cut", request=request)
