"""What changed in one transaction, and the numbers by which terminals find it.

A station's records carry one rising change number. It is taken from the station's row, which the transaction reads
first (locking it where the database can), so that a reader who has seen number n can never later meet a smaller one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Integer, Row, bindparam, delete, select, update

from sync.encoding import from_text, to_text
from sync.server.rows import ByKeys, insert_rows
from sync.server.schema import records, stations
from sync.wire.pull import Record

_AT_ONCE: Final = 500

_HERE: Final = stations.c.station_id == bindparam("station")
_LOCK: Final = select(stations.c.last_change).where(_HERE).with_for_update()
_RAISE: Final = update(stations).where(_HERE).values(last_change=bindparam("last"))
_REACH: Final = select(stations.c.last_change, stations.c.horizon).where(_HERE)
_LATEST: Final = select(stations.c.station_id, stations.c.last_change).where(
    stations.c.station_id.in_(bindparam("stations", expanding=True))
)
_OF_STATION: Final = records.c.station_id == bindparam("station")
_FORGET: Final = ByKeys(
    records.c.key, lambda among: delete(records).where(_OF_STATION, records.c.kind == bindparam("kind"), among)
)
_SINCE: Final = (
    select(records.c.kind, records.c.key, records.c.body, records.c.change_no)
    .where(_OF_STATION, records.c.change_no > bindparam("since"))
    .order_by(records.c.change_no)
    .limit(bindparam("most", type_=Integer))
)
_TOLD: Final = select(records.c.body).where(
    _OF_STATION, records.c.kind == bindparam("kind"), records.c.key == bindparam("key")
)
_OF_KINDS: Final = (
    select(records.c.kind, records.c.key, records.c.body, records.c.change_no)
    .where(_OF_STATION, records.c.kind.in_(bindparam("kinds", expanding=True)), records.c.body.is_not(None))
    .order_by(records.c.kind, records.c.key)
)


def lock_station(connection: Connection, station: int) -> int | None:
    """Let no other writer of this station in until the transaction ends; must be the transaction's first statement.

    Answers the number of the station's latest change; None when there is no such station.
    """
    return connection.execute(_LOCK, {"station": station}).scalar_one_or_none()


class Changes:
    """Collects the records that a transaction changes; only the latest state of each is kept. `save` ends it."""

    def __init__(self, connection: Connection, station: int) -> None:
        """Begin collecting for one station; must be the transaction's first statement."""
        self._connection = connection
        self._station = station
        last = lock_station(connection, station)
        assert last is not None, "a station that does not exist has no changes"
        self._last = last
        self._pending: dict[tuple[str, str], tuple[str | None, str | None]] = {}

    def put(self, kind: str, key: str, body: Mapping[str, object], service_date: str | None = None) -> None:
        """Let terminals have `body` as the latest state of this record."""
        self._pending.pop((kind, key), None)
        self._pending[kind, key] = (json.dumps(body, ensure_ascii=False, separators=(",", ":")), service_date)

    def drop(self, kind: str, key: str, service_date: str | None = None) -> None:
        """Let terminals know that this record is gone."""
        self._pending.pop((kind, key), None)
        self._pending[kind, key] = (None, service_date)

    def pending(self, kind: str, key: str) -> str | None:
        """The body (JSON) that this transaction has for a record so far; None when it has none or drops it."""
        return self._pending.get((kind, key), (None, None))[0]

    def save(self) -> None:
        """Write what was collected, each record with a change number of its own, in the order of its latest change."""
        if not self._pending:
            return
        rows = []
        for number, ((kind, key), (body, service_date)) in enumerate(self._pending.items(), self._last + 1):
            rows.append(
                {
                    "station_id": self._station,
                    "kind": kind,
                    "key": key,
                    "body": body,
                    "service_date": service_date,
                    "change_no": number,
                }
            )
        by_kind: dict[str, list[str]] = {}
        for kind, key in self._pending:
            by_kind.setdefault(kind, []).append(key)
        for kind, keys in by_kind.items():
            for _ in _FORGET.each(self._connection, keys, station=self._station, kind=kind):
                pass
        insert_rows(self._connection, records, rows)
        self._last += len(rows)
        self._connection.execute(_RAISE, {"station": self._station, "last": self._last})
        self._pending.clear()


def told(connection: Connection, station: int, kind: str, key: str) -> str | None:
    """A record's body (JSON) as terminals have it; None when it is not there or gone."""
    return connection.execute(_TOLD, {"station": station, "kind": kind, "key": key}).scalar_one_or_none()


class CursorOfAnother(Exception):
    """The cursor was not made by this database, or is too old: the terminal has to start from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRecord:
    """One record as a terminal gets it; `body` is its JSON as it is kept, None when the record is gone."""

    kind: str
    key: str
    body: str | None
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records in the order of their changes, where to go on, and whether there is more right now.

    `end` is the number of the change up to which this page tells; the cursor says the same to who asked.
    """

    records: Sequence[ChangedRecord]
    cursor: str
    end: int
    more: bool

    def to_json(self) -> str:
        """The page as `wire.PullAnswer` has it. Bodies go out as they were written, without being read again."""
        records = ",".join(
            f'{{"kind":{json.dumps(each.kind)},"key":{json.dumps(each.key)},"body":{each.body or "null"},'
            f'"change":{each.change}}}'
            for each in self.records
        )
        return f'{{"records":[{records}],"cursor":{json.dumps(self.cursor)},"more":{json.dumps(self.more)}}}'


def page(connection: Connection, station: int, instance: str, cursor: str, limit: int) -> Page:
    """The records of one station changed since `cursor` ("" is the beginning), at most `limit`.

    A record that changes while a terminal is paging moves to the end and is met there, so nothing is missed.
    CursorOfAnother for a cursor of another database, for one from before this database was put back to a copy, and for
    one that is so old that tombstones which it has not told of are dropped.
    """
    at = _position(cursor, instance)
    last, horizon = connection.execute(_REACH, {"station": station}).one()
    if at is None:
        at = _Position(since=0, whole=last)
    elif max(at.since, at.whole) > last or max(at.since, at.whole) < horizon:
        raise CursorOfAnother
    rows: Sequence[Row[str, str, str | None, int]] = ()
    if at.since < last:
        rows = connection.execute(_SINCE, {"station": station, "since": at.since, "most": limit + 1}).all()
    found = [ChangedRecord(kind=kind, key=key, body=body, change=change) for kind, key, body, change in rows[:limit]]
    end, more = found[-1].change if found else at.since, len(rows) > limit
    return Page(records=found, cursor=cursor_at(instance, end, at.whole if more else 0), end=end, more=more)


def cursor_at(instance: str, change: int, whole: int = 0) -> str:
    """The cursor of a reader who knows all changes of this database up to this one.

    `whole` is for one who is still reading from the beginning: the latest change when he began. He has met no
    tombstone that could be missing, so it is by that number that he may be too late.
    """
    return to_text((f"{instance}/{change}/{whole}" if whole > change else f"{instance}/{change}").encode("ascii"))


def records_of(connection: Connection, station: int, kinds: Sequence[str]) -> list[Record]:
    """The records of some kinds as they are now, without tombstones."""
    rows = connection.execute(_OF_KINDS, {"station": station, "kinds": kinds})
    return [Record(kind=kind, key=key, body=json.loads(body), change=change) for kind, key, body, change in rows]


def latest_changes(connection: Connection, of: Collection[int]) -> dict[int, int]:
    """The number of the latest change of each of these stations; what is not there is left out."""
    numbers = sorted(of)
    found: dict[int, int] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        rows = connection.execute(_LATEST, {"stations": numbers[at : at + _AT_ONCE]})
        found.update((station, last) for station, last in rows)
    return found


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a cursor stands (`cursor_at`)."""

    since: int
    whole: int


def _position(cursor: str, instance: str) -> _Position | None:
    """Where a cursor of this database stands; None at the very beginning."""
    if not cursor:
        return None
    try:
        name, *numbers = from_text(cursor).decode("ascii").split("/")
    except ValueError as error:
        raise CursorOfAnother from error
    right = all(number.isascii() and number.isdigit() and len(number) <= 18 for number in numbers)
    if name != instance or not right or len(numbers) not in (1, 2):
        raise CursorOfAnother
    return _Position(int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else 0)
