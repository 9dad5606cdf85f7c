"""What QML is told of tasks about tickets, exactly: which groups change by which event."""

from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QObject

from kiosk.find.part import FindPart
from kiosk.rehearsal import CardboardTill
from kiosk.rehearsal_finding import NUMBER, OTHER, USED
from kiosk.till import commands
from kiosk.till.values import Delivery
from kiosk.viewmodel import KioskViewModel
from tests.kiosk.test_viewmodel import Listener
from tickets.money import Fen


class Told:
    """A view model on a cardboard till, and what it says."""

    def __init__(self, owner: QObject) -> None:
        self.till = CardboardTill()
        zone = ZoneInfo("Asia/Shanghai")
        self.at = 0
        self.model = KioskViewModel(submit=self.till.submit, clock=lambda: self.at, zone=zone, parent=owner)
        self.listener = Listener(self.model)
        self.till.subscribe(self.model.receive)
        self.listener.heard()

    def begin(self, task: str) -> "Told":
        self.model.begin(task)
        self.listener.heard()
        return self

    def heard(self) -> list[str]:
        return self.listener.heard()

    def group(self, part: str, name: str) -> dict[str, object]:
        return dict(self.model.parts[part].group(name))


@pytest.fixture
def told(qt: list[str]) -> Told:
    owner = QObject()
    made = Told(owner)
    made.__dict__["owner"] = owner
    return made


def test_looking_tells_where_to_hold_things_and_what_is_typed(told: Told) -> None:
    told.model.begin("collect")
    assert told.heard() == ["band", "looking", "step"]
    told.model.parts["find"].touch("typeCode")
    assert told.heard() == ["looking"]
    told.model.key("8")
    assert told.heard() == ["looking"]
    told.model.key("I")
    assert told.heard() == []
    for digit in "1122334455667788990":
        told.model.key(digit)
    assert told.group("find", "looking")["text"] == "8112 2334 4556 6778 8990"
    assert told.group("find", "looking")["ready"] is True
    told.heard()
    told.till.wallet.nothing()
    assert told.heard() == ["looking"]
    assert "没有找到" in str(told.group("find", "looking")["said"])


def test_a_ticket_found_tells_the_rail_and_its_task(told: Told) -> None:
    told.begin("refund").till.wallet.code()
    assert told.heard() == ["looking", "rail", "step", "sums", "ticket"]
    assert told.group("refund", "sums") == {
        "known": True,
        "fare": "¥45.00",
        "fee": "¥9.00",
        "free": False,
        "back": "¥36.00",
        "way": "退到您付款时使用的账户。",
    }
    assert told.model.group("rail")["to"] == "杭州"
    assert told.model.group("rail")["seats"] == "12"
    told.till.show(told.till.snapshot)
    assert told.heard() == []


def test_a_refund_under_way_tells_its_end_alone(told: Told) -> None:
    told.begin("refund").till.wallet.code()
    told.heard()
    told.model.touch("confirm")
    assert set(told.heard()) == {"band", "step", "sums"}
    told.till.wallet.owed(Fen(3600), slip_printed=False)
    assert told.heard() == ["ended", "step"]
    assert told.group("refund", "ended")["number"] == "4827 1936 0254"
    assert told.group("refund", "ended")["owed"] == "¥36.00"
    assert told.group("refund", "ended")["slip"] is False


def test_a_refund_that_was_only_asked_for_is_not_told_as_done(told: Told) -> None:
    told.begin("refund").till.wallet.code()
    told.model.touch("confirm")
    told.till.wallet.asked_only()
    assert told.group("refund", "ended")["asked"] is True
    assert told.group("refund", "ended")["returned"] == ""


def test_paper_tells_how_it_stands(told: Told) -> None:
    told.begin("collect").till.wallet.code()
    collect = told.model.parts["collect"]
    collect.touch("print")
    told.heard()
    told.till.wallet.paper(Delivery.UNKNOWN)
    assert told.heard() == ["band", "handing"]
    assert collect.group("handing")["sheet"] == "unknown"
    collect.touch("phone")
    told.till.show(told.till.snapshot)
    assert set(told.heard()) == {"band", "handing", "step"}
    assert str(collect.group("handing")["code"]).startswith("data:image/png")
    told.model.touch("confirm")
    assert collect.group("handing")["code"] == ""


def test_a_verdict_is_told_again_when_it_changes(told: Told) -> None:
    told.begin("check").till.wallet.code(USED)
    assert told.group("check", "verdict")["next"] == ["invoice"]
    told.heard()
    told.till.show(told.till.snapshot)
    assert told.heard() == []
    told.model.touch("language")
    assert "verdict" in told.heard()
    assert "already been used" in str(told.group("check", "verdict")["said"])


def test_an_invoice_tells_what_is_typed_and_then_its_page(told: Told) -> None:
    told.begin("invoice").till.wallet.code(USED)
    invoice = told.model.parts["invoice"]
    invoice.touch("company")
    told.heard()
    told.model.key("9")
    assert told.heard() == ["buyer"]
    told.model.touch("back")
    invoice.touch("person")
    told.heard()
    told.till.wallet.invoiced()
    assert told.heard() == ["band", "made", "step"]
    assert invoice.group("made")["linked"] is True


def test_several_tickets_are_rows_and_all_are_gone_with_the_session(told: Told) -> None:
    told.begin("refund").till.wallet.card()
    find = told.model.parts["find"]
    assert isinstance(find, FindPart)
    rows = find.tickets
    assert rows.rowCount() == 2  # type: ignore[attr-defined]  # a list, told to QML as an object
    find.pick(OTHER)
    assert find.group("ticket")["to"] == "黄山风景区汤口换乘中心"
    assert find.personal()
    told.model.touch("startOver")
    assert rows.rowCount() == 0  # type: ignore[attr-defined]  # the same
    assert not find.personal()
    assert NUMBER not in repr([part.group(name) for part in told.model.parts.values() for name in part.GROUPS])


def test_the_door_tells_its_devices_row_by_row(told: Told) -> None:
    told.begin("door").till.wallet.badge()
    assert told.heard() == ["band", "door", "step"]
    assert told.group("staff", "door")["versions"] == ["waystation 0.1.0", "SQLite 3.51.3"]
    told.till.wallet.submit(commands.TestDevice(name="printer"))
    assert told.heard() == []
    told.till.wallet.tested("validator")
    assert told.heard() == ["door"]
    assert told.group("staff", "door")["faults"] == 0
    told.model.touch("finish")
    assert told.group("staff", "door")["badge"] == ""
