"""How many pictures are read, and in what time: our reader, and beside it each reader that there is, on its own.

Every reader gets the same grey picture, one after the other, and counts only what it reads letter for letter.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import zxingcpp
from pyzbar import pyzbar

from drivers.camera.simulated_scene import Scene
from gate.camera import QR, CodeReader
from station.bench.measure import Line, at_most_times, cpu, median, more_than, told
from station.bench.scenes import Grey, Picture, pictures

OURS = "the gate's reader"
Read = Callable[[Grey], Sequence[str]]


@dataclass(slots=True)
class Tally:
    """What one reader has read so far, and the processor time that each picture took."""

    read: int = 0
    wrong: int = 0
    took: list[float] = field(default_factory=list)
    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def mean(self) -> float:
        """Milliseconds of processor time for a picture."""
        return sum(self.took) / len(self.took)


def run(each: int, seed: int = 1) -> list[Line]:
    """Read `each` pictures of every kind with every reader."""
    tallies, count = measure(each, seed)
    return _lines(tallies, count)


def measure(each: int, seed: int = 1) -> tuple[dict[str, Tally], int]:
    """The tallies of all readers, and how many pictures there were.

    Between two pictures our reader sees the empty lane, as it would between two passengers; nobody counts that.
    """
    ours, lane = CodeReader(), Scene(seed)
    readers: Mapping[str, Read] = {OURS: ours.read, **_others()}
    tallies = {name: Tally() for name in readers}
    names, count = list(readers), 0
    for picture in pictures(each, seed):
        for _ in range(2):
            ours.read(lane.frame())
        first = count % len(names)
        for name in names[first:] + names[:first]:
            _take(tallies[name], readers[name], picture)
        count += 1
    return tallies, count


def _take(tally: Tally, read: Read, picture: Picture) -> None:
    found: list[str] = []
    tally.took.append(cpu(lambda: found.extend(read(picture.grey))))
    good = picture.text in found
    tally.read += good
    tally.by_kind[picture.kind] += good
    tally.wrong += any(text != picture.text for text in found if text)


def _others() -> dict[str, Read]:
    plain, aruco = cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()
    return {
        "zxing-cpp alone": lambda grey: [code.text for code in zxingcpp.read_barcodes(grey, formats=QR)],
        "pyzbar alone": lambda grey: [
            code.data.decode("utf-8", "replace") for code in pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
        ],
        "OpenCV QRCodeDetector alone": lambda grey: plain.detectAndDecodeMulti(grey)[1],
        "OpenCV QRCodeDetectorAruco alone": lambda grey: aruco.detectAndDecodeMulti(grey)[1],
    }


def _lines(tallies: dict[str, Tally], count: int) -> list[Line]:
    ours = tallies[OURS]
    others = {name: tally for name, tally in tallies.items() if name != OURS}
    best = max(others, key=lambda name: (others[name].read, -others[name].mean))
    peer = others[best]
    share, its = 100 * ours.read / count, 100 * peer.read / count
    what = f"pictures read, of {count} in {len(ours.by_kind)} kinds of trouble"
    lines = [
        more_than(what, share, "%", floor=its, called=best),
        at_most_times("processor time for a picture, mean", ours.mean, "ms", 2, floor=peer.mean, called=best),
        told(
            "processor time for a picture, median", median(ours.took), "ms",
            against=f"{best}: {median(peer.took):.3g} ms", ratio=median(ours.took) / median(peer.took),
        ),
        told("pictures read as something else", ours.wrong, "pictures"),
    ]  # fmt: skip
    lines += [
        told(f"pictures read, {name}", 100 * tally.read / count, "%", against=f"in {tally.mean:.3g} ms each")
        for name, tally in others.items()
    ]
    per_kind = count // len(ours.by_kind)
    lines += [
        told(
            f"pictures read, {kind}",
            100 * read / per_kind,
            "%",
            against=f"{best}: {100 * peer.by_kind[kind] / per_kind:.3g} %",
        )
        for kind, read in ours.by_kind.items()
    ]
    return lines
