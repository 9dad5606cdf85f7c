"""Draws a ticket and a claim slip for 80 mm paper. Numbers first; Chinese large, English below it and quieter."""

from kiosk.paper import words
from kiosk.paper.face import SlipFace, TicketFace
from kiosk.paper.fonts import Fonts
from kiosk.paper.parts import boxes, departure, foot, heading, journey, label, row, sentence
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import INNER, LONGEST, MARGIN, WHITE, WIDTH, Box, Modules, Sheet, Side, encode
from tickets.money import Fen, yuan

__all__ = ["Raster", "draw_slip", "draw_ticket", "lay_out_slip", "lay_out_ticket"]

TRIALS = ((1.0, 56), (0.8, 56), (0.7, 48), (0.6, 44), (0.5, 40), (0.4, 36), (0.2, 36))
"""Scale of the white between the parts and size of long names, tried in turn until the paper is short enough."""
MODULE, LEAST_MODULE, SMALLEST_CODE = 5, 4, 264
"""Dots: of a QR code's module, of its least, and of the side under which a code is made larger (33 mm)."""


def draw_ticket(face: TicketFace, fonts: Fonts) -> Raster:
    """Draw a ticket: 576 dots wide, at most 200 mm long; a paid ticket with absurdly long names is longer, not refused.

    Raises ValueError when its code is too long for the paper.
    """
    return lay_out_ticket(face, fonts).raster()


def draw_slip(face: SlipFace, fonts: Fonts) -> Raster:
    """Draw a claim slip: 576 dots wide."""
    return lay_out_slip(face, fonts).raster()


def lay_out_ticket(face: TicketFace, fonts: Fonts) -> Sheet:
    """Return the drawn sheet itself, which knows where every text stands."""
    code = encode(face.code)
    sheet = Sheet(fonts)
    for spacing, long_names in TRIALS:
        sheet = Sheet(fonts, spacing=spacing)
        _ticket(sheet, face, code, long_names)
        if sheet.y <= LONGEST:
            break
    return sheet


def lay_out_slip(face: SlipFace, fonts: Fonts) -> Sheet:
    """Return the drawn sheet itself."""
    sheet = Sheet(fonts)
    heading(sheet, face.operator, words.SLIP_TITLE)
    sheet.skip(20)
    label(sheet, words.AMOUNT)
    sheet.skip(8)
    sheet.line(yuan(Fen(face.amount_fen)), size=88, bold=True)
    sheet.skip(20)
    label(sheet, words.CLAIM)
    sheet.skip(8)
    sheet.line(face.claim, size=48, bold=True, smallest=28)
    sheet.skip(20)
    sheet.rule()
    for name, said in ((words.WHAT_HAPPENED, face.reason), (words.WHAT_TO_DO, face.to_do)):
        sheet.skip(22)
        label(sheet, name)
        sheet.skip(8)
        sentence(sheet, said, size=32)
    sheet.skip(24)
    sheet.rule()
    sheet.skip(16)
    sentence(sheet, words.KEEP_SLIP, size=24)
    sheet.skip(12)
    foot(sheet, face.till, words.moment(face.at, face.zone), "")
    return sheet


def _ticket(sheet: Sheet, face: TicketFace, code: Modules, long_names: int) -> None:
    heading(sheet, face.operator, words.TITLE)
    if face.reprint:
        sheet.skip(14)
        _reprint_band(sheet)
    sheet.skip(20)
    journey(sheet, face.origin, face.destination, long_names)
    sheet.skip(20)
    departure(sheet, face.departure, face.zone, face.trip, face.coach)
    sheet.skip(18)
    seat = words.ANY_SEAT if face.seat is None else (face.seat, "")
    boxes(sheet, ((words.GATE, (face.gate, "")), (words.BAY, (face.bay, "")), (words.SEAT, seat)))
    sheet.skip(6)
    sheet.qr(code, dots=MODULE, least=LEAST_MODULE, smallest_side=SMALLEST_CODE)
    sheet.line(words.grouped(face.number), size=36, bold=True, side=Side.CENTRE)
    sheet.y += 8
    sheet.line(f"{words.NUMBER[0]} {words.NUMBER[1]}", size=20, side=Side.CENTRE)
    sheet.skip(20)
    sheet.rule()
    sheet.skip(14)
    row(sheet, words.PASSENGER, f"{face.passenger_masked} · {face.document_masked}")
    kind = words.with_children(face.kind, face.children)
    row(sheet, words.KIND, kind[0], kind[1])
    row(sheet, words.FARE, yuan(Fen(face.fare_fen)))
    if face.insurance_fen is not None:
        row(sheet, words.INSURANCE, yuan(Fen(face.insurance_fen)))
    sheet.skip(2)
    sheet.rule()
    sheet.skip(16)
    closes = words.BE_EARLY if face.check_in_closes is None else words.check_in(face.check_in_closes, face.zone)
    sentence(sheet, closes, size=34)
    sheet.skip(14)
    for said in (words.VALID, words.INVOICE):
        sentence(sheet, said, size=24)
        sheet.skip(14)
    foot(sheet, face.till, words.moment(face.sold_at, face.zone), face.reference)


def _reprint_band(sheet: Sheet) -> None:
    text = sheet.fit("  ".join(words.REPRINT), INNER - 24, bold=True, largest=34, smallest=24)
    height = text.height + 16
    sheet.block(Box(MARGIN, sheet.y, WIDTH - MARGIN, sheet.y + height))
    sheet.put(text, WIDTH // 2, sheet.y + 8, Side.CENTRE, ink=WHITE)
    sheet.y += height
