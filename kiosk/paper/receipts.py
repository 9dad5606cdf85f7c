"""Papers about a ticket that exists: the receipt of its refund, and the slip of an invoice that was asked for."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

import segno

from kiosk.paper import words
from kiosk.paper.face import Words
from kiosk.paper.fonts import Fonts
from kiosk.paper.parts import foot, heading, label, row, sentence
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import Modules, Sheet, Side
from tickets.money import Fen, yuan

REFUND_TITLE: Words = ("退票回执", "Refund receipt")
INVOICE_TITLE: Words = ("电子发票凭条", "E-invoice slip")
BACK: Words = ("已退", "Paid back")
OWED: Words = ("待领", "Still owed")
FEE: Words = ("退票费", "Fee")
WAY: Words = ("方式", "By")
NO_TICKET: Words = ("车票已作废，不可用于乘车。", "The ticket is void and cannot be used to travel.")
FEE_INVOICE: Words = (
    "退票费发票可在本机或售票窗口申请。",
    "Ask for an invoice over the fee at this machine or at the ticket window.",
)
CODE: Words = ("提取码", "Invoice code")
TOTAL: Words = ("开票金额", "Amount")
SCAN: Words = (
    "请用手机扫码填写购买方信息。本机联网后自动提交申请。",
    "Scan with your phone to fill in who it is for. It is sent when this machine is online.",
)
AT_THE_WINDOW: Words = (
    "请凭此凭条到售票窗口填写购买方信息。",
    "Take this slip to the ticket window to say who it is for.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFace:
    """What stands on a refund's receipt; money in fen. `owed` is what a claim stands for, `way` how `back` went."""

    operator: Words
    number: str
    fare: int
    fee: int
    back: int
    owed: int
    way: Words
    at: datetime
    zone: tzinfo
    till: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFace:
    """What stands on an invoice's slip. `link` is the address of its page, "" where there is none; `token` finds it."""

    operator: Words
    number: str
    fen: int
    token: str
    link: str
    at: datetime
    zone: tzinfo
    till: str


def draw_refund(face: RefundFace, fonts: Fonts) -> Raster:
    """Draw a refund's receipt: 576 dots wide."""
    return lay_out_refund(face, fonts).raster()


def draw_invoice(face: InvoiceFace, fonts: Fonts) -> Raster:
    """Draw an invoice's slip: 576 dots wide. Raises ValueError for an address that no code can hold."""
    return lay_out_invoice(face, fonts).raster()


def lay_out_refund(face: RefundFace, fonts: Fonts) -> Sheet:
    """Return the drawn sheet itself."""
    sheet = Sheet(fonts)
    heading(sheet, face.operator, REFUND_TITLE)
    sheet.skip(20)
    label(sheet, BACK)
    sheet.skip(8)
    sheet.line(yuan(Fen(face.back)), size=88, bold=True)
    sheet.skip(16)
    if face.back:
        row(sheet, WAY, face.way[0], face.way[1])
    row(sheet, words.FARE, yuan(Fen(face.fare)))
    row(sheet, FEE, yuan(Fen(face.fee)))
    if face.owed:
        row(sheet, OWED, yuan(Fen(face.owed)))
    label(sheet, words.NUMBER)
    sheet.skip(8)
    sheet.line(words.grouped(face.number), size=36, bold=True)
    sheet.skip(16)
    sheet.rule()
    sheet.skip(16)
    sentence(sheet, NO_TICKET, size=30)
    if face.fee:
        sheet.skip(14)
        sentence(sheet, FEE_INVOICE, size=24)
    sheet.skip(14)
    foot(sheet, face.till, words.moment(face.at, face.zone), "")
    return sheet


def lay_out_invoice(face: InvoiceFace, fonts: Fonts) -> Sheet:
    """Return the drawn sheet itself."""
    sheet = Sheet(fonts)
    heading(sheet, face.operator, INVOICE_TITLE)
    sheet.skip(20)
    row(sheet, TOTAL, yuan(Fen(face.fen)))
    label(sheet, words.NUMBER)
    sheet.skip(8)
    sheet.line(words.grouped(face.number), size=36, bold=True)
    sheet.skip(12)
    if face.link:
        sheet.qr(_code_of(face.link), dots=6, least=4, smallest_side=264)
    label(sheet, CODE)
    sheet.skip(8)
    sheet.line(words.grouped(face.token.upper()), size=28, bold=True, smallest=20, side=Side.LEFT)
    sheet.skip(16)
    sentence(sheet, SCAN if face.link else AT_THE_WINDOW, size=28)
    sheet.skip(14)
    foot(sheet, face.till, words.moment(face.at, face.zone), "")
    return sheet


def _code_of(link: str) -> Modules:
    """An address has small letters, so that its code is in byte mode."""
    return tuple(segno.make_qr(link, error="m").matrix)
