"""Fetching what the centre says: page by page since the cursor, or a whole fresh copy when the cursor is too old."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sync.cache_writer import CacheWriter
from sync.client import CentreClient, Refused
from sync.wire import MAX_PAGE_RECORDS, PullAnswer
from tickets.errors import PeerError

_GONE = 410

Ask = Callable[[], PullAnswer]
Ahead = Callable[[Ask], Ask]
"""Takes a question that will be asked, and returns what answers it: by then it may have been asked already."""


def not_ahead(ask: Ask) -> Ask:
    """Ask when the answer is wanted."""
    return ask


class OneAhead:
    """Asks at once, on a thread of its own: while one page is written here, the centre makes the next one."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")

    def __call__(self, ask: Ask) -> Ask:
        """Ask now; what went wrong is raised where the answer is wanted."""
        return self._thread.submit(ask).result

    def close(self) -> None:
        """Ask no more. A question that is on its way is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)


class Puller:
    """Keeps the cache as new as the centre. `between` is called after each page: sending never waits for long."""

    def __init__(
        self,
        client: CentreClient,
        cache: CacheWriter,
        between: Callable[[], object],
        limit: int = MAX_PAGE_RECORDS,
        ahead: Ahead = not_ahead,
    ) -> None:
        self._client = client
        self._cache = cache
        self._between = between
        self._limit = limit
        self._ahead = ahead

    def pull(self) -> int:
        """Fetch until there is no more; answers how many records came. Raises LineDown, Refused, PeerError.

        What was applied stays applied: the next call goes on from there, also with a fresh copy half fetched.
        """
        if self._cache.staging_cursor() is not None:
            return self._fresh_copy()
        cursor = self._cache.cursor()
        records = 0
        ask: Ask = partial(self._page, cursor)
        while True:
            try:
                page = ask()
            except Refused as no:
                if no.status != _GONE:
                    raise
                self._cache.begin_staging()
                return records + self._fresh_copy()
            following = self._following(page)
            if page.records or page.cursor != cursor:
                self._cache.apply(page)
            records, cursor = records + len(page.records), page.cursor
            if following is None:
                return records
            self._between()
            ask = following

    def _fresh_copy(self) -> int:
        records = 0
        ask: Ask = partial(self._page, self._cache.staging_cursor() or "")
        while True:
            try:
                page = ask()
            except Refused as no:
                if no.status == _GONE:
                    self._cache.begin_staging()
                raise
            following = self._following(page)
            self._cache.stage(page)
            records += len(page.records)
            if following is None:
                break
            self._between()
            ask = following
        self._cache.swap()
        return records

    def _following(self, page: PullAnswer) -> Ask | None:
        return self._ahead(partial(self._page, page.cursor)) if page.more else None

    def _page(self, cursor: str) -> PullAnswer:
        page = self._client.pull(cursor, self._limit)
        if page.more and page.cursor == cursor:
            raise PeerError("The centre answers with the same page for ever", "It is tried again later; report it.")
        return page
