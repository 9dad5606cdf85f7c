"""How many pictures are read, and in what time: our reader, and beside it each reader that there is, on its own.

Every reader gets the same grey picture, one after the other, and counts only what it reads letter for letter. Each is
asked for both kinds of code that are shown to gates, where it knows both. The pictures are of a seed that nobody looked
at while the reader was made.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from drivers.camera.simulated_scene import Scene
from gate.camera import CodeReader, read_still
from station.bench.measure import Line, at_most_times, cpu, median, more_than, told
from station.bench.scenes import JUDGING, Grey, Picture, pictures

OURS = "the gate's reader"
Read = Callable[[Grey], Sequence[str]]

RESAMPLED = 4000
LEAST_POINTS = 2.0
"""Points of a hundred by which the gate must read more than the best of the others."""

ELSEWHERE = "HTTPS://"
"""What other codes in view begin with."""

QR_AND_BARS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
QR_ONLY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


@dataclass(slots=True)
class Tally:
    """What one reader has read so far, picture by picture, and the processor time that each took."""

    read: list[bool] = field(default_factory=list)
    wrong: int = 0
    took: list[float] = field(default_factory=list)
    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def mean(self) -> float:
        """Milliseconds of processor time for a picture."""
        return sum(self.took) / len(self.took)

    @property
    def share(self) -> float:
        """Pictures read, of a hundred."""
        return 100 * sum(self.read) / len(self.read)


def run(each: int, seed: int = JUDGING) -> list[Line]:
    """Read `each` pictures of every kind with every reader."""
    tallies, patient = measure(each, seed)
    return _lines(tallies, patient)


def measure(each: int, seed: int = JUDGING) -> tuple[dict[str, Tally], Tally]:
    """The tallies of all readers of single frames, and of our own when it may take its time, as for a picture file.

    Between two pictures our reader sees the empty lane, as it would between two passengers; nobody counts that. It is
    asked to take its time only over what it has not read in one frame.
    """
    ours, lane = CodeReader(), Scene(seed)
    readers: Mapping[str, Read] = {OURS: ours.read, **_others()}
    tallies, patient = {name: Tally() for name in readers}, Tally()
    names = list(readers)
    for count, picture in enumerate(pictures(each, seed)):
        for _ in range(2):
            ours.read(lane.frame())
        first = count % len(names)
        for name in names[first:] + names[:first]:
            _take(tallies[name], readers[name], picture)
        if tallies[OURS].read[-1]:
            patient.read.append(True)
        else:
            _take(patient, read_still, picture)
    return tallies, patient


def _take(tally: Tally, read: Read, picture: Picture) -> None:
    found: list[str] = []
    tally.took.append(cpu(lambda: found.extend(read(picture.grey))))
    good = picture.text in found
    tally.read.append(good)
    tally.by_kind[picture.kind] += good
    tally.wrong += any(text != picture.text and not text.startswith(ELSEWHERE) for text in found if text)


def _others() -> dict[str, Read]:
    plain, aruco = cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()
    kinds = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128]
    return {
        "zxing-cpp alone": lambda grey: [code.text for code in zxingcpp.read_barcodes(grey, formats=QR_AND_BARS)],
        "zxing-cpp alone, QR only": lambda grey: [code.text for code in zxingcpp.read_barcodes(grey, formats=QR_ONLY)],
        "pyzbar alone": lambda grey: [
            code.data.decode("utf-8", "replace") for code in pyzbar.decode(grey, symbols=kinds)
        ],
        "OpenCV QRCodeDetector alone": lambda grey: plain.detectAndDecodeMulti(grey)[1],
        "OpenCV QRCodeDetectorAruco alone": lambda grey: aruco.detectAndDecodeMulti(grey)[1],
    }


def interval(ours: Sequence[bool], other: Sequence[bool], seed: int = 1) -> tuple[float, float]:
    """Points of a hundred by which we read more: the middle 95 % of a paired bootstrap over the pictures."""
    more = np.array(ours, np.int64) - np.array(other, np.int64)
    drawn = np.random.default_rng(seed).integers(0, len(more), (RESAMPLED, len(more)))
    low, high = np.percentile(more[drawn].mean(axis=1) * 100, (2.5, 97.5))
    return float(low), float(high)


def _lines(tallies: dict[str, Tally], patient: Tally) -> list[Line]:
    ours = tallies[OURS]
    others = {name: tally for name, tally in tallies.items() if name != OURS}
    best = max(others, key=lambda name: (others[name].share, -others[name].mean))
    peer = others[best]
    low, high = interval(ours.read, peer.read)
    more = ours.share - peer.share
    count = len(ours.read)
    quick = others["zxing-cpp alone, QR only"].mean
    lines = [
        more_than(
            f"pictures read in one frame, of {count} in {len(ours.by_kind)} kinds of trouble",
            ours.share, "%", floor=peer.share, called=best,
        ),
        Line(
            name="points more than the best other, paired bootstrap's lower end", value=round(low, 2), unit="points",
            against=f"{more:.3g} more, 95 % interval {low:.2g} to {high:.2g}", budget="> 0, and ≥ 2 more",
            ok=low > 0 and more >= LEAST_POINTS,
        ),
        at_most_times("processor time for a picture, mean", ours.mean, "ms", 2, floor=peer.mean, called=best),
        told(
            "processor time for a picture, median", median(ours.took), "ms",
            against=f"{best}: {median(peer.took):.3g} ms", ratio=median(ours.took) / median(peer.took),
        ),
        told(
            "processor time for a picture, mean, beside zxing-cpp without bars", ours.mean, "ms",
            against=f"{quick:.3g} ms", ratio=ours.mean / quick,
        ),
        told(
            "pictures read as a file, with patience", patient.share, "%",
            against=f"{patient.mean if patient.took else 0:.3g} ms for each that one frame does not give",
        ),
        told("pictures read as something else", ours.wrong + patient.wrong, "pictures"),
    ]  # fmt: skip
    lines += [
        told(f"pictures read, {name}", tally.share, "%", against=f"in {tally.mean:.3g} ms each")
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
