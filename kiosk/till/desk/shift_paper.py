"""The slip of a shift, on the paper that tickets are printed on: sums from top to bottom, and a line to sign."""

from collections.abc import Callable
from datetime import tzinfo

from kiosk.paper import words
from kiosk.paper.face import Words
from kiosk.paper.fonts import Fonts
from kiosk.paper.parts import foot, heading, label, row, sentence
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import INNER, Box, Sheet
from kiosk.till.desk.answers import ShiftShown
from tickets.money import Fen, yuan

TITLE: Words = ("交接班单", "Shift slip")
CASHIER: Words = ("工牌", "Badge")
FROM: Words = ("开始", "From")
TO: Words = ("结束", "To")
SIGNED: Words = ("签字", "Signature")
LINES: tuple[tuple[Words, Callable[[ShiftShown], Fen]], ...] = (
    (("期初", "At the opening"), lambda shift: shift.drawer.opening),
    (("旅客投入 +", "Put in"), lambda shift: shift.drawer.inserted),
    (("补充 +", "Refilled"), lambda shift: shift.drawer.refilled),
    (("找零退款 −", "Given out"), lambda shift: shift.drawer.paid_out),
    (("取出 −", "Removed"), lambda shift: shift.drawer.removed),
)
EXPECTED: Words = ("应有", "Expected")
COUNTED: Words = ("实点", "Counted")
DIFFERENCE: Words = ("差额", "Difference")
AGREES: Words = ("账实相符。", "The count agrees with the journal.")
DIFFERS: Words = ("账实不符，差额已登记。", "The count differs. The difference is on record.")


def lay_out_shift(shift: ShiftShown, fonts: Fonts, *, operator: Words, till: str, zone: tzinfo) -> Sheet:
    """The drawn slip of a closed shift, which knows where every text stands."""
    sheet = Sheet(fonts)
    heading(sheet, operator, TITLE)
    sheet.skip(18)
    closed_by = f" → {shift.closed_by}" if shift.closed_by not in ("", shift.badge) else ""
    row(sheet, CASHIER, shift.badge + closed_by)
    row(sheet, FROM, words.moment(shift.opened_at, zone))
    if shift.closed_at is not None:
        row(sheet, TO, words.moment(shift.closed_at, zone))
    sheet.rule()
    sheet.skip(14)
    for said, fen in LINES:
        row(sheet, said, yuan(fen(shift)))
    sheet.rule()
    sheet.skip(14)
    row(sheet, EXPECTED, yuan(shift.drawer.expected))
    if shift.counted is not None and shift.difference is not None:
        row(sheet, COUNTED, yuan(shift.counted))
        row(sheet, DIFFERENCE, yuan(shift.difference))
        sheet.skip(8)
        sentence(sheet, DIFFERS if shift.difference else AGREES, size=30)
    sheet.skip(20)
    label(sheet, SIGNED)
    sheet.skip(70)
    sheet.block(Box(8, sheet.y, 8 + INNER, sheet.y + 2))
    sheet.skip(14)
    foot(sheet, till, words.moment(shift.closed_at or shift.opened_at, zone), shift.shift[:8])
    return sheet


def draw_shift(shift: ShiftShown, fonts: Fonts, *, operator: Words, till: str, zone: tzinfo) -> Raster:
    """The slip as it is printed."""
    return lay_out_shift(shift, fonts, operator=operator, till=till, zone=zone).raster()
