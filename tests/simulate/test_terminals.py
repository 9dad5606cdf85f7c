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


IMAGES = Installed()
