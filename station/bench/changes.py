"""Applies changes to a store's cache as `waystation sync` does, page after page, as fast as it can.

`python -m station.bench.changes DIRECTORY TICKETS CHANGES`. Says {"ready": true} when its pages are at hand, then
{"seconds": …} when the last is on the disk. The centre and the line are left out: with them it would take longer, and
be in nobody's way meanwhile.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from station.bench import imagined
from sync.cache.writer import CacheWriter
from sync.wire.pull import MAX_PAGE_RECORDS, PullAnswer

FIRST_CHANGE = 1 << 40
"""Newer than anything that the store holds."""


def pages(tickets: int, changes: int) -> Iterator[bytes]:
    """Answers to pulls, with tickets that the measured gate does not meet: each is told once more, refunded."""
    numbers = imagined.numbers(tickets)
    others = (at for at in range(tickets) if not imagined.boards_here(at // imagined.PER_COACH))
    page: list[dict[str, object]] = []
    for change in range(changes):
        if (at := next(others, None)) is None:
            break
        digits, journey = f"{int(numbers[at]):020d}", imagined.journey(at)
        body: dict[str, object] = {
            "number": digits,
            "service_date": journey.service_date.isoformat(),
            "trip": journey.trip,
            "boarding": journey.boarding,
            "alighting": journey.alighting,
            "seat": journey.seat,
            "kind": int(journey.kind),
            "children": journey.children,
            "fare": int(journey.fare),
            "tag": journey.tag.hex(),
            "expires": int(imagined.EXPIRES.timestamp()),
            "state": "refunded",
            "issuer": "centre",
        }
        page.append({"kind": "ticket", "key": digits, "body": body, "change": FIRST_CHANGE + change})
        if len(page) == MAX_PAGE_RECORDS:
            yield _answer(page)
            page = []
    if page:
        yield _answer(page)


def _answer(page: list[dict[str, object]]) -> bytes:
    return json.dumps({"records": page, "cursor": str(page[-1]["change"]), "more": True}).encode()


def main() -> None:
    """See the module."""
    directory, tickets, changes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    ready = list(pages(tickets, changes))
    with CacheWriter(directory / "cache.db") as writer:
        print(json.dumps({"ready": True}), flush=True)
        began = time.monotonic()
        for page in ready:
            set_aside = writer.apply(PullAnswer.model_validate_json(page))
            assert set_aside == 0, "a change of our own was not understood"
        print(json.dumps({"seconds": time.monotonic() - began}), flush=True)


if __name__ == "__main__":
    main()
