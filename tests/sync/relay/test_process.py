"""Killing a real relay at each of its points, and emptying its disk: what it answered stays true."""

import signal
import sqlite3
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from sync.comparing.compare import read_journals
from sync.points import Point, after_commit, before_commit
from sync.server.relay.run import open_parts
from sync.wire.push import PushBatch
from sync.wire.relay import CaughtUpAnswer, CaughtUpRequest, FactRequest, StatusAnswer
from tests.sync.relay.serve import PATIENCE_S, A, B, clients, serving, station
from tests.sync.relay.station import NOON, STATION, GateClient, key_of, settings_of, view_of
from tickets.errors import EnvironmentFault
from tickets.staff import Act, StaffFact, sign_fact

ONE = "1" * 20
STRIKE_OFF = sign_fact(
    StaffFact(fact_id=UUID(int=1), station=STATION, badge="0007", act=Act.STRIKE_OFF, at=NOON, device=B), key_of("0007")
)


def prepared(folder: Path) -> str:
    """A relay that has arbitrated, put to rest; its epoch."""
    with station(folder) as (process, one, _):
        epoch = one.epoch()
        process.terminate()
        process.join(PATIENCE_S)
        assert process.exitcode == 0
    return epoch


def again(gate: GateClient) -> GateClient:
    gate.begin()
    return gate


@pytest.mark.parametrize("point", [Point.RELAY_CLAIM_COMMIT_BEFORE, Point.RELAY_CLAIM_COMMIT_AFTER])
def test_killed_between_commit_and_answer_the_same_attempt_gets_the_same_answer(tmp_path: Path, point: str) -> None:
    epoch = prepared(tmp_path)
    with serving(tmp_path, point=point) as (process, url), clients(url, A) as (one,):
        with pytest.raises(httpx.TransportError):
            again(one).claim(ONE)
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    written = point == Point.RELAY_CLAIM_COMMIT_AFTER
    with serving(tmp_path) as (_, url), clients(url, A, B) as (one, two):
        assert one.epoch() == epoch, "the same disk, the same arbiter, and it goes on at once"
        again(two)
        if written:
            assert two.claim(ONE).answer == "taken"
        assert again(one).claim(ONE).answer == "granted"
        assert two.claim(ONE).answer == "taken"


@pytest.mark.parametrize("point", [Point.RELAY_PUSH_COMMIT_BEFORE, Point.RELAY_PUSH_COMMIT_AFTER])
def test_killed_while_it_takes_a_journal_in(tmp_path: Path, point: str) -> None:
    epoch = prepared(tmp_path)
    with serving(tmp_path, point=point) as (process, url), clients(url, A) as (one,):
        again(one).journal.claim(ONE, 1, one.attempt(ONE))
        with pytest.raises(httpx.TransportError):
            one.push(epoch)
        process.join(PATIENCE_S)
    with serving(tmp_path) as (_, url), clients(url, A, B) as (one, two):
        again(one).journal.claim(ONE, 1, one.attempt(ONE))
        for _ in range(2):
            one.believed(one.push(epoch))
        taken = again(two).claim(ONE)
        assert (taken.answer, len(taken.uses)) == ("taken", 1)


@pytest.mark.parametrize("point", [Point.RELAY_FORK_COMMIT_BEFORE, Point.RELAY_FORK_COMMIT_AFTER])
def test_killed_over_another_story_of_a_journal_it_is_evidence_once(tmp_path: Path, point: str) -> None:
    epoch = prepared(tmp_path)

    def tell_another_story(url: str) -> httpx.Response:
        with clients(url, A) as (copy,):
            copy.journal.open()
            copy.journal.note("staff.called", why="help")
            return copy.push(epoch)

    with serving(tmp_path, point=point) as (process, url):
        with pytest.raises(httpx.TransportError):
            tell_another_story(url)
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    with serving(tmp_path) as (_, url):
        for _ in range(2):
            assert tell_another_story(url).status_code == 409
        (kept,) = rows(tmp_path / "relay.db", "SELECT device, batch FROM forks")
        assert kept[0] == A
        assert PushBatch.model_validate_json(str(kept[1])).first_seq == 1


@pytest.mark.parametrize("point", [Point.RELAY_STEP_COMMIT_BEFORE, Point.RELAY_STEP_COMMIT_AFTER])
def test_killed_while_it_begins(tmp_path: Path, point: str) -> None:
    with serving(tmp_path, point=point) as (process, url), clients(url, A) as (one,):
        again(one)
        with pytest.raises(httpx.TransportError):
            one.catch_up()
        process.join(PATIENCE_S)
    with serving(tmp_path) as (_, url), clients(url, A, B) as (one, two):
        assert again(one).claim(ONE).answer == "not_arbitrating"
        for gate in (one, again(two)):
            gate.catch_up()
        assert one.claim(ONE).answer == "granted"


@pytest.mark.parametrize(
    "point",
    [
        Point.RELAY_FACT_COMMIT_BEFORE,
        Point.RELAY_FACT_COMMIT_AFTER,
        Point.RELAY_DIARY_COMMIT_BEFORE,
        Point.RELAY_DIARY_COMMIT_AFTER,
        before_commit("relay", "staff.acted"),
        after_commit("relay", "staff.acted"),
    ],
)
def test_killed_around_an_act_of_staff_it_is_told_to_all_and_to_the_centre(tmp_path: Path, point: str) -> None:
    prepared(tmp_path)
    with serving(tmp_path, point=point) as (process, url), clients(url, A) as (one,):
        with suppress(httpx.TransportError):
            again(one).call("POST", "/v1/relay/facts", FactRequest(fact=STRIKE_OFF))
        process.join(PATIENCE_S)
        assert process.exitcode == -signal.SIGKILL
    with serving(tmp_path) as (process, url), clients(url, A) as (one,):
        again(one).believed(one.call("POST", "/v1/relay/facts", FactRequest(fact=STRIKE_OFF)))
        assert one.changes(0, one.epoch()).facts == (STRIKE_OFF,)
        process.terminate()
        process.join(PATIENCE_S)
        assert process.exitcode == 0, "asked to end it finishes its diary"
    told = [kind for (kind,) in rows(tmp_path / "journal.db", "SELECT kind FROM events") if kind == "staff.acted"]
    twice = point in (Point.RELAY_DIARY_COMMIT_BEFORE, after_commit("relay", "staff.acted"))
    assert len(told) in ({1, 2} if twice else {1})


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_an_emptied_disk_is_a_new_arbiter_that_first_hears_every_gate(tmp_path: Path) -> None:
    epoch = prepared(tmp_path)
    with serving(tmp_path) as (_, url), clients(url, A) as (one,):
        assert again(one).claim(ONE).answer == "granted"
        old_word = CaughtUpRequest(epoch=epoch, journal_epoch=one.journal.epoch.hex, seq=1)
    for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    with serving(tmp_path) as (_, url), clients(url, A, B) as (one, two):
        for gate in (one, two):
            again(gate)
        assert one.epoch() != epoch
        assert one.claim(ONE).answer == two.claim(ONE).answer == "not_arbitrating"
        two.catch_up()
        said = CaughtUpAnswer.model_validate_json(one.believed(one.call("POST", "/v1/relay/caught-up", old_word)))
        assert (said.arbitrating, said.waiting_for) == (False, (A,)), "said to the one before"
        assert two.claim(ONE).answer == "not_arbitrating"
        one.journal.claim(ONE, 1, one.attempt(ONE))
        one.catch_up()
        taken = two.claim(ONE)
        assert (taken.answer, taken.uses[0].device) == ("taken", A), "it has heard of what the former one granted"


def test_staff_strike_off_a_gate_that_does_not_come_back(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, url), clients(url, A, B) as (one, two):
        for gate in (one, two):
            again(gate)
        one.catch_up()
        assert one.claim(ONE).answer == "not_arbitrating"
        one.believed(one.call("POST", "/v1/relay/facts", FactRequest(fact=STRIKE_OFF)))
        assert one.claim(ONE).answer == "granted"
        assert two.claim(ONE, 2).answer == "not_arbitrating"
        status = StatusAnswer.model_validate_json(one.believed(one.call("GET", "/v1/relay/status")))
        assert [(each.device, each.in_step, each.struck_off) for each in status.devices][:2] == [
            (A, True, False),
            (B, False, True),
        ]
        two.journal.claim(ONE, 1, two.attempt(ONE), flags=("unarbitrated",))
        one.journal.claim(ONE, 1, one.attempt(ONE))
        for gate in (one, two):
            gate.journal.end(ONE, 1, gate.attempt(ONE), "passed")
            gate.catch_up()
        status = StatusAnswer.model_validate_json(one.believed(one.call("GET", "/v1/relay/status")))
        assert status.duplicates == 1, "both let somebody in by one ticket, and it is known now"


def test_a_striking_off_of_long_ago_is_not_about_this_loss(tmp_path: Path) -> None:
    old = StaffFact(
        fact_id=UUID(int=2), station=STATION, badge="0007", act=Act.STRIKE_OFF, at=NOON - timedelta(days=30), device=B
    )
    with serving(tmp_path) as (_, url), clients(url, A) as (one,):
        again(one).catch_up()
        signed = sign_fact(old, key_of("0007"))
        one.believed(one.call("POST", "/v1/relay/facts", FactRequest(fact=signed)))
        assert one.claim(ONE).answer == "not_arbitrating"


def test_a_duplicate_is_reported_in_the_relays_own_journal(tmp_path: Path) -> None:
    with station(tmp_path) as (process, one, two):
        for gate in (one, two):
            gate.journal.claim(ONE, 1, gate.attempt(ONE), flags=("unarbitrated",))
            gate.journal.end(ONE, 1, gate.attempt(ONE), "passed")
            gate.catch_up()
        process.terminate()
        process.join(PATIENCE_S)
    kinds = [kind for (kind,) in rows(tmp_path / "journal.db", "SELECT kind FROM events ORDER BY seq")]
    assert kinds == ["journal.opened", "use.duplicate"]
    assert len(read_journals([tmp_path / "journal.db"]).events or {}) == 2


def test_two_relays_do_not_share_a_file(tmp_path: Path) -> None:
    parts = open_parts(settings_of(tmp_path, view_of(A)))
    try:
        with pytest.raises(EnvironmentFault, match="being written"):
            open_parts(settings_of(tmp_path, view_of(A)))
    finally:
        parts.desk.close()
