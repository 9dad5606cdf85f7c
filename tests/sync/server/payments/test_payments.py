"""Payments through the centre: what each behaviour of a provider comes to, and that asking again changes nothing."""

import json
import logging
import sqlite3
from typing import Any

import pytest

from sync.points import Probe
from sync.server.payments.desk import PATIENCE_S
from tests.sync.server.support import Clock, Terminal, World, opened

PAYMENT, ORDER, REFUND = "1a" * 16, "2b" * 16, "3c" * 16
AUTH = "134567890123456789"


def ask(till: Terminal, **changed: Any) -> dict[str, Any]:
    body = {"payment": PAYMENT, "order": ORDER, "fen": 2500, "way": "scan", "auth_code": AUTH} | changed
    answer = till.ask("POST", "/v1/payments", {key: value for key, value in body.items() if value is not None})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def show(till: Terminal, **changed: Any) -> dict[str, Any]:
    return ask(till, way="show", auth_code=None, **changed)


def state(till: Terminal, payment: str = PAYMENT) -> dict[str, Any]:
    answer = till.ask("GET", f"/v1/payments/{payment}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def reverse(till: Terminal, payment: str = PAYMENT) -> str:
    answer = till.ask("POST", f"/v1/payments/{payment}/reverse")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


def give_back(till: Terminal, fen: int, refund: str = REFUND) -> str | int:
    answer = till.ask("POST", f"/v1/payments/{PAYMENT}/refunds", {"refund": refund, "fen": fen})
    return str(answer.json()["state"]) if answer.status_code == 200 else answer.status_code


def behave(world: World, **how: Any) -> None:
    answer = world.play("behaviour", how)
    assert answer.status_code == 200, answer.text


def accounts(world: World) -> tuple[int, int]:
    said = world.play("accounts", method="GET").json()
    return said["taken"], said["returned"]


def test_a_scanned_code_is_paid_once_however_often_it_is_asked(world: World, till: Terminal) -> None:
    first = ask(till)
    assert (first["state"], first["code"], first["why"]) == ("paid", "", "")
    assert first["reference"]
    before = world.every_row()
    assert [ask(till), ask(till), state(till)] == [first] * 3
    assert world.every_row() == before
    assert accounts(world) == (2500, 0)


@pytest.mark.parametrize("changed", [{"fen": 2600}, {"order": "9d" * 16}, {"way": "show", "auth_code": None}])
def test_an_id_is_one_payment(world: World, till: Terminal, changed: dict[str, Any]) -> None:
    ask(till)
    body = {"payment": PAYMENT, "order": ORDER, "fen": 2500, "way": "scan", "auth_code": AUTH} | changed
    answer = till.ask("POST", "/v1/payments", {key: value for key, value in body.items() if value is not None})
    assert (answer.status_code, set(answer.json())) == (409, {"what", "hint"})
    assert accounts(world) == (2500, 0)


def test_another_code_of_the_same_phone_is_still_the_same_payment(world: World, till: Terminal) -> None:
    assert ask(till) == ask(till, auth_code="999999999999999999")
    assert accounts(world) == (2500, 0)


def test_a_code_that_is_shown_waits_for_a_phone(world: World, till: Terminal, clock: Clock) -> None:
    said = show(till)
    assert (said["state"], said["why"]) == ("waiting", "")
    assert show(till)["code"] == state(till)["code"] == said["code"]
    assert world.play("scan", {"code": said["code"]}).json()["state"] == "paid"
    paid = state(till)
    assert (paid["state"], paid["code"]) == ("paid", "")
    assert world.play("scan", {"code": said["code"]}).status_code == 409, "nobody waits for it any more"
    assert accounts(world) == (2500, 0)


def test_a_code_that_nobody_scans_is_too_old_one_day(world: World, till: Terminal, clock: Clock) -> None:
    code = show(till)["code"]
    clock.forward(seconds=119)
    assert state(till)["state"] == "waiting", "a till waits for two minutes"
    clock.forward(seconds=62)
    assert (state(till)["state"], state(till)["why"]) == ("failed", "expired")
    assert world.play("scan", {"code": code}).status_code == 409


def test_a_passenger_has_to_agree(world: World, till: Terminal) -> None:
    behave(world, answer="waiting", why="confirm")
    assert (ask(till)["state"], state(till)["why"]) == ("waiting", "confirm")
    assert world.play("confirm", {"payment": PAYMENT}).json()["state"] == "paid"
    assert state(till)["state"] == "paid"


def test_a_passenger_declines(world: World, till: Terminal) -> None:
    behave(world, answer="waiting", why="confirm")
    ask(till)
    world.play("confirm", {"payment": PAYMENT, "pays": False})
    assert (state(till)["state"], state(till)["why"]) == ("failed", "declined")
    assert accounts(world) == (0, 0)


def test_too_little_in_the_account(world: World, till: Terminal) -> None:
    behave(world, answer="failed", why="balance")
    assert (ask(till)["state"], ask(till)["why"]) == ("failed", "balance")
    assert reverse(till) == "reversed", "nothing was taken, and nothing will be"


def test_a_behaviour_is_for_one_payment_unless_it_is_said(world: World, till: Terminal) -> None:
    behave(world, answer="failed", times=2)
    states = [ask(till, payment=f"{n:032x}")["state"] for n in range(3)]
    assert states == ["failed", "failed", "paid"]


def test_a_slow_provider_is_waited_for(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, delay_s=3)
    before = clock.at
    assert ask(till)["state"] == "paid"
    assert (clock.at - before).total_seconds() == 3


@pytest.mark.parametrize("how", [{"delay_s": 60}, {"silent": True}])
def test_a_provider_that_says_nothing_in_time_may_have_been_paid(
    world: World, till: Terminal, clock: Clock, how: dict[str, Any]
) -> None:
    behave(world, **how)
    before = clock.at
    assert ask(till)["state"] == "waiting"
    assert (clock.at - before).total_seconds() == PATIENCE_S
    assert accounts(world) == (2500, 0), "it was paid all the same"
    assert state(till)["state"] == "paid"


def test_what_stays_silent_is_reversed_until_it_is_answered(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, silent_s=100)
    assert ask(till)["state"] == "waiting"
    answers = []
    for _ in range(4):
        answers.append(reverse(till))
        clock.forward(seconds=20)
    assert answers == ["waiting"] * 4
    assert state(till)["state"] == "reversed", "asking how it stands goes on with the reversal"
    assert reverse(till) == "reversed"
    assert accounts(world) == (2500, 2500)


def test_what_is_paid_late_goes_back_when_it_was_reversed(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, answer="waiting", pays_after_s=60)
    ask(till)
    clock.forward(seconds=45)
    assert state(till)["state"] == "waiting"
    assert reverse(till) == "reversed"
    clock.forward(seconds=60)
    assert state(till)["state"] == "reversed"
    assert accounts(world) == (0, 0), "it was closed before it could be paid"


def test_what_was_paid_late_is_paid_if_somebody_asks(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, answer="waiting", pays_after_s=60)
    ask(till)
    clock.forward(hours=5)
    assert state(till)["state"] == "paid"
    assert reverse(till) == "reversed"
    assert accounts(world) == (2500, 2500)


def test_one_that_fails_late(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, answer="waiting", fails_after_s=7, why="balance")
    assert ask(till)["state"] == "waiting"
    clock.forward(seconds=7)
    assert (state(till)["state"], state(till)["why"]) == ("failed", "balance")


def test_one_that_was_reversed_before_it_was_asked_comes_to_nothing(world: World, till: Terminal) -> None:
    assert till.ask("GET", f"/v1/payments/{PAYMENT}").status_code == 404
    assert reverse(till) == "reversed"
    assert ask(till)["state"] == "reversed"
    assert show(till)["state"] == "reversed"
    assert accounts(world) == (0, 0)


def test_money_goes_back_in_parts_and_never_more_than_was_paid(world: World, till: Terminal) -> None:
    ask(till)
    assert give_back(till, 1000) == "done"
    before = world.every_row()
    assert give_back(till, 1000) == "done", "the same id is the same money"
    assert world.every_row() == before
    assert give_back(till, 900) == 409, "and no other"
    assert give_back(till, 1501, "4d" * 16) == 409, "more than is left"
    assert give_back(till, 1500, "4d" * 16) == "done"
    assert give_back(till, 1, "5e" * 16) == 409
    assert accounts(world) == (2500, 2500)


def test_a_reversal_gives_back_what_is_left(world: World, till: Terminal) -> None:
    ask(till)
    give_back(till, 1000)
    assert reverse(till) == "reversed"
    assert accounts(world) == (2500, 2500)
    assert give_back(till, 500, "4d" * 16) == 409


def test_a_refund_that_is_not_answered_is_asked_again(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, silent_s=30)
    ask(till)
    clock.forward(seconds=30)
    assert state(till)["state"] == "paid"
    with sqlite3.connect(world.directory / "sandbox.db") as books:
        ((body,),) = books.execute("SELECT body FROM trades").fetchall()
        silent = json.dumps(json.loads(body) | {"silent_until_ms": clock.ms + 60_000})
        books.execute("UPDATE trades SET body = ?", (silent,))
    books.close()
    assert give_back(till, 2500) == "waiting"
    assert give_back(till, 2500) == "waiting"
    assert accounts(world) == (2500, 0)
    clock.forward(seconds=60)
    assert give_back(till, 2500) == "done"
    assert accounts(world) == (2500, 2500)


@pytest.mark.parametrize("changed", [{}, {"way": "show", "auth_code": None}])
def test_a_centre_that_died_before_it_asked_the_provider(
    world: World, till: Terminal, clock: Clock, changed: dict[str, Any]
) -> None:
    """The wish is durable, the provider never heard of it: asking again carries it out."""
    world.centre.close()
    with opened(world.directory, clock, _dies_after(1)) as dying:
        till.world = dying
        with pytest.raises(_Died):
            ask(till, **changed)
    with opened(world.directory, clock) as again:
        till.world = again
        first = state(till)
        if changed:
            assert first["code"], "a code of ours needs nobody's phone to be made"
        else:
            assert (first["state"], first["why"]) == ("waiting", "")
            assert ask(till)["state"] == "paid"


def test_a_centre_that_died_before_it_wrote_down_what_the_provider_said(
    world: World, till: Terminal, clock: Clock
) -> None:
    world.centre.close()
    with opened(world.directory, clock, _dies_before(2)) as dying:
        till.world = dying
        with pytest.raises(_Died):
            ask(till)
    with opened(world.directory, clock) as again:
        till.world = again
        assert state(till)["state"] == "paid"
        assert ask(till)["state"] == "paid"
        assert accounts(again) == (2500, 0)


class _Died(Exception):
    """The centre is gone at this point."""


def _dies_after(nth: int) -> Probe:
    return _dies("centre:payment:commit:after", nth)


def _dies_before(nth: int) -> Probe:
    return _dies("centre:payment:commit:before", nth)


def _dies(point: str, nth: int) -> Probe:
    left = nth

    def probe(reached: str) -> None:
        nonlocal left
        left -= reached == point
        if reached == point and left == 0:
            raise _Died

    return probe


def test_the_centre_goes_on_by_itself_when_a_till_is_gone(world: World, till: Terminal, clock: Clock) -> None:
    behave(world, answer="waiting", pays_after_s=60)
    ask(till)
    behave(world, silent_s=60)
    ask(till, payment="6f" * 16)
    assert reverse(till, "6f" * 16) == "waiting"
    clock.forward(minutes=4)
    world.centre.payments.look_after_open_ones()
    states = {row[1]: row[6] for row in world.rows("payments")}
    assert states == {PAYMENT: "waiting", "6f" * 16: "reversed"}, "a till that waits is not interfered with"
    clock.forward(minutes=2)
    world.centre.payments.look_after_open_ones()
    assert {row[1]: row[6] for row in world.rows("payments")}[PAYMENT] == "paid"


def test_only_tills_of_the_station_may_ask(world: World, till: Terminal, gate: Terminal) -> None:
    ask(till)
    body = {"payment": "7a" * 16, "order": ORDER, "fen": 1, "way": "show"}
    assert gate.ask("POST", "/v1/payments", body).status_code == 403
    stranger = world.enrol("till", "kiosk-9", 330523)
    assert stranger.ask("GET", f"/v1/payments/{PAYMENT}").status_code == 404
    assert reverse(stranger) == "reversed", "its own of that name, which nobody had asked for"
    assert state(till)["state"] == "paid"
    neighbour = world.enrol("till", "kiosk-2")
    assert neighbour.ask("POST", f"/v1/payments/{PAYMENT}/refunds", {"refund": REFUND, "fen": 5}).status_code == 200
    assert world.call("POST", "/v1/payments", body).status_code == 401
    world.centre.devices.retire(till.device)
    assert till.ask("POST", "/v1/payments", body).status_code == 403
    assert reverse(till) == "reversed", "what it began it can end"


@pytest.mark.parametrize(
    "changed",
    [{"fen": 0}, {"payment": "x"}, {"auth_code": "12"}, {"auth_code": None}, {"way": "show"}, {"way": "beam"}],
)
def test_what_is_not_in_the_contract(till: Terminal, changed: dict[str, Any]) -> None:
    body = {"payment": PAYMENT, "order": ORDER, "fen": 2500, "way": "scan", "auth_code": AUTH} | changed
    answer = till.ask("POST", "/v1/payments", body)
    assert (answer.status_code, set(answer.json())) == (422, {"what", "hint"})
    assert AUTH not in answer.text


def test_no_code_of_a_passenger_is_left_behind(world: World, till: Terminal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(till)
    behave(world, silent=True)
    ask(till, payment="8b" * 16)
    seen = [caplog.text] + [
        path.read_bytes().decode("utf-8", "replace") for path in world.directory.rglob("*") if path.is_file()
    ]
    assert not [text for text in seen if AUTH in text]


def test_a_centre_without_a_provider_says_so(world: World, till: Terminal, clock: Clock) -> None:
    world.centre.close()
    policy = world.directory / "centre.json"
    policy.write_text(policy.read_text("utf-8").replace('"sandbox"', '""'), "utf-8")
    with opened(world.directory, clock) as bare:
        till.world = bare
        answer = till.ask("POST", "/v1/payments", {"payment": PAYMENT, "order": ORDER, "fen": 1, "way": "show"})
        assert answer.status_code == 501
        assert bare.play("accounts", method="GET").status_code == 404
        assert bare.rows("payments") == []


def test_the_sandbox_belongs_to_the_office(world: World, till: Terminal) -> None:
    for method, target in (("POST", "behaviour"), ("DELETE", "behaviour"), ("POST", "scan"), ("GET", "accounts")):
        assert world.call(method, f"/v1/sandbox/{target}", {}).status_code == 401
    behave(world, answer="failed")
    assert world.play("behaviour", method="DELETE").status_code == 200
    assert ask(till)["state"] == "paid"
    assert world.play("confirm", {"payment": "9c" * 16}).status_code == 409
    (one,) = world.play("accounts", method="GET").json()["payments"]
    assert one == {"payment": PAYMENT, "state": "paid", "fen": 2500, "taken": 2500, "returned": 0, "code": ""}
