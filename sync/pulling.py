"""Fetching what the centre says: page by page since the cursor, or a whole fresh copy when the cursor is too old."""

from collections.abc import Callable
from typing import Protocol

from sync.cache_writer import CacheWriter
from sync.client import CentreClient, Refused
from sync.wire import MAX_PAGE_RECORDS, PullAnswer
from tickets.errors import PeerError

_GONE = 410


class News(Protocol):
    """Somebody who is told of changes as they are made (`sync.waking`)."""

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
        limit: int = MAX_PAGE_RECORDS,
    ) -> None:
        """Without `news` there may always be something to fetch."""
        self._client = client
        self._cache = cache
        self._between = between
        self._news = news
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
        if self._cache.staging_cursor() is not None:
            return self._fresh_copy()
        records, more = 0, True
        while more:
            cursor = self._cache.cursor()
            try:
                page = self._page(cursor)
            except Refused as no:
                if no.status != _GONE:
                    raise
                self._cache.begin_staging()
                return records + self._fresh_copy()
            if page.records or page.cursor != cursor:
                self._cache.apply(page)
            records, more = records + len(page.records), page.more
            if more:
                self._between()
        return records

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
        return records

    def _page(self, cursor: str) -> PullAnswer:
        page = self._news.page_after(cursor) if self._news is not None else None
        if page is None:
            page = self._client.pull(cursor, self._limit)
        if page.more and page.cursor == cursor:
            raise PeerError("The centre answers with the same page for ever", "It is tried again later; report it.")
        return page
