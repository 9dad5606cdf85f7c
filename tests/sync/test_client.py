"""Every way in which a call to the centre can fail has one of three names, with what to do next."""

from collections.abc import Callable

import httpx
import pytest

from sync.line.client import CentreClient, LineDown, Refused, timeout_for
from tests.sync.fake_centre import DEVICE, START, TIME, FakeCentre, refusal
from tickets.errors import PeerError
from tickets.time_token import open_time

NOW = START.timestamp()
NONCE = bytes(32)


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> CentreClient:
    http = httpx.Client(transport=httpx.MockTransport(answer))
    return CentreClient("https://centre.example/", "kiosk-1", DEVICE, http, lambda: NOW, lambda: NONCE)


def failing(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        httpx.ReadTimeout("late"),
        httpx.WriteTimeout("late"),
        httpx.RemoteProtocolError("cut"),
        httpx.ReadError("cut"),
        httpx.WriteError("cut"),
    ],
)
def test_nobody_answering_is_a_line_that_is_down(error: Exception) -> None:
    with pytest.raises(LineDown) as down:
        client_of(failing(error)).pull("", 5)
    assert "tried again by itself" in down.value.hint


def test_a_refusal_says_what_the_centre_said() -> None:
    with pytest.raises(Refused) as refused:
        client_of(lambda _: refusal(409, expected_seq=7)).pull("", 5)
    said = refused.value
    assert (said.status, said.what, said.hint, said.expected_seq) == (409, "no", "do something", 7)


def test_an_answer_may_ask_for_patience() -> None:
    answer = httpx.Response(503, json={"what": "full", "hint": "later"}, headers={"retry-after": "30"})
    with pytest.raises(Refused) as refused:
        client_of(lambda _: answer).pull("", 5)
    assert refused.value.retry_after == 30


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_proxys_own_error_page_is_a_refusal(status: int) -> None:
    with pytest.raises(Refused, match="problem of its own"):
        client_of(lambda _: httpx.Response(status, text="<html>Bad Gateway</html>")).pull("", 5)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Please log in to the wireless network</html>"),
        httpx.Response(200, json={"records": "many"}),
        httpx.Response(200, json={"records": [], "cursor": "x"}),
        httpx.Response(302, headers={"location": "http://login.example/"}, text="moved"),
        httpx.Response(404, text="not found"),
    ],
)
def test_something_that_is_not_the_centre_is_a_peer_error(answer: httpx.Response) -> None:
    with pytest.raises(PeerError):
        client_of(lambda _: answer).pull("", 5)


def test_signed_calls_are_signed_over_what_is_sent() -> None:
    centre = FakeCentre()
    client = CentreClient("http://centre", "kiosk-1", DEVICE, centre.http(), lambda: NOW)
    page = client.pull("", 5)
    assert page.records == ()
    assert client.pull(page.cursor, 5) == page  # the cursor's slash travels encoded, and is signed so


def test_time_is_asked_with_our_nonce() -> None:
    centre = FakeCentre()
    token = CentreClient("http://centre", "kiosk-1", DEVICE, centre.http(), lambda: 0.0).time(NONCE)
    assert open_time(token, NONCE, [TIME.public]) == centre.now_ms


def test_a_larger_body_gets_more_time() -> None:
    small, large = timeout_for(0), timeout_for(800_000)
    assert small.read == 10
    assert large.read == 110
    assert small.connect == large.connect == 5
