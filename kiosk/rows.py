"""A list that a screen shows: rows of plain values, told to Qt as exactly the rows that changed."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QObject, QPersistentModelIndex, Qt

from kiosk.present.values import texts

Row = Mapping[str, object]
_Index = QModelIndex | QPersistentModelIndex
_ROW = int(Qt.ItemDataRole.UserRole)


class RowsModel(QAbstractListModel):
    """Rows that each have a `key`. One role, `row`: the row as an object.

    `show()` tells what changed: nothing at all for equal rows, single rows while the keys stay, rows added or taken
    away at the end, and only otherwise a new list.
    """

    def __init__(self, parent: QObject, *, personal: tuple[str, ...] | None = None) -> None:
        """An empty list. `personal` names the values of a row that nobody but the passenger may hear; None for a list
        of which nobody has decided that yet.
        """
        super().__init__(parent)
        self.marked = personal
        self._rows: tuple[Row, ...] = ()

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802  Qt's name
        """How many rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = _ROW) -> object:
        """The row as a mapping of plain values."""
        if role != _ROW or not index.isValid() or index.row() >= len(self._rows):
            return None
        return dict(self._rows[index.row()])

    def roleNames(self) -> dict[int, QByteArray]:  # noqa: N802  Qt's name
        """The one role."""
        return {_ROW: QByteArray(b"row")}

    def personal(self) -> frozenset[str]:
        """The texts of all rows that nobody but the passenger may hear."""
        return frozenset(text for row in self._rows for name in self.marked or () for text in texts(row.get(name)))

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on."""
        new, old = tuple(rows), self._rows
        if new == old:
            return
        shared = min(len(new), len(old))
        if [row["key"] for row in new[:shared]] != [row["key"] for row in old[:shared]]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        if len(new) > len(old):
            self.beginInsertRows(QModelIndex(), shared, len(new) - 1)
            self._rows = (*old, *new[shared:])
            self.endInsertRows()
        elif len(new) < len(old):
            self.beginRemoveRows(QModelIndex(), shared, len(old) - 1)
            self._rows = old[:shared]
            self.endRemoveRows()
        changed = [at for at in range(shared) if new[at] != old[at]]
        self._rows = new
        for at in changed:
            self.dataChanged.emit(self.index(at), self.index(at), [_ROW])
