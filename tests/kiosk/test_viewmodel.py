"""What QML is told, exactly: which groups change by which event, and which rows of which list."""

import sys
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QModelIndex, QObject

from kiosk.buy.part import BuyPart
from kiosk.rehearsal import CardboardTill
from kiosk.rows import RowsModel
from kiosk.viewmodel import KioskViewModel


class Listener:
    """Counts the signals of a view model since it was last asked."""

    def __init__(self, model: KioskViewModel) -> None:
        self._heard: list[str] = []
        for part in (model, *model.parts.values()):
            for name in (*part.GROUPS, *(("language", "step") if part is model else ())):
                getattr(part, name + "Changed").connect(lambda name=name: self._heard.append(name))

    def heard(self) -> list[str]:
        heard, self._heard = sorted(self._heard), []
        return heard


@pytest.fixture
def owner(qt: list[str]) -> QObject:
    return QObject()


def buying(model: KioskViewModel) -> BuyPart:
    part = model.parts["buy"]
    assert isinstance(part, BuyPart)
    return part


def made(owner: QObject) -> tuple[KioskViewModel, CardboardTill, Listener]:
    till = CardboardTill()
    model = KioskViewModel(submit=till.submit, clock=lambda: 0, zone=ZoneInfo("Asia/Shanghai"), parent=owner)
    listener = Listener(model)
    till.subscribe(model.receive)
    return model, till, listener


def test_nothing_is_shown_before_the_first_snapshot(owner: QObject) -> None:
    model = KioskViewModel(submit=lambda _command: None, clock=lambda: 0, zone=ZoneInfo("Asia/Shanghai"), parent=owner)
    model.touch("start")
    model.tick()
    assert model.screen == ""


def test_the_same_snapshot_again_tells_nothing(owner: QObject) -> None:
    _model, till, listener = made(owner)
    listener.heard()
    till.show(till.snapshot)
    assert listener.heard() == []


def test_each_touch_tells_only_what_it_changed(owner: QObject) -> None:
    model, _till, listener = made(owner)
    listener.heard()
    model.touch("start")
    assert listener.heard() == ["band", "spelling", "step"]
    model.touch("contrast")
    assert listener.heard() == ["comfort"]
    buying(model).touch("spell")
    assert listener.heard() == ["spelling"]
    model.key("S")
    assert listener.heard() == ["spelling"]
    buying(model).chooseStop("1002")
    assert listener.heard() == ["rail", "spelling", "step"]
    model.touch("back")
    assert listener.heard() == ["rail", "spelling", "step"]


def test_a_bill_tells_money_and_nothing_else(owner: QObject) -> None:
    model, till, listener = made(owner)
    offer = next(offer for offer in till.snapshot.offers if offer.destination == 1001)
    model.touch("start")
    buying(model).chooseStop("1001")
    buying(model).chooseTrip(offer.service_date.isoformat(), offer.trip)
    till.card()
    model.touch("confirm")
    buying(model).touch("cash")
    listener.heard()
    till.bill(10)
    assert listener.heard() == ["band", "paying", "still"]
    till.bill(10)
    assert listener.heard() == ["paying"]
    assert buying(model).group("paying")["due"] == "¥25.00"
    notes = buying(model).group("paying")["notes"]
    assert isinstance(notes, list)
    assert [note["text"] for note in notes if note["now"]] == ["¥1", "¥5", "¥10", "¥20", "¥50"]
    assert buying(model).group("paying")["gives"] == "¥50"


def test_a_language_is_told_once(owner: QObject) -> None:
    model, _till, listener = made(owner)
    listener.heard()
    model.touch("language")
    heard = listener.heard()
    assert heard.count("language") == 1
    assert "comfort" in heard
    assert model.language == "en"


class Rows:
    """Notes what a list says of its rows."""

    def __init__(self, model: RowsModel) -> None:
        self.said: list[tuple[str, int, int]] = []
        model.dataChanged.connect(lambda a, b, _roles: self.said.append(("changed", a.row(), b.row())))
        model.rowsInserted.connect(lambda _parent, a, b: self.said.append(("inserted", a, b)))
        model.rowsRemoved.connect(lambda _parent, a, b: self.said.append(("removed", a, b)))
        model.modelReset.connect(lambda: self.said.append(("reset", 0, 0)))


def row(key: str, text: str = "") -> dict[str, object]:
    return {"key": key, "text": text}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("ab", "ab", []),
        ("ab", "abc", [("inserted", 2, 2)]),
        ("abc", "a", [("removed", 1, 2)]),
        ("abc", "bc", [("reset", 0, 0)]),
        ("ab", "aB", [("changed", 1, 1)]),
        ("ab", "Abcd", [("inserted", 2, 3), ("changed", 0, 0)]),
    ],
)
def test_a_list_tells_exactly_its_changes(
    owner: QObject, before: str, after: str, said: list[tuple[str, int, int]]
) -> None:
    model = RowsModel(owner)
    model.show([row(key.lower(), key) for key in before])
    listener = Rows(model)
    model.show([row(key.lower(), key) for key in after])
    assert listener.said == said
    shown = [model.data(model.index(at)) for at in range(model.rowCount())]
    assert shown == [row(key.lower(), key) for key in after]
    assert model.rowCount(QModelIndex()) == len(after)


def test_signals_use_up_no_references(owner: QObject) -> None:
    """PySide6 6.12 on Python 3.11 lost one reference to True with every emit, until the interpreter stopped."""
    model, _till, listener = made(owner)
    before = sys.getrefcount(True)
    for _ in range(300):
        model.stepChanged.emit()
    assert sys.getrefcount(True) > before - 100
    assert len(listener.heard()) >= 300
