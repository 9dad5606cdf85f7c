"""Machines of a station, as technicians find them."""

import pytest

from station.simulate.plan import Plan
from station.simulate.world import Installed, World


@pytest.mark.parametrize("act", ["reinstall", "lose_disk"])
def test_a_machine_without_power_can_be_installed_anew(act: str) -> None:
    plan = Plan(seed=1, gates=1, relay=False)
    with World(plan, images=IMAGES.of(plan)) as world:
        (till,) = world.stations[0].tills
        till.start()
        device = till.device
        assert device is not None
        till.crash(power=True, back_in_ms=None)
        assert till.device == device
        getattr(till, act)()
        assert till.empty
        assert till.device is None


def test_one_loses_its_power_in_the_middle_of_its_own_writes_and_of_nobody_elses() -> None:
    plan = Plan(seed=1, gates=1, relay=False)
    with World(plan, images=IMAGES.of(plan)) as world:
        (gate,) = world.stations[0].gates
        gate.crash_writing(2, "power fails in a write")
        (gate.folder / "looked.at").write_text("by somebody who is no program of it", "utf-8")
        gate.start()
        world.run(world.agenda.now + 300)
        assert world.struck["power fails in a write"] == 1
        assert not gate.powered
        world.run(world.agenda.now + 120_000)
        assert gate.alive


IMAGES = Installed()
