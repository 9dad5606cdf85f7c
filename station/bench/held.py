"""What people hold up to a gate's camera: phones and printed tickets, whole or in trouble, seen straight on."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import cv2
import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray

from gate.camera import QR
from kiosk.paper.draw import draw_ticket
from kiosk.paper.face import TicketFace
from kiosk.paper.fonts import Fonts, find_fonts
from station.bench import imagined
from tickets.credential import Ticket, issue, issue_delegated
from tickets.service_day import CHINA

Plane = NDArray[np.float32]
"""What is held up: light that comes from each point, 0 to 255."""
Chance = np.random.Generator

SCREEN_WIDTH = 1080


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Something flat with a code on it: its light, and the code's middle and side in points."""

    plane: Plane
    x: float
    y: float
    side: float


def phone(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone with the ticket on it, dark on light."""
    return _on_screen(ticket, chance, dark_mode=False)


def phone_in_dark_mode(ticket: Ticket, chance: Chance) -> tuple[str, Sheet]:
    """A phone with the ticket on it, light on dark."""
    return _on_screen(ticket, chance, dark_mode=True)


def _on_screen(ticket: Ticket, chance: Chance, *, dark_mode: bool) -> tuple[str, Sheet]:
    """A ticket of the web, or now and then one that a till has shown: code, lines of text, frame of the phone."""
    by_till = chance.random() < 1 / 3
    text = _by_till(ticket) if by_till else issue(ticket, imagined.key("ticket"))
    paper, ink = (28, 235) if dark_mode else (245, 8)
    modules = np.array(segno.make(text, error="l", boost_error=False, micro=False).matrix, np.uint8)
    scale = int(chance.integers(680, 860)) // (len(modules) + 8)
    side = scale * len(modules)
    screen = np.full((1900, SCREEN_WIDTH), paper, np.uint8)
    left, top = (SCREEN_WIDTH - side) // 2, int(chance.integers(420, 620))
    dots = np.where(modules, ink, paper).astype(np.uint8)
    screen[top : top + side, left : left + side] = np.kron(dots, np.ones((scale, scale), np.uint8))
    for row, letters in ((150, "Coach ticket"), (260, "K1024-07   14:35"), (top + side + 160, ticket.number.grouped)):
        cv2.putText(screen, letters, (90, row), cv2.FONT_HERSHEY_SIMPLEX, 2.0, ink, 4, cv2.LINE_AA)
    framed = np.pad(screen, 46, constant_values=15)
    return text, Sheet(plane=framed.astype(np.float32), x=46 + left + side / 2, y=46 + top + side / 2, side=side)


def paper(ticket: Ticket, _: Chance) -> tuple[str, Sheet]:
    """A ticket as the kiosk prints it, held by its lower part: three dots of the picture for a dot of the printer."""
    text = _by_till(ticket)
    image = draw_ticket(face(ticket, text), _fonts()).to_image().convert("L")
    dots = np.asarray(image, np.uint8)
    place = zxingcpp.read_barcodes(dots, formats=QR)[0].position
    corners = np.array([(c.x, c.y) for c in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)])
    x, y = corners.mean(axis=0)
    side = float(np.linalg.norm(corners[1] - corners[0]))
    top = max(0, int(y - 1.2 * side))
    shown = cv2.resize(dots[top : int(y + 1.1 * side)], None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    soft = cv2.GaussianBlur(shown, (0, 0), 1.2).astype(np.float32)  # heat spreads
    plane = np.asarray(45 + soft * np.float32((225 - 45) / 255), np.float32)
    return text, Sheet(plane=plane, x=3 * x, y=3 * (y - top), side=3 * side)


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


def dim(sheet: Sheet, chance: Chance) -> Plane:
    """The screen is turned down and mirrors the hall."""
    return sheet.plane * chance.uniform(0.1, 0.3) + np.float32(chance.uniform(8, 35))


def glare(sheet: Sheet, chance: Chance) -> Plane:
    """Lamps of the hall are mirrored in the glass, over a part of the code."""
    plane = sheet.plane.copy()
    for _ in range(int(chance.integers(1, 3))):
        x, y = (np.array([sheet.x, sheet.y]) + chance.uniform(-0.5, 0.5, 2) * sheet.side).tolist()
        across, along = chance.uniform(0.07, 0.16) * sheet.side, chance.uniform(0.07, 0.3) * sheet.side
        rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]].astype(np.float32)
        far = ((columns - x) / across) ** 2 + ((rows - y) / along) ** 2
        plane += np.float32(chance.uniform(180, 400)) * np.exp(-far / 2)
    return plane


def cracked(sheet: Sheet, chance: Chance) -> Plane:
    """The glass is broken from one point outwards; cracks are bright or dark and a few points wide."""
    plane = sheet.plane.copy()
    from_here = np.array([sheet.x, sheet.y]) + chance.uniform(-0.5, 0.5, 2) * sheet.side
    for _ in range(int(chance.integers(5, 12))):
        angle, here, points = chance.uniform(0, 2 * np.pi), from_here.copy(), [from_here.copy()]
        for _ in range(8):
            angle += chance.normal(0, 0.3)
            here = here + np.array([np.cos(angle), np.sin(angle)]) * chance.uniform(0.05, 0.16) * sheet.side
            points.append(here.copy())
        level = float(chance.choice([20, 140, 250, 255]))
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        cv2.polylines(plane, [line], isClosed=False, color=level, thickness=int(chance.integers(2, 8)))
    return plane


def faded(sheet: Sheet, chance: Chance) -> Plane:
    """Heat and light have greyed the paper and taken the black, here more than there."""
    height, width = sheet.plane.shape
    coarse = chance.uniform(0, 1, (5, 4)).astype(np.float32)
    uneven = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    left = np.float32(chance.uniform(0.12, 0.3)) * (0.6 + 0.8 * np.clip(uneven, 0, 1))
    return np.asarray(205 - 45 * (1 - uneven) * 0.5 + (sheet.plane - 225) * left, np.float32)


def creased(sheet: Sheet, chance: Chance) -> Plane:
    """The ticket was folded: the print is rubbed off along the folds, and each part catches the light differently."""
    plane = sheet.plane.copy()
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]].astype(np.float32)
    for _ in range(int(chance.integers(1, 4))):
        angle = chance.choice([0.0, np.pi / 2]) + chance.normal(0, 0.12)
        middle = chance.uniform(-0.42, 0.42) * sheet.side
        off = (columns - sheet.x) * np.cos(angle) + (rows - sheet.y) * np.sin(angle) - middle
        plane *= np.where(off > 0, np.float32(chance.uniform(0.7, 1.1)), np.float32(1))
        worn = np.exp(-((off / (chance.uniform(0.004, 0.016) * sheet.side)) ** 2))
        worn *= chance.uniform(0.5, 1.0, plane.shape).astype(np.float32)
        plane += worn * (225 - plane)
    return plane


def curled(sheet: Sheet, chance: Chance) -> Plane:
    """Paper from a roll stays a part of a cylinder: narrower and darker towards its sides."""
    height, width = sheet.plane.shape
    angle = np.radians(chance.uniform(70, 125))
    across = np.linspace(-1, 1, width, dtype=np.float32) * np.sin(angle / 2)
    bent = np.arcsin(across) / (angle / 2)
    source = np.broadcast_to((bent + 1) / 2 * (width - 1), (height, width)).astype(np.float32)
    rows = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width))
    shade = np.sqrt(1 - across**2) * 0.6 + 0.4
    return np.asarray(cv2.remap(sheet.plane, source, rows.copy(), cv2.INTER_AREA) * shade, np.float32)


@cache
def _fonts() -> Fonts:
    return find_fonts()
