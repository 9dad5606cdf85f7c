"""Codes that were found and not made out: repaired with what is known to be doubtful, never made up."""

import cv2
import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray

from gate.damaged import MODEL_2, SPARE, read_damaged
from gate.reed_solomon import POWERS, corrected
from gate.symbol import symbol
from gate.ways import View, read_quickly, read_suspect

Grey = NDArray[np.uint8]
TEXT = "RT1:" + "6BFOXN%TSMAHN-H3ZS1AFT*GE4 8ZKPRN" * 5
LONG = "RT1:" + "6BFOXN%TSMAHN-H3ZS1AFT*GE4 8ZKPRN" * 12


def coded(data: list[int], checks: int) -> NDArray[np.uint8]:
    """The data with its check codewords, by long division: nothing of the corrector's is used but the field."""
    generator = [1]
    for power in range(checks):
        longer = [*generator, 0]
        for at, factor in enumerate(generator):
            longer[at + 1] ^= times(factor, POWERS[power])
        generator = longer
    rest = [*data, *[0] * checks]
    for at in range(len(data)):
        lead = rest[at]
        for offset, factor in enumerate(generator):
            rest[at + offset] ^= times(factor, lead)
    return np.array([*data, *rest[len(data) :]], np.uint8)


def times(one: int, other: int) -> int:
    """Multiplication by shifting and adding, modulo 0x11D."""
    product = 0
    while other:
        product ^= one if other & 1 else 0
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product


@pytest.mark.parametrize(("errors", "erasures"), [(0, 0), (1, 0), (9, 0), (0, 19), (4, 11), (9, 1), (1, 16)])
def test_errors_and_erasures_are_corrected_up_to_the_spare(errors: int, erasures: int) -> None:
    random = np.random.default_rng(errors * 100 + erasures)
    for _ in range(20):
        right = coded([int(each) for each in random.integers(0, 256, 60)], 22)
        places = random.permutation(82)[: errors + erasures]
        wrong = right.copy()
        wrong[places] ^= random.integers(1, 256, len(places)).astype(np.uint8)
        found = corrected(wrong, 22, [int(each) for each in places[:erasures]], SPARE)
        assert found is not None
        assert (found == right).all()


def test_more_than_that_is_not_corrected_into_something_else() -> None:
    random = np.random.default_rng(1)
    for erasures in (0, 8, 16, 19):
        for _ in range(200):
            noise = random.integers(0, 256, 82).astype(np.uint8)
            assert corrected(noise, 22, list(range(erasures)), SPARE) is None


@pytest.mark.parametrize("version", [1, 2, 7, 13, 14])
@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_a_symbol_knows_where_every_codeword_is(version: int, level: str) -> None:
    for mask in range(8):
        known = symbol(version, level, mask)
        made = segno.make("7", version=version, error=level, mask=mask, micro=False, boost_error=False)
        matrix = np.array(made.matrix, np.uint8)
        codewords = np.packbits((matrix[known.order] ^ known.flipped).reshape(-1, 8), axis=1).ravel()
        assert sum(len(places) for places, _ in known.blocks) == len(codewords)
        for places, checks in known.blocks:
            assert corrected(codewords[places], checks, (), SPARE) is not None


def picture(text: str) -> Grey:
    """A code of 6 pixels a module."""
    made = segno.make(text, error="m", micro=False, boost_error=False)
    grey = np.where(np.pad(np.array(made.matrix, np.uint8), 6), 20, 230).astype(np.uint8)
    return np.repeat(np.repeat(grey, 6, axis=0), 6, axis=1)


def under_a_lamp(until: int, text: str = TEXT) -> Grey:
    """The code with a square of it washed out, rows and columns alike."""
    grey = picture(text)
    grey[150:until, 150:until] = 230
    return grey


def suspects(grey: Grey) -> list[zxingcpp.Barcode]:
    found = zxingcpp.read_barcodes(grey, formats=MODEL_2, return_errors=True)
    assert not any(code.valid for code in found), "zxing-cpp reads it, so that it shows nothing"
    return [code for code in found if code.error is not None and code.error.type == zxingcpp.ErrorType.Checksum]


def test_what_a_lamp_hides_is_left_out_and_the_rest_is_enough() -> None:
    grey = under_a_lamp(258)
    assert TEXT in [read_damaged(grey, code) for code in suspects(grey)]


def test_what_is_hidden_beyond_repair_is_not_made_up() -> None:
    grey = under_a_lamp(294)
    assert [read_damaged(grey, code) for code in suspects(grey)] == [None]


def test_what_is_no_text_is_read_and_not_given_out() -> None:
    text = TEXT[:-1] + "\0"
    grey = under_a_lamp(280, text)
    view = View(grey=grey)
    assert read_quickly(view) == []
    assert [read_damaged(each.grey, each.code) for each in view.suspects] == [text]
    assert read_suspect(view) == []


def test_a_code_larger_than_any_ticket_is_not_gone_into() -> None:
    grey = under_a_lamp(370, TEXT * 4)
    assert {read_damaged(grey, code) for code in suspects(grey)} == {None}


def test_paper_that_is_not_flat_is_followed() -> None:
    flat = picture(LONG)
    rows, columns = np.mgrid[: flat.shape[0], : flat.shape[1]].astype(np.float32)
    bent_rows, bent_columns = rows + 4 * np.sin(columns / 60), columns + 4 * np.sin(rows / 60)
    bent = np.asarray(cv2.remap(flat, bent_columns, bent_rows, cv2.INTER_LINEAR, borderValue=230), np.uint8)
    assert LONG in [read_damaged(bent, code) for code in suspects(bent)]
