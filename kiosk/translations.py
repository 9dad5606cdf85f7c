"""Builds the Qt translations: `python -m kiosk.translations` makes each `.ts` into the `.qm` beside it.

`python -m kiosk.translations --collect` takes new sentences from the screens into the `.ts` first.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "assets" / "translations"
CHINESE = FOLDER / "kiosk_zh_CN.qm"


def sources() -> list[Path]:
    """Every file with sentences in it."""
    return sorted((ROOT / "kiosk").glob("**/*.qml"))


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
            "zh_CN",
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
    for ts in sorted(FOLDER.glob("*.ts")):
        qm = ts.with_suffix(".qm")
        if not qm.exists() or qm.stat().st_mtime_ns < ts.stat().st_mtime_ns:
            fresh = qm.with_suffix(".qm.new")  # a running kiosk has the old one mapped: writing into it would kill it
            subprocess.run([str(tool), "-silent", str(ts), "-qm", str(fresh)], check=True)
            fresh.replace(qm)
        made.append(qm)
    return made


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    if "--collect" in arguments:
        collect(FOLDER / "kiosk_zh_CN.ts")
    for qm in build():
        sys.stdout.write(f"{qm.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
