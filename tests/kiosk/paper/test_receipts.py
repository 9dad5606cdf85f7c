"""A refund's receipt and an invoice's slip: complete, legible, nothing over anything else."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import zxingcpp

from kiosk.paper.fonts import find_fonts
from kiosk.paper.receipts import InvoiceFace, RefundFace, draw_invoice, lay_out_invoice, lay_out_refund
from tests.kiosk.paper.test_draw import check_nothing_overlaps, drawn, without_spaces

FONTS = find_fonts()
REFUND = RefundFace(
    operator=("青山客运站", "Qingshan Coach Station"),
    number="10480571236690418273",
    fare=18500,
    fee=1850,
    back=16650,
    owed=0,
    way=("本机退硬币。", "In coins, by this machine."),
    at=datetime(2026, 11, 22, 5, 5, tzinfo=UTC),
    zone=ZoneInfo("Asia/Shanghai"),
    till="K-07",
)
INVOICE = InvoiceFace(
    operator=REFUND.operator,
    number=REFUND.number,
    fen=18500,
    token="0123456789abcdef" * 2,
    link="https://tickets.example.cn/i/" + "0123456789abcdef" * 2,
    at=REFUND.at,
    zone=REFUND.zone,
    till="K-07",
)
LONG = ("内蒙古自治区呼和浩特市汽车客运集团", "Inner Mongolia Hohhot Automobile Passenger Transport Group")


@pytest.mark.parametrize(
    "face",
    [
        REFUND,
        replace(REFUND, owed=5000, back=11650),
        replace(REFUND, fee=0, back=18500),
        replace(REFUND, operator=LONG),
    ],
    ids=["all of it", "some of it", "no fee", "long name"],
)
def test_a_receipt_says_where_the_money_is(face: RefundFace) -> None:
    sheet = lay_out_refund(face, FONTS)
    check_nothing_overlaps(sheet)
    said = without_spaces(drawn(sheet))
    assert face.number in said
    for fen in (face.fare, face.back, *([face.owed] if face.owed else [])):
        assert f"¥{fen // 100}.{fen % 100:02d}" in said


def test_an_invoices_slip_leads_a_phone_to_its_page() -> None:
    sheet = lay_out_invoice(INVOICE, FONTS)
    check_nothing_overlaps(sheet)
    image = draw_invoice(INVOICE, FONTS).to_image().convert("L")
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [INVOICE.link]


def test_without_a_page_it_says_the_code() -> None:
    sheet = lay_out_invoice(replace(INVOICE, link=""), FONTS)
    check_nothing_overlaps(sheet)
    assert INVOICE.token.upper() in without_spaces(drawn(sheet))
    assert sheet.code is None
