"""Printers with a presenter: what is held out is known, and nobody finds a stranger's ticket in the mouth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.faults import DeviceRefused, DeviceSilent
from drivers.link import open_link
from drivers.printer import PrintOutcome, codec, escpos
from drivers.printer.mouth import AttendedMouth, MouthNumbers
from drivers.printer.words import IN_MOUTH
from tests.drivers.printer.paper import Bench, bench, picture, printed, wait_until

ROWS = 100


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, presenter=True) as made:
        yield made


def print_one(there: Bench, seed: int = 1) -> PrintOutcome:
    return there.printer.print_raster(picture(ROWS, seed), 576, ROWS)


def test_a_piece_is_held_out_until_it_is_taken(there: Bench) -> None:
    assert not there.printer.status().in_mouth
    assert print_one(there) is PrintOutcome.DONE
    assert there.station.state()["mouth"] == ["0001"]
    status = there.printer.status()
    assert (status.in_mouth, status.ready) == (True, True)
    assert (there.printer.health().ok, there.printer.health().what) == (True, IN_MOUTH)
    there.station.do("take")
    assert not there.printer.status().in_mouth
    assert there.station.state()["taken"] == ["0001"]


def test_nothing_is_printed_behind_a_piece_that_waits(there: Bench) -> None:
    print_one(there)
    assert print_one(there, seed=2) is PrintOutcome.REFUSED
    there.station.do("take")
    assert print_one(there, seed=2) is PrintOutcome.DONE
    assert there.station.state()["pushed_out"] == []
    assert there.pieces == [printed(picture(ROWS, 1)), printed(picture(ROWS, 2))]


def test_a_piece_is_drawn_back(there: Bench) -> None:
    there.printer.retract()
    print_one(there)
    there.printer.retract()
    state = there.station.state()
    assert (state["mouth"], state["retracted"], state["taken"]) == ([], ["0001"], [])
    assert not there.printer.status().in_mouth


def test_a_mouth_that_is_stuck_is_said_to_be(there: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escpos, "RETRACT_SECONDS", 0.2)
    print_one(there)
    there.station.do("block_mouth")
    with pytest.raises(DeviceRefused) as caught:
        there.printer.retract()
    assert caught.value.hint
    attended = AttendedMouth(there.printer, take_seconds=0)
    assert not attended.health().ok
    assert attended.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.REFUSED
    there.station.do("take")
    assert attended.health().ok


def test_a_bad_line_is_no_empty_mouth(there: Bench) -> None:
    print_one(there)
    there.station.do("line", fault="silent")
    with pytest.raises(DeviceSilent):
        there.printer.retract()
    there.station.do("line", fault="ok")
    there.printer.retract()
    assert there.station.state()["retracted"] == ["0001"]


def test_a_spoiled_piece_that_the_printer_still_holds_out_is_drawn_back(there: Bench) -> None:
    there.station.do("open_cover", rows=40)
    assert print_one(there) is PrintOutcome.UNKNOWN
    there.station.do("close_cover")
    assert there.printer.status().in_mouth
    there.printer.retract()
    assert print_one(there, seed=2) is PrintOutcome.DONE
    assert len(there.station.state()["mouth"]) == 1
    assert there.pieces[-1] == printed(picture(ROWS, 2))


def test_a_piece_that_broke_off_is_not_held_out_with_the_next(tmp_path: Path) -> None:
    """The line broke before the cut; the rest of the stranger's ticket goes to the bin, cut off."""
    with bench(tmp_path, presenter=True) as there:
        there.printer = escpos.EscPosPrinter(
            lambda: open_link(there.station.address), handshake_timeout=1.0, begin_with_cut=True, mouth=MouthNumbers()
        )
        half = b"".join(codec.raster(picture(ROWS), 576, ROWS))
        link = open_link(there.station.address)
        link.write(half)
        wait_until(lambda: there.station.state()["rows"] == ROWS)
        link.close()
        assert print_one(there, seed=2) is PrintOutcome.DONE
        state = there.station.state()
        assert (state["retracted"], state["mouth"]) == (["0001"], ["0002"])


class Hours:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_what_nobody_takes_is_drawn_back_while_the_printer_is_looked_at(there: Bench) -> None:
    clock = Hours()
    attended = AttendedMouth(there.printer, take_seconds=20, clock=clock, pause=clock.pause)
    assert attended.print_raster(picture(ROWS), 576, ROWS) is PrintOutcome.DONE
    assert attended.status().in_mouth
    clock.now += 19
    assert attended.health().what == IN_MOUTH
    clock.now += 2
    assert attended.health().what != IN_MOUTH
    assert there.station.state()["retracted"] == ["0001"]
    assert (attended.left_behind(), attended.left_behind()) == (1, 0)


def test_each_piece_has_its_own_time(there: Bench) -> None:
    clock = Hours()
    attended = AttendedMouth(there.printer, take_seconds=20, clock=clock, pause=clock.pause)
    attended.print_raster(picture(ROWS), 576, ROWS)
    attended.status()
    clock.now += 15
    there.station.do("take")
    attended.status()
    attended.print_raster(picture(ROWS, 2), 576, ROWS)
    attended.status()
    clock.now += 15
    assert attended.status().in_mouth
    assert attended.left_behind() == 0


def test_the_next_piece_waits_for_the_mouth(there: Bench) -> None:
    clock = Hours()

    def pause(seconds: float) -> None:
        clock.pause(seconds)
        if clock.now > 55:
            there.station.do("take")

    attended = AttendedMouth(there.printer, take_seconds=20, clock=clock, pause=pause)
    attended.print_raster(picture(ROWS), 576, ROWS)
    assert attended.print_raster(picture(ROWS, 2), 576, ROWS) is PrintOutcome.DONE
    state = there.station.state()
    assert (state["taken"], state["mouth"], state["retracted"], state["pushed_out"]) == (["0001"], ["0002"], [], [])


def test_the_next_piece_does_not_wait_for_ever(there: Bench) -> None:
    clock = Hours()
    attended = AttendedMouth(there.printer, take_seconds=20, clock=clock, pause=clock.pause)
    attended.print_raster(picture(ROWS), 576, ROWS)
    assert attended.print_raster(picture(ROWS, 2), 576, ROWS) is PrintOutcome.DONE
    state = there.station.state()
    assert (state["retracted"], state["mouth"], state["pushed_out"]) == (["0001"], ["0002"], [])
    assert 70 <= clock.now < 71
    assert attended.left_behind() == 1


def test_a_printer_without_a_presenter_has_nothing_to_draw_back(tmp_path: Path) -> None:
    with bench(tmp_path) as there:
        print_one(there)
        there.printer.retract()
        assert not there.printer.status().in_mouth


FULL = "10 0f 20 00 00 10"


def test_a_full_status_in_any_pieces() -> None:
    decoder = codec.Decoder()
    decoder.expect_full_status(6)
    events = [event for byte in bytes.fromhex(FULL) for event in decoder.feed(bytes((byte,)))]
    assert events == [codec.FullStatus(bytes.fromhex(FULL))]
    assert len(decoder.feed(bytes.fromhex("10 00 00 00 12"))) == 2
    assert decoder.discarded == 0


def test_an_automatic_status_between_is_not_taken_for_it() -> None:
    decoder = codec.Decoder()
    decoder.expect_full_status(6)
    changed, full = decoder.feed(bytes.fromhex("10 00 00 00" + FULL))
    assert isinstance(changed, codec.StatusChanged)
    assert full == codec.FullStatus(bytes.fromhex(FULL))


def test_unasked_it_is_an_automatic_status() -> None:
    (event,) = codec.Decoder().feed(bytes.fromhex("10 0f 00 00"))
    assert isinstance(event, codec.StatusChanged)


def test_another_model_has_other_numbers(tmp_path: Path) -> None:
    """Here a bit of another byte, which the simulator sets when its cover is open."""
    with bench(tmp_path, presenter=True) as there:
        other = MouthNumbers(waits_byte=3, waits_mask=0x02)
        there.printer = escpos.EscPosPrinter(
            lambda: open_link(there.station.address), handshake_timeout=1.0, status_timeout=0.5, mouth=other
        )
        there.station.do("open_cover")
        assert there.printer.status().in_mouth
        there.station.do("close_cover")
        assert not there.printer.status().in_mouth


@pytest.mark.parametrize(("paper_rows", "outcomes"), [(2 * ROWS + 40, "DDURR"), (2 * ROWS, "DURRR"), (40, "URRRR")])
def test_paper_that_ends_among_five_tickets(tmp_path: Path, paper_rows: int, outcomes: str) -> None:
    """Every piece that is done is out, the one in which it ended is not repeated, and the rest is refused unprinted."""
    words = {"D": PrintOutcome.DONE, "U": PrintOutcome.UNKNOWN, "R": PrintOutcome.REFUSED}
    with bench(tmp_path, paper_mm=paper_rows / 8) as there:
        said = [print_one(there, seed) for seed in range(5)]
        assert said == [words[letter] for letter in outcomes]
        assert there.pieces == [printed(picture(ROWS, seed)) for seed in range(outcomes.count("D"))]
        assert not there.printer.health().ok
        there.station.do("load_paper")
        again = [seed for seed, letter in enumerate(outcomes) if letter == "R"]
        assert all(print_one(there, seed) is PrintOutcome.DONE for seed in again)
        out = there.pieces
        assert [printed(picture(ROWS, seed)) for seed in again] == out[-len(again) :]
        assert len(out) == len(set(out))
