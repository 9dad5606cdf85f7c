"""The line to the centre: a pinned authority and no other, clocks that are wrong, and somebody in between."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sync.code_proof import centre_proof, code_key
from sync.enrolling import FirstSight, Wish, enrol, line_key
from sync.line.client import CentreClient, LineDown, Refused
from sync.line.pinned_line import pinned_line
from sync.line.till_calls import TillCalls
from sync.server.centre import Centre
from sync.server.settings import Settings
from sync.server.setup import initialise
from sync.server.tls import ServerTls, make_authority
from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from tests.sync.server.support import small_timetable
from tests.sync.tls_centre import centre_over_tls
from tickets.errors import EnvironmentFault, PeerError
from tickets.keys import SigningKey

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def tls_of(directory: Path, now: datetime = NOW) -> ServerTls:
    directory.mkdir(exist_ok=True)
    return ServerTls(directory, lambda: now)


@contextmanager
def greeting(context: ssl.SSLContext) -> Iterator[str]:
    """A server that shakes hands with whoever comes and answers every request with 200 and {}."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(connection, server_side=True) as line:
                        while line.recv(65536):
                            line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(5)


def reached(url: str, line: ssl.SSLContext) -> bool:
    with httpx.Client(verify=line, trust_env=False) as http:
        try:
            return http.get(url, timeout=5).status_code == 200
        except httpx.ConnectError as error:
            if "cert" not in str(error).lower():
                raise
            return False


def test_the_pinned_authority_counts_and_no_other(tmp_path: Path) -> None:
    ours, other = tls_of(tmp_path / "ours"), tls_of(tmp_path / "other")
    with greeting(ours.context) as url:
        assert reached(url, pinned_line(ours.authorities()))
        assert reached(url, pinned_line([*other.authorities(), *ours.authorities()]))
        assert not reached(url, pinned_line(other.authorities()))


def test_nothing_that_only_looks_like_an_authority_is_pinned() -> None:
    for nonsense in ([], [b""], [b"not a certificate"]):
        with pytest.raises(ValueError, match="pinned"):
            pinned_line(nonsense)


@pytest.mark.parametrize("year", [2001, 2026, 2049])
def test_a_clock_that_is_wrong_by_decades_still_reaches_the_centre(tmp_path: Path, year: int) -> None:
    """The certificate is of another year than this machine's clock: nothing but its signature is looked at."""
    made = tls_of(tmp_path / "centre", NOW.replace(year=year))
    with greeting(made.context) as url:
        assert reached(url, pinned_line(made.authorities()))


def test_dates_are_judged_by_trusted_time(tmp_path: Path) -> None:
    made = tls_of(tmp_path / "centre")
    with greeting(made.context) as url:
        for days, good in ((-2, False), (0, True), (59, True), (61, False)):
            at = NOW + timedelta(days=days)
            assert reached(url, pinned_line(made.authorities(), lambda at=at: at)) is good  # type: ignore[misc]  # bound now


def test_the_server_key_is_renewed_in_time_and_the_one_before_still_known(tmp_path: Path) -> None:
    clock = [NOW]
    directory = tmp_path / "centre"
    directory.mkdir()
    made = ServerTls(directory, lambda: clock[0])
    first = made.line_keys()
    clock[0] += timedelta(days=29)
    made.renew()
    assert made.line_keys() == first, "it lasts"
    with greeting(made.context) as url:
        clock[0] += timedelta(days=2)
        made.renew()
        second = made.line_keys()
        assert (len(second), first < second) == (2, True)
        line = pinned_line(made.authorities(), lambda: NOW + timedelta(days=75))
        assert reached(url, line), "the running server shows the new one, which lasts longer"
    again = ServerTls(directory, lambda: clock[0])
    assert again.line_keys() == second, "a start makes no other"


def test_two_servers_of_one_directory_show_the_same_key(tmp_path: Path) -> None:
    clock = [NOW]
    directory = tmp_path / "centre"
    directory.mkdir()
    one, other = (ServerTls(directory, lambda: clock[0]) for _ in range(2))
    clock[0] += timedelta(days=31)
    one.renew()
    other.renew()
    shown = []
    for each in (one, other):
        sight = FirstSight()
        with greeting(each.context) as url, httpx.Client(verify=sight, trust_env=False) as http:
            http.get(url)
        shown.append(sight.line_key())
    assert shown[0] == shown[1]


def test_keys_are_for_the_centre_alone_and_damage_is_told(tmp_path: Path) -> None:
    tls_of(tmp_path / "centre")
    folder = tmp_path / "centre" / "tls"
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder / "authority.key", folder / "server.pem"))
    before = (folder / "authority.pem").read_bytes()
    make_authority(tmp_path / "centre", NOW)
    assert (folder / "authority.pem").read_bytes() == before
    (folder / "authority.pem").write_text("spilt coffee")
    with pytest.raises(EnvironmentFault, match="authority"):
        ServerTls(tmp_path / "centre", lambda: NOW + timedelta(days=40))


# ------------------------------------------------------------------ a real centre over TLS


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Centre]]:
    with centre_over_tls(tmp_path_factory.mktemp("tls") / "centre") as serving:
        yield serving


def wish(code: str, key: SigningKey) -> Wish:
    return Wish(code=code, kind="gate", name="gate-1", device_key=key.public)


def enrolled(url: str, code: str, key: SigningKey) -> EnrolAnswer:
    sight = FirstSight()
    with httpx.Client(verify=sight, trust_env=False) as http:
        return enrol(http, url, wish(code, key), bytes(32), sight)


def test_a_device_enrols_over_tls_and_is_in_step_over_the_pinned_line(served: tuple[str, Centre]) -> None:
    url, centre = served
    key = SigningKey.generate()
    said = enrolled(url, centre.devices.new_code("gate", "gate-1"), key)
    with httpx.Client(verify=pinned_line(said.line_authorities), trust_env=False) as http:
        assert CentreClient(url, said.device, key, http, time.time).pull("", 5).records
    with closing(TillCalls(url, said.device, key, tls=pinned_line(said.line_authorities))) as calls:
        with pytest.raises(Refused) as no:
            calls.ticket_money("9" * 20)
        assert no.value.status == 403, "it is a gate, and was heard"


def test_a_stranger_with_a_certificate_of_his_own_is_not_spoken_to(served: tuple[str, Centre], tmp_path: Path) -> None:
    url, centre = served
    said = enrolled(url, centre.devices.new_code("gate", "gate-1"), SigningKey.generate())
    with greeting(tls_of(tmp_path / "stranger").context) as stranger:
        line = pinned_line(said.line_authorities)
        with httpx.Client(verify=line, trust_env=False) as http, pytest.raises(LineDown):
            CentreClient(stranger, said.device, SigningKey.generate(), http, time.time).pull("", 5)
        with closing(TillCalls(stranger, "d", SigningKey.generate(), tls=line)) as calls, pytest.raises(LineDown):
            calls.ticket_money("9" * 20)


class InBetween:
    """Somebody who ends TLS on both sides, reads everything, and may change it."""

    def __init__(self, centre_url: str, context: ssl.SSLContext, change: Callable[[bytes], bytes]) -> None:
        self.heard: list[bytes] = []
        self._far = httpx.Client(base_url=centre_url, verify=False, trust_env=False)
        self._context, self._change = context, change
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(connection, server_side=True) as line:
                    while head := self._read(line, b"\r\n\r\n"):
                        method, target = head.split(b" ", 2)[:2]
                        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
                        body = head.partition(b"\r\n\r\n")[2]
                        while len(body) < length:
                            body += line.recv(65536)
                        answer = self._far.request(method.decode(), target.decode(), content=body)
                        self.heard += [body, answer.content]
                        said = self._change(answer.content)
                        line.sendall(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (answer.status_code, len(said)))
                        line.sendall(said)
            except OSError:
                connection.close()

    @staticmethod
    def _read(line: ssl.SSLSocket, end: bytes) -> bytes:
        got = b""
        while end not in got:
            data = line.recv(65536)
            if not data:
                return b""
            got += data
        return got

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        self._far.close()


def test_somebody_in_between_who_relays_everything_gets_no_enrolment(
    served: tuple[str, Centre], tmp_path: Path
) -> None:
    """He has a certificate of his own; the device does not know any better, but says which key it sees."""
    url, centre = served
    code, before = centre.devices.new_code("gate", "gate-1"), len(devices(centre))
    with closing(InBetween(url, tls_of(tmp_path / "him").context, lambda said: said)) as him:
        with pytest.raises(Refused, match="somebody is in between"):
            enrolled(him.url, code, SigningKey.generate())
        heard = b" ".join(him.heard)
        assert code.encode() not in heard
        assert code.replace("-", "").encode() not in heard
        assert len(devices(centre)) == before
        for body in him.heard:  # and what he heard is of no use to him on a line of his own
            if b"proof" in body:
                with httpx.Client(verify=False, trust_env=False) as http:
                    assert http.post(f"{url}/v1/enrol", content=body).status_code == 403
        assert len(devices(centre)) == before
    assert enrolled(url, code, SigningKey.generate()).device, "on a good line the code still serves"


def test_somebody_who_answers_in_the_centres_place_is_not_believed(tmp_path: Path) -> None:
    """A false centre makes a whole answer, with a root key of its own; it does not know the code."""
    asked: list[EnrolRequest] = []

    def false_centre(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/health":
            return httpx.Response(200, json={"ok": True, "version": "1"})
        asked.append(EnrolRequest.model_validate_json(request.content))
        said = EnrolAnswer(
            device="1-gate-1", station=1, prefix=None, certificate=None, root_key=bytes(32), trust_list=b"list",
            proof=bytes(32),
        )  # fmt: skip
        guessed = said.model_copy(update={"proof": centre_proof(code_key("GUESSED"), asked[0], said)})
        return httpx.Response(200, content=guessed.model_dump_json())

    asking = wish("ABCD-EFGH-JKMN", SigningKey.generate())
    http = httpx.Client(transport=httpx.MockTransport(false_centre))
    with http, pytest.raises(PeerError, match="does not know the code"):
        enrol(http, "http://centre", asking, bytes(32))
    assert len(asked) == 1


def test_an_answer_that_was_changed_on_the_way_is_not_believed(tmp_path: Path) -> None:
    """Without TLS: somebody on the line swaps the root key in a genuine answer."""
    initialise(tmp_path / "centre", small_timetable())
    with ExitStack() as stack:
        centre = stack.enter_context(Centre.open(Settings(directory=tmp_path / "centre")))

        def swap(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/v1/health":
                return httpx.Response(200, json={"ok": True, "version": "1"})
            answer = centre.enrol(EnrolRequest.model_validate_json(request.content), "address")
            assert isinstance(answer, EnrolAnswer)
            forged = answer.model_copy(update={"root_key": SigningKey.generate().public.raw})
            return httpx.Response(200, content=forged.model_dump_json())

        http = stack.enter_context(httpx.Client(transport=httpx.MockTransport(swap)))
        with pytest.raises(PeerError, match="does not know the code"):
            enrol(http, "http://c", wish(centre.devices.new_code("gate", "gate-1"), SigningKey.generate()), bytes(32))


def test_another_key_in_the_middle_of_an_enrolment_ends_it(tmp_path: Path) -> None:
    one, other = tls_of(tmp_path / "one"), tls_of(tmp_path / "other")
    sight = FirstSight()
    http = httpx.Client(verify=sight, trust_env=False)
    with greeting(one.context) as first, greeting(other.context) as second, http:
        assert http.get(first).status_code == 200
        assert sight.line_key() in one.line_keys()
        with pytest.raises(httpx.ConnectError):
            http.get(second)
    assert sight.shown is not None
    assert line_key(sight.shown) in one.line_keys()


def devices(centre: Centre) -> list[object]:
    with centre.house.read() as connection:
        return list(connection.exec_driver_sql("SELECT device FROM devices").all())
