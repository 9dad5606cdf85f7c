"""The pages for passengers' phones over HTTP. Nobody signs in; whoever has an invoice's token may see and name it."""

from typing import Annotated, Final
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from sync.server.callers import centre_of
from sync.server.requests import Refused, read_body
from sync.server.web_pages import FILES, HEADERS, WEB, buyer_in, invoice_page, no_invoice_page, ticket_page

_MOST_FORM: Final = 8 * 1024
_HEX32: Final = "^[0-9a-f]{32}$"


CALLS: Final = APIRouter()
"""The ticket's and the invoice's page."""
_InvoiceToken = Annotated[str, Path(pattern=_HEX32)]
_BYTES: Final = {name: (WEB / name).read_bytes() for name in FILES}


@CALLS.get("/ticket", include_in_schema=False)
async def ticket(request: Request) -> Response:
    """The page that shows the ticket in its address."""
    return _html(ticket_page(await to_thread.run_sync(centre_of(request).stop_names)))


@CALLS.get("/web/{name}", include_in_schema=False)
async def file(name: str) -> Response:
    """A script or a style of the pages."""
    if name not in _BYTES:
        raise Refused(404, "there is no such file", "open the page again")
    return Response(_BYTES[name], media_type=FILES[name], headers=dict(HEADERS))


@CALLS.get("/i/{token}", include_in_schema=False)
async def invoice(request: Request, token: _InvoiceToken) -> Response:
    """An invoice's page."""
    found = await to_thread.run_sync(centre_of(request).invoice, token)
    return _html(no_invoice_page(), 404) if found is None else _html(invoice_page(found))


@CALLS.post("/i/{token}", include_in_schema=False)
async def buyer(request: Request, token: _InvoiceToken) -> Response:
    """Name the buyer of an invoice."""
    try:
        form = parse_qs((await read_body(request, _MOST_FORM)).decode("utf-8"), max_num_fields=8)
    except ValueError:
        raise Refused(422, "the form cannot be read", "open the page again and fill it in") from None
    named = buyer_in({name: values[0] for name, values in form.items()})
    found = await to_thread.run_sync(centre_of(request).invoice, token)
    if found is None:
        return _html(no_invoice_page(), 404)
    if isinstance(named, str):
        return _html(invoice_page(found, named), 422)
    await to_thread.run_sync(centre_of(request).name_buyer, token, *named)
    return RedirectResponse(f"/i/{token}", 303, headers=dict(HEADERS))


def _html(page: str, status: int = 200) -> Response:
    return Response(page, status, media_type="text/html", headers=dict(HEADERS))
