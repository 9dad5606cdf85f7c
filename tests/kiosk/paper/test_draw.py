"""Tickets and slips as they are drawn: complete, legible, nothing over anything else."""

from dataclasses import replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from kiosk.paper.draw import draw_slip, draw_ticket, lay_out_slip, lay_out_ticket
from kiosk.paper.face import SlipFace, TicketFace
from kiosk.paper.fonts import find_fonts
from kiosk.paper.raster import Raster
from kiosk.paper.sheet import WIDTH, Box, Sheet
from tests.kiosk.paper import faces

FONTS = find_fonts()
TICKETS = {
    "ordinary": faces.TICKET,
    "four characters": faces.FOUR_CHARACTERS,
    "longest": faces.LONGEST,
    "long origin": faces.LONG_ORIGIN_ONLY,
    "reprint": replace(faces.TICKET, reprint=True),
}


def drawn(sheet: Sheet) -> str:
    return "\n".join(text for text, _ in sheet.texts)


def without_spaces(text: str) -> str:
    return "".join(text.split())


def check_nothing_overlaps(sheet: Sheet) -> None:
    paper = [box for _, box in sheet.texts]
    for text, box in sheet.texts:
        assert box.left >= 0, text
        assert box.right <= WIDTH, text
        assert box.top >= 0, text
        assert box.bottom <= sheet.y, text
    for (text, box), (other, other_box) in combinations(sheet.texts, 2):
        assert not box.meets(other_box), (text, other)
    if sheet.code:
        assert not [box for box in paper if box.meets(sheet.code)]


@pytest.mark.parametrize("face", TICKETS.values(), ids=TICKETS.keys())
def test_a_ticket_fits_and_nothing_overlaps(face: TicketFace) -> None:
    sheet = lay_out_ticket(face, FONTS)
    check_nothing_overlaps(sheet)
    assert sheet.y <= 1600


@pytest.mark.parametrize("face", TICKETS.values(), ids=TICKETS.keys())
def test_nothing_is_left_out(face: TicketFace) -> None:
    text = without_spaces(drawn(lay_out_ticket(face, FONTS)))
    parts = [*face.operator, *face.origin, *face.destination, face.gate, face.bay, *face.kind, face.till]
    parts += [face.trip, face.coach, face.reference, face.number, face.passenger_masked, face.document_masked]
    parts += ["14:05", "11月22日 周日", "Sun 22 Nov 2026", "2026-11-22 13:05"]
    for part in parts:
        assert without_spaces(part) in text


def test_the_words_that_depend(tmp_path: Path) -> None:
    ordinary = drawn(lay_out_ticket(faces.TICKET, FONTS))
    longest = drawn(lay_out_ticket(faces.LONGEST, FONTS))
    early = drawn(lay_out_ticket(faces.FOUR_CHARACTERS, FONTS))
    assert "补打" not in ordinary
    assert "补打 REPRINT" in longest
    assert "¥185.00" in ordinary
    assert "¥3.00" in longest
    assert "携童 2 人" in longest
    assert "2 children" in longest
    assert "不对号" in longest
    assert "13:55 停止检票" in ordinary
    assert "Check-in closes at 13:55" in ordinary
    assert "请提前到检票口候车" in early


def test_a_ticket_is_never_refused_for_its_names() -> None:
    endless = ("很长的站名" * 12, "A very long name of a station " * 8)
    sheet = lay_out_ticket(replace(faces.LONGEST, origin=endless, destination=endless), FONTS)
    check_nothing_overlaps(sheet)
    assert draw_ticket(replace(faces.LONGEST, origin=endless, destination=endless), FONTS).height == sheet.y


@pytest.mark.parametrize(("characters", "side_mm"), [(faces.CENTRE_CHARACTERS, 36.75), (faces.TILL_CHARACTERS, 43.1)])
def test_the_code_is_large_and_alone(characters: int, side_mm: float) -> None:
    sheet = lay_out_ticket(replace(faces.TICKET, code=faces.code(characters)), FONTS)
    assert sheet.code
    around = sheet.code
    picture = sheet.raster().to_image().convert("L")
    ink = picture.crop((around.left, around.top, around.right, around.bottom)).point(lambda dot: 255 - dot).getbbox()
    assert ink
    quiet, side = ink[0], ink[2] - ink[0]
    assert ink == (quiet, quiet, quiet + side, quiet + side)
    assert side / 8 == pytest.approx(side_mm, abs=0.05)
    assert quiet >= 20
    beside = [(0, around.top, around.left, around.bottom), (around.right, around.top, WIDTH, around.bottom)]
    for part in beside:
        assert picture.crop(part).getextrema() == (255, 255)


def test_a_code_too_long_for_the_paper_is_said() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        draw_ticket(replace(faces.TICKET, code="A" * 3000), FONTS)


@pytest.mark.parametrize("face", [faces.SLIP, faces.LONG_SLIP], ids=["ordinary", "long"])
def test_a_slip(face: SlipFace) -> None:
    sheet = lay_out_slip(face, FONTS)
    check_nothing_overlaps(sheet)
    text = without_spaces(drawn(sheet))
    for part in (*face.operator, face.claim, *face.reason, *face.to_do, face.till, "2026-11-22 13:05"):
        assert without_spaces(part) in text
    assert f"¥{face.amount_fen // 100}.00" in text
    assert draw_slip(face, FONTS).height == sheet.y <= 1600


def test_drawing_is_the_same_every_time() -> None:
    assert draw_ticket(faces.TICKET, FONTS) == draw_ticket(faces.TICKET, find_fonts())


def test_a_raster_is_what_a_printer_takes(tmp_path: Path) -> None:
    picture = Image.new("L", (10, 2), 255)
    picture.putpixel((0, 0), 0)
    picture.putpixel((9, 1), 100)
    raster = Raster.of(picture)
    assert (raster.width, raster.height, raster.data.hex(" ")) == (10, 2, "80 00 00 40")
    raster.to_png(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as again:
        assert list(again.convert("L").get_flattened_data())[:2] == [0, 255]
    whole = draw_ticket(faces.TICKET, FONTS)
    assert (whole.width, len(whole.data)) == (576, 72 * whole.height)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "1048"},
        {"number": "1048057123669041827X"},
        {"code": "RT1:lower"},
        {"code": ""},
        {"departure": datetime(2026, 11, 22, 14, 5)},  # noqa: DTZ001 - that is what is wrong with it
    ],
)
def test_what_cannot_be_printed_truly_is_refused_early(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(faces.TICKET, **wrong)  # type: ignore[arg-type] # wrong on purpose


def test_the_code_is_not_shown_in_logs() -> None:
    assert faces.TICKET.code not in repr(faces.TICKET)


def test_boxes_meet_only_where_they_share_a_dot() -> None:
    assert Box(0, 0, 2, 2).meets(Box(1, 1, 3, 3))
    assert not Box(0, 0, 2, 2).meets(Box(2, 0, 4, 2))
