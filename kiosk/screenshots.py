"""Pictures of every screen: `waystation kiosk --screenshots DIR`, or `python -m kiosk.screenshots DIR`.

Each screen in each language and mode on each of two panels as a PNG file, and for each panel and mode one sheet of
small pictures to look them over. `--only=pay,done` makes only these, and no sheets.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


def looks(languages: Sequence[str], panel: PanelSettings) -> list[Look]:
    """Every mode in every language, and the long one once. Low reach only where it changes something."""
    modes = [mode for mode in MODES if not mode.low or panel.too_high_mm + panel.too_low_mm > 0]
    return [*(replace(mode, language=language) for mode in modes for language in languages), Look(language=LONG)]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Small pictures of all screens in one look, in rows, each with its name above."""

    panel: PanelSettings
    small: list[tuple[str, QImage]] = field(default_factory=list)

    @property
    def size(self) -> QSize:
        """Of one small picture."""
        scale = (640 if self.panel.portrait else 480) / max(self.panel.width_px, self.panel.height_px)
        return QSize(round(self.panel.width_px * scale), round(self.panel.height_px * scale))

    def add(self, name: str, picture: QImage) -> None:
        """One screen more."""
        whole, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        self.small.append((name, picture.scaled(self.size, whole, smooth)))

    def drawn(self) -> QImage:
        """The sheet."""
        across, down = self.size.width() + _GAP, self.size.height() + _TITLE + _GAP
        rows = -(-len(self.small) // _ACROSS)
        paper = QImage(_ACROSS * across + _GAP, rows * down + _GAP, QImage.Format.Format_RGB32)
        paper.fill(QColor("#8894A0"))
        painter = QPainter(paper)
        font = QFont("Noto Sans CJK SC")
        font.setPixelSize(20)
        painter.setFont(font)
        for at, (name, picture) in enumerate(self.small):
            corner = QPoint(_GAP + at % _ACROSS * across, _GAP + at // _ACROSS * down)
            painter.drawText(QRect(corner, QSize(across, _TITLE)), Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawImage(corner + QPoint(0, _TITLE), picture)
        painter.end()
        return paper


def screens(r: Rehearsal, wanted: Sequence[Look], only: Sequence[str]) -> Iterator[tuple[str, Look, QImage]]:
    """Every screen in every look. The walk is done once: each screen is changed to every look where it stands."""
    for at, name in enumerate(walk(r, wanted[0]), start=1):
        if only and not any(part in name for part in only):
            continue
        alone = name in NOBODYS
        for look in wanted[:1] if alone else wanted:
            if not alone:
                r.set(look)
            yield f"{at:02}-{name}", look, r.draw()
        if not alone:
            r.set(wanted[0])


def write(folder: Path, *, only: Sequence[str] = (), on_written: Callable[[Path], object] = lambda _path: None) -> None:
    """Write all of them into `folder`, which is made if need be. Raises OSError when one cannot be written."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    for panel_name, panel in PANELS.items():
        rehearsal = rehearse(panel)
        languages = [each["code"] for each in rehearsal.model.group("comfort")["languages"]]  # type: ignore[attr-defined]  # a list in the group
        sheets = {look: Sheet(panel=panel) for look in looks(languages, panel)}
        try:
            for name, look, picture in screens(rehearsal, list(sheets), only):
                _save(picture, folder / f"{name}-{panel_name}-{look.name}.png")
                sheets[look].add(name, picture)
            for look, sheet in sheets.items() if not only else ():
                file = folder / f"sheet-{panel_name}-{look.name}.png"
                _save(sheet.drawn(), file)
                on_written(file)
        finally:
            rehearsal.kiosk.close()


def _save(picture: QImage, file: Path) -> None:
    if not picture.save(str(file)):
        raise OSError(None, "No picture can be written here", str(file))


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
