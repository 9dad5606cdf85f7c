"""The parts that ticket, slips and sheets have in common: heading, journey, time, boxes, rows, sentences, foot."""

from datetime import datetime, tzinfo

from kiosk.paper import words
from kiosk.paper.face import Words
from kiosk.paper.fit import Setting
from kiosk.paper.sheet import ASCENT, INNER, MARGIN, WIDTH, Box, Sheet, Side


def heading(sheet: Sheet, operator: Words, title: Words) -> None:
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


def journey(sheet: Sheet, origin: Words, destination: Words, long_names: int) -> None:
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


def departure(sheet: Sheet, at: datetime, zone: tzinfo, trip_code: str, coach: str) -> None:
    """The time as large as the paper bears, with the date and the trip beside it."""
    time = sheet.fit(words.clock(at, zone), 280, bold=True, largest=104, smallest=80)
    left = MARGIN + time.width + 28
    room = WIDTH - MARGIN - left
    date, date_below = words.day(at, zone)
    trip = f"{words.TRIP[0]} {words.TRIP[1]} {trip_code}"
    beside = [
        sheet.fit(date, room, bold=True, largest=46, smallest=34),
        sheet.fit(date_below, room, bold=False, largest=24, smallest=20),
        sheet.fit(trip, room, bold=False, largest=26, smallest=20),
    ]
    if coach:
        beside.append(
            sheet.fit(f"{words.COACH[0]} {words.COACH[1]} {coach}", room, bold=False, largest=26, smallest=20)
        )
    height = stacked(beside)
    tall = max(height, time.height)
    sheet.put(time, MARGIN - 4, sheet.y + (tall - time.height) // 2)
    y = sheet.y + (tall - height) // 2
    for setting in beside:
        sheet.put(setting, left, y)
        y += setting.height + 8
    sheet.y += tall


def boxes(sheet: Sheet, shown: tuple[tuple[Words, Words], ...]) -> None:
    """Boxes beside each other, each with a label and a value; a value in two languages is set smaller."""
    gap = 12
    width = (INNER - gap * (len(shown) - 1)) // len(shown)
    room = width - 20
    drawn = []
    for name, value in shown:
        upper = sheet.fit(f"{name[0]} {name[1]}", room, bold=False, largest=24, smallest=18)
        lower = [sheet.fit(value[0], room, bold=True, largest=44 if value[1] else 64, smallest=30)]
        if value[1]:
            lower.append(sheet.fit(value[1], room, bold=False, largest=22, smallest=18))
        drawn.append((upper, lower))
    label_height = max(upper.height for upper, _ in drawn)
    value_height = max(stacked(lower) for _, lower in drawn)
    height = 12 + label_height + 10 + value_height + 18
    for number, (upper, lower) in enumerate(drawn):
        left = MARGIN + number * (width + gap)
        sheet.frame(Box(left, sheet.y, left + width, sheet.y + height))
        sheet.put(upper, left + width // 2, sheet.y + 12, Side.CENTRE)
        y = sheet.y + 12 + label_height + 10 + (value_height - stacked(lower)) // 2
        for setting in lower:
            sheet.put(setting, left + width // 2, y, Side.CENTRE)
            y += setting.height + 8
    sheet.y += height


def row(sheet: Sheet, said: Words, value: str, value_below: str = "") -> None:
    """A label on the left, its value on the right."""
    name = sheet.fit(said[0], 160, bold=False, largest=26, smallest=20)
    name_beside = sheet.fit(said[1], 160, bold=False, largest=22, smallest=18)
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


def label(sheet: Sheet, said: Words) -> None:
    """A quiet line that says what stands below it."""
    sheet.line(f"{said[0]}  {said[1]}", size=24)


def sentence(sheet: Sheet, said: Words, *, size: int) -> None:
    """A sentence in Chinese, and below it in English, smaller."""
    sheet.line(said[0], size=size, bold=size > 24, smallest=min(size, 22))
    sheet.y += 8
    below = max(22, size * 3 // 4)
    sheet.line(said[1], size=below, smallest=below - 2)


def foot(sheet: Sheet, terminal: str, at: str, reference: str) -> None:
    """The small print at the end: who drew it, when, and a reference ("" for none)."""
    sheet.line(" · ".join(part for part in (terminal, at, reference) if part), size=20, smallest=16, side=Side.CENTRE)
    sheet.y += 12


def stacked(settings: list[Setting], gap: int = 8) -> int:
    """How high settings are below each other, in dots."""
    return sum(setting.height for setting in settings) + gap * (len(settings) - 1)
