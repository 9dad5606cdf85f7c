"""Every sentence of the screens has its Chinese, and what is in the file is what is on the screens."""

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

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
