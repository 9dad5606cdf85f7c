"""Every sentence of the screens has its Chinese, and what is in the file is what is on the screens."""

import os
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kiosk import translations

CHINESE = translations.FOLDER / "kiosk_zh_CN.ts"


def messages(ts: Path) -> dict[tuple[str, str], ET.Element]:
    found = {}
    for context in ET.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            found[context.findtext("name") or "", message.findtext("source") or ""] = message
    return found


def test_nothing_is_untranslated_and_placeholders_agree() -> None:
    for (context, source), message in messages(CHINESE).items():
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, f"{context}: {source}"
        text = translation.text or ""
        assert text.strip(), f"{context}: {source}"
        assert sorted(re.findall(r"%\d", text)) == sorted(re.findall(r"%\d", source)), f"{context}: {source}"
        assert not re.search(r"[\u4e00-\u9fff][,?;:!]", text), f"half-width punctuation in {text}"


def test_the_file_is_what_the_screens_say(tmp_path: Path) -> None:
    copy = tmp_path / "kiosk_zh_CN.ts"
    shutil.copy(CHINESE, copy)
    translations.collect(copy)
    assert messages(copy).keys() == messages(CHINESE).keys(), "run: python -m kiosk.translations --collect"


def test_a_translation_is_built_where_it_is_missing() -> None:
    translations.CHINESE.unlink(missing_ok=True)
    assert translations.build() == [translations.CHINESE]
    assert translations.CHINESE.stat().st_size > 1000


def test_a_running_kiosk_keeps_the_translation_that_it_has_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    ts = tmp_path / "kiosk_zh_CN.ts"
    ts.write_bytes(CHINESE.read_bytes())
    (made,) = translations.build()
    with made.open("rb") as mapped:
        old = mapped.read()
        ts.write_text('<?xml version="1.0"?><!DOCTYPE TS><TS version="2.1" language="zh_CN"></TS>', "utf-8")
        os.utime(ts, (made.stat().st_mtime + 5,) * 2)
        (made,) = translations.build()
        mapped.seek(0)
        assert mapped.read() == old
    assert made.read_bytes() != old
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kiosk_zh_CN.qm", "kiosk_zh_CN.ts"]
