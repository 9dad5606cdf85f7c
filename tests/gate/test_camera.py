"""The code reader on generated frames and files: it reads what it should, and nothing where nothing is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from drivers.camera.simulated_scene import Held, Scene
from gate.camera import BARS_EVERY, CodeReader
from gate.ways import LADDER, PATIENT, View, Way, read_quickly

Grey = NDArray[np.uint8]
TICKET = "RT1:" + "6BFOXN%TSMAHN-H3ZS1AFT*GE4 8ZKPRN" * 5
ORIENTATION = 0x0112
"""The tag of a picture file that says which side is up."""
OTHER = "RT1:" + "NCFK60A90C9CZ.UZ+QPS2 3MCPA5PMV7F" * 5


def code(
    path: Path, text: str = TICKET, *, level: str = "m", scale: int = 6, border: int = 4, dark: str = "black"
) -> Path:
    light = "white" if dark == "black" else "black"
    made = segno.make(text, error=level, micro=False, boost_error=False)
    made.save(str(path), scale=scale, border=border, dark=dark, light=light)
    return path


def linear(path: Path, text: str) -> Path:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    image = Image.fromarray(np.asarray(barcode.to_image(scale=3)))
    ImageOps.expand(image.resize((image.width, 120)), 40, 255).save(path)
    return path


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"scale": 0.35},
        {"scale": 0.3},
        {"turn": 90.0, "scale": 0.5},
        {"turn": 33.0, "scale": 0.5},
        {"tilt": 40.0, "scale": 0.5},
        {"swing": -35.0, "tilt": 20.0, "scale": 0.5},
        {"blur": 2.0, "scale": 0.5},
        {"blur": 2.8, "scale": 0.6},
        {"bright": 0.12, "scale": 0.5},
        {"x": 0.2, "y": 0.3, "scale": 0.4},
        {"x": 0.8, "y": 0.7, "scale": 0.4, "turn": 200.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("dark", ["black", "white"])
def test_a_ticket_held_to_the_camera_is_read_in_the_first_frame(
    tmp_path: Path, how: dict[str, float], dark: str
) -> None:
    scene, reader = Scene(), CodeReader()
    for _ in range(3):
        assert reader.read(scene.frame()) == []
    scene.show(Held(picture=code(tmp_path / "code.png", dark=dark), **how))
    assert reader.read(scene.frame()) == [TICKET]


def test_the_ladder_reads_what_the_quick_look_cannot(tmp_path: Path) -> None:
    scene = Scene()
    scene.show(Held(picture=code(tmp_path / "code.png"), scale=0.4, blur=2.8))
    frame = scene.frame()
    assert read_quickly(View(grey=frame)) == []
    assert CodeReader().read(frame) == [TICKET]


def test_two_codes_in_view_are_both_read(tmp_path: Path) -> None:
    sheet = Image.new("L", (1200, 620), 255)
    for text, left in ((TICKET, 20), (OTHER, 620)):
        with Image.open(code(tmp_path / "one.png", text)) as image:
            sheet.paste(image.resize((540, 540)), (left, 40))
    sheet.save(tmp_path / "two.png")
    scene = Scene()
    scene.show(Held(picture=tmp_path / "two.png", scale=1.5))
    assert set(CodeReader().read(scene.frame())) == {TICKET, OTHER}


def test_the_code_on_a_long_ticket_is_held_into_view_and_read(tmp_path: Path) -> None:
    ticket = Image.new("1", (576, 2400), 1)
    with Image.open(code(tmp_path / "code.png")) as image:
        ticket.paste(image, (100, 1900))
    ticket.save(tmp_path / "ticket.png")
    scene = Scene()
    scene.show(Held(picture=tmp_path / "ticket.png"))
    assert CodeReader().read(scene.frame()) == [TICKET]


@pytest.mark.parametrize("turn", [0.0, 10.0, 90.0, 180.0, 270.0])
def test_a_linear_code_is_read_within_ten_frames_and_then_in_every_one(tmp_path: Path, turn: float) -> None:
    scene, reader = Scene(), CodeReader()
    scene.show(Held(picture=linear(tmp_path / "code.png", "12345678901234567890"), scale=0.9, turn=turn))
    frames = [reader.read(scene.frame()) for _ in range(14)]
    assert frames[BARS_EVERY + 2 :] == [["12345678901234567890"]] * 4


def test_nothing_is_read_where_nothing_is() -> None:
    random = np.random.default_rng(11)
    scene, reader = Scene(), CodeReader()
    for _ in range(40):
        assert reader.read(scene.frame()) == []
    for kind in range(24):
        block = 1 << kind % 5
        noise = random.integers(0, 256, (720 // block + 1, 1280 // block + 1), np.uint8)
        if kind % 2:
            noise = np.where(noise > 127, np.uint8(255), np.uint8(0))
        frame = np.repeat(np.repeat(noise, block, axis=0), block, axis=1)[:720, :1280]
        assert reader.read(np.ascontiguousarray(frame)) == []


@pytest.mark.parametrize("text", ["北京南站", "Zürich", "two\nlines", "A" * 600])
def test_the_text_of_any_code_is_read_and_the_gate_may_refuse_it(tmp_path: Path, text: str) -> None:
    assert CodeReader().read_picture(code(tmp_path / "code.png", text, level="l")) == [text]


def test_control_characters_are_in_no_text(tmp_path: Path) -> None:
    assert CodeReader().read_picture(code(tmp_path / "code.png", "esc\x1b[2J", level="l")) == []


def test_raw_bytes_are_not_a_text(tmp_path: Path) -> None:
    segno.make(bytes(range(128, 200)), micro=False).save(str(tmp_path / "code.png"), scale=6)
    assert CodeReader().read_picture(tmp_path / "code.png") == []


def as_photo(image: Image.Image) -> Image.Image:
    photo = Image.new("L", (4000, 3000), 90)
    photo.paste(image.resize((1400, 1400)).rotate(12, fillcolor=255), (1800, 900))
    return photo.filter(ImageFilter.GaussianBlur(2))


def far_away(image: Image.Image) -> Image.Image:
    photo = Image.new("L", (4000, 3000), 90)
    photo.paste(image.resize((330, 330)), (3000, 2000))
    return photo


def transparent(image: Image.Image) -> Image.Image:
    black = Image.new("L", image.size)
    return Image.merge("LA", (black, ImageOps.invert(image)))


def deep(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image, np.uint16) * 200)


def turned_by_a_tag(image: Image.Image) -> Image.Image:
    """As a phone saves it: the sensor's picture, and a tag saying which side is up."""
    lying = image.transpose(Image.Transpose.ROTATE_90)
    lying.getexif()[ORIENTATION] = 6
    return lying


def twelve_million_pixels(image: Image.Image) -> Image.Image:
    photo = Image.new("L", (4032, 3024), 70)
    photo.paste(image.resize((420, 420), Image.Resampling.LANCZOS).rotate(20, fillcolor=255, expand=True), (150, 2300))
    return photo


PICTURES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "grey": lambda image: image,
    "colour": lambda image: image.convert("RGB"),
    "one bit": lambda image: image.convert("1"),
    "palette": lambda image: image.convert("P"),
    "transparent": transparent,
    "16 bits": deep,
    "inverted": ImageOps.invert,
    "on its side": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "slanted": lambda image: image.rotate(27, expand=True, fillcolor=255),
    "mirrored": ImageOps.mirror,
    "photo": as_photo,
    "far away in a photo": far_away,
    "without margin": lambda image: image.crop((24, 24, image.width - 24, image.height - 24)),
    "inverted without margin": lambda image: ImageOps.invert(image.crop((24, 24, image.width - 24, image.height - 24))),
    "a pixel per module": lambda image: image.resize((image.width // 6, image.height // 6), Image.Resampling.NEAREST),
    "turned by a tag": turned_by_a_tag,
    "small in twelve million pixels": twelve_million_pixels,
    "low contrast": lambda image: image.point([100 + level // 16 for level in range(256)]),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_picture_files_are_read(tmp_path: Path, kind: str) -> None:
    with Image.open(code(tmp_path / "code.png")) as image:
        PICTURES[kind](image.convert("L")).save(tmp_path / "picture.png")
    assert CodeReader().read_picture(tmp_path / "picture.png") == [TICKET]


def test_a_jpeg_is_read(tmp_path: Path) -> None:
    with Image.open(code(tmp_path / "code.png")) as image:
        image.convert("L").save(tmp_path / "picture.jpg", quality=50)
    assert CodeReader().read_picture(tmp_path / "picture.jpg") == [TICKET]


def test_all_codes_of_a_picture_are_returned_each_once(tmp_path: Path) -> None:
    sheet = Image.new("L", (1500, 1900), 255)
    number = "98765432109876543210"
    pictures = [
        (code(tmp_path / "a.png"), (50, 50), 1),
        (code(tmp_path / "b.png", OTHER, dark="white"), (900, 60), 1),
        (code(tmp_path / "c.png", TICKET), (60, 900), 1),
        (linear(tmp_path / "d.png", number), (600, 1500), 1),
        (code(tmp_path / "e.png", "RT1:SMALL", scale=3), (1100, 900), 1),
    ]
    for path, place, _ in pictures:
        with Image.open(path) as image:
            sheet.paste(image.convert("L"), place)
    sheet.save(tmp_path / "sheet.png")
    found = CodeReader().read_picture(tmp_path / "sheet.png")
    assert sorted(found) == sorted([TICKET, OTHER, number, "RT1:SMALL"])


def test_a_picture_without_a_code_gives_nothing(tmp_path: Path) -> None:
    Image.fromarray(Scene().frame()).save(tmp_path / "empty.png")
    Image.new("1", (1, 1)).save(tmp_path / "dot.png")
    Image.new("L", (3000, 2), 255).save(tmp_path / "line.png")
    for name in ("empty.png", "dot.png", "line.png"):
        assert CodeReader().read_picture(tmp_path / name) == []


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    with Image.open(code(tmp_path / "code.png")) as image:
        image.convert("L").save(tmp_path / "whole.jpg")
    (tmp_path / "half.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:2000])
    for name in ("text.png", "missing.png", "half.jpg"):
        with pytest.raises(OSError, match=r".+"):
            CodeReader().read_picture(tmp_path / name)


def rung(name: str, tried: list[str], cost: float, *finds: str) -> Way:
    """A way that notes that it was tried, and finds what it is told to."""

    def read(_: View) -> list[str]:
        tried.append(name)
        return list(finds)

    return Way(name=name, read=read, cost=cost)


def squares_everywhere() -> Grey:
    modules = np.random.default_rng(5).integers(0, 2, (72, 128), np.uint8) * 255
    return np.repeat(np.repeat(modules, 10, axis=0), 10, axis=1)


def test_a_frame_climbs_as_far_as_its_budget_and_the_next_one_goes_on() -> None:
    tried: list[str] = []
    grey = squares_everywhere()
    ten = 10 / (grey.size / 1e6)
    reader = CodeReader([rung(name, tried, ten) for name in "abcde"], budget=20.5)
    for _ in range(3):
        reader.read(grey)
        tried.append("|")
    assert "".join(tried) == "ab|cd|ea|"


def test_the_way_that_worked_comes_first_in_the_next_frame() -> None:
    tried: list[str] = []
    ladder = [rung("a", tried, 0.1), rung("b", tried, 0.1), rung("c", tried, 0.1, "X"), rung("d", tried, 0.1)]
    reader = CodeReader(ladder)
    assert [reader.read(squares_everywhere()) for _ in range(3)] == [["X"]] * 3
    assert "".join(tried) == "abccc"


def test_ways_have_names_of_their_own() -> None:
    names = [each.name for each in (*LADDER, *PATIENT)]
    assert len(set(names)) == len(names)
