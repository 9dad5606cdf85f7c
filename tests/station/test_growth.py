"""The curves of docs/scale.md can be measured anew, and its pictures are those of the points beside them."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from station.bench import growth
from station.bench.growth import Curve
from station.bench.growth_centre import Hall
from station.bench.growth_picture import PICTURES, POINTS, curves, draw_all, pictures


@pytest.fixture
def points() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((PICTURES / POINTS).read_text("utf-8"))
    return found


def test_the_pictures_are_drawn_from_the_points_beside_them(points: list[dict[str, Any]]) -> None:
    drawn = draw_all(points)
    assert sorted(drawn) == ["scale-devices.svg", "scale-stations.svg", "scale-tickets.svg"]
    for name, picture in drawn.items():
        assert (PICTURES / name).read_text("utf-8") == picture, f"{name}: run python -m station.bench.growth_picture"


def test_every_line_is_named_and_all_of_it_is_inside(points: list[dict[str, Any]]) -> None:
    drawn = draw_all(points)
    for picture in pictures(curves(points)):
        root = ElementTree.fromstring(drawn[f"{picture.name}.svg"])
        said = "".join(root.itertext())
        for panel in picture.panels:
            for words in (panel.title, panel.up, panel.across, *(each.words for each in panel.series)):
                assert all(word in said for word in words.split("|"))
        width, height = int(root.attrib["width"]), int(root.attrib["height"])
        for line in root.iter("{http://www.w3.org/2000/svg}polyline"):
            for x, y in (place.split(",") for place in line.attrib["points"].split()):
                assert 0 < float(x) < width
                assert 0 < float(y) < height


def test_whatever_has_a_colour_has_another_one_in_the_dark(points: list[dict[str, Any]]) -> None:
    for picture in draw_all(points).values():
        dark = set(re.findall(r"\.(\w+)\{", picture.partition("<style>")[2].partition("</style>")[0]))
        coloured = re.findall(r"<(?:rect|text|path|circle|polyline)[^>]*>", picture)
        assert len(coloured) > 20
        for each in coloured:
            assert re.findall(r'class="(\w+)"', each)[0] in dark


def test_a_report_without_a_curve_is_refused(points: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="the report has no points of: a question by gates that wait"):
        curves([each for each in points if Curve.QUESTION not in each["name"]])


def test_a_centre_with_boardings_kept_and_gates_that_wait_is_measured(tmp_path: Path) -> None:
    hall = Hall(tmp_path / "centre", None)
    first, second = hall.add_stations(2)
    hall.board(first, 50)
    found = hall.boardings([first, second], 2)
    assert 400 < found.line_bytes < 600
    assert found.table_bytes > 500
    assert (found.centre_ms > 0, found.database_ms) == (True, 0)
    waited = hall.waiting(second, hall.add_gates(second, 3), 0.5)
    assert waited.question_ms > 0
    assert waited.change_ms > 0


def test_points_have_names_that_the_picture_knows() -> None:
    report = [
        {"name": each.name, "value": each.value}
        for each in (growth.line(curve, at, at, "ms") for curve in Curve for at in (100, 10))
    ]
    assert curves(report) == {curve: [(10, 10), (100, 100)] for curve in Curve}
