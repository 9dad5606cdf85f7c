"""Reads the codes in pictures: every frame of the gate's camera within milliseconds, a picture file with patience.

Every frame gets one quick look. Where it has the texture of a code and none was read, the reader climbs a ladder of
further ways (gate.ways), as many in one frame as its budget allows, and goes on where it stopped in the next frame. A
picture file is one frame for which it climbs to the top.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gate.picture import enlarged, load_grey, no_larger_than
from gate.scene import CodePlaces, Place, Places
from gate.ways import LADDER, PATIENT, Grey, View, Way, read_quickly, read_suspect

FIRST_LOOK, SECOND_LOOK = 1280, 2560
"""Pixels. The long sides to which a picture file is reduced: codes held up to a camera are rarely finer."""

BUDGET = 40.0
"""Milliseconds, as the ways say what they cost, for what a frame gets beyond its quick look. One way it always gets."""

BARS_EVERY = 8
"""Frames between two in which bars are looked for everywhere, texture or not."""

EVERY_FILE = tuple(way for way in LADDER if way.cost <= 7 or way.once)
"""What a picture file gets in its first size even if something was read: there may be more codes in it."""


QUICKEST = 3
"""The first ways of the ladder, for the larger sizes of a file in which something was read."""


class CodeReader:
    """Reads codes from the frames of one camera, and from files. It learns what that camera sees all day.

    Used from one thread.
    """

    def __init__(self, ladder: Sequence[Way] = LADDER, budget: float = BUDGET) -> None:
        self._places = CodePlaces()
        self._ladder = ladder
        self._budget = budget
        self._next = 0
        self._worked: int | None = None
        self._frames = 0

    def read(self, grey: Grey) -> list[str]:
        """Return the texts of the codes in one frame (rows × columns of uint8), each once; [] when there are none."""
        self._frames += 1
        places = self._places.find(grey)
        view = View(grey=grey)
        found = read_quickly(view)
        if found:
            self._next = 0
            return list(dict.fromkeys(found + read_suspect(view)))
        if places.squares is None and places.bars is None:
            self._next = 0
            self._worked = None
            return self._bars_anywhere(grey)
        return self._climb(_part(view, places))

    def _climb(self, view: View) -> list[str]:
        """Try what worked in the frame before, and then on from where that frame stopped."""
        left = self._budget
        order = [(self._next + at) % len(self._ladder) for at in range(len(self._ladder))]
        if self._worked is not None:
            order = [self._worked] + [at for at in order if at != self._worked]
        for turn, at in enumerate(order):
            way = self._ladder[at]
            cost = way.cost if way.once else way.cost * view.grey.size / 1e6
            if way.once and not view.suspects:
                continue
            if turn and cost > left:
                self._next = at
                return []
            left -= cost
            if found := way.read(view):
                self._worked = at
                self._next = 0
                return found
        self._next = 0
        return []

    def _bars_anywhere(self, grey: Grey) -> list[str]:
        turn = self._frames % BARS_EVERY
        ways = {0: "bars upright", BARS_EVERY // 2: "bars lying"}
        view = View(grey=grey, bars=grey)
        return [text for way in self._ladder if way.name == ways.get(turn) for text in way.read(view)]

    def read_picture(self, path: Path) -> list[str]:
        """Return the texts of all codes in a picture file, each once. Takes its time where the quick ways find nothing.

        Raises OSError saying why when the file cannot be read or is no picture.
        """
        return read_still(load_grey(path))


def read_still(grey: Grey) -> list[str]:
    """Return the texts of all codes in one picture of any size, each once.

    Once something was read, the larger sizes get the quickest ways for what is smaller, and no more.
    """
    sizes = [no_larger_than(grey, longest) for longest in (FIRST_LOOK, SECOND_LOOK)]
    pictures = [each for at, each in enumerate((*sizes, grey)) if at == 0 or each.size > sizes[at - 1].size]
    views = [View(grey=each, bars=each) for each in map(enlarged, pictures)]
    found: list[str] = []
    for view in views:
        ways = LADDER[:QUICKEST] if found else EVERY_FILE
        found += read_quickly(view)
        found += [text for way in ways for text in way.read(view)]
    for view in views[:2]:
        for way in (*LADDER, *PATIENT):
            if found:
                break
            if way not in EVERY_FILE:
                found += way.read(view)
    return list(dict.fromkeys(found))


def _part(view: View, places: Places) -> View:
    """The view cut down to where codes may be; what was found and not read in all of it is kept."""
    bars = None if places.bars is None else _cut(view.grey, places.bars)
    squares = view.grey if places.squares is None else _cut(view.grey, places.squares)
    return View(grey=squares, bars=bars, suspects=view.suspects)


def _cut(grey: Grey, place: Place) -> Grey:
    return np.ascontiguousarray(grey[place])
