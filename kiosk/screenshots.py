"""Pictures of every screen: `waystation kiosk --screenshots DIR`, or `python -m kiosk.screenshots DIR`.

Each screen in each language and mode on each of two panels as a PNG file, and one sheet of small pictures of each
panel and mode to look them over. `--only=pay,done` makes only these, and no sheet.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from kiosk.panel import LANDSCAPE_15_6, PORTRAIT_21_5, PanelSettings
from kiosk.pseudo import LONG
from kiosk.scenes import walk
from kiosk.stagehand import Look, Rehearsal, rehearse

PANELS: Mapping[str, PanelSettings] = {"landscape": LANDSCAPE_15_6, "portrait": PORTRAIT_21_5}

MODES: tuple[Look, ...] = (Look(), Look(large=True), Look(contrast=True), Look(low=True), Look(large=True, low=True))

NOBODYS = ("attract", "attract-recovered")
"""Screens that are only ever seen as a session begins: who sets something begins a session by it."""

_ACROSS, _GAP, _TITLE = 6, 12, 34


def looks(languages: Sequence[str]) -> Iterator[Look]:
    """Every mode in every language, and the long one once."""
    for mode in MODES:
        for language in languages:
            yield replace(mode, language=language)
    yield Look(language=LONG)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of which screen."""

    name: str
    file: Path


def shots(r: Rehearsal, look: Look, folder: Path, panel: str, only: Sequence[str]) -> list[Shot]:
    """Write every screen of the walk; returns what was written, in its order."""
    made = []
    for at, name in enumerate(walk(r, look), start=1):
        if (only and not any(part in name for part in only)) or (name in NOBODYS and look != Look()):
            continue
        file = folder / f"{at:02}-{name}-{panel}-{look.name}.png"
        if not r.draw().save(str(file)):
            raise OSError(None, "No picture can be written here", str(file))
        made.append(Shot(name, file))
    return made


def sheet(made: Sequence[Shot], file: Path, panel: PanelSettings) -> None:
    """All of these on one picture, each with its name."""
    scale = (640 if panel.portrait else 480) / max(panel.width_px, panel.height_px)
    size = QSize(round(panel.width_px * scale), round(panel.height_px * scale))
    rows = -(-len(made) // _ACROSS)
    paper = QImage(
        _ACROSS * (size.width() + _GAP) + _GAP,
        rows * (size.height() + _TITLE + _GAP) + _GAP,
        QImage.Format.Format_RGB32,
    )
    paper.fill(QColor("#8894A0"))
    painter = QPainter(paper)
    font = QFont("Noto Sans CJK SC")
    font.setPixelSize(20)
    painter.setFont(font)
    for at, shot in enumerate(made):
        corner = QPoint(
            _GAP + at % _ACROSS * (size.width() + _GAP), _GAP + at // _ACROSS * (size.height() + _TITLE + _GAP)
        )
        small = QImage(str(shot.file)).scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        painter.drawText(QRect(corner, QSize(size.width(), _TITLE)), Qt.AlignmentFlag.AlignVCenter, shot.name)
        painter.drawImage(corner + QPoint(0, _TITLE), small)
    painter.end()
    if not paper.save(str(file)):
        raise OSError(None, "No picture can be written here", str(file))


def write(folder: Path, *, only: Sequence[str] = (), on_written: Callable[[Path], object] = lambda _path: None) -> None:
    """Write all of them into `folder`, which is made if need be. Raises OSError when one cannot be written."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    for panel_name, panel in PANELS.items():
        rehearsal = rehearse(panel)
        languages = [each["code"] for each in rehearsal.model.group("comfort")["languages"]]  # type: ignore[attr-defined]  # a list in the group
        try:
            for look in looks(languages):
                made = shots(rehearsal, look, folder, panel_name, only)
                if not only:
                    contact = folder / f"sheet-{panel_name}-{look.name}.png"
                    sheet(made, contact, panel)
                    on_written(contact)
        finally:
            rehearsal.kiosk.close()


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    names = [argument for argument in arguments if not argument.startswith("--")]
    if not names:
        sys.stderr.write("Say where to write the pictures: python -m kiosk.screenshots DIR\n")
        return 2
    only = next((a.split("=", 1)[1].split(",") for a in arguments if a.startswith("--only=")), [])
    write(Path(names[0]), only=only, on_written=lambda path: sys.stdout.write(f"{path}\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
