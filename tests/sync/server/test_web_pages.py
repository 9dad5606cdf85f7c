"""The pages on a passenger's phone: the ticket stays there, any reader reads its code, an invoice finds its buyer."""

import base64
import json
import random as seeded
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import httpx
import numpy as np
import pytest
import zxingcpp
from sqlalchemy import text as sql

from sync.server.web_pages import WEB, buyer_in, ticket_page
from tests.sync.server.script_engine import Script, running_script
from tests.sync.server.support import HOME, NEAR, NOON, SEATED, Terminal, World
from tickets import base45
from tickets.credential import PREFIX, Ticket, issue, issue_delegated
from tickets.journey import Journey, TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber

TOKEN = "7f3a9c2e5d8b41f0a6c4e2d0b8f61357"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@pytest.fixture(scope="module")
def script() -> Iterator[Script]:
    with running_script() as running:
        yield running


def read_back(rows: object) -> list[str]:
    """What a reader that we did not write makes of the code, drawn with its quiet zone."""
    modules = np.pad(1 - np.array(rows, dtype=np.uint8), 4, constant_values=1) * 255
    picture = np.kron(modules, np.ones((3, 3), dtype=np.uint8))
    return [each.text for each in zxingcpp.read_barcodes(picture)]


def ticket(seat: int | None = 7, children: int = 0, number: str = "00012345678901234567") -> Ticket:
    journey = Journey(
        service_date=NOON.date(), trip=SEATED, boarding=HOME, alighting=NEAR, seat=seat, kind=TicketKind.ADULT,
        children=children, fare=Fen(18_505), tag=b"12345678",
    )  # fmt: skip
    return Ticket(TicketNumber.from_digits(number), NOON + timedelta(days=1), journey)


def fragment(code: str) -> str:
    return base64.urlsafe_b64encode(base45.decode(code.removeprefix(PREFIX))).decode("ascii").rstrip("=")


def test_codes_of_every_length_are_read_back(script: Script) -> None:
    random = seeded.Random(5)
    for length in [1, 2, *range(20, 513, 37), 512]:
        text = "".join(random.choice(ALPHABET) for _ in range(length))
        assert read_back(script("qrCode", text)) == [text], length


def test_a_tickets_code_comes_out_of_its_link_as_the_gate_reads_it(
    script: Script, world: World, till: Terminal
) -> None:
    own = till.sell()
    codes = {
        "00012345678901234567": issue(ticket(), SigningKey.generate()),
        own: issue_delegated(ticket(number=own), till.till_key, till.certificate),
    }
    for number, code in codes.items():
        said = script("readTicket", fragment(code))
        assert isinstance(said, dict)
        assert said == {
            "code": code, "number": number, "date": "2026-11-22", "trip": SEATED, "from": HOME,
            "to": NEAR, "seat": 7, "children": 0, "fen": 18_505,
        }  # fmt: skip
        assert read_back(script("qrCode", said["code"])) == [code]


def test_a_coach_without_seats_and_with_children(script: Script) -> None:
    said = script("readTicket", fragment(issue(ticket(None, 2), SigningKey.generate())))
    assert isinstance(said, dict)
    assert (said["seat"], said["children"]) == (None, 2)


def test_what_is_no_ticket_is_not_shown_as_one(script: Script) -> None:
    whole = fragment(issue(ticket(), SigningKey.generate()))
    for bad in ("", "#", "x" * 200, whole[:-8], whole + "AAAA", whole.replace(whole[10], "!"), "A" * 160, whole * 3):
        with pytest.raises(RuntimeError):
            script("readTicket", bad)


def test_the_path_draws_the_rows(script: Script) -> None:
    assert script("pathOf", [[1, 1, 0], [0, 0, 1]]) == "M4 4h2v1h-2zM6 5h1v1h-1z"


def test_a_link_is_shown_in_words_and_as_a_code(script: Script) -> None:
    code = issue(ticket(None, 2), SigningKey.generate())
    page = script("shown", f"#{fragment(code)}", {str(HOME): ["莒县", "Juxian"]})
    assert isinstance(page, dict)
    said = {name: element["textContent"] for name, element in page.items() if element["textContent"]}
    assert said == {
        "from": "莒县  Juxian", "to": str(NEAR), "date": "2026-11-22", "trip": SEATED, "seat": "不对号  any",
        "fare": "¥185.05", "number": "0001 2345 6789 0123 4567", "children": "2",
    }  # fmt: skip
    assert [name for name in ("ticket", "nothing", "with-children") if not page[name]["hidden"]] == [
        "ticket",
        "with-children",
    ]
    rows = script("qrCode", code)
    assert isinstance(rows, list)
    side = len(rows) + 8
    assert page["code"]["attributes"]["viewBox"] == f"0 0 {side} {side}"
    assert page["modules"]["attributes"]["d"] == script("pathOf", rows)


@pytest.mark.parametrize("link", ["", "#", "#abc", "#" + "A" * 300])
def test_a_broken_link_shows_no_ticket(script: Script, link: str) -> None:
    page = script("shown", link, {})
    assert isinstance(page, dict)
    assert (page["ticket"]["hidden"], page["nothing"]["hidden"]) == (True, False)
    assert not any(element["textContent"] for element in page.values())


def test_the_page_has_all_that_its_script_fills_in() -> None:
    page = ticket_page({HOME: ("莒县", 'J"x<u')})
    ids = set(re.findall(r' id="([a-z-]+)"', page))
    wanted = set(re.findall(r'(?:getElementById|say)\("([a-z-]+)"', (WEB / "ticket.js").read_text("utf-8")))
    assert wanted <= ids
    (stops,) = re.findall(r'data-stops="([^"]*)"', page)
    assert json.loads(unescape(stops)) == {str(HOME): ["莒县", 'J"x<u']}
    assert "<script>" not in page
    assert "style=" not in page


def test_the_page_speaks_to_nobody(world: World) -> None:
    answer = world.call("GET", "/ticket")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "http:" not in answer.text
    assert "https:" not in answer.text
    _strict(answer)
    for name, kind in (("ticket.js", "text/javascript"), ("page.css", "text/css")):
        got = world.call("GET", f"/web/{name}")
        assert (got.status_code, got.headers["content-type"].split(";")[0]) == (200, kind)
        _strict(got)
    script = (WEB / "ticket.js").read_text("utf-8")
    for word in ("fetch", "XMLHttpRequest", "WebSocket", "sendBeacon", "innerHTML", "eval", "Image", "localStorage"):
        assert word not in script
    assert world.call("GET", "/web/..%2Fapp.py").status_code == 404
    assert world.call("GET", "/web/web_pages.py").status_code == 404


def _strict(answer: httpx.Response) -> None:
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'", "nothing may be fetched, sent or framed that is not named"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "connect-src" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


# ---------------------------------------------------------------- invoices


def asked(till: Terminal, tax_id: str | None = None) -> str:
    number = till.sell()
    till.note("invoice.asked", invoice="5a" * 16, number=number, fen=2500, why="travel", token=TOKEN, tax_id=tax_id)
    till.push()
    return number


def name(world: World, **form: str) -> httpx.Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return world.call("POST", f"/i/{TOKEN}", raw=str(httpx.QueryParams(form)).encode(), headers=headers)


def test_an_invoice_says_what_is_known(world: World, till: Terminal) -> None:
    assert world.call("GET", f"/i/{TOKEN}").status_code == 404, "the machine has not reported yet"
    number = asked(till)
    answer = world.call("GET", f"/i/{TOKEN}")
    assert answer.status_code == 200
    for text in ("¥25.00", "2026-11-22", SEATED, "near", "home", "Asked for"):
        assert text in answer.text
    assert number not in answer.text, "whoever sees the invoice must not travel on it"
    _strict(answer)


def test_a_company_is_named_on_the_page(world: World, till: Terminal) -> None:
    asked(till)
    answer = name(world, buyer="  莒县 <运输> 有限公司 ", tax_id="91371122ma3c4d5e6f")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/i/{TOKEN}")
    page = world.call("GET", f"/i/{TOKEN}").text
    assert "莒县 &lt;运输&gt; 有限公司" in page
    assert "<运输>" not in page
    assert "91371122MA3C4D5E6F" in page
    before = world.every_row()
    name(world, buyer="莒县 <运输> 有限公司", tax_id="91371122MA3C4D5E6F")
    assert world.every_row() == before
    name(world)
    assert world.rows("invoices")[0][7:10] == ("", None, "asked"), "for a person after all"


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"buyer": "某公司"}, "tax number"),
        ({"tax_id": "91371122MA3C4D5E6F"}, "name"),
        ({"buyer": "某公司", "tax_id": "12"}, "tax number"),
        ({"buyer": "某" * 101, "tax_id": "91371122MA3C4D5E6F"}, "name"),
        ({"buyer": "a\u202eb", "tax_id": "91371122MA3C4D5E6F"}, "name"),
    ],
)
def test_what_cannot_be_a_buyer(world: World, till: Terminal, form: dict[str, str], wrong: str) -> None:
    asked(till)
    answer = name(world, **form)
    assert answer.status_code == 422
    assert wrong in answer.text.split('role="alert"')[1].split("</p>")[0]
    assert world.rows("invoices")[0][7] == ""


def test_an_issued_invoice_is_not_renamed(world: World, till: Terminal) -> None:
    asked(till)
    issued = sql("UPDATE invoices SET state = 'issued'")
    world.centre.house.store.transact("invoice", lambda connection: connection.execute(issued))
    assert "<form" not in world.call("GET", f"/i/{TOKEN}").text
    name(world, buyer="某公司", tax_id="91371122MA3C4D5E6F")
    assert world.rows("invoices")[0][7:10] == ("", None, "issued")


def test_a_form_that_is_none(world: World, till: Terminal) -> None:
    asked(till)
    assert world.call("POST", f"/i/{TOKEN}", raw=b"\xff\xfe=1").status_code == 422
    assert world.call("POST", f"/i/{TOKEN}", raw=b"a=1&" * 100).status_code == 422
    assert world.call("POST", f"/i/{TOKEN}", raw=b"a" * 9000).status_code == 413
    assert world.call("POST", f"/i/{'0' * 32}", raw=b"buyer=a").status_code == 404
    assert world.call("GET", "/i/../x").status_code == 404


def test_a_person_gives_nothing() -> None:
    assert buyer_in({}) == buyer_in({"buyer": " ", "tax_id": ""}) == ("", None)


def test_a_machine_may_know_the_tax_number_already(world: World, till: Terminal) -> None:
    asked(till, "91371122MA3C4D5E6F")
    assert 'value="91371122MA3C4D5E6F"' in world.call("GET", f"/i/{TOKEN}").text
