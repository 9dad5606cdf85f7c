"""Texts become smaller, then break, and are never cut."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.paper import fonts as fonts_module
from kiosk.paper.fit import fit
from kiosk.paper.fonts import FAMILY, FontMissing, Fonts, find_fonts

FONTS = find_fonts()


def break_lines(text: str, width: int) -> tuple[str, ...]:
    return fit(FONTS, text, width, bold=True, largest=24, smallest=24).lines


def widths(lines: tuple[str, ...], size: int) -> list[float]:
    return [FONTS.of(size, bold=True).getlength(line) for line in lines]


def test_what_fits_is_not_made_smaller() -> None:
    setting = fit(FONTS, "青山", 300, bold=True, largest=64, smallest=30)
    assert (setting.lines, setting.size) == (("青山",), 64)


def test_a_longer_text_shrinks_before_it_breaks() -> None:
    shrunk = fit(FONTS, "青山客运站", 300, bold=True, largest=64, smallest=50)
    assert len(shrunk.lines) == 1
    assert 50 <= shrunk.size < 64
    broken = fit(FONTS, "青山客运总站南站", 300, bold=True, largest=64, smallest=50)
    assert broken.lines == ("青山客运", "总站南站")
    assert broken.size == 64


def test_english_breaks_between_words() -> None:
    lines = break_lines("Beijing Liuliqiao Coach Hub", 200)
    assert " ".join(lines) == "Beijing Liuliqiao Coach Hub"
    assert len(lines) == 2


def test_a_word_wider_than_the_paper_is_broken_anyway() -> None:
    lines = break_lines("A" * 100, 200)
    assert "".join(lines) == "A" * 100
    assert max(widths(lines, 24)) <= 200


def test_no_line_begins_with_closing_punctuation() -> None:
    for width in range(80, 400, 7):
        for line in break_lines("请取走凭条，到三号窗口。谢谢！再见（今天）、明天", width):
            assert line[0] not in "，。！）、"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="青山客运站，。AbcWi 12-·’é", min_size=1, max_size=60), st.integers(60, 500))
def test_nothing_is_lost_and_nothing_is_wider(text: str, width: int) -> None:
    setting = fit(FONTS, text, width, bold=True, largest=48, smallest=24, rows=2)
    assert "".join(setting.lines).replace(" ", "") == text.replace(" ", "")
    assert max(widths(setting.lines, setting.size)) <= width


def test_the_chinese_forms_of_characters_are_used() -> None:
    ours = FONTS.of(40, bold=False)
    assert ours.getname()[0] == FAMILY
    path = Path(str(ours.path))
    japanese = fonts_module._open(path, 40, 0)
    assert japanese.getname()[0] != FAMILY
    assert bytes(ours.getmask("骨直")) != bytes(japanese.getmask("骨直"))
    assert bytes(ours.getmask("青")) != b""


def test_both_weights_are_there() -> None:
    assert FONTS.of(40, bold=True).getname()[1] == "Bold"
    assert FONTS.of(40, bold=False).getname()[1] == "Regular"


def test_another_typeface_is_not_taken_for_ours(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="fonts-noto-cjk"):
        Fonts(tmp_path / "none.ttc", tmp_path / "none.ttc")


def test_fontconfig_is_asked_where_debians_place_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    regular, bold = (str(FONTS.of(20, bold=weight).path) for weight in (False, True))
    program = tmp_path / "fc-match"
    program.write_text(f'#!/bin/sh\ncase "$3" in *Bold) printf %s {bold};; *) printf %s {regular};; esac\n')
    program.chmod(0o755)
    monkeypatch.setattr(fonts_module, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert find_fonts().of(20, bold=True).getname() == (FAMILY, "Bold")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(FontMissing, match="fonts-noto-cjk"):
        find_fonts()
