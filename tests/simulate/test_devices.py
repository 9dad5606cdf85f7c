"""A till's devices as passengers and staff find them: what jams, what comes out, what is counted."""

import pytest

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble, EventsLost
from drivers.faults import DeviceRefused
from drivers.printer import PrintOutcome
from station.simulate.devices import BILLS, Next, NoteBox, PaperTray


def box(moved: list[tuple[int, bool]]) -> NoteBox:
    made = NoteBox(lambda fen, stacked: moved.append((fen, stacked)))
    made.poll(None)
    made.accept(frozenset(BILLS))
    return made


@pytest.mark.parametrize("restarts", [False, True])
def test_a_note_that_sticks_is_the_passengers_again_when_somebody_opens_the_validator(restarts: bool) -> None:
    moved: list[tuple[int, bool]] = []
    jams: list[str] = []
    notes = box(moved)
    notes.jam_next(lambda: jams.append("jams"))
    assert notes.insert(1000)
    assert jams == ["jams"]
    assert [type(event) for event in notes.poll(0)[1]] == [BillInEscrow, BillTrouble]
    assert not notes.health().ok
    with pytest.raises(DeviceRefused):
        notes.stack()
    assert not notes.insert(500)
    assert moved == []
    notes.clear(restarts=restarts)
    assert moved == [(1000, False)]
    assert notes.health().ok
    if restarts:
        with pytest.raises(EventsLost):
            notes.poll(2)
    else:
        assert [type(event) for event in notes.poll(2)[1]] == [BillReturned]


def test_a_note_that_sticks_is_pushed_on() -> None:
    moved: list[tuple[int, bool]] = []
    notes = box(moved)
    notes.jam_next(lambda: None)
    notes.insert(1000)
    notes.poll(0)
    notes.clear(restarts=True, stacked=True)
    assert moved == [(1000, True)]
    assert [type(event) for event in notes.poll(2)[1]] == [BillStacked]


def test_only_the_next_note_sticks() -> None:
    moved: list[tuple[int, bool]] = []
    notes = box(moved)
    notes.jam_next(lambda: None)
    notes.clear(restarts=False)
    assert notes.insert(1000)
    notes.poll(0)
    notes.stack()
    assert moved == [(1000, True)]


@pytest.mark.parametrize(
    ("becomes", "came", "outcome", "ready"),
    [
        (Next.WELL, [("T1/0", True)], PrintOutcome.DONE, True),
        (Next.TORN, [("T1/0", False)], PrintOutcome.UNKNOWN, False),
        (Next.STUCK, [], PrintOutcome.UNKNOWN, False),
        (Next.UNHEARD, [("T1/0", True)], PrintOutcome.UNKNOWN, True),
    ],
)
def test_what_becomes_of_a_piece_of_paper(
    becomes: Next, came: list[tuple[str, bool]], outcome: PrintOutcome, ready: bool
) -> None:
    printed: list[tuple[str, bool]] = []
    paper = PaperTray(lambda text, whole: printed.append((text, whole)))
    paper.jam_next(becomes, lambda: None)
    assert paper.print_raster(b"T1/0", 8, 4) is outcome
    assert printed == came
    assert (paper.ready, paper.health().ok) == (ready, ready)
    if not ready:
        assert paper.print_raster(b"T1/0", 8, 4) is PrintOutcome.REFUSED
        paper.clear()
    assert paper.print_raster(b"T1/1", 8, 4) is PrintOutcome.DONE
