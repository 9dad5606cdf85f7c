"""The judge sees that a copied disk is found out, once the centre can have heard of both branches."""

from dataclasses import replace

import pytest

from station.simulate.judge.ends import Incident
from station.simulate.judge.fair import SHORT_MS
from station.simulate.watch import Broken
from tests.simulate.streams import TILL, Run

COPY = f"{TILL}-copy"


def copied(*, copy_writes: bool = True, well_ms: int = SHORT_MS + 1) -> Run:
    """A till whose disk runs in two machines that both write, and all is well for a while after that."""
    run = Run()
    run.holds()
    run.judge.cloned(TILL)
    run.writes(TILL, "device.back", device="printer")
    if copy_writes:
        writer = run.writers[TILL]
        run.judge.wrote(COPY, writer.epoch.hex, [writer.event("device.back", device="printer")])
        writer.stored.pop()
    run.has_been_well(well_ms)
    run.judge.wrote(TILL, "", [])
    run.judge.lost_disk(TILL)
    return run


def test_two_branches_that_nobody_found() -> None:
    run = copied()
    epoch = run.writers[TILL].epoch.hex
    with pytest.raises(Broken, match="1-till-1 and 1-till-1-copy wrote one journal, and nobody found out"):
        run.concludes()
    found = Incident(station=1, kind="forked_journal", subject=epoch)
    run.concludes(lambda ends: replace(ends, incidents=[found]))


@pytest.mark.parametrize("run", [copied(copy_writes=False), copied(well_ms=SHORT_MS)])
def test_branches_of_which_the_centre_need_not_have_heard(run: Run) -> None:
    run.concludes()


def test_a_centre_that_was_put_back_has_forgotten_what_it_found() -> None:
    run = copied()
    run.judge.restored(0)
    run.concludes()
