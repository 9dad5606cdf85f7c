"""Pictures as a gate's camera takes them: phones and printed tickets held up in many kinds of trouble.

Everything comes from a seed: the same number gives the same pictures on every machine. The ranges were set by what
phones, paper and lenses do, and are not fitted to any reader; docs/benchmarks.md names the two that were changed. One
seed was for developing the reader, another, never looked at meanwhile, judges it. Photographs are another matter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera.simulated_scene import Scene
from station.bench import halls, held, imagined, worn
from station.bench.lens import View, seen
from station.bench.sheet import Chance, Plane, Sheet
from tickets.credential import Ticket
from tickets.numbers import TicketNumber

Grey = NDArray[np.uint8]
DEVELOPING, JUDGING = 1, 20_261_122
"""Seeds. What is changed in the reader is tried on the one; only what is told comes from the other."""

HALLS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture, what kind of trouble it shows, and the text that is in it."""

    kind: str
    text: str = field(repr=False)
    grey: Grey = field(repr=False)


USUAL = View()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of trouble: what is held up, what has happened to it, and how it is seen."""

    hold: Callable[[Ticket, Chance], tuple[str, Sheet]]
    spoil: Callable[[Sheet, Chance], Plane] = worn.whole
    view: View = USUAL


def pictures(each: int, seed: int = DEVELOPING, kinds: Sequence[str] = ()) -> Iterator[Picture]:
    """Yield `each` pictures of every kind, or of `kinds`: one kind after the other, then all again."""
    platform, around = Scene(seed), halls.halls(seed, min(HALLS, 2 + each * 4))
    for turn in range(each):
        for at, (name, kind) in enumerate(KINDS.items()):
            if kinds and name not in kinds:
                continue
            chance = np.random.default_rng((seed, turn, at))
            ticket = Ticket(
                TicketNumber(imagined.TILL_PREFIX << 40 | int(chance.integers(1 << 40))),
                imagined.EXPIRES,
                imagined.journey(turn),
            )
            text, sheet = kind.hold(ticket, chance)
            spoilt = kind.spoil(sheet, chance)
            background = platform.frame() if chance.random() < 0.3 else _hall(around, chance)
            yield Picture(kind=name, text=text, grey=seen(sheet, spoilt, kind.view, background, chance))


def printed_page(seed: int = 1) -> Iterator[Grey]:
    """Yield frames in which somebody holds a page full of print, without a code on it."""
    chance, backgrounds = np.random.default_rng(seed), Scene(seed)
    page = np.full((1400, 1000), 225, np.uint8)
    for row in range(40, 1360, 26):
        words = "".join(chr(int(letter)) for letter in chance.integers(97, 123, 70))
        cv2.putText(page, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 40, 1, cv2.LINE_AA)
    sheet = Sheet(plane=page.astype(np.float32), x=500, y=700, side=400, high=400, modules=60)
    while True:
        yield seen(sheet, sheet.plane, View(module=(4, 4)), backgrounds.frame(), chance)


def _hall(around: Sequence[Grey], chance: Chance) -> Grey:
    """Behind what is held close, the hall is out of focus."""
    grain = np.zeros((halls.HEIGHT, halls.WIDTH), np.float32)
    return cv2.GaussianBlur(halls.seen(around[int(chance.integers(len(around)))], grain, chance), (0, 0), 3).astype(
        np.uint8
    )


NEAR, FAR = View(module=(6, 12), side=(60, 640)), View(module=(2.0, 3.0), turn=180)
POINT_BY_POINT = View(moire=(0.5, 1.4), module=(4, 9), defocus=(0.2, 0.7), side=(60, 620))

KINDS: Mapping[str, Kind] = {
    "phone": Kind(hold=held.phone),
    "phone, bright": Kind(hold=held.phone, view=View(gain=(1.1, 1.9), defocus=(0.6, 1.8))),
    "phone, dim": Kind(hold=held.phone, spoil=worn.dim, view=View(noise=(2, 6))),
    "phone, inverted": Kind(hold=held.phone_inverted),
    "phone, tilted": Kind(hold=held.phone, view=View(lean=48, turn=180)),
    "phone, moiré": Kind(hold=held.phone, view=POINT_BY_POINT),
    "phone, glare": Kind(hold=held.phone, spoil=worn.glare),
    "phone, mirrors the hall": Kind(hold=held.phone, spoil=worn.mirrored),
    "phone, cracked": Kind(hold=held.phone, spoil=worn.cracked),
    "phone, smeared": Kind(hold=held.phone, spoil=worn.smeared),
    "phone, fingers": Kind(hold=held.phone, spoil=worn.fingers),
    "phone, moving": Kind(hold=held.phone, view=View(movement=(3, 10))),
    "phone, pulsing light": Kind(hold=held.phone, view=View(flicker=(0.25, 0.75))),
    "phone, two codes": Kind(hold=held.phone_among_codes),
    "phone, very close": Kind(hold=held.phone, view=NEAR),
    "phone, far away": Kind(hold=held.phone, view=FAR),
    "phone, number": Kind(hold=held.phone_with_number),
    "phone, number, far away": Kind(hold=held.phone_with_number, view=View(module=(2, 4), turn=180, lean=30)),
    "phone, number, glare": Kind(hold=held.phone_with_number, spoil=worn.glare),
    "phone, number in bars": Kind(hold=held.phone_with_bars, view=View(module=(1.6, 3.4), turn=9)),
    "print": Kind(hold=held.paper),
    "print, faded": Kind(hold=held.paper, spoil=worn.faded),
    "print, heated": Kind(hold=held.paper, spoil=worn.heated),
    "print, creased": Kind(hold=held.paper, spoil=worn.creased),
    "print, crumpled": Kind(hold=held.paper, spoil=worn.crumpled),
    "print, streaked": Kind(hold=held.paper, spoil=worn.streaked),
    "print, curled": Kind(hold=held.paper, spoil=worn.curled, view=View(module=(3.6, 8))),
    "print, out of focus": Kind(hold=held.paper, view=View(module=(4, 8), defocus=(1.8, 4.5))),
    "print, far away": Kind(hold=held.paper, view=FAR),
    "print, fingers": Kind(hold=held.paper, spoil=worn.fingers),
    "print, number": Kind(hold=held.old_paper, view=View(module=(2.5, 8))),
    "print, number, faded": Kind(hold=held.old_paper, spoil=worn.faded, view=View(module=(2.5, 8))),
    "print, number in bars": Kind(hold=held.old_paper_with_bars, view=View(module=(1.6, 3.4), turn=9)),
}
"""Each spoils one thing and leaves the others as they are on a usual day."""
