"""Draws a ticket and a claim slip for 80 mm paper. Numbers first; Chinese large, English below it and quieter."""

from kiosk.paper import words
from kiosk.paper.face import SlipFace, TicketFace, Words
from kiosk.paper.fit import Setting
from kiosk.paper.fonts import Fonts
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import ASCENT, INNER, LONGEST, MARGIN, WHITE, WIDTH, Box, Modules, Sheet, Side, encode
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
    _heading(sheet, face.operator, words.SLIP_TITLE)
    sheet.skip(20)
    _label(sheet, words.AMOUNT)
    sheet.skip(8)
    sheet.line(yuan(Fen(face.amount_fen)), size=88, bold=True)
    sheet.skip(20)
    _label(sheet, words.CLAIM)
    sheet.skip(8)
    sheet.line(face.claim, size=48, bold=True, smallest=28)
    sheet.skip(20)
    sheet.rule()
    for label, sentence in ((words.WHAT_HAPPENED, face.reason), (words.WHAT_TO_DO, face.to_do)):
        sheet.skip(22)
        _label(sheet, label)
        sheet.skip(8)
        _sentence(sheet, sentence, size=32)
    sheet.skip(24)
    sheet.rule()
    sheet.skip(16)
    _sentence(sheet, words.KEEP_SLIP, size=24)
    sheet.skip(12)
    _foot(sheet, face.till, words.moment(face.at, face.zone), "")
    return sheet


def _ticket(sheet: Sheet, face: TicketFace, code: Modules, long_names: int) -> None:
    _heading(sheet, face.operator, words.TITLE)
    if face.reprint:
        sheet.skip(14)
        _reprint_band(sheet)
    sheet.skip(20)
    _journey(sheet, face.origin, face.destination, long_names)
    sheet.skip(20)
    _departure(sheet, face)
    sheet.skip(18)
    seat = words.ANY_SEAT if face.seat is None else (face.seat, "")
    _three_boxes(sheet, ((words.GATE, (face.gate, "")), (words.BAY, (face.bay, "")), (words.SEAT, seat)))
    sheet.skip(6)
    sheet.qr(code, dots=MODULE, least=LEAST_MODULE, smallest_side=SMALLEST_CODE)
    sheet.line(words.grouped(face.number), size=36, bold=True, side=Side.CENTRE)
    sheet.y += 8
    sheet.line(f"{words.NUMBER[0]} {words.NUMBER[1]}", size=20, side=Side.CENTRE)
    sheet.skip(20)
    sheet.rule()
    sheet.skip(14)
    _row(sheet, words.PASSENGER, f"{face.passenger_masked} · {face.document_masked}")
    kind = words.with_children(face.kind, face.children)
    _row(sheet, words.KIND, kind[0], kind[1])
    _row(sheet, words.FARE, yuan(Fen(face.fare_fen)))
    if face.insurance_fen is not None:
        _row(sheet, words.INSURANCE, yuan(Fen(face.insurance_fen)))
    sheet.skip(2)
    sheet.rule()
    sheet.skip(16)
    closes = words.BE_EARLY if face.check_in_closes is None else words.check_in(face.check_in_closes, face.zone)
    _sentence(sheet, closes, size=34)
    sheet.skip(14)
    for sentence in (words.VALID, words.INVOICE):
        _sentence(sheet, sentence, size=24)
        sheet.skip(14)
    _foot(sheet, face.till, words.moment(face.sold_at, face.zone), face.reference)


def _heading(sheet: Sheet, operator: Words, title: Words) -> None:
    """The document's name on the right, whose paper it is on the left, and a thick line below."""
    sheet.skip(8)
    top = sheet.y
    name = sheet.fit(title[0], INNER // 2, bold=True, largest=32, smallest=24)
    name_below = sheet.fit(title[1], INNER // 2, bold=False, largest=22, smallest=18)
    room = INNER - max(name.width, name_below.width) - 24
    left = sheet.fit(operator[0], room, bold=True, largest=28, smallest=22)
    left_below = sheet.fit(operator[1], room, bold=False, largest=22, smallest=18)
    for x, side, upper, lower in (
        (WIDTH - MARGIN, Side.RIGHT, name, name_below),
        (MARGIN, Side.LEFT, left, left_below),
    ):
        lowered = round((name.size - upper.size) * ASCENT)
        sheet.put(upper, x, top + lowered, side)
        y = top + lowered + upper.height + 8
        sheet.put(lower, x, y, side)
        sheet.y = max(sheet.y, y + lower.height)
    sheet.skip(12)
    sheet.rule(thick=4)


def _reprint_band(sheet: Sheet) -> None:
    text = sheet.fit("  ".join(words.REPRINT), INNER - 24, bold=True, largest=34, smallest=24)
    height = text.height + 16
    sheet.block(Box(MARGIN, sheet.y, WIDTH - MARGIN, sheet.y + height))
    sheet.put(text, WIDTH // 2, sheet.y + 8, Side.CENTRE, ink=WHITE)
    sheet.y += height


def _journey(sheet: Sheet, origin: Words, destination: Words, long_names: int) -> None:
    """From → to: beside each other when both names are short, below each other when one is long."""
    arrow = 72
    half = (INNER - arrow - 2 * 16) // 2
    sides = [sheet.fit(name[0], half, bold=True, largest=64, smallest=50, rows=1) for name in (origin, destination)]
    if all(len(side.lines) == 1 for side in sides):
        size = min(side.size for side in sides)
        top, bottom = sheet.y, sheet.y
        for x, side, name in ((MARGIN, Side.LEFT, origin), (WIDTH - MARGIN, Side.RIGHT, destination)):
            upper = sheet.fit(name[0], half, bold=True, largest=size, smallest=size, rows=1)
            lower = sheet.fit(name[1], half + 40, bold=False, largest=24, smallest=20)
            sheet.put(upper, x, top, side)
            sheet.put(lower, x, top + upper.height + 12, side)
            bottom = max(bottom, top + upper.height + 12 + lower.height)
        taken = [sheet.fonts.of(size, bold=True).getlength(name[0]) for name in (origin, destination)]
        middle = (MARGIN + taken[0] + WIDTH - MARGIN - taken[1]) / 2
        sheet.arrow(round(middle - arrow / 2), top + size // 2 + 2, arrow)
        sheet.y = bottom
        return
    indent = arrow + 20
    for name, x in ((origin, MARGIN), (destination, MARGIN + indent)):
        upper = sheet.fit(name[0], WIDTH - MARGIN - x, bold=True, largest=long_names, smallest=36)
        if x > MARGIN:
            sheet.skip(18)
            sheet.arrow(MARGIN, sheet.y + upper.size // 2 + 2, arrow)
        sheet.put(upper, x, sheet.y)
        sheet.y += upper.height + 10
        lower = sheet.fit(name[1], WIDTH - MARGIN - x, bold=False, largest=24, smallest=20)
        sheet.put(lower, x, sheet.y)
        sheet.y += lower.height


def _departure(sheet: Sheet, face: TicketFace) -> None:
    """The time as large as the paper bears, with the date and the trip beside it."""
    time = sheet.fit(words.clock(face.departure, face.zone), 280, bold=True, largest=104, smallest=80)
    left = MARGIN + time.width + 28
    room = WIDTH - MARGIN - left
    date, date_below = words.day(face.departure, face.zone)
    trip = f"{words.TRIP[0]} {words.TRIP[1]} {face.trip}"
    beside = [
        sheet.fit(date, room, bold=True, largest=46, smallest=34),
        sheet.fit(date_below, room, bold=False, largest=24, smallest=20),
        sheet.fit(trip, room, bold=False, largest=26, smallest=20),
    ]
    if face.coach:
        beside.append(
            sheet.fit(f"{words.COACH[0]} {words.COACH[1]} {face.coach}", room, bold=False, largest=26, smallest=20)
        )
    height = _stacked(beside)
    tall = max(height, time.height)
    sheet.put(time, MARGIN - 4, sheet.y + (tall - time.height) // 2)
    y = sheet.y + (tall - height) // 2
    for setting in beside:
        sheet.put(setting, left, y)
        y += setting.height + 8
    sheet.y += tall


def _three_boxes(sheet: Sheet, boxes: tuple[tuple[Words, Words], ...]) -> None:
    gap = 12
    width = (INNER - gap * (len(boxes) - 1)) // len(boxes)
    room = width - 20
    drawn = []
    for label, value in boxes:
        upper = sheet.fit(f"{label[0]} {label[1]}", room, bold=False, largest=24, smallest=18)
        lower = [sheet.fit(value[0], room, bold=True, largest=44 if value[1] else 64, smallest=30)]
        if value[1]:
            lower.append(sheet.fit(value[1], room, bold=False, largest=22, smallest=18))
        drawn.append((upper, lower))
    label_height = max(upper.height for upper, _ in drawn)
    value_height = max(_stacked(lower) for _, lower in drawn)
    height = 12 + label_height + 10 + value_height + 18
    for number, (upper, lower) in enumerate(drawn):
        left = MARGIN + number * (width + gap)
        sheet.frame(Box(left, sheet.y, left + width, sheet.y + height))
        sheet.put(upper, left + width // 2, sheet.y + 12, Side.CENTRE)
        y = sheet.y + 12 + label_height + 10 + (value_height - _stacked(lower)) // 2
        for setting in lower:
            sheet.put(setting, left + width // 2, y, Side.CENTRE)
            y += setting.height + 8
    sheet.y += height


def _row(sheet: Sheet, label: Words, value: str, value_below: str = "") -> None:
    """A label on the left, its value on the right."""
    name = sheet.fit(label[0], 160, bold=False, largest=26, smallest=20)
    name_beside = sheet.fit(label[1], 160, bold=False, largest=22, smallest=18)
    start = MARGIN + name.width + 10
    room = WIDTH - MARGIN - start - name_beside.width - 24
    text = sheet.fit(value, room, bold=True, largest=32, smallest=24)
    below = sheet.fit(value_below, room, bold=False, largest=22, smallest=18) if value_below else None
    base = round(text.size * ASCENT)
    sheet.put(name, MARGIN, sheet.y + base - round(name.size * ASCENT))
    sheet.put(name_beside, start, sheet.y + base - round(name_beside.size * ASCENT))
    sheet.put(text, WIDTH - MARGIN, sheet.y, Side.RIGHT)
    sheet.y += text.height
    if below and len(text.lines) == len(below.lines) == 1 and text.width + 12 + below.width <= room:
        x = WIDTH - MARGIN - text.width - 12
        sheet.put(below, x, sheet.y - text.height + base - round(below.size * ASCENT), Side.RIGHT)
    elif below:
        sheet.put(below, WIDTH - MARGIN, sheet.y + 6, Side.RIGHT)
        sheet.y += 6 + below.height
    sheet.skip(14)


def _label(sheet: Sheet, label: Words) -> None:
    sheet.line(f"{label[0]}  {label[1]}", size=24)


def _sentence(sheet: Sheet, sentence: Words, *, size: int) -> None:
    sheet.line(sentence[0], size=size, bold=size > 24, smallest=min(size, 22))
    sheet.y += 8
    below = max(22, size * 3 // 4)
    sheet.line(sentence[1], size=below, smallest=below - 2)


def _foot(sheet: Sheet, till: str, at: str, reference: str) -> None:
    sheet.line(" · ".join(part for part in (till, at, reference) if part), size=20, smallest=16, side=Side.CENTRE)
    sheet.y += 12


def _stacked(settings: list[Setting], gap: int = 8) -> int:
    return sum(setting.height for setting in settings) + gap * (len(settings) - 1)
