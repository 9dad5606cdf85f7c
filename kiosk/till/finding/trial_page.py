"""A page that a technician prints to try the printer. It is no ticket, and says so."""

from kiosk.paper.fonts import Fonts
from kiosk.paper.parts import heading, sentence
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import Sheet, encode

TITLE = ("打印测试", "Test page")
SAID = ("打印机正常。本页不是车票。", "The printer works. This page is not a ticket.")


def draw_test_page(fonts: Fonts) -> Raster:
    """A heading, two sentences and a code that says TEST."""
    sheet = Sheet(fonts)
    heading(sheet, ("", ""), TITLE)
    sheet.skip(20)
    sentence(sheet, SAID, size=32)
    sheet.skip(20)
    sheet.qr(encode("TEST PAGE"), dots=6, least=4, smallest_side=200)
    sheet.skip(20)
    return sheet.raster()
