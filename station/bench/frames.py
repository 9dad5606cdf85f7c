"""What a camera frame without any code costs: it is what a gate's processor does all day."""

from itertools import islice

import zxingcpp

from drivers.camera.simulated_scene import Scene
from gate.camera import CodeReader
from gate.damaged import MODEL_2
from station.bench.measure import Line, at_most, cpu, median, percentile, told
from station.bench.scenes import printed_page

WARM_UP = 16
MOST_MS = 8


def run(frames: int) -> list[Line]:
    """Give one reader `frames` frames in a row, as a camera would."""
    scene, reader = Scene(), CodeReader()
    ours, alone = [], []
    for at in range(WARM_UP + frames):
        frame = scene.frame()
        took = cpu(lambda frame=frame: reader.read(frame))  # type: ignore[misc]  # bound now, called at once
        beside = cpu(lambda frame=frame: zxingcpp.read_barcodes(frame, formats=MODEL_2))  # type: ignore[misc]  # as above
        if at >= WARM_UP:
            ours.append(took)
            alone.append(beside)
    paper = _while_a_page_is_held(reader, frames // 4)
    against = f"zxing-cpp alone on the same frames: {median(alone):.3g} ms"
    return [
        at_most("a 1280×720 frame with no code, of one core, median", median(ours), "ms", MOST_MS, against=against),
        at_most("a 1280×720 frame with no code, of one core, p95", percentile(ours, 95), "ms", MOST_MS),
        told("a 1280×720 frame with no code, of one core, the worst", max(ours), "ms"),
        told("a 1280×720 frame with a page of print held up, no code on it, median", median(paper), "ms"),
    ]


def _while_a_page_is_held(reader: CodeReader, frames: int) -> list[float]:
    """Print has the texture of a code, so that it is looked at again and harder for as long as somebody holds it."""
    return [cpu(lambda frame=frame: reader.read(frame)) for frame in islice(printed_page(), frames)]  # type: ignore[misc]  # as above
