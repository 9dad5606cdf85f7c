"""Two ways to the centre: the own line first, the relay's when nobody can be connected to, and back."""

from collections.abc import Callable

import httpx
import pytest

from sync.line.detour import AGAIN_S, Detour

URL = "https://centre.test/v1/health"


class Way(httpx.BaseTransport):
    """A line that does what a test says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fails: Callable[[], Exception] | None = None
        self.asked = 0
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.fails is not None:
            raise self.fails()
        return httpx.Response(200, text=self.name, request=request)

    def close(self) -> None:
        self.closed = True


class Ways:
    def __init__(self) -> None:
        self.own, self.relay = Way("own"), Way("relay")
        self.seconds = 0.0
        self.client = httpx.Client(transport=Detour(self.own, self.relay, lambda: self.seconds))

    def ask(self) -> str:
        return self.client.get(URL).text


def cut() -> Exception:
    return httpx.ConnectError("no way")


def silent() -> Exception:
    return httpx.ConnectTimeout("no answer")


@pytest.mark.parametrize("failure", [cut, silent])
def test_the_relay_is_the_way_while_nobody_can_be_connected_to(
    failure: Callable[[], Exception], caplog: pytest.LogCaptureFixture
) -> None:
    ways = Ways()
    assert ways.ask() == "own"
    ways.own.fails = failure
    assert ways.ask() == "relay"
    asked = ways.own.asked
    ways.seconds = AGAIN_S - 1
    assert ways.ask() == "relay"
    assert ways.own.asked == asked, "a line that has just been dead is not waited for with every request"
    ways.seconds = AGAIN_S + 1
    assert ways.ask() == "relay"
    ways.own.fails = None
    ways.seconds = 3 * AGAIN_S
    assert ways.ask() == "own"
    assert [record.message for record in caplog.records] == ["line.detour", "line.direct"]


def test_what_was_sent_already_is_not_sent_another_way() -> None:
    ways = Ways()
    ways.own.fails = lambda: httpx.ReadTimeout("no answer")
    with pytest.raises(httpx.ReadTimeout):
        ways.ask()
    assert ways.relay.asked == 0


def test_when_neither_leads_there_the_own_line_says_why_and_both_are_tried() -> None:
    ways = Ways()
    ways.own.fails, ways.relay.fails = silent, lambda: httpx.ProxyError("502 Bad Gateway")
    for _ in range(2):
        with pytest.raises(httpx.ConnectTimeout):
            ways.ask()
    assert (ways.own.asked, ways.relay.asked) == (2, 2)


def test_the_own_line_is_taken_as_soon_as_the_relays_is_dead() -> None:
    ways = Ways()
    ways.own.fails = cut
    assert ways.ask() == "relay"
    ways.own.fails, ways.relay.fails = None, cut
    assert ways.ask() == "own"
    ways.relay.fails = None
    assert ways.ask() == "own", "and it stays so"
    ways.client.close()
    assert ways.own.closed
    assert ways.relay.closed
