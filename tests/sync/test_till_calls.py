"""A till's calls about money: what is answered, what is not within its budget, and a line that dies in every place."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from sync.enrolling import Wish, enrol
from sync.line.budget_line import BudgetLine, NoAnswerInTime
from sync.line.client import LineDown, Refused
from sync.line.payment_schedule import REVERSE_MOST_S, reversal_pause
from sync.line.till_calls import MoneyCalls, TillCalls
from sync.server.centre import Centre
from sync.server.key_files import office_token
from sync.server.settings import Policy, Settings
from sync.server.setup import initialise
from sync.wire.money import GiveBackAsk, PaymentAsk, UseAsk
from tests.sync import bad_server as bad
from tests.sync.bad_server import Conduct, bad_server, dripping, http, saying, silent
from tests.sync.centre_process import centre_process
from tests.sync.cutting_proxy import Cut, CuttingProxy
from tests.sync.server.support import STATION, small_timetable
from tickets.errors import Fault, PeerError
from tickets.keys import SigningKey

KEY = SigningKey.from_raw(bytes(32))
SHOW = PaymentAsk(payment="1a" * 16, order="2b" * 16, fen=2500, way="show")
USE = UseAsk(number="9" * 20, use_no=1, attempt="3c" * 16, purpose="refund", lane="1", persons=1, at=1)


@pytest.fixture(scope="module")
def centre_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("centre") / "centre"
    initialise(directory, small_timetable(), policy=Policy(payment_provider="sandbox"))
    return directory


@dataclass
class Line:
    """An enrolled till's key and name, the way to its centre, and the sandbox's accounts."""

    upstream: tuple[str, int]
    device: str
    key: SigningKey
    token: str

    def calling(self, url: str = "") -> closing[TillCalls]:
        return closing(TillCalls(url or f"http://{self.upstream[0]}:{self.upstream[1]}", self.device, self.key))

    def play(self, method: str, target: str, body: object = None) -> Any:
        url = f"http://{self.upstream[0]}:{self.upstream[1]}/v1/sandbox/{target}"
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.request(method, url, json=body, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def line(centre_directory: Path) -> Iterator[Line]:
    with Centre.open(Settings(directory=centre_directory)) as centre:
        code = centre.devices.new_code("till", "till-1")
    key = SigningKey.generate()
    wish = Wish(code=code, kind="till", name="till-1", device_key=key.public, till_key=SigningKey.generate().public)
    with centre_process(centre_directory) as upstream, httpx.Client(trust_env=False) as client:
        said = enrol(client, f"http://{upstream[0]}:{upstream[1]}", wish, bytes(32))
        yield Line(upstream, said.device, key, office_token(centre_directory, STATION))


def test_every_call_is_answered(line: Line) -> None:
    with line.calling() as calls:
        _every_call(line, calls)


def _every_call(line: Line, calls: MoneyCalls) -> None:
    waiting = calls.pay(SHOW)
    assert (waiting.state, waiting.code.startswith("https://")) == ("waiting", True)
    line.play("POST", "scan", {"code": waiting.code})
    assert calls.payment(SHOW.payment).state == "paid"
    assert calls.give_back(SHOW.payment, GiveBackAsk(refund="4d" * 16, fen=500)).state == "done"
    assert calls.reverse(SHOW.payment).state == "reversed"
    assert calls.ask_use(USE).answer == "unknown"
    with pytest.raises(Refused) as no:
        calls.ticket_money("9" * 20)
    assert no.value.status == 404
    with pytest.raises(Refused) as no:
        calls.payment("9f" * 16)
    assert no.value.status == 404
    with pytest.raises(Refused) as no:
        calls.pay(SHOW.model_copy(update={"fen": 1}))
    assert (no.value.status, bool(no.value.what and no.value.hint)) == (409, True)


def test_a_line_that_dies_in_every_place_takes_no_money_twice(line: Line) -> None:
    random = Random(4)
    cuts = list(Cut)
    proxy = CuttingProxy(line.upstream, lambda _: random.choice(cuts))
    before = line.play("GET", "accounts")
    wishes = [
        PaymentAsk(payment=f"{n:032x}", order="2b" * 16, fen=1000 + n, way="scan", auth_code="1" * 18)
        for n in range(1, 13)
    ]
    with proxy.running() as url, line.calling(url) as calls:
        for wish in wishes:
            assert _until_answered(lambda wish=wish: calls.pay(wish)).state == "paid"
            if wish.fen % 3 == 0:
                assert _until_answered(lambda wish=wish: calls.reverse(wish.payment)).state == "reversed"
            if wish.fen % 3 == 1:
                back = GiveBackAsk(refund=wish.payment, fen=300)
                assert _until_answered(lambda wish=wish, back=back: calls.give_back(wish.payment, back)).state == "done"
    after = line.play("GET", "accounts")
    assert proxy.count > 20, "the line died often enough"
    assert after["taken"] - before["taken"] == sum(wish.fen for wish in wishes)
    whole = sum(wish.fen for wish in wishes if wish.fen % 3 == 0)
    parts = 300 * sum(wish.fen % 3 == 1 for wish in wishes)
    assert after["returned"] - before["returned"] == whole + parts


def _until_answered(call: Any) -> Any:
    for _ in range(100):
        try:
            return call()
        except LineDown:
            continue
    raise AssertionError("never answered")


@pytest.mark.parametrize("conduct", [silent, bad.closing, dripping])
def test_nothing_takes_longer_than_its_budget(conduct: Conduct) -> None:
    with bad_server(conduct) as url, closing(BudgetLine(url)) as line:
        began = time.monotonic()
        with pytest.raises(NoAnswerInTime):
            line.exchange("POST", "/v1/payments", {}, b"{}", 0.3)
        assert time.monotonic() - began < 1.0


def test_nobody_there_is_a_line_that_is_down() -> None:
    with bad_server(bad.closing) as url:
        pass
    with closing(TillCalls(url, "till-1", KEY)) as calls, pytest.raises(LineDown) as down:
        calls.payment("1a" * 16)
    assert down.value.hint


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (http(b'{"what": "no", "hint": "never"}', status="409 Conflict"), Refused),
        (http(b"<html>", status="502 Bad Gateway"), Refused),
        (http(b"<html>", status="404 Not Found"), PeerError),
        (http(b"[]"), PeerError),
        (http(b'{"payment": "1", "state": "perhaps"}'), PeerError),
        (b"220 mail.example ESMTP\r\n\r\n", LineDown),
    ],
)
def test_what_is_no_answer_of_the_contract(said: bytes, kind: type[Fault]) -> None:
    with bad_server(saying(said)) as url, closing(TillCalls(url, "till-1", KEY)) as calls, pytest.raises(kind):
        calls.payment("1a" * 16)


def test_an_answer_without_end_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    def endless(connection: Any, over: Any) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while not over.is_set():
            connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")

    with bad_server(endless) as url, closing(BudgetLine(url)) as line, pytest.raises(NoAnswerInTime):
        line.exchange("GET", "/", {}, b"", 5)


def test_one_waits_for_another_within_its_own_budget() -> None:
    with bad_server(silent) as url, closing(BudgetLine(url)) as line:

        def ask(budget_s: float) -> None:
            with pytest.raises(NoAnswerInTime):
                line.exchange("GET", "/", {}, b"", budget_s)

        first = threading.Thread(target=ask, args=(1.0,), daemon=True)
        first.start()
        while not line._turn.locked():
            time.sleep(0.001)
        began = time.monotonic()
        ask(0.1)
        assert time.monotonic() - began < 0.6
        assert first.is_alive()
        first.join()


@pytest.mark.parametrize("url", ["centre", "ftp://centre", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        TillCalls(url, "till-1", KEY)


def test_no_code_of_a_passenger_is_in_a_wish_as_text() -> None:
    wish = PaymentAsk(payment="1a" * 16, order="2b" * 16, fen=1, way="scan", auth_code="134567890123456789")
    assert "1345" not in repr(wish) + str(wish)


def test_a_reversal_is_asked_ever_more_slowly_and_for_ever() -> None:
    pauses = [reversal_pause(tries) for tries in range(1, 200)]
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == REVERSE_MOST_S
    with pytest.raises(ValueError, match="first"):
        reversal_pause(0)
