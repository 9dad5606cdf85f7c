"""Asking for an invoice, without a screen."""

import pytest

from kiosk import touches as t
from kiosk.find.flow import NO_ANSWER
from kiosk.find.steps import CannotDo
from kiosk.invoice import tax_number
from kiosk.invoice.steps import Invoiced, InvoiceFor, Invoicing, TaxNumber
from kiosk.invoice.touches import ForCompany, ForPerson
from kiosk.rehearsal_finding import INVOICE_PAGE, USED
from kiosk.steps import Attract
from kiosk.till.commands import DoTask
from tests.kiosk.find.walk import Walk

UNIFIED = "91350100M000100Y43"
"""The example of GB 32100-2015."""


def found() -> Walk:
    walk = Walk().begin("invoice")
    walk.wallet.code(USED)
    return walk.look()


def test_a_person_needs_three_touches() -> None:
    walk = found().touch(ForPerson())
    assert walk.last() == DoTask()
    assert walk.is_at(Invoicing)
    walk.wallet.invoiced()
    walk.look()
    assert walk.is_at(Invoiced)
    assert INVOICE_PAGE not in repr(walk.session)
    walk.touch(t.Finish())
    assert walk.is_at(Attract)
    assert walk.touches == 3


def test_a_companys_number_is_typed_and_sent() -> None:
    walk = found().touch(ForCompany()).spell("91350100M000100").touch(t.Key(""), t.Confirm())
    assert walk.is_at(TaxNumber)
    walk.spell("0Y43").touch(t.Back())
    assert walk.is_at(InvoiceFor)
    walk.touch(ForCompany()).spell(UNIFIED.lower()).spell("IOSVZ").touch(t.Confirm())
    assert walk.last() == DoTask(tax_id=UNIFIED)
    assert UNIFIED not in repr(walk.session)


def test_no_number_is_longer_than_twenty() -> None:
    walk = found().touch(ForCompany()).spell("1" * 25)
    assert walk.read("typed") == "1" * 20


def test_an_invoice_that_cannot_be_asked_for_says_why() -> None:
    walk = found().touch(ForPerson())
    walk.wallet.refuse(("不行", "no"))
    walk.look()
    assert walk.is_at(CannotDo)
    assert walk.read("words") == ("不行", "no")


def test_a_till_that_does_not_answer_is_not_waited_for_for_ever() -> None:
    walk = found().touch(ForPerson()).wait(14.9)
    assert walk.is_at(Invoicing)
    walk.wait(0.1)
    assert walk.is_at(CannotDo)
    assert walk.read("words") == NO_ANSWER


@pytest.mark.parametrize(
    ("typed", "ready", "wrong"),
    [
        (UNIFIED, True, False),
        ("91350100M000100Y44", True, True),
        ("91350100M00O100Y43", True, True),
        ("11010519491231002X", True, False),
        ("110105194912310", True, False),
        ("1" * 14, False, False),
        ("1" * 20, True, False),
    ],
)
def test_numbers_are_checked_as_far_as_they_can_be(typed: str, ready: bool, wrong: bool) -> None:
    assert tax_number.is_ready(typed) is ready
    assert tax_number.is_wrong(typed) is wrong
