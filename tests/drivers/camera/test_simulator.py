"""The simulated camera: its control socket, what it holds up and for how long."""

import io
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
import segno
import zxingcpp
from PIL import Image, ImageDraw

from drivers.camera.simulated_scene import HEIGHT, WIDTH, Held, Scene
from drivers.camera.simulator import CameraSimulator
from drivers.simulation import Control


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "code.png"
    segno.make("RT1:TEST", error="m", micro=False).save(str(path), scale=8)
    return path


def test_the_control_socket_works_it_from_another_process(tmp_path: Path, picture: Path) -> None:
    with CameraSimulator(control=tmp_path / "control") as camera:
        control = Control(tmp_path / "control")
        control.do("show", picture=str(picture), tilt=20)
        assert control.state()["showing"] == str(picture)
        control.do("hide")
        assert camera.state()["showing"] is None
        for wrong in (
            {"command": "dance"},
            {"command": "line", "fault": "odd"},
            {"command": "show", "picture": "no.png"},
        ):
            with pytest.raises(ValueError, match=r"camera does|fault must be|cannot be shown"):
                control.do(**wrong)


def test_it_serves_jpegs_and_nothing_else() -> None:
    with CameraSimulator() as camera:
        with urlopen(camera.address) as stream:
            assert stream.headers["Content-Type"].startswith("multipart/x-mixed-replace")
            while not (line := stream.readline()).startswith(b"Content-Length"):
                pass
            stream.readline()
            image = Image.open(io.BytesIO(stream.read(int(line.split()[1]))))
            assert image.size == (WIDTH, HEIGHT)
        with pytest.raises(HTTPError) as refused:
            urlopen(camera.address.replace("stream", "other"))
        refused.value.close()


def test_what_is_held_for_a_while_is_let_go(picture: Path) -> None:
    with CameraSimulator() as camera:
        camera.do("show", picture=str(picture), hold_seconds=60)
        assert camera.state()["showing"]
        camera.do("show", picture=str(picture), hold_seconds=0)
        assert camera.state()["showing"] is None


def test_the_empty_scene_has_slight_noise_and_nothing_more() -> None:
    scene = Scene()
    first, second = scene.frame().astype(int), scene.frame().astype(int)
    assert 0 < np.abs(first - second).mean() < 5
    assert scene.black().max() < 4


def test_a_picture_is_where_and_as_it_is_held(picture: Path) -> None:
    scene = Scene()
    empty = scene.frame().astype(int)
    scene.show(Held(picture=picture, scale=0.5, x=0.25))
    changed = np.abs(scene.frame().astype(int) - empty) > 20
    assert changed[:, : WIDTH // 2].mean() > 0.15
    assert changed[:, WIDTH // 2 :].mean() < 0.01
    scene.show(Held(picture=picture, bright=0.1))
    assert scene.frame()[HEIGHT // 2 - 100 : HEIGHT // 2 + 100, WIDTH // 2 - 100 : WIDTH // 2 + 100].max() < 45
    scene.hide()
    assert not (np.abs(scene.frame().astype(int) - empty) > 20).any()


def test_of_a_long_ticket_the_whole_code_is_held_into_view(tmp_path: Path) -> None:
    """Lines of text above and below must not draw the camera away from the code in the middle."""
    text = "RT1:" + "A7" * 230
    code = segno.make_qr(text, error="m", mode="alphanumeric")
    code.save(str(tmp_path / "code.png"), scale=5, border=4)
    ticket = Image.new("L", (576, 1500), 255)
    with Image.open(tmp_path / "code.png") as picture:
        ticket.paste(picture, (90, 600))
    draw = ImageDraw.Draw(ticket)
    for row in [*range(20, 560, 24), *range(1080, 1480, 24)]:
        draw.text((8, row), "Not an expense receipt. " * 4, fill=0, font_size=20)
    ticket.save(tmp_path / "ticket.png")
    scene = Scene(1)
    scene.show(Held(picture=tmp_path / "ticket.png", tilt=4))
    found = zxingcpp.read_barcodes(np.ascontiguousarray(scene.frame()))
    assert [each.text for each in found] == [text]
