"""Badge cards and badge codes as files and as paper: written for their holder alone, read as a picture or as text."""

import io
import os
from pathlib import Path

from kiosk.paper.face import Words
from kiosk.paper.fonts import FontMissing, find_fonts
from kiosk.paper.parts import boxes, foot, heading, sentence
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import Sheet, Side, encode
from kiosk.paper.words import moment
from station.pin import STANDARD_INPUT, read_line
from station.staff_words import ROLES
from station.station_words import StationWords
from tickets.badges import CARD_PREFIX, MAX_BADGE_TEXT
from tickets.errors import EnvironmentFault
from tickets.trust import Badge

CARD_TITLE = ("工牌卡", "Badge card")
CODE_TITLE = ("工牌码", "Badge code")
NUMBER = ("工牌号", "Badge")
ROLE = ("岗位", "Role")
CARD_RULES = (
    (
        "用于在终端上办理业务，须输入密码。不要在检票机上出示，不要拍照，不要复印。",
        "For acts at a terminal, with the PIN. Never show it at a gate, photograph it or copy it.",
    ),
    (
        "遗失或密码泄露时，请立即报告值班员，停用本工牌。",
        "Lost, or the PIN known to others? Tell the duty manager at once: the badge must be withdrawn.",
    ),
)
CODE_RULES = (
    (
        "在检票机上出示：旅客被拒后 20 秒内放行该旅客，每次都会登记。",
        "Show it at a gate: within 20 s of a refusal it lets that passenger through. Each time is recorded.",
    ),
)


def draw_card(card: str, badge: Badge, station: StationWords) -> Raster:
    """A card to keep, 72 mm wide. Raises EnvironmentFault when the typeface is missing."""
    return _draw(CARD_TITLE, card, badge, station, moment(badge.expires, station.zone), CARD_RULES)


def draw_code(code: str, badge: Badge, station: StationWords, until: str) -> Raster:
    """A code to show at a gate, on a slip or a telephone. Raises EnvironmentFault when the typeface is missing."""
    return _draw(CODE_TITLE, code, badge, station, until, CODE_RULES)


def _draw(
    title: Words,
    text: str,
    badge: Badge,
    station: StationWords,
    until: str,
    rules: tuple[Words, ...],
) -> Raster:
    try:
        sheet = Sheet(find_fonts())
    except FontMissing as missing:
        raise EnvironmentFault("the picture cannot be drawn: a typeface is missing", str(missing)) from missing
    heading(sheet, station.operator, title)
    sheet.skip(20)
    boxes(sheet, ((NUMBER, (badge.number, badge.initials)), (ROLE, ROLES[badge.role])))
    sheet.skip(6)
    sheet.qr(encode(text), dots=6, least=5, smallest_side=300)
    sheet.line(until, size=40, bold=True, side=Side.CENTRE)
    sheet.y += 8
    sheet.line("前有效 · Valid until", size=22, side=Side.CENTRE)
    sheet.skip(18)
    sheet.rule()
    for rule in rules:
        sheet.skip(16)
        sentence(sheet, rule, size=26)
    sheet.skip(14)
    foot(sheet, station.name[0], station.name[1], "")
    return sheet.raster()


def png(raster: Raster) -> bytes:
    """The picture as a PNG file at its printed size."""
    made = io.BytesIO()
    raster.to_image().save(made, "PNG", dpi=(203, 203))
    return made.getvalue()


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read; it is on the disk when this returns.

    Raises EnvironmentFault when there is a file of this name already: a card is never overwritten.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise EnvironmentFault(f"there is a file {path} already", "give another name, or put that one away") from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_card(source: str) -> str:
    """The card's text from a picture, a text file, or ("-") a line of standard input, as a scanner types it.

    Raises EnvironmentFault when there is no card in it; OSError when it cannot be read.
    """
    found = [read_line("the badge card")] if source == STANDARD_INPUT else _texts(Path(source))
    cards = [text for text in found if text.startswith(CARD_PREFIX)]
    if len(cards) != 1:
        raise EnvironmentFault(
            f"there is {'no' if not cards else 'more than one'} badge card in "
            + ("what came from standard input" if source == STANDARD_INPUT else source),
            "give the picture or the text file of one badge card, sharp and whole (its text begins with RK1:)",
        )
    return cards[0]


def _texts(path: Path) -> list[str]:
    with path.open("rb") as file:
        begins = file.read(4 * MAX_BADGE_TEXT)
    if begins.isascii():
        return [line.strip() for line in begins.decode("ascii").splitlines()]
    from gate.camera import CodeReader  # OpenCV takes a second to load: only for pictures

    return CodeReader().read_picture(path)
