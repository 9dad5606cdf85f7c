"""What phones show at a gate: tickets of the web, and the bare number of an older app, among all else on a screen."""

from dataclasses import dataclass

import cv2
import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from kiosk.paper.fonts import Fonts
from station.bench.sheet import Chance, Sheet
from tickets.numbers import TicketNumber

Grey = NDArray[np.uint8]

WIDTH = 1080
"""Points of a screen: they are what a plane has."""

TITLES = ("电子客票", "我的车票", "Coach ticket", "检票码", "乘车码")
LINES = (
    "梧桐汽车客运站 → 上海虹桥枢纽", "发车 14:35  检票口 3", "张*  3304****0012", "全票 ¥185.00",
    "请勿截图转发", "Wutong → Shanghai Hongqiao", "Gate 3 · Bay 12 · Seat 07", "已支付 · 待检票",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Grey levels of a screen: its page, the card on it, letters, and the code's light and dark."""

    page: int
    card: int
    ink: int
    light: int
    dark: int


LIGHT = Theme(page=236, card=250, ink=30, light=255, dark=4)
PLAIN = Theme(page=252, card=252, ink=60, light=252, dark=25)
TINTED = Theme(page=120, card=235, ink=50, light=240, dark=40)
DARK = Theme(page=18, card=34, ink=215, light=235, dark=10)
"""A dark page whose code is on a white card of its own."""
INVERTED = Theme(page=16, card=24, ink=220, light=24, dark=232)
"""A page turned dark with its code: bright modules, and around them no quiet zone but the page."""


def qr_code(text: str, level: str, version: int | None = None) -> Grey:
    """The modules of a QR code, 1 for dark ones, without a margin."""
    if version is not None:
        version = max(version, int(segno.make(text, error=level, boost_error=False, micro=False).version))
    code = segno.make(text, error=level, version=version, boost_error=False, micro=False)
    return np.array(code.matrix, np.uint8)


def bars(text: str) -> Grey:
    """One row of a Code 128: 1 for its bars, without a margin."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    row = np.asarray(made.to_image(scale=1, add_quiet_zones=False), np.uint8)[:1]
    return np.asarray(row < 128, np.uint8)


def drawn(modules: Grey, scale: int, *, light: int, dark: int, dotted: bool = False) -> Grey:
    """The code in grey, `scale` points for a module; `dotted` draws round modules as some apps do."""
    if not dotted:
        large = np.kron(np.where(modules, dark, light), np.ones((scale, scale), np.uint8))
        return np.asarray(large, np.uint8)
    image = np.full((len(modules) * scale,) * 2, light, np.uint8)
    for row, column in np.argwhere(modules):
        middle = (int((column + 0.5) * scale), int((row + 0.5) * scale))
        cv2.circle(image, middle, max(2, int(scale * 0.47)), dark, -1, cv2.LINE_AA)
    for top, left in ((0, 0), (0, len(modules) - 7), (len(modules) - 7, 0)):  # finder patterns stay square
        part = drawn(modules[top : top + 7, left : left + 7], scale, light=light, dark=dark)
        image[top * scale : (top + 7) * scale, left * scale : (left + 7) * scale] = part
    return image


def ticket_page(text: str, theme: Theme, fonts: Fonts, chance: Chance) -> Sheet:
    """A ticket of the web: its code at level L or M in the middle of a page with lines of text."""
    modules = qr_code(text, str(chance.choice(["l", "m"])))
    quiet = 0 if theme is INVERTED else int(chance.choice([1, 2, 4, 4]))
    scale = int(chance.integers(640, 900)) // (len(modules) + 2 * quiet)
    return _page(drawn(modules, scale, light=theme.light, dark=theme.dark), quiet * scale, len(modules), theme, fonts,
                 chance)  # fmt: skip


def number_page(number: TicketNumber, theme: Theme, fonts: Fonts, chance: Chance) -> Sheet:
    """An older app: the bare number as a small QR code, now and then with round modules or a badge in its middle."""
    badge = chance.random() < 0.3
    level = "h" if badge else str(chance.choice(["l", "m", "q"]))
    modules = qr_code(number.digits, level, int(chance.choice([1, 2, 3, 5])))
    quiet = int(chance.choice([1, 2, 4]))
    scale = int(chance.integers(380, 760)) // (len(modules) + 2 * quiet)
    image = drawn(modules, scale, light=theme.light, dark=theme.dark, dotted=chance.random() < 0.2)
    if badge:
        middle, half = len(image) // 2, int(0.1 * len(image))
        cv2.rectangle(image, (middle - half,) * 2, (middle + half,) * 2, theme.light, -1)
        cv2.circle(image, (middle, middle), int(half * 0.8), 110, -1, cv2.LINE_AA)
    return _page(image, quiet * scale, len(modules), theme, fonts, chance)


def bars_page(number: TicketNumber, theme: Theme, fonts: Fonts, chance: Chance) -> Sheet:
    """An older app: the bare number as Code 128, bars upright, the number below."""
    row = bars(number.digits)
    scale = (WIDTH - 200) // row.shape[1]
    image = np.repeat(drawn(row, scale, light=theme.light, dark=theme.dark), int(chance.integers(24, 50)), axis=0)
    return _page(image, 10 * scale, row.shape[1], theme, fonts, chance, label=number.grouped)


def _page(
    code: Grey, quiet: int, modules: int, theme: Theme, fonts: Fonts, chance: Chance, label: str | None = None
) -> Sheet:
    height = int(chance.integers(1700, 2250))
    page = Image.new("L", (WIDTH, height), theme.page)
    draw = ImageDraw.Draw(page)
    bold, plain = fonts.of(56, bold=True), fonts.of(40, bold=False)
    draw.text((40, 24), "14:01", theme.ink, fonts.of(36, bold=True))
    draw.rectangle((930, 30, 1000, 62), outline=theme.ink, width=4)
    if chance.random() < 0.5:
        draw.rectangle((0, 90, WIDTH, 240), int(chance.integers(60, 190)))
    draw.text((60, 130), str(chance.choice(TITLES)), theme.ink, bold)
    top = int(chance.integers(430, 700))
    code_height, code_width = code.shape
    left = (WIDTH - code_width) // 2
    draw.rounded_rectangle((50, top - 130, WIDTH - 50, min(height - 60, top + code_height + 420)), 30, theme.card)
    draw.rectangle((left - quiet, top - quiet, left + code_width + quiet - 1, top + code_height + quiet - 1),
                   theme.light)  # fmt: skip
    page.paste(Image.fromarray(code), (left, top))
    if label is not None:
        draw.text((left, top + code_height + 20), label, theme.ink, plain)
    order = chance.permutation(len(LINES))
    draw.text((90, top - 115), LINES[order[0]], theme.ink, plain)
    for at, line in enumerate(order[1 : int(chance.integers(2, 6))]):
        draw.text((90, top + code_height + max(quiet, 30) + 60 + 70 * at), LINES[line], theme.ink, plain)
    if chance.random() < 0.5:
        draw.rounded_rectangle((120, height - 230, WIDTH - 120, height - 120), 50, int(chance.integers(70, 180)))
    framed = np.pad(np.asarray(page, np.uint8), int(chance.integers(24, 60)), constant_values=12)
    edge = (framed.shape[1] - WIDTH) / 2
    x, y = edge + left + code_width / 2, edge + top + code_height / 2
    return Sheet(plane=framed.astype(np.float32), x=x, y=y, side=code_width, high=code_height, modules=modules)
