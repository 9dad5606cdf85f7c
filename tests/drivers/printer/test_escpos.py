"""The driver against a whole printer on a line: what it says happened is what happened."""

from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceSilent
from drivers.link import Link, open_link
from drivers.printer import PaperState, Printer, PrintOutcome
from drivers.printer import codec as escpos
from drivers.printer.escpos import EscPosPrinter
from drivers.simulation import LINE_FAULTS
from tests.drivers.printer.paper import ACROSS, Bench, bench, picture, printed, wait_until

ROWS = 400
SLOW = 200.0  # mm/s: ROWS rows take a quarter of a second, so that a fault has a middle to come in


def print_one(there: Bench, image: bytes) -> PrintOutcome:
    return there.printer.print_raster(image, 576, len(image) // ACROSS)


def nothing_came_out(there: Bench) -> bool:
    state = there.station.state()
    only_questions_wait = state["waiting"] < ACROSS
    return only_questions_wait and not (state["printed"] or state["torn"] or state["rows"])


def check_truth(there: Bench, outcome: PrintOutcome, image: bytes) -> None:
    if outcome is PrintOutcome.DONE:
        assert printed(image) in there.pieces
    if outcome is PrintOutcome.REFUSED:
        assert nothing_came_out(there)


def check_it_works_again(there: Bench) -> None:
    """A new piece is printed, alone on its paper."""
    image = picture(60, seed=99)
    assert print_one(there, image) is PrintOutcome.DONE
    assert there.pieces[-1] == printed(image)


@pytest.mark.parametrize("kind", ["tcp", "pty"])
def test_a_piece_is_printed_and_cut(tmp_path: Path, kind: str) -> None:
    with bench(tmp_path, f"pty:{tmp_path}/printer" if kind == "pty" else "tcp:127.0.0.1:0") as there:
        printer: Printer = there.printer
        sent: list[int] = []
        image = picture(ROWS)
        assert printer.print_raster(image, 576, ROWS, on_sent=lambda: sent.append(1)) is PrintOutcome.DONE
        assert sent == [1]
        assert print_one(there, picture(50, seed=2)) is PrintOutcome.DONE
        assert there.pieces == [printed(image), printed(picture(50, seed=2))]
        assert there.station.state()["drawer_pulses"] == there.station.state()["unknown"] == 0


def test_a_narrow_picture(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        assert there.printer.print_raster(b"\xff\xf0" * 3, 12, 3) is PrintOutcome.DONE
        assert there.pieces == [(b"\xff\xf0" + bytes(70)) * 3]


def test_a_picture_of_another_size_never_reaches_the_line(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        with pytest.raises(ValueError):
            there.printer.print_raster(bytes(71), 576, 1)
        assert nothing_came_out(there)


def test_a_picture_full_of_commands_opens_no_drawer_and_does_not_switch_off(tmp_path: Path) -> None:
    image = (b"\x10\x14\x01\x00\x08\x10\x14\x02\x01\x08\x10\x04\x01\x10\x05\x02" * 50)[: ACROSS * 10]
    with bench(tmp_path) as there:
        assert print_one(there, image) is PrintOutcome.DONE
        assert there.station.state()["drawer_pulses"] == 0
        assert there.pieces == [printed(image)]


@pytest.mark.parametrize(
    ("command", "back", "paper", "cover"),
    [
        ("paper_out", "load_paper", PaperState.END, False),
        ("open_cover", "close_cover", PaperState.OK, True),
        ("jam", "clear_jam", PaperState.OK, False),
    ],
)
def test_not_ready_before_the_first_byte(
    tmp_path: Path, command: str, back: str, paper: PaperState, cover: bool
) -> None:
    with bench(tmp_path) as there:
        there.station.do(command)
        status = there.printer.status()
        assert (status.online, status.paper, status.cover_open) == (False, paper, cover)
        health = there.printer.health()
        assert not health.ok
        assert health.hint
        assert print_one(there, picture(ROWS)) is PrintOutcome.REFUSED
        assert nothing_came_out(there)
        there.station.do(back)
        assert there.printer.health().ok
        check_it_works_again(there)
        assert len(there.pieces) == 1


def test_a_roll_near_its_end_still_prints(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        there.station.do("paper_near_end")
        assert there.printer.status().paper is PaperState.NEAR_END
        assert there.printer.health().ok
        check_it_works_again(there)


@pytest.mark.parametrize(
    ("command", "back"),
    [
        ("paper_out", "load_paper"),
        ("open_cover", "close_cover"),
        ("jam", "clear_jam"),
        ("die_in_print", "power_cycle"),
    ],
)
@pytest.mark.parametrize("speed", [SLOW, float("inf")])
def test_trouble_in_the_middle_is_not_done(tmp_path: Path, command: str, back: str, speed: float) -> None:
    with bench(tmp_path, mm_per_second=speed) as there:
        there.station.do(command, rows=150)
        assert print_one(there, picture(ROWS)) is PrintOutcome.UNKNOWN
        assert there.pieces == []
        there.station.do(back)
        check_it_works_again(there)
        assert printed(picture(ROWS)) not in there.pieces


@pytest.mark.parametrize("command", ["paper_out", "open_cover"])
def test_trouble_that_is_over_before_the_end_still_spoils_the_piece(tmp_path: Path, command: str) -> None:
    with bench(tmp_path, mm_per_second=SLOW) as there:

        def spoil() -> None:
            wait_until(lambda: there.station.state()["rows"] > 20)
            there.station.do(command)
            there.station.do({"paper_out": "load_paper", "open_cover": "close_cover"}[command])

        outcome = there.printer.print_raster(picture(ROWS), 576, ROWS, on_sent=spoil)
        assert outcome is PrintOutcome.UNKNOWN
        assert printed(picture(ROWS)) not in there.pieces


@pytest.mark.parametrize("fault", [fault for fault in LINE_FAULTS if fault not in {"ok", "half"}])
def test_a_bad_line_before_the_first_byte(tmp_path: Path, fault: str) -> None:
    with bench(tmp_path) as there:
        there.station.do("line", fault=fault)
        with pytest.raises(DeviceNonsense if fault == "garbage" else DeviceSilent):
            there.printer.status()
        assert not there.printer.health().ok
        assert print_one(there, picture(ROWS)) is PrintOutcome.REFUSED
        assert nothing_came_out(there)
        there.station.do("line", fault="ok")
        check_it_works_again(there)


def test_halved_answers_never_confirm(tmp_path: Path) -> None:
    """A status byte cannot be halved, so the piece is begun; its confirmation never comes whole."""
    with bench(tmp_path) as there:
        there.station.do("line", fault="half")
        outcome = print_one(there, picture(ROWS))
        assert outcome is PrintOutcome.UNKNOWN
        check_truth(there, outcome, picture(ROWS))
        there.station.do("line", fault="ok")
        check_it_works_again(there)


@pytest.mark.parametrize("fault", ["silent", "garbage", "half"])
def test_a_line_that_goes_bad_before_the_confirmation(tmp_path: Path, fault: str) -> None:
    with bench(tmp_path, mm_per_second=SLOW) as there:

        def go_bad() -> None:
            there.station.do("line", fault=fault)

        assert there.printer.print_raster(picture(ROWS), 576, ROWS, on_sent=go_bad) is PrintOutcome.UNKNOWN
        there.station.do("line", fault="ok")
        wait_until_idle(there)
        check_it_works_again(there)


def test_a_connection_dropped_before_the_confirmation(tmp_path: Path) -> None:
    with bench(tmp_path, mm_per_second=SLOW) as there:
        outcome = there.printer.print_raster(picture(ROWS), 576, ROWS, on_sent=there.station.drop)
        assert outcome is PrintOutcome.UNKNOWN
        wait_until_idle(there)
        check_it_works_again(there)


def wait_until_idle(there: Bench) -> None:
    wait_until(lambda: there.station.state()["waiting"] == 0)


class Frayed:
    """A line that breaks after so many bytes from the host, or loses the rest, whatever that is."""

    def __init__(self, line: Link, left: int, *, noticed: bool = True) -> None:
        self._line = line
        self._left = left
        self._noticed = noticed

    def write(self, data: bytes) -> None:
        self._line.write(data[: self._left])
        if len(data) > self._left and self._noticed:
            raise DeviceGone("The line broke", "Mend it.")
        self._left = max(0, self._left - len(data))

    def read(self, timeout: float) -> bytes:
        return self._line.read(timeout)

    def close(self) -> None:
        self._line.close()


SHORT = 100  # rows: two slices
BEFORE = len(escpos.END_HEADER) + 4 * len(escpos.ask_status(1)) + len(escpos.END_PICTURE)
ALL = BEFORE + len(escpos.BEGIN) + SHORT * ACROSS + 2 * 8 + len(escpos.CUT) + len(escpos.handshake(b"mark"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.integers(0, ALL), st.integers(ALL - 40, ALL), st.integers(BEFORE, BEFORE + 40)))
def test_a_line_that_breaks_anywhere(tmp_path_factory: pytest.TempPathFactory, after: int) -> None:
    tmp_path = tmp_path_factory.mktemp("frayed")
    with bench(tmp_path) as there:
        printer = EscPosPrinter(
            lambda: Frayed(open_link(there.station.address), after), handshake_timeout=0.5, status_timeout=0.2
        )
        image = picture(SHORT)
        outcome = printer.print_raster(image, 576, SHORT)
        printer.close()
        check_truth(there, outcome, image)
        assert (outcome is PrintOutcome.DONE) == (after == ALL)
        before = len(there.pieces)
        there.printer = EscPosPrinter(
            lambda: open_link(there.station.address), handshake_timeout=1.0, begin_with_cut=True
        )
        check_it_works_again(there)
        assert len(there.pieces) <= before + 2


@pytest.mark.parametrize("after", [BEFORE + 20, BEFORE + 3000, ALL - 1])
def test_a_printer_that_goes_deaf_in_the_middle(tmp_path: Path, after: int) -> None:
    with bench(tmp_path) as there:
        lines = chain([after], repeat(10**6))
        there.printer = EscPosPrinter(
            lambda: Frayed(open_link(there.station.address), next(lines), noticed=False), handshake_timeout=0.5
        )
        outcome = print_one(there, picture(SHORT))
        assert outcome is PrintOutcome.UNKNOWN
        check_truth(there, outcome, picture(SHORT))
        check_it_works_again(there)


def test_a_printer_that_dropped_an_idle_connection_is_asked_again(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        assert there.printer.status().ready
        there.station.drop()
        assert there.printer.status().ready
        there.station.drop()
        check_it_works_again(there)


def test_a_printer_that_is_not_there(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        pass
    with pytest.raises(DeviceGone):
        there.printer.status()
    assert not there.printer.health().ok
    assert print_one(there, picture(10)) is PrintOutcome.REFUSED


def test_a_caller_that_fails_after_the_last_byte_leaves_the_driver_usable(tmp_path: Path) -> None:
    with bench(tmp_path) as there:

        def fail() -> None:
            raise RuntimeError("journal")

        with pytest.raises(RuntimeError):
            there.printer.print_raster(picture(ROWS), 576, ROWS, on_sent=fail)
        check_it_works_again(there)


def test_an_old_confirmation_is_not_the_new_ones(tmp_path: Path) -> None:
    """The first piece's answer arrives while the second, slow one is still printing."""
    with bench(tmp_path, mm_per_second=SLOW) as there:
        impatient = EscPosPrinter(lambda: open_link(there.station.address), handshake_timeout=0.01)
        assert impatient.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.UNKNOWN
        outcome = there.printer.print_raster(picture(SHORT), 576, SHORT)
        impatient.close()
        check_truth(there, outcome, picture(SHORT))


def test_faults_say_what_to_do(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        there.station.do("line", fault="silent")
        with pytest.raises(DeviceFault) as caught:
            there.printer.status()
        assert caught.value.what
        assert caught.value.hint
