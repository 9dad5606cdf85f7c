"""Where a code may be: found by texture, learnt away when it is always there, never learnt away by passengers."""

from pathlib import Path

import numpy as np
import pytest
import segno

from drivers.camera.simulated_scene import Held, Scene
from gate.scene import CodePlaces, Places


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "code.png"
    segno.make("RT1:" + "SOME TICKET " * 12, error="m").save(str(path), scale=6)
    return path


def test_an_empty_platform_has_no_place_for_a_code() -> None:
    places, scene = CodePlaces(), Scene()
    assert [places.find(scene.frame()) for _ in range(10)] == [Places(squares=None, bars=None)] * 10


def test_a_code_is_inside_the_place_and_most_of_the_frame_is_not(code: Path) -> None:
    scene = Scene()
    scene.show(Held(picture=code, scale=0.4, x=0.3, y=0.6))
    place = CodePlaces().find(scene.frame()).squares
    assert place is not None
    rows, columns = place
    middle_row, middle_column, half = round(0.6 * 720), round(0.3 * 1280), round(0.2 * 720 * 0.9)
    assert rows.start < middle_row - half
    assert rows.stop > middle_row + half
    assert columns.start < middle_column - half
    assert columns.stop > middle_column + half
    assert (rows.stop - rows.start) * (columns.stop - columns.start) < 0.35 * 1280 * 720


def test_a_code_that_fills_the_frame_is_found() -> None:
    random = np.random.default_rng(3)
    modules = random.integers(0, 2, (60, 107), np.uint8) * 255
    grey = np.repeat(np.repeat(modules, 12, axis=0), 12, axis=1)
    assert CodePlaces().find(grey).squares is not None


def test_texture_that_stays_is_learnt_and_a_code_beside_it_is_still_found(code: Path) -> None:
    random = np.random.default_rng(3)
    gravel = random.integers(0, 200, (100, 400), np.uint8)
    scene, places = Scene(), CodePlaces()

    def frame() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        grey = scene.frame()
        grey[600:700, 800:1200] = gravel
        return grey

    assert places.find(frame()).squares is not None
    for _ in range(900):
        places.find(frame())
    assert places.find(frame()).squares is None
    scene.show(Held(picture=code, scale=0.4))
    assert places.find(frame()).squares is not None


def test_a_place_where_codes_are_shown_all_day_stays_one(code: Path) -> None:
    scene, places = Scene(), CodePlaces()
    for _ in range(20):
        scene.show(Held(picture=code, scale=0.4))
        for _ in range(60):
            assert places.find(scene.frame()).squares is not None
        scene.hide()
        for _ in range(10):
            places.find(scene.frame())


def test_a_tiny_picture_is_a_place_as_a_whole() -> None:
    whole = (slice(0, 40), slice(0, 41))
    assert CodePlaces().find(np.zeros((40, 41), np.uint8)) == Places(squares=whole, bars=whole)


def test_bars_are_inside_a_place_for_bars() -> None:
    grey = np.full((720, 1280), 150, np.uint8)
    widths = np.random.default_rng(4).integers(1, 5, 80) * 3
    row = np.repeat(np.arange(80) % 2 * np.uint8(200), widths)[:360]
    grey[300:420, 500 : 500 + len(row)] = row
    found = CodePlaces().find(grey)
    assert found.bars is not None
    rows, columns = found.bars
    assert rows.start <= 300
    assert rows.stop >= 420
    assert columns.start <= 500
    assert columns.stop >= 860
