"""What tills ask of the centre about money, over HTTP (`sync.wire.money`), and how an office plays with its sandbox."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from sync.server.callers import Signed, centre_of, office, signed
from sync.server.payments.desk import No
from sync.server.payments.sandbox import Behaviour, NotPayable, Sandbox
from sync.server.payments.sandbox_trades import Trade
from sync.server.requests import Refused, error_answer, json_answer, parse_body, read_body, takes
from sync.wire.money import GiveBackAnswer, GiveBackAsk, PaymentAnswer, PaymentAsk, TicketMoney, UseAnswer, UseAsk, Why
from sync.wire.types import ErrorAnswer, Wire

AT_ONCE: Final = 24
"""Most calls that may wait for the payment provider at once: they have threads of their own, so that a provider that
has stopped keeps no journal from being taken in."""

_Errors = dict[int | str, dict[str, Any]]
_HEX32: Final = "^[0-9a-f]{32}$"
_A = TypeVar("_A", bound=BaseModel)


CALLS: Final = APIRouter()
"""Tills ask for payments, uses and a ticket's money. What waits for the provider does so within `state.paying`."""
_ERRORS: Final[_Errors] = {status: {"model": ErrorAnswer} for status in (401, 403, 404, 409, 413, 422, 501)}
_PaymentId = Annotated[str, Path(pattern=_HEX32)]


async def _till(said: Annotated[Signed, Depends(signed)]) -> Signed:
    """A till, also one that was replaced: it must be able to end what it began."""
    if said.device.kind != "till":
        raise Refused(403, "only a till may ask this", "enrol the device as a till")
    return said


async def _selling_till(said: Annotated[Signed, Depends(_till)]) -> Signed:
    if said.device.state != "active":
        raise Refused(403, "this device is no longer in use", "enrol it anew")
    return said


async def _provider(request: Request, call: Callable[[], _A | No]) -> Response:
    limit = request.app.state.paying
    assert isinstance(limit, CapacityLimiter)
    return _answered(await to_thread.run_sync(call, limiter=limit))


@CALLS.post("/v1/payments", response_model=PaymentAnswer, responses=_ERRORS, openapi_extra=takes(PaymentAsk))
async def pay(request: Request, said: Annotated[Signed, Depends(_selling_till)]) -> Response:
    """Ask to be paid without cash; the same id is the same payment."""
    asked = parse_body(PaymentAsk, said.body)
    if (asked.way == "scan") is (asked.auth_code is None):
        raise Refused(422, "auth_code goes with way scan, and only with it", "send it then, or leave it out")
    return await _provider(request, lambda: said.centre.payments.ask(said.device, asked))


@CALLS.get("/v1/payments/{payment}", response_model=PaymentAnswer, responses=_ERRORS)
async def payment_state(request: Request, said: Annotated[Signed, Depends(_till)], payment: _PaymentId) -> Response:
    """What became of a payment."""
    return await _provider(request, lambda: said.centre.payments.state(said.device.station, payment))


@CALLS.post("/v1/payments/{payment}/reverse", response_model=PaymentAnswer, responses=_ERRORS)
async def reverse(request: Request, said: Annotated[Signed, Depends(_till)], payment: _PaymentId) -> Response:
    """Have a payment undone, whatever became of it; ask until it says reversed."""
    return await _provider(request, lambda: said.centre.payments.reverse(said.device, payment))


@CALLS.post(
    "/v1/payments/{payment}/refunds",
    response_model=GiveBackAnswer,
    responses=_ERRORS,
    openapi_extra=takes(GiveBackAsk),
)
async def give_back(request: Request, said: Annotated[Signed, Depends(_selling_till)], payment: _PaymentId) -> Response:
    """Give some of a payment back to the account that it came from; the same refund id is the same money."""
    asked = parse_body(GiveBackAsk, said.body)
    return await _provider(request, lambda: said.centre.payments.give_back(said.device, payment, asked))


@CALLS.post("/v1/uses", response_model=UseAnswer, responses=_ERRORS, openapi_extra=takes(UseAsk))
async def use(said: Annotated[Signed, Depends(_selling_till)]) -> Response:
    """May this ticket be taken back? Granted once, the use is this attempt's."""
    asked = parse_body(UseAsk, said.body)
    return json_answer(await to_thread.run_sync(said.centre.ask_use, said.device, asked))


@CALLS.get("/v1/tickets/{number}/money", response_model=TicketMoney, responses=_ERRORS)
async def money(
    said: Annotated[Signed, Depends(_till)], number: Annotated[str, Path(pattern="^[0-9]{20}$")]
) -> Response:
    """How a ticket of the device's own station was paid."""
    found = await to_thread.run_sync(said.centre.ticket_money, said.device.station, number)
    if found is None:
        raise Refused(404, "the centre does not know this ticket", "let its till report first, then ask again")
    return json_answer(found)


def _answered(answer: BaseModel | No) -> Response:
    if isinstance(answer, No):
        return error_answer(answer.status, answer.what, answer.hint)
    return json_answer(answer)


# ---------------------------------------------------------------- the sandbox


class SandboxBehaviour(Wire):
    """How the station's next payments (so many) shall go: see `payments.sandbox.Behaviour`."""

    answer: Literal["paid", "waiting", "failed"] = "paid"
    why: Why = ""
    delay_s: float = Field(default=0.0, ge=0, le=3600)
    silent: bool = False
    silent_s: float = Field(default=0.0, ge=0, le=86_400)
    pays_after_s: float | None = Field(default=None, ge=0, le=86_400)
    fails_after_s: float | None = Field(default=None, ge=0, le=86_400)
    times: int = Field(default=1, ge=1, le=10_000)


class SandboxScan(Wire):
    """A phone pays the code that a till shows."""

    code: str = Field(max_length=512)


class SandboxConfirm(Wire):
    """The passenger agrees on the phone to pay for what a till has scanned, or declines."""

    payment: str = Field(pattern=_HEX32)
    pays: bool = True


class SandboxPayment(Wire):
    """A payment in the sandbox's books; amounts in fen. `state` closed: it was undone."""

    payment: str
    state: Literal["waiting", "paid", "failed", "closed"]
    fen: int
    taken: int
    returned: int
    code: str


class SandboxAccounts(Wire):
    """A station's money in the sandbox, in fen, and every payment."""

    taken: int
    returned: int
    payments: tuple[SandboxPayment, ...]


SANDBOX_CALLS: Final = APIRouter()
"""A station's office plays provider, passenger and phone, where the centre has a sandbox."""
_SANDBOX_ERRORS: Final[_Errors] = {status: {"model": ErrorAnswer} for status in (401, 409, 413, 422)}


def _sandbox(request: Request) -> Sandbox:
    sandbox = centre_of(request).sandbox
    assert sandbox is not None, "these calls are served where there is one"
    return sandbox


def _mine(station: int, trade: Trade) -> SandboxPayment:
    return SandboxPayment(
        payment=trade.trade.removeprefix(f"{station}-"),
        state=trade.state,
        fen=trade.fen,
        taken=trade.taken,
        returned=trade.returned,
        code=trade.code,
    )


def _accounts_of(sandbox: Sandbox, station: int) -> SandboxAccounts:
    found = sandbox.accounts(station)
    return SandboxAccounts(
        taken=sum(each.taken for each in found),
        returned=sum(each.returned for each in found),
        payments=tuple(_mine(station, each) for each in found),
    )


async def _played(station: int, play: Callable[[], Trade]) -> Response:
    try:
        return json_answer(_mine(station, await to_thread.run_sync(play)))
    except NotPayable:
        raise Refused(409, "nobody waits for this payment", "ask for the accounts and see how it stands") from None


@SANDBOX_CALLS.post("/v1/sandbox/behaviour", responses=_SANDBOX_ERRORS, openapi_extra=takes(SandboxBehaviour))
async def behave(request: Request, station: Annotated[int, Depends(office)]) -> dict[str, bool]:
    """How the station's next payments shall go."""
    said = parse_body(SandboxBehaviour, await read_body(request))
    how = Behaviour(**said.model_dump(exclude={"times"}))
    await to_thread.run_sync(_sandbox(request).behave, station, how, said.times)
    return {"ok": True}


@SANDBOX_CALLS.delete("/v1/sandbox/behaviour", responses=_SANDBOX_ERRORS)
async def behave_well(request: Request, station: Annotated[int, Depends(office)]) -> dict[str, bool]:
    """Forget what was set, and be silent about no payment any more."""
    await to_thread.run_sync(_sandbox(request).behave_well, station)
    return {"ok": True}


@SANDBOX_CALLS.post(
    "/v1/sandbox/scan", response_model=SandboxPayment, responses=_SANDBOX_ERRORS, openapi_extra=takes(SandboxScan)
)
async def scan(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """A phone pays a code that a till shows."""
    code, sandbox = parse_body(SandboxScan, await read_body(request)).code, _sandbox(request)
    return await _played(station, lambda: sandbox.scan(station, code))


@SANDBOX_CALLS.post(
    "/v1/sandbox/confirm", response_model=SandboxPayment, responses=_SANDBOX_ERRORS, openapi_extra=takes(SandboxConfirm)
)
async def confirm(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """The passenger agrees on the phone, or declines."""
    said, sandbox = parse_body(SandboxConfirm, await read_body(request)), _sandbox(request)
    return await _played(station, lambda: sandbox.confirm(station, f"{station}-{said.payment}", pays=said.pays))


@SANDBOX_CALLS.get("/v1/sandbox/accounts", response_model=SandboxAccounts, responses=_SANDBOX_ERRORS)
async def accounts(request: Request, station: Annotated[int, Depends(office)]) -> Response:
    """What the sandbox has taken and given back for this station."""
    return json_answer(await to_thread.run_sync(_accounts_of, _sandbox(request), station))
