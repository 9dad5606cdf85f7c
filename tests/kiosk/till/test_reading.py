"""Documents: from the reader, from the keypad, and never further than they must go."""

import pytest

from drivers.faults import DeviceRefused, DeviceSilent
from drivers.health import Health
from drivers.idreader import Document
from drivers.idreader import DocumentKind as CardKind
from kiosk.till.commands import (
    AskForDocuments,
    EndSession,
    TypeDocument,
)
from kiosk.till.documents import WRONG_NAME, WRONG_NUMBER, Documents, Identity, checked
from kiosk.till.wording import TROUBLES, Trouble
from tests.kiosk.till.bench import Chance, Desk, open_desk, person
from tests.kiosk.till.conftest import Site
from tickets.identity import DocumentKind


class CardPlate:
    """An ID reader: `card` lies on it; `fault` is what it does instead."""

    def __init__(self) -> None:
        self.card: Document | None = None
        self.fault: Exception | None = None
        self.asked = 0
        self.closed = False

    def read(self) -> Document | None:
        """See IdReader: a card is read once."""
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        card, self.card = self.card, None
        return card

    def health(self) -> Health:
        """See IdReader."""
        return Health(ok=self.fault is None, what="", hint="")

    def close(self) -> None:
        """See IdReader."""
        self.closed = True


def with_reader(site: Site) -> tuple[Desk, CardPlate]:
    """Restart the till with a reader."""
    site.kill()
    plate = CardPlate()
    site.desk = open_desk(
        site.directory, site.validator, site.printer, reader=plate, time=site.time, random=site.chance
    )
    site.desk.till.start()
    return site.desk, plate


def card(index: int = 1) -> Document:
    """Somebody's resident card."""
    who = person(index)
    return Document(kind=CardKind.RESIDENT_ID, name=who.name, number=who.number)


def test_a_card_is_read_only_when_asked_for(site: Site) -> None:
    desk, plate = with_reader(site)
    plate.card = card()
    site.work(3)
    assert plate.asked == 0
    desk.till.do(AskForDocuments(on=True))
    snapshot = desk.till.snapshot()
    assert snapshot.reading
    assert snapshot.traveller is not None
    assert (snapshot.traveller.masked_name, snapshot.traveller.masked_number[:4]) == ("王*", "3710")
    assert "****" in snapshot.traveller.masked_number
    desk.till.do(AskForDocuments(on=False))
    asked = plate.asked
    site.work(3)
    assert plate.asked == asked


def test_each_card_has_its_own_handle_and_the_same_card_keeps_it(site: Site) -> None:
    desk, plate = with_reader(site)
    desk.till.do(AskForDocuments(on=True))
    handles = []
    for index in (1, 2, 1):
        plate.card = card(index)
        site.work()
        shown = desk.till.snapshot().traveller
        assert shown is not None
        handles.append(shown.handle)
    assert handles[0] == handles[2] != handles[1]


def test_a_card_that_cannot_be_read_is_said(site: Site) -> None:
    desk, plate = with_reader(site)
    plate.fault = DeviceRefused("The card cannot be read", "Put it down again.")
    desk.till.do(AskForDocuments(on=True))
    assert desk.till.snapshot().trouble == TROUBLES[Trouble.CARD_UNREADABLE]
    assert desk.till.snapshot().capabilities.card_reader
    plate.fault, plate.card = None, card()
    site.work()
    assert desk.till.snapshot().trouble is None


def test_a_dead_reader_is_not_asked_all_the_time_and_staff_hear_of_it_once(site: Site) -> None:
    desk, plate = with_reader(site)
    plate.fault = DeviceSilent("The reader does not answer", "Check its cable.")
    desk.till.do(AskForDocuments(on=True))
    site.work(20, seconds=0.1)
    assert plate.asked == 1
    assert not desk.till.snapshot().capabilities.card_reader
    site.work(20, seconds=0.1)
    assert plate.asked == 2
    plate.fault = None
    site.work(40, seconds=0.1)
    assert desk.till.snapshot().capabilities.card_reader
    kinds = [kind for (kind,) in desk.journal.rows("SELECT kind FROM events WHERE kind LIKE 'device.%'")]
    assert kinds == ["device.fault", "device.back"]


def test_the_end_of_a_session_stops_the_reader(site: Site) -> None:
    desk, plate = with_reader(site)
    desk.till.do(AskForDocuments(on=True))
    desk.till.do(EndSession())
    asked = plate.asked
    site.work(3)
    assert (plate.asked, desk.till.snapshot().reading) == (asked, False)


def test_the_keypad_gives_the_same_handle_as_the_card(site: Site) -> None:
    desk, plate = with_reader(site)
    desk.till.do(AskForDocuments(on=True))
    plate.card = card()
    site.work()
    read = desk.till.snapshot().traveller
    who = person(1)
    desk.till.do(TypeDocument(kind=who.kind, number=" " + who.number.lower(), name="王小明 "))
    typed = desk.till.snapshot().traveller
    assert read == typed


@pytest.mark.parametrize(
    ("kind", "number", "right"),
    [
        (DocumentKind.RESIDENT_ID, "11010519491231002X", True),
        (DocumentKind.RESIDENT_ID, "11010519491231002x", True),
        (DocumentKind.RESIDENT_ID, "110105194912310021", False),
        (DocumentKind.RESIDENT_ID, "1101051949123100", False),
        (DocumentKind.HK_MACAO_TW_RESIDENCE, "11010519491231002X", False),
        (DocumentKind.FOREIGN_PERMANENT, "FRA110081092001", True),
        (DocumentKind.FOREIGN_PERMANENT, "110081092001FRA", False),
        (DocumentKind.PASSPORT, "e12345678", True),
        (DocumentKind.PASSPORT, "E123", False),
        (DocumentKind.PASSPORT, "E1234/678", False),
        (DocumentKind.HK_MACAO_PERMIT, "H12345678", True),
        (DocumentKind.HK_MACAO_PERMIT, "T12345678", False),
        (DocumentKind.TAIWAN_PERMIT, "12345678", True),
        (DocumentKind.TAIWAN_PERMIT, "123456789", False),
        (DocumentKind.PASSPORT, "护照", False),
    ],
)
def test_numbers_have_the_shape_of_their_kind(kind: DocumentKind, number: str, right: bool) -> None:
    found = checked(kind, number, "Anna Berg")
    assert isinstance(found, Identity) is right
    assert right or found == WRONG_NUMBER


@pytest.mark.parametrize("name", ["", "   ", "王" * 33, "a\x00b"])
def test_names_that_are_none(name: str) -> None:
    assert checked(DocumentKind.PASSPORT, "E12345678", name) == WRONG_NAME


def test_a_documents_repr_shows_nothing() -> None:
    who = person(1)
    documents = Documents(Chance())
    documents.keep(who)
    for text in (repr(who), repr(documents), str(who)):
        assert who.number not in text
        assert who.name not in text
    documents.wipe()
    assert len(documents) == 0
