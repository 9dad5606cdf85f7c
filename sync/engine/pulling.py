"""Fetching what the centre says: page by page since the cursor, or a whole fresh copy when the cursor is too old."""

from collections.abc import Callable
from typing import Protocol

from sync.cache.snapshot_copy import SnapshotCopy
from sync.cache.writer import CacheWriter
from sync.line.client import CentreClient, Refused
from sync.wire.pull import MAX_PAGE_RECORDS, PullAnswer
from tickets.errors import PeerError

_GONE = 410
_TRIES = 3
"""Snapshots begun in one go, when the centre has dropped one in the middle."""


class News(Protocol):
    """Somebody who is told of changes as they are made (`sync.engine.waking`)."""

    def due(self) -> bool:
        """Whether there may be something to fetch."""
        ...

    def page_after(self, cursor: str) -> PullAnswer | None:
        """The page after `cursor`, if it was told already; handed out once."""
        ...

    def caught_up(self, cursor: str) -> None:
        """The cache is as new as the centre was at `cursor`."""
        ...


class Puller:
    """Keeps the cache as new as the centre. `between` is called after each page: sending never waits for long."""

    def __init__(
        self,
        client: CentreClient,
        cache: CacheWriter,
        between: Callable[[], object],
        news: News | None = None,
        copy: SnapshotCopy | None = None,
        limit: int = MAX_PAGE_RECORDS,
        begun_anew: Callable[[], None] = lambda: None,
    ) -> None:
        """Without `news` there may always be something to fetch; without `copy` a fresh copy is made of pages.

        `begun_anew` is called when all was taken anew: the centre did not know the cursor any more.
        """
        self._begun_anew = begun_anew
        self._client = client
        self._cache = cache
        self._between = between
        self._news = news
        self._copy = copy
        self._limit = limit

    def due(self) -> bool:
        """Whether there may be something to fetch."""
        return self._news is None or self._news.due()

    def pull(self) -> int:
        """Fetch until there is no more; answers how many records came. Raises LineDown, Refused, PeerError.

        What was applied stays applied: the next call goes on from there, also with a fresh copy half fetched.
        """
        records = self._pull()
        if self._news is not None:
            self._news.caught_up(self._cache.cursor())
        return records

    def _pull(self) -> int:
        records = 0
        if self._copy is not None and self._copy.under_way:
            records = self._by_snapshot()
            self._begun_anew()
        elif self._cache.staging_cursor() is not None:
            return self._fresh_copy()
        elif self._cache.cursor() == "":
            records = self._by_snapshot()
        more = True
        while more:
            cursor = self._cache.cursor()
            try:
                page = self._page(cursor)
            except Refused as no:
                if no.status != _GONE:
                    raise
                return records + self._afresh()
            if page.records or page.cursor != cursor:
                self._cache.apply(page)
            records, more = records + len(page.records), page.more
            if more:
                self._between()
        return records

    def _by_snapshot(self) -> int:
        """Take a snapshot over, or go on with it; answers how many records came: none where there is no snapshot."""
        copy = self._copy
        if copy is None:
            return 0
        for _ in range(_TRIES):
            if not copy.under_way and not copy.begin():
                return 0
            if (records := copy.go_on()) is not None:
                return records
        raise PeerError("The centre's snapshots are gone as soon as they are made", "It is tried again later.")

    def _afresh(self) -> int:
        """The cursor is of no use any more: take everything anew, by a snapshot if there is one."""
        if records := self._by_snapshot():
            self._begun_anew()
            return records
        self._cache.begin_staging()
        return self._fresh_copy()

    def _fresh_copy(self) -> int:
        records, more = 0, True
        while more:
            try:
                page = self._page(self._cache.staging_cursor() or "")
            except Refused as no:
                if no.status == _GONE:
                    self._cache.begin_staging()
                raise
            self._cache.stage(page)
            records, more = records + len(page.records), page.more
            if more:
                self._between()
        self._cache.swap()
        self._begun_anew()
        return records

    def _page(self, cursor: str) -> PullAnswer:
        page = self._news.page_after(cursor) if self._news is not None else None
        if page is None:
            page = self._client.pull(cursor, self._limit)
        if page.more and page.cursor == cursor:
            raise PeerError("The centre answers with the same page for ever", "It is tried again later; report it.")
        return page
