"""Playing worlds one after the other, each with its judge, its faults and its history."""

import gc
import traceback
import typing
from collections.abc import Mapping
from time import process_time
from typing import Protocol

from fastapi.dependencies import models

from station.simulate.command import Played
from station.simulate.disk.disk import PowerCut
from station.simulate.disk.disks import Image
from station.simulate.faults.schedule import schedule
from station.simulate.history import History
from station.simulate.judge.of_world import WorldJudge
from station.simulate.plan import Plan
from station.simulate.turns import Killed
from station.simulate.watch import Broken
from station.simulate.world import Installed, NotInstalled, World

USUAL, WHOLE = 60, 100_000
"""Lines of a story that are told."""


class Images(Protocol):
    """As much of `Installed` as runs ask for."""

    def of(self, plan: Plan) -> Mapping[str, Image]:
        """See Installed."""
        ...


class Runs:
    """Keeps what was installed, so that worlds of one shape are made once."""

    def __init__(self, installed: Images | None = None) -> None:
        self._installed = installed or Installed()

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
        """Whatever is raised is a failure of this seed, with its story: a bug anywhere in here hides nothing."""
        played = Played(seed=plan.seed)
        most = WHOLE if whole_story else USUAL
        try:
            images = self._installed.of(plan)
        except NotInstalled as no:
            played.broken, played.story = (
                f"nothing can be installed: {no}",
                f"{no.history.story(most=most)}\n{_told(no)}",
            )
            return played
        except (Exception, Killed, PowerCut) as error:
            played.broken, played.story = _bug(error), _told(error)
            return played
        judge = WorldJudge()
        world = World(plan, watch=judge, strikes=() if calm else schedule(plan), images=images)
        judge.world = world
        ends = ""
        try:
            with world:
                world.play()
        except Broken as broken:
            played.broken = str(broken)
            ends = "" if broken.__cause__ is None else _told(broken.__cause__)
        except (Exception, Killed, PowerCut) as error:
            played.broken, ends = _bug(error), _told(error)
        _forget_apps()
        _tell(played, world.history, ends, most)
        played.sold = world.crowd.sold if world.made else 0
        played.admitted = judge.admissions.admitted
        played.virtual_ms = world.agenda.now
        played.struck = world.struck
        return played


def _tell(played: Played, history: History, ends: str, most: int) -> None:
    played.hash = history.hash()
    played.story = "\n".join(part for part in (history.story(most=most), ends) if part)


def _bug(error: BaseException) -> str:
    return f"the simulation or a program has a bug: {type(error).__name__}: {error}"


def _told(error: BaseException) -> str:
    """Where it was raised."""
    return "".join(traceback.format_exception(error)).rstrip()


def _forget_apps() -> None:
    """FastAPI and typing remember what they have seen of calls, and with each call the whole centre that it is of."""
    for kept in vars(models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()
    for clear in vars(typing)["_cleanups"]:
        clear()
