"""The languages of the screens, and how they are made: `python -m kiosk.translations` builds each `.ts` into a `.qm`.

A language is a file `assets/translations/kiosk_<code>.ts` and nothing else; its name in its own script is the
translation of "English" in it. English is what the screens are written in, and has no file.
`python -m kiosk.translations --collect` takes new sentences from the screens into every `.ts` first.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import PySide6
from PySide6.QtCore import QObject, QTranslator

from tickets.errors import EnvironmentFault

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "assets" / "translations"
CHINESE = FOLDER / "kiosk_zh_CN.qm"

_CODES = {"zh_CN": "zh"}
"""The till's texts call this language so."""


def sources() -> list[Path]:
    """Every file with sentences in it."""
    return sorted((ROOT / "kiosk").glob("**/*.qml"))


def code_of(file: Path) -> str:
    """The code of a language by its file's name: zh, ja, pt_BR."""
    code = file.stem.removeprefix("kiosk_")
    return _CODES.get(code, code)


def collect(ts: Path) -> None:
    """Write every sentence of the screens into `ts`, keeping what is translated and dropping what is gone."""
    tool = Path(PySide6.__file__).parent / "lupdate"
    files = [str(path) for path in sources()]
    subprocess.run(
        [
            str(tool),
            *files,
            "-no-obsolete",
            "-locations",
            "none",
            "-target-language",
            ts.stem.removeprefix("kiosk_"),
            "-ts",
            str(ts),
            "-silent",
        ],
        check=True,
        cwd=ROOT,
    )


def build() -> list[Path]:
    """Make every `.ts` into a `.qm` where that is missing or older; returns all of them."""
    tool = Path(PySide6.__file__).parent / "lrelease"
    made = []
    for ts in sorted(FOLDER.glob("kiosk_*.ts")):
        qm = ts.with_suffix(".qm")
        if not qm.exists() or qm.stat().st_mtime_ns < ts.stat().st_mtime_ns:
            # a kiosk that runs has the old one mapped: writing into it would kill it; another may be building too
            fresh = qm.with_suffix(f".qm.{os.getpid()}")
            subprocess.run([str(tool), "-silent", str(ts), "-qm", str(fresh)], check=True)
            fresh.replace(qm)
        made.append(qm)
    return made


def load(parent: QObject) -> Mapping[str, QTranslator]:
    """The translator of every language that has a file, by its code, Chinese first. Raises EnvironmentFault."""
    found = {}
    for qm in sorted(build(), key=lambda file: (code_of(file) != "zh", code_of(file))):
        translator = QTranslator(parent)
        if not translator.load(str(qm)):
            raise EnvironmentFault(
                what=f"the kiosk's texts in {qm.name} cannot be read", hint="run: python -m kiosk.translations"
            )
        found[code_of(qm)] = translator
    return found


def names(translators: Mapping[str, QTranslator]) -> Mapping[str, str]:
    """Each language's name in its own script, by its code, the ones that everything is in first."""
    found = {code: each.translate("Names", "English") or code for code, each in translators.items()}
    first = {code: found.pop(code) for code in ("zh",) if code in found}
    return {**first, "en": "English", **found}


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    if "--collect" in arguments:
        for ts in sorted(FOLDER.glob("kiosk_*.ts")):
            collect(ts)
    for qm in build():
        sys.stdout.write(f"{qm.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
