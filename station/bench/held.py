"""What people hold up to a gate's camera, whole and seen straight on: phones and thermal prints."""

from datetime import timedelta
from functools import cache

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw

from gate.damaged import MODEL_2
from kiosk.paper.draw import draw_ticket
from kiosk.paper.face import TicketFace
from kiosk.paper.fonts import Fonts, find_fonts
from station.bench import apps, imagined
from station.bench.sheet import Chance, Sheet
from tickets.credential import Ticket, issue, issue_delegated
from tickets.service_day import CHINA

DOTS = 576
"""Across a paper 80 mm wide, at 203 dots an inch."""
FINE = 3
"""Points of a plane for a dot of the printer."""


def phone(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone with the ticket on it, dark on light; the page around it may be dark."""
    themes = (apps.LIGHT, apps.PLAIN, apps.TINTED, apps.DARK)
    text = _any(ticket, chance)
    return text, apps.ticket_page(text, themes[int(chance.integers(len(themes)))], _fonts(), chance)


def phone_inverted(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone with the ticket on it, light on dark, without a quiet zone."""
    text = _any(ticket, chance)
    return text, apps.ticket_page(text, apps.INVERTED, _fonts(), chance)


def phone_with_number(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone with the bare number as a QR code."""
    theme = apps.DARK if chance.random() < 0.25 else apps.LIGHT
    return ticket.number.digits, apps.number_page(ticket.number, theme, _fonts(), chance)


def phone_with_bars(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone with the bare number as Code 128."""
    return ticket.number.digits, apps.bars_page(ticket.number, apps.LIGHT, _fonts(), chance)


def phone_among_codes(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone on which a second code is seen: an advertisement's or a payment's, below the ticket's."""
    text, sheet = phone(ticket, chance)
    other = apps.qr_code(f"HTTPS://PAY.EXAMPLE/{int(chance.integers(1 << 40))}", "m")
    image = apps.drawn(other, int(chance.integers(5, 9)), light=250, dark=20)
    plane = sheet.plane.copy()
    bottom, left = plane.shape[0] - len(image) - 60, int(chance.integers(80, plane.shape[1] - len(image) - 80))
    top = max(int(sheet.y + sheet.high / 2) + 60, bottom)
    room = min(len(image), plane.shape[0] - top)
    plane[top - 20 : top + room + 20, left - 20 : left + len(image) + 20] = 250
    plane[top : top + room, left : left + len(image)] = image[:room]
    return text, Sheet(plane=plane, x=sheet.x, y=sheet.y, side=sheet.side, high=sheet.high, modules=sheet.modules)


def paper(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A ticket as the kiosk prints it, held by its lower part."""
    text = _by_till(ticket)
    dots = np.asarray(draw_ticket(face(ticket, text), _fonts()).to_image().convert("L"), np.uint8)
    found = zxingcpp.read_barcodes(dots, formats=MODEL_2)[0]
    place = found.position
    corners = np.array([(c.x, c.y) for c in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)])
    x, y = corners.mean(axis=0)
    side = float(np.linalg.norm(corners[1] - corners[0]))
    top = max(0, int(y - 1.2 * side))
    shown = dots[top : int(y + 1.1 * side)]
    modules = len(apps.qr_code(text, "m"))
    return text, _burnt(shown, x=x, y=y - top, side=side, high=side, modules=modules, chance=chance)


def old_paper(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A ticket of an older system: the bare number as a small QR code, large or small, between lines of text."""
    modules = apps.qr_code(ticket.number.digits, str(chance.choice(["l", "m", "q"])), int(chance.choice([1, 2, 3])))
    code = apps.drawn(modules, int(chance.integers(4, 9)), light=255, dark=0)
    return ticket.number.digits, _slip(ticket, code, len(modules), chance)


def old_paper_with_bars(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A ticket of an older system: the bare number as Code 128 of two or three dots a module."""
    row = apps.bars(ticket.number.digits)
    code = np.repeat(apps.drawn(row, int(chance.integers(2, 4)), light=255, dark=0), int(chance.integers(24, 40)), 0)
    return ticket.number.digits, _slip(ticket, code, row.shape[1], chance)


def _slip(ticket: Ticket, code: apps.Grey, modules: int, chance: Chance) -> Sheet:
    top = int(chance.integers(180, 320))
    image = Image.new("L", (DOTS, top + code.shape[0] + 260), 255)
    draw = ImageDraw.Draw(image)
    left = int(chance.integers(30, max(31, DOTS - code.shape[1] - 30)))
    for at, line in enumerate((apps.LINES[0], apps.LINES[1], apps.LINES[3])):
        draw.text((30, 20 + 52 * at), line, 0, _fonts().of(34, bold=at == 0))
    image.paste(Image.fromarray(code), (left, top))
    draw.text((left, top + code.shape[0] + 12), ticket.number.grouped, 0, _fonts().of(26, bold=False))
    draw.text((30, top + code.shape[0] + 80), "No refund after departure 请妥善保管", 0, _fonts().of(26, bold=False))
    x, y = left + code.shape[1] / 2, top + code.shape[0] / 2
    return _burnt(np.asarray(image, np.uint8), x=x, y=y, side=code.shape[1], high=code.shape[0], modules=modules,
                  chance=chance)  # fmt: skip


def _burnt(dots: apps.Grey, *, x: float, y: float, side: float, high: float, modules: int, chance: Chance) -> Sheet:
    """Thermal paper after the head: heat spreads over the edge of a dot, or does not fill it; paper has a grain."""
    fine = cv2.resize(255 - dots, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_NEAREST).astype(np.float32) / 255
    warm = cv2.GaussianBlur(fine, (0, 0), chance.uniform(0.9, 1.6))
    gain = chance.uniform(0.32, 0.62)  # the share of heat at which paper turns: low is a dot that grew
    ink = 1 / (1 + np.exp((gain - warm) / np.float32(0.09)))
    ink *= 1 - np.float32(chance.uniform(0, 0.25)) * chance.random(ink.shape, np.float32)
    dark, light = np.float32(chance.uniform(35, 70)), np.float32(chance.uniform(205, 235))
    plane = light + ink * (dark - light)
    return Sheet(plane=plane, x=FINE * x, y=FINE * y, side=FINE * side, high=FINE * high, modules=modules)


def _any(ticket: Ticket, chance: Chance) -> str:
    """Of the centre, or one in three times a till's, which is twice as long."""
    return _by_till(ticket) if chance.random() < 1 / 3 else issue(ticket, imagined.key("ticket"))


def _by_till(ticket: Ticket) -> str:
    return issue_delegated(ticket, imagined.key("till"), imagined.CERTIFICATE)


def face(ticket: Ticket, text: str) -> TicketFace:
    """What stands on the printed ticket."""
    return TicketFace(
        operator=("梧桐客运", "Wutong Coaches"),
        origin=("梧桐汽车客运站", "Wutong Coach Station"),
        destination=("上海虹桥枢纽", "Shanghai Hongqiao Hub"),
        departure=imagined.NOW + timedelta(minutes=35),
        zone=CHINA,
        trip=ticket.journey.trip,
        gate="3",
        bay="12",
        seat=str(ticket.journey.seat),
        code=text,
        number=ticket.number.digits,
        passenger_masked="张*",
        document_masked="3304****0012",
        kind=("全票", "Adult"),
        fare_fen=ticket.journey.fare,
        check_in_closes=imagined.NOW + timedelta(minutes=30),
        sold_at=imagined.NOW,
        till="kiosk-1",
        coach="鲁A12345",
        reference="8d2f01aa",
    )


@cache
def _fonts() -> Fonts:
    return find_fonts()
