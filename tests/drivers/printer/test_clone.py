"""Clones without the handshake: GS r tells the end of a piece, and no late answer to it tells that of another."""

from pathlib import Path
from typing import Any

import pytest

from drivers.link import open_link
from drivers.printer import PaperState, PrintOutcome, codec, escpos
from drivers.printer.escpos import EscPosPrinter
from tests.drivers.printer.paper import Bench, bench, picture, printed, wait_until

ROWS = 400
SLOW = 200.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escpos, "QUIET_SECONDS", 0.1)


def print_one(there: Bench, seed: int = 1, **told: Any) -> PrintOutcome:
    return there.printer.print_raster(picture(ROWS, seed), 576, ROWS, **told)


def test_a_clone_confirms_in_turn(tmp_path: Path) -> None:
    with bench(tmp_path, clone=True, mm_per_second=SLOW) as there:
        there.printer = EscPosPrinter(lambda: open_link(there.station.address), confirm="status")
        assert [print_one(there, seed) for seed in (1, 2)] == [PrintOutcome.DONE] * 2
        assert there.pieces == [printed(picture(ROWS, 1)), printed(picture(ROWS, 2))]


def test_the_handshake_never_comes_from_a_clone(tmp_path: Path) -> None:
    with bench(tmp_path, clone=True) as there:
        there.printer = EscPosPrinter(lambda: open_link(there.station.address), handshake_timeout=0.3)
        assert print_one(there) is PrintOutcome.UNKNOWN
        assert there.pieces == [printed(picture(ROWS))]


@pytest.mark.parametrize(
    ("command", "back"),
    [("paper_out", "load_paper"), ("open_cover", "close_cover"), ("jam", "clear_jam"), ("die_in_print", "power_cycle")],
)
def test_trouble_in_the_middle_is_not_done(tmp_path: Path, command: str, back: str) -> None:
    with bench(tmp_path, clone=True) as there:
        there.station.do(command, rows=150)
        assert print_one(there) is PrintOutcome.UNKNOWN
        there.station.do(back)
        assert print_one(there, 2) is PrintOutcome.DONE
        assert there.pieces[-1] == printed(picture(ROWS, 2))
        assert printed(picture(ROWS, 1)) not in there.pieces


@pytest.mark.parametrize("fault", ["silent", "deaf"])
def test_a_line_that_goes_bad_before_the_confirmation(tmp_path: Path, fault: str) -> None:
    with bench(tmp_path, clone=True) as there:
        there.printer = EscPosPrinter(
            lambda: open_link(there.station.address), handshake_timeout=0.4, confirm="status", begin_with_cut=True
        )
        assert print_one(there) is PrintOutcome.DONE

        def go_bad() -> None:
            there.station.do("line", fault=fault)

        rows = 2 * ROWS
        outcome = there.printer.print_raster(picture(rows), 576, rows, on_sent=go_bad)
        assert outcome is PrintOutcome.UNKNOWN or printed(picture(rows)) in there.pieces


def test_a_late_answer_to_a_broken_job_confirms_nothing(tmp_path: Path) -> None:
    """On a serial line, where what comes late comes to whoever listens then."""
    listen = f"pty:{tmp_path}/printer"
    with bench(tmp_path, listen, clone=True, mm_per_second=SLOW) as there:
        impatient = EscPosPrinter(
            lambda: open_link(there.station.address, 115200), handshake_timeout=0.05, confirm="status"
        )
        link = open_link(there.station.address, 115200)
        link.write(b"".join(codec.raster(picture(ROWS), 576, ROWS)) + codec.CUT + codec.STATUS_IN_TURN)
        wait_until(lambda: there.station.state()["rows"] > 0)
        link.close()
        assert impatient.print_raster(picture(ROWS, 2), 576, ROWS) is PrintOutcome.UNKNOWN, "still at the old one"
        impatient.close()
        patient = EscPosPrinter(lambda: open_link(there.station.address, 115200), confirm="status")
        there.station.do("open_cover", rows=3 * ROWS)
        outcome = patient.print_raster(picture(ROWS, 3), 576, ROWS)
        patient.close()
        assert outcome is not PrintOutcome.DONE or printed(picture(ROWS, 3)) in there.pieces


def test_answers_in_turn_are_known_only_when_asked_for() -> None:
    decoder = codec.Decoder()
    assert decoder.feed(b"\x00\x03") == []
    assert decoder.discarded == 2
    decoder.expect_in_turn()
    assert decoder.feed(b"\x10\x00\x00\x00\x03\x0c")[1:] == [
        codec.InTurn(PaperState.NEAR_END),
        codec.InTurn(PaperState.END),
    ]
    assert decoder.feed(b"\x04\x63") == []
    decoder.reset()
    assert decoder.feed(b"\x00") == []
    assert decoder.discarded == 5
