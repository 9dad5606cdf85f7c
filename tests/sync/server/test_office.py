"""The web channel: tickets that gates believe, one per sale, and no personal data left behind anywhere."""

import logging
import re
from datetime import date, timedelta
from typing import Any

import pytest

from sync.encoding import from_text
from sync.server.key_files import office_token, sealing_private
from tests.sync.server.support import DATE, FAR, HOME, NEAR, NOON, SEATED, STATION, Clock, Terminal, World, root_of
from tickets.credential import CentreIssuer, verify
from tickets.identity import DocumentKind, identity_tag
from tickets.numbers import TicketNumber
from tickets.sealed import unseal
from tickets.trust import Trust, open_trust_list

NUMBER, NAME = "11010519491231002X", "张三丰"
SALE: dict[str, Any] = {
    "sale_id": "5a" * 16,
    "service_date": DATE,
    "trip": SEATED,
    "alighting": FAR,
    "document": {"kind": 1, "number": NUMBER, "name": NAME},
    "kind": 1,
    "children": 1,
}


def sold(world: World, **changed: object) -> dict[str, str]:
    answer = world.office("sales", SALE | changed)
    assert answer.status_code == 200, answer.text
    said: dict[str, str] = answer.json()
    return said


def test_a_sale_is_a_ticket_that_every_gate_believes(world: World) -> None:
    said = sold(world)
    trust_list = world.centre.house.trust.newest
    with world.centre.house.read() as connection:
        trust = Trust(trust_list(connection))
    ticket = verify(said["code"], trust)
    assert isinstance(ticket.issuer, CentreIssuer)
    journey = ticket.ticket.journey
    assert ticket.ticket.number.digits == said["number"]
    assert (journey.trip, journey.boarding, journey.alighting) == (SEATED, HOME, FAR)
    assert (journey.children, int(journey.fare)) == (1, 2250), "half of ¥45"
    assert ticket.ticket.expires == NOON.replace(minute=30) + timedelta(hours=24)


def test_its_tag_is_what_an_id_card_makes_at_the_gate_and_the_police_can_unseal_it(
    world: World, gate: Terminal
) -> None:
    said = sold(world, document={"kind": 1, "number": NUMBER.lower(), "name": NAME})
    cache = gate.pull_all()
    key = bytes.fromhex(cache["day_key", DATE]["key"])
    tag = identity_tag(key, date.fromisoformat(DATE), SEATED, DocumentKind.RESIDENT_ID, NUMBER)
    assert cache["ticket", said["number"]]["tag"] == tag.hex()
    (row,) = world.rows("tickets")
    sealed = next(value for value in row if isinstance(value, bytes) and len(value) > 8)
    private = sealing_private(world.directory, date.fromisoformat(DATE))
    identity = unseal(private, sealed, TicketNumber.from_digits(said["number"]))
    assert (identity.number, identity.name) == (NUMBER, NAME)


def test_no_document_is_left_behind(
    world: World, gate: Terminal, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    sold(world)
    answers = [
        world.office("sales", SALE | {"trip": "NONE"}),
        world.office("sales", SALE | {"document": {"kind": 99, "number": NUMBER, "name": NAME}}),
        world.office("sales", SALE | {"document": {"kind": 1, "number": NUMBER, "name": NAME * 14}}),
        world.office("sales", SALE | {"document": {"kind": 1, "number": "\u00e9" + NUMBER, "name": NAME}}),
        world.office("sales", SALE | {"document": {"kind": "x", "number": NUMBER, "name": NAME}, "kind": NUMBER}),
        world.office("sales", {"document": {"number": NUMBER, "name": NAME}}),
        world.office("sales", [NUMBER]),
    ]
    assert [each.status_code for each in answers] == [404] + [422] * 6
    printed = capfd.readouterr()
    seen = [caplog.text, printed.out, printed.err, *(each.text for each in answers), str(gate.pull_all())]
    files = [path for path in world.directory.rglob("*") if path.is_file()]
    seen += [path.read_bytes().decode("utf-8", "replace") for path in files]
    for text in seen:
        assert NUMBER not in text
        assert NAME not in text
        assert "19491231" not in text


def test_a_sale_has_a_code_with_which_it_is_collected(world: World, till: Terminal) -> None:
    codes = [sold(world, sale_id=f"{n:032x}")["order_code"] for n in range(3)]
    assert len(set(codes)) == 3
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{10}", code) for code in codes)
    assert {body.get("order_code") for (kind, _), body in till.pull_all().items() if kind == "ticket"} == set(codes)
    number = till.sell(5)
    till.push()
    assert "order_code" not in till.pull_all()["ticket", number], "a till's own ticket is in the passenger's hand"


def test_a_sale_again_is_the_same_ticket(world: World) -> None:
    first = sold(world)
    before = world.every_row()
    assert sold(world) == first
    assert world.every_row() == before


@pytest.mark.parametrize(
    "changed",
    [{"alighting": NEAR}, {"children": 0}, {"document": {"kind": 1, "number": "110105194912310054", "name": NAME}}],
)
def test_a_sale_id_is_not_used_for_something_else(world: World, changed: dict[str, Any]) -> None:
    sold(world)
    assert world.office("sales", SALE | changed).status_code == 409
    assert len(world.rows("tickets")) == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"alighting": HOME}, 422), ({"kind": 9}, 422), ({"service_date": "2026-11-21"}, 404), ({"children": 10}, 422)],
)
def test_what_cannot_be_sold(world: World, changed: dict[str, Any], status: int) -> None:
    answer = world.office("sales", SALE | changed)
    assert (answer.status_code, set(answer.json())) == (status, {"what", "hint"})


def test_nothing_is_sold_after_check_in_has_closed(world: World, clock: Clock) -> None:
    clock.forward(minutes=27)
    assert world.office("sales", SALE).status_code == 409


def test_a_refund_frees_the_place_and_is_told(world: World, gate: Terminal) -> None:
    numbers = [sold(world, sale_id=f"{n:032x}")["number"] for n in range(9)]
    assert world.office("sales", SALE).status_code == 409
    assert world.office("refunds", {"number": numbers[1]}).json() == {"number": numbers[1], "state": "refunded"}
    before = world.every_row()
    assert world.office("refunds", {"number": numbers[1]}).status_code == 200
    assert world.every_row() == before
    cache = gate.pull_all()
    assert cache["ticket", numbers[1]]["state"] == "refunded"
    use = cache["use", f"{numbers[1]}/1"]
    assert (use["purpose"], use["end"], use["device"]) == ("refund", "passed", "centre")
    number = sold(world)["number"]
    assert gate.pull_all()["ticket", number]["seat"] == 8
    assert world.incidents() == []


def test_a_refund_of_the_webs_own_counted_place_gives_back_that_place_alone(world: World) -> None:
    def sell(n: int) -> tuple[int, str]:
        answer = world.office("sales", SALE | {"sale_id": f"{n:032x}", "trip": "RZ1230", "alighting": NEAR})
        return answer.status_code, answer.json().get("number", "")

    numbers = [sell(n)[1] for n in range(6)]
    assert sell(6)[0] == 409
    assert world.office("refunds", {"number": numbers[0]}).status_code == 200
    assert [sell(n)[0] for n in (7, 8)] == [200, 409]


def test_a_refund_of_a_tills_ticket_gives_its_place_to_others(till: Terminal) -> None:
    numbers = [till.sell(seat=2), till.sell(seat=None, trip="RZ1230")]
    till.push()
    for number in numbers:
        assert till.world.office("refunds", {"number": number}).status_code == 200
    web = [sold(till.world, sale_id=f"{n:032x}", document={"kind": 5, "number": f"E{n}", "name": ""}) for n in range(4)]
    seats = {till.pull_all()["ticket", each["number"]]["seat"] for each in web}
    assert seats == {2, 7, 8, 9}, "its own first, then the lowest that is free"
    counted = [
        till.world.office("sales", SALE | {"sale_id": f"{n:032x}", "trip": "RZ1230", "alighting": NEAR}).status_code
        for n in range(10, 16)
    ]
    assert counted == [200, 200, 200, 200, 409, 409], "six places: the till has two of them"
    assert till.world.incidents() == []


@pytest.mark.parametrize("end", ["passed", "unresolved", None])
def test_what_was_used_is_not_refunded(till: Terminal, gate: Terminal, end: str | None) -> None:
    number = till.sell()
    till.push()
    gate.let_in(number, end)
    gate.push()
    assert till.world.office("refunds", {"number": number}).status_code == 409
    assert till.pull_all()["ticket", number]["state"] == "valid"


def test_a_right_given_back_can_be_refunded(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    till.push()
    gate.let_in(number, "released")
    gate.push()
    assert till.world.office("refunds", {"number": number}).status_code == 200
    assert till.pull_all()["use", f"{number}/2"]["purpose"] == "refund"


def test_let_in_and_refunded_in_a_split_is_found(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    till.push()
    gate.let_in(number)
    assert till.world.office("refunds", {"number": number}).status_code == 200
    gate.push()
    assert {each["kind"] for each in till.world.incidents()} == {"admitted_and_refunded", "use_claimed_twice"}


def test_an_unknown_ticket_is_not_refunded(world: World) -> None:
    assert world.office("refunds", {"number": "1" * 20}).status_code == 404
    assert world.office("refunds", {"number": "9" * 20}).status_code == 422


def test_the_office_is_let_in_by_its_token_only(world: World) -> None:
    right = office_token(world.directory, STATION)
    for value in ("", "Bearer ", f"Basic {right}", f"Bearer {right[:-1]}", "Bearer 371122-", "Bearer 1-1", "Bearer é"):
        headers = {"Authorization": value} if value.isascii() else {}
        for target in ("sales", "refunds"):
            assert world.call("POST", f"/v1/office/{target}", SALE, headers).status_code == 401
    assert world.rows("tickets") == []


def test_the_trust_list_is_the_roots(world: World, gate: Terminal) -> None:
    signed = from_text(gate.pull_all()["trust", ""]["list"])
    assert open_trust_list(signed, root_of(world.directory)).version > 0
