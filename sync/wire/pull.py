"""What a terminal fetches: the records that changed since its cursor."""

from pydantic import Field

from sync.wire.types import Wire

MAX_PAGE_RECORDS = 2000
"""Most records in one page of a pull."""


class Record(Wire):
    """The latest state of one thing at this station; a body of None says that it is gone (a tombstone)."""

    kind: str = Field(min_length=1, max_length=32)
    key: str = Field(max_length=128)
    body: dict[str, object] | None
    change: int = Field(ge=0)


class PullAnswer(Wire):
    """One page of records, the cursor to ask with next, and whether there is more at once."""

    records: tuple[Record, ...] = Field(max_length=MAX_PAGE_RECORDS)
    cursor: str = Field(max_length=512)
    more: bool
