"""The relay over HTTP: who is believed, what it survives, and that nobody who is slow delays a claim."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from sync.wire.push import PushAnswer, PushBatch
from sync.wire.relay import (
    ANSWER_SIGNATURE,
    OTHER_EPOCH,
    USUAL_PUSH,
    ClaimAnswer,
    FactAnswer,
    FactRequest,
    StatusAnswer,
    check_answer,
    sign_answer,
)
from tests.sync.relay.serve import RETIRED, REVOKED, TILL, A, B, C, clients, serving
from tests.sync.relay.station import NOON, RELAY, STATION, GateClient, key_of
from tickets.events import receipt_message
from tickets.staff import Act, StaffFact, sign_fact


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One relay that arbitrates between A and B."""
    with serving(tmp_path_factory.mktemp("relay")) as (_, url):
        with clients(url, A, B) as gates:
            for gate in gates:
                gate.begin()
                gate.catch_up()
        yield url


@pytest.fixture
def gates(url: str) -> Iterator[list[GateClient]]:
    with clients(url, A, B) as made:
        for gate in made:
            gate.begin()
        yield made


_next = iter(range(10**9))


def ticket() -> str:
    return f"{next(_next):020d}"


def test_a_claim_an_answer_and_a_copy_at_the_other_gate(gates: list[GateClient]) -> None:
    one, two = gates
    number = ticket()
    assert one.claim(number).answer == "granted"
    taken = two.claim(number)
    assert (taken.answer, taken.uses[0].device, taken.uses[0].end) == ("taken", A, None)
    assert one.claim(number).answer == "granted"


def test_the_same_ticket_in_the_same_millisecond_is_granted_once(url: str) -> None:
    """Twenty tickets, each shown at two gates at once."""
    with clients(url, A, B) as (one, two):
        for gate in (one, two):
            gate.begin()
            gate.claim(ticket())  # the connection is open
        for _ in range(20):
            number, start = ticket(), threading.Barrier(2)
            answers: dict[str, str] = {}

            def ask(gate: GateClient, number: str, start: threading.Barrier, answers: dict[str, str]) -> None:
                start.wait()
                answers[gate.device] = gate.claim(number).answer

            threads = [threading.Thread(target=ask, args=(gate, number, start, answers)) for gate in (one, two)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(answers.values()) == ["granted", "taken"]


# ---------------------------------------------------------------------- who is believed


def test_unsigned_questions_are_not_heard(gates: list[GateClient]) -> None:
    gate = gates[0]
    body = gate.claim_body(ticket()).model_dump_json()
    for target in ("/v1/relay/claim", "/v1/sync/push", "/v1/relay/caught-up", "/v1/relay/facts"):
        assert gate.http.post(gate.url + target, content=body).status_code == 401
    for target in ("/v1/relay/changes", "/v1/relay/status"):
        assert gate.http.get(gate.url + target).status_code == 401


def test_a_question_signed_by_somebody_else_is_not_heard(gates: list[GateClient]) -> None:
    gate, number = gates[0], ticket()
    body = gate.claim_body(number)
    wrong = gate.call("POST", "/v1/relay/claim", body, key=key_of("somebody"))
    other_station = gate.call("POST", "/v1/relay/claim", body, key=key_of("330523-gate-a"), keyid="330523-gate-a")
    assert (wrong.status_code, other_station.status_code) == (401, 401)
    assert set(wrong.json()) == {"what", "hint"}
    assert gate.claim(number).answer == "granted"


@pytest.mark.parametrize(("device", "status"), [(REVOKED, 401), (RETIRED, 403)])
def test_a_device_that_is_in_use_no_more_gets_nothing(url: str, device: str, status: int) -> None:
    with clients(url, device) as (gate,):
        assert gate.call("POST", "/v1/relay/claim", gate.claim_body(ticket())).status_code == status
        assert gate.call("GET", "/v1/relay/changes").status_code == status


def test_a_retired_device_may_still_tell_what_it_did(url: str, gates: list[GateClient]) -> None:
    epoch = gates[0].epoch()
    with clients(url, RETIRED, REVOKED) as (retired, revoked):
        for gate in (retired, revoked):
            gate.begin()
        retired.believed(retired.push(epoch))
        assert revoked.push(epoch).status_code == 401


def test_a_body_or_query_that_was_changed_on_the_way_is_not_heard(gates: list[GateClient]) -> None:
    gate = gates[0]
    raw = gate.claim_body(ticket()).model_dump_json().encode()
    headers = gate.headers("POST", "/v1/relay/claim", raw)
    changed = raw.replace(b'"use_no":1', b'"use_no":2')
    assert gate.http.post(gate.url + "/v1/relay/claim", content=changed, headers=headers).status_code == 401
    headers = gate.headers("GET", "/v1/relay/changes?after=0", b"")
    assert gate.http.get(gate.url + "/v1/relay/changes?after=1", headers=headers).status_code == 401


def test_a_question_that_is_said_again_by_a_listener_changes_nothing(gates: list[GateClient]) -> None:
    gate, number = gates[0], ticket()
    body = gate.claim_body(number)
    first = gate.call("POST", "/v1/relay/claim", body)
    position = gate.changes(0, gate.epoch()).position
    again = httpx.post(first.request.url, content=first.request.content, headers=dict(first.request.headers))
    assert again.content == first.content
    assert gate.changes(0, gate.epoch()).position == position


def test_an_answer_fits_one_question_only(gates: list[GateClient]) -> None:
    """Forged, changed, or the answer to another question: not the relay's word."""
    gate = gates[0]
    answer = gate.call("POST", "/v1/relay/claim", gate.claim_body(ticket()))
    asked, signed, relay = answer.request.headers["signature"], answer.headers[ANSWER_SIGNATURE], key_of(RELAY).public
    assert check_answer(asked, answer.content, signed, relay)
    another = gate.call("POST", "/v1/relay/claim", gate.claim_body(ticket()))
    assert not check_answer(another.request.headers["signature"], answer.content, signed, relay)
    assert not check_answer(asked, answer.content.replace(b"granted", b"GRANTED"), signed, relay)
    assert not check_answer(asked, answer.content, sign_answer(asked, answer.content, key_of("another")), relay)
    for nothing in (None, "", "!", signed[:-8], signed + "AAAA"):
        assert not check_answer(asked, answer.content, nothing, relay)


def test_a_till_is_in_step_before_its_claims_are_granted(url: str) -> None:
    with clients(url, TILL) as (till,):
        till.begin()
        number = ticket()
        assert till.claim(number, purpose="refund").answer == "not_arbitrating"
        till.catch_up()
        assert till.claim(number, purpose="refund").answer == "granted"


# ---------------------------------------------------------------------- journals and facts


def test_a_push_is_held_with_a_receipt_and_its_uses_are_spread_at_once(gates: list[GateClient]) -> None:
    one, two = gates
    epoch, number = one.epoch(), ticket()
    position = two.changes(0, epoch).position
    one.journal.epoch = UUID(int=next(_next) + 1, version=4)
    one.journal.events, one.journal.hashes = [], one.journal.hashes[:1]
    one.begin()
    one.journal.claim(number, 1, one.attempt(number))
    heard: list[float] = []

    def wait() -> None:
        with clients(two.url, B) as (listener,):
            news = listener.changes(position, epoch, wait=20)
            heard.append(time.monotonic())
            assert [use.number for use in news.uses] == [number]

    listening = threading.Thread(target=wait)
    listening.start()
    time.sleep(0.2)  # the listener is waiting: that is what is measured
    told = time.monotonic()
    answer = PushAnswer.model_validate_json(one.believed(one.push(epoch)))
    listening.join()
    assert heard[0] - told < 0.5
    assert [each.result for each in answer.results] == ["held"] * 3
    message = receipt_message(one.journal.epoch, 3, one.journal.hashes[3])
    assert answer.kept_through == 3
    assert key_of(RELAY).public.verify(answer.receipt, message)
    assert one.push("00" * 16).status_code == OTHER_EPOCH
    assert one.push("").status_code == OTHER_EPOCH
    gap = one.call("POST", f"/v1/sync/push?epoch={epoch}", _far(one))
    assert (gap.status_code, gap.json()["expected_seq"]) == (409, 4)


def _far(gate: GateClient) -> PushBatch:
    for _ in range(3):
        gate.journal.start()
    return gate.journal.batch(gate.key, 6)


def test_a_batch_that_its_device_did_not_sign_is_refused(gates: list[GateClient]) -> None:
    one, two = gates
    epoch = one.epoch()
    forged = one.journal.batch(two.key)
    assert one.call("POST", f"/v1/sync/push?epoch={epoch}", forged).status_code == 400
    stolen = two.call("POST", f"/v1/sync/push?epoch={epoch}", one.journal.batch(two.key))
    assert stolen.status_code == 403, "its epoch is another device's"


def test_acts_of_staff_are_taken_once_and_spread(gates: list[GateClient]) -> None:
    gate = gates[0]
    fact = StaffFact(
        fact_id=UUID(int=7), station=STATION, badge="0007", act=Act.CANCEL, at=NOON - timedelta(minutes=1),
        service_date=NOON.date(), trip="QD1230",
    )  # fmt: skip
    signed = sign_fact(fact, key_of("0007"))
    before = gate.changes(0, gate.epoch())
    answers = [
        FactAnswer.model_validate_json(
            gate.believed(gate.call("POST", "/v1/relay/facts", FactRequest(fact=signed)))
        ).position
        for _ in range(2)
    ]
    assert answers[0] == answers[1] > before.position
    assert gate.changes(before.position, before.epoch).facts == (signed,)
    status = StatusAnswer.model_validate_json(gate.believed(gate.call("GET", "/v1/relay/status")))
    assert (status.facts, status.arbitrating, status.duplicates) == (1, True, 0)
    forged = gate.call("POST", "/v1/relay/facts", FactRequest(fact=sign_fact(fact, key_of("0008"))))
    assert (forged.status_code, set(forged.json())) == (403, {"what", "hint"})
    other = StaffFact(
        fact_id=UUID(int=7), station=STATION, badge="0007", act=Act.DEPART, at=fact.at, service_date=NOON.date(),
        trip="QD1230",
    )  # fmt: skip
    assert gate.call("POST", "/v1/relay/facts", FactRequest(fact=sign_fact(other, key_of("0007")))).status_code == 409


# ---------------------------------------------------------------------- what it survives


def test_nonsense_gets_a_sentence_and_the_next_claim_its_answer(gates: list[GateClient]) -> None:
    gate = gates[0]
    for raw in (b"", b"\x00\xff", b"[]", b"null", b'{"number": 1}', b"[" * 5000):
        headers = gate.headers("POST", "/v1/relay/claim", raw)
        answer = gate.http.post(gate.url + "/v1/relay/claim", content=raw, headers=headers)
        assert (answer.status_code, set(answer.json())) == (422, {"what", "hint"}), raw[:10]
    big = b"x" * 20_000
    for target in ("/v1/relay/claim", "/v1/relay/facts"):
        answer = gate.http.post(gate.url + target, content=big, headers=gate.headers("POST", target, big))
        assert answer.status_code == 413
    for query in ("after=-1", "after=x", "wait=1e9", "epoch=" + "e" * 99):
        target = f"/v1/relay/changes?{query}"
        assert gate.http.get(gate.url + target, headers=gate.headers("GET", target, b"")).status_code == 422
    assert gate.http.get(gate.url + "/nothing").status_code == 404
    host, port = gate.url.removeprefix("http://").split(":")
    for garbage in (b"\x16\x03\x01" + bytes(200), b"GET\r\n\r\n", b"A" * 100_000):
        with socket.create_connection((host, int(port))) as line:
            line.sendall(garbage)
    assert gate.claim(ticket()).answer == "granted"


def test_who_hangs_or_drips_or_waits_delays_nobody(url: str, gates: list[GateClient]) -> None:
    """A hundred connections that say nothing, half of something, or wait for changes."""
    gate = gates[0]
    host, port = url.removeprefix("http://").split(":")
    lines = []
    half = gate.headers("POST", "/v1/relay/claim", b"x" * 100)
    head = "".join(f"{name}: {value}\r\n" for name, value in half.items())
    position, epoch = gate.changes(0, gate.epoch()).position, gate.epoch()
    try:
        for n in range(99):
            line = socket.create_connection((host, int(port)))
            lines.append(line)
            if n % 3 == 0:
                line.sendall(b"POST /v1/relay/claim HTTP/1.1\r\nHost: relay\r\nContent-Le")
            elif n % 3 == 1:
                line.sendall(
                    f"POST /v1/relay/claim HTTP/1.1\r\nHost: r\r\nContent-Length: 100\r\n{head}\r\nxxx".encode()
                )
            else:
                target = f"/v1/relay/changes?after={position}&epoch={epoch}&wait=20"
                signed = "".join(f"{k}: {v}\r\n" for k, v in gate.headers("GET", target, b"").items())
                line.sendall(f"GET {target} HTTP/1.1\r\nHost: r\r\n{signed}\r\n".encode())
        took = []
        for _ in range(20):
            begun = time.perf_counter()
            assert gate.claim(ticket()).answer == "granted"
            took.append(time.perf_counter() - begun)
        assert sorted(took)[10] < 0.1, took
    finally:
        for line in lines:
            line.close()


def test_a_backlog_is_taken_in_slices_between_which_claims_are_answered(url: str) -> None:
    with clients(url, A, B) as (one, two):
        one.journal.epoch = UUID(int=next(_next) + 1, version=4)
        one.begin()
        two.begin()
        epoch = one.epoch()
        for _ in range(2000):
            one.journal.claim(ticket(), 1, one.attempt("0"))

        def push_all() -> None:
            for first in range(1, one.journal.seq, USUAL_PUSH):
                one.believed(one.push(epoch, first, min(first + USUAL_PUSH - 1, one.journal.seq)))

        pushing = threading.Thread(target=push_all)
        pushing.start()
        took = []
        while pushing.is_alive():
            begun = time.perf_counter()
            assert two.claim(ticket()).answer == "granted"
            took.append(time.perf_counter() - begun)
        pushing.join()
        assert len(took) >= 10, "they do not wait for all of it"
        assert sorted(took)[len(took) // 2] < 0.5


def test_a_gate_enrolled_later_has_only_its_own_claims_wait(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, url), clients(url, A, B) as gates:
        for gate in gates:
            gate.begin()
            gate.catch_up()
        process.terminate()
        process.join(30)
        assert process.exitcode == 0
    with serving(tmp_path, gates=(A, B, C)) as (_, url), clients(url, A, C) as (one, late):
        one.begin()
        late.begin()
        assert one.claim(ticket()).answer == "granted"
        assert late.claim(ticket()).answer == "not_arbitrating"
        late.catch_up()
        assert late.claim(ticket()).answer == "granted"


def test_claims_come_through_while_many_ask(url: str) -> None:
    """Both gates ask for three hundred tickets in all, eight at a time."""

    async def all_of_it() -> list[str]:
        limits = httpx.Limits(max_connections=8)
        async with httpx.AsyncClient(trust_env=False, timeout=30, limits=limits) as http:
            with clients(url, A, B) as made:
                for gate in made:
                    gate.begin()

                async def ask(gate: GateClient, number: str) -> str:
                    raw = gate.claim_body(number).model_dump_json().encode()
                    target = "/v1/relay/claim"
                    answer = await http.post(url + target, content=raw, headers=gate.headers("POST", target, raw))
                    return ClaimAnswer.model_validate_json(gate.believed(answer)).answer

                numbers = [ticket() for _ in range(150)]
                return await asyncio.gather(*(ask(gate, number) for number in numbers for gate in made))

    answers = asyncio.run(all_of_it())
    assert sorted(answers) == ["granted"] * 150 + ["taken"] * 150
