"""Playing worlds one after the other, each with its judge, its faults and its history."""

import gc
import typing
from time import process_time

from fastapi.dependencies import models

from station.simulate.command import Played
from station.simulate.faults.schedule import schedule
from station.simulate.judge.of_world import WorldJudge
from station.simulate.plan import Plan
from station.simulate.watch import Broken
from station.simulate.world import Installed, World


class Runs:
    """Keeps what was installed, so that worlds of one shape are made once."""

    def __init__(self) -> None:
        self._installed = Installed()

    def play(self, plan: Plan, *, calm: bool = False, whole_story: bool = False) -> Played:
        """Play one plan to its end, or to the first promise that is broken. The same plan comes out the same."""
        began = process_time()
        gc.disable()
        try:
            played = self._play(plan, calm=calm, whole_story=whole_story)
        finally:
            gc.collect()  # only now does nothing hold the world any more
            gc.enable()
        played.cpu_s = process_time() - began
        return played

    def _play(self, plan: Plan, *, calm: bool, whole_story: bool) -> Played:
        judge = WorldJudge()
        world = World(plan, watch=judge, strikes=() if calm else schedule(plan), images=self._installed.of(plan))
        judge.world = world
        played = Played(seed=plan.seed)
        with world:
            try:
                world.play()
            except Broken as broken:
                played.broken = str(broken)
        _forget_apps()
        played.hash = world.history.hash()
        played.story = world.history.story(most=100_000 if whole_story else 60)
        played.sold = world.crowd.sold
        played.virtual_ms = world.agenda.now
        played.struck = world.struck
        return played


def _forget_apps() -> None:
    """FastAPI and typing remember what they have seen of calls, and with each call the whole centre that it is of."""
    for kept in vars(models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
    for clear in vars(typing)["_cleanups"]:
        clear()
