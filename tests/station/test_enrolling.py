"""Enrolling a terminal whose centre's answer gets lost on the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from station import enrolling
from station.config import CentreConfig, Config
from station.enrolment import Enrolment
from sync.enrolling import FirstSight, Wish
from sync.enrolling import enrol as ask_centre
from sync.wire.enrolment import EnrolAnswer
from tests.sync.server.support import Clock, World, make_template, opened
from tickets.errors import EnvironmentFault


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened(make_template(tmp_path), Clock()) as made:
        yield made


class LossyLine:
    """The line to the centre: it loses the answers to the first enrolments."""

    def __init__(self, world: World, lost: int) -> None:
        self._world = world
        self._lost = lost

    def ask(self, _: httpx.Client, url: str, wish: Wish, nonce: bytes, sight: FirstSight | None) -> EnrolAnswer:
        """As `sync.enrolling.enrol` over a line of one's own."""
        with httpx.Client(transport=httpx.MockTransport(self._carry)) as http:
            return ask_centre(http, url, wish, nonce, sight)

    def _carry(self, request: httpx.Request) -> httpx.Response:
        answer = self._world.call(request.method, request.url.path, headers=dict(request.headers), raw=request.content)
        if request.url.path == "/v1/enrol" and self._lost:
            self._lost -= 1
            raise httpx.ReadError("cut", request=request)
        return httpx.Response(answer.status_code, content=answer.content)


def test_a_lost_answer_leaves_no_second_device(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolling, "ask_centre", LossyLine(world, lost=1).ask)
    config = replace(Config(), directory=tmp_path / "kiosk", centre=CentreConfig(url="http://centre.test"))
    code = world.centre.devices.new_code("till", "kiosk-1", 371122)
    with pytest.raises(EnvironmentFault, match="did not answer"):
        enrolling.enrol(config, kind="till", name="kiosk-1", code=code)
    assert not (config.directory / "enrolment.json").exists()
    done = enrolling.enrol(config, kind="till", name="kiosk-1", code=code)
    (device,) = world.centre.devices.all()
    assert (device.device, device.prefix) == (done.device, done.prefix)
    kept = Enrolment.load(config.directory)
    assert (device.key, device.till_key) == (kept.device_key().public, kept.till_key().public)


def test_a_damaged_key_is_told_and_another_made(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolling, "ask_centre", LossyLine(world, lost=0).ask)
    config = replace(Config(), directory=tmp_path / "gate", centre=CentreConfig(url="http://centre.test"))
    config.directory.mkdir()
    (config.directory / "device.pem").write_bytes(b"torn")
    code = world.centre.devices.new_code("gate", "gate-1", 371122)
    with pytest.raises(EnvironmentFault, match="damaged"):
        enrolling.enrol(config, kind="gate", name="gate-1", code=code)
    (config.directory / "device.pem").unlink()
    assert enrolling.enrol(config, kind="gate", name="gate-1", code=code).kind == "gate"
