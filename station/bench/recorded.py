"""A backlog as it would come over the line: journals of many stations' gates, cut into signed requests, as bytes.

Everything is made before the clock runs, so that the measuring side has little to do but to send and to read. A
request's signature says when it was made; the centre takes it for five minutes.
"""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, select

from station.bench.imagined import key
from sync.encoding import to_text
from sync.line.http_signatures import sign_request
from sync.server.schema import devices, stations
from tickets.events import GENESIS, Event, Kind, chain, head_message, to_bytes, uuid7

FIRST_STATION = 900_000
_HOST = "centre.bench"
_PATH = "/v1/sync/push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """`journals[n]` are the requests of one gate, in their order; each says how many boardings it brings."""

    journals: list[list[bytes]]
    boardings: int
    requests: int


def gate_of(station: int) -> str:
    """The one gate of an imagined station."""
    return f"{station}-gate-{station:08x}"


def add_stations(connection: Connection, count: int, first: int = FIRST_STATION) -> None:
    """Let a centre know so many stations, each with one gate and nothing else."""
    timetable = connection.execute(select(stations.c.timetable).limit(1)).scalar_one()
    numbers = range(first, first + count)
    connection.execute(
        insert(stations), [{"station_id": each, "timetable": timetable, "last_change": 0} for each in numbers]
    )
    raw = key("gate-1").public.raw
    connection.execute(
        insert(devices),
        [
            {
                "station_id": each,
                "device": gate_of(each),
                "kind": "gate",
                "name": "gate-1",
                "device_key": raw,
                "enrolled_ms": 0,
                "state": "active",
            }
            for each in numbers
        ],
    )


def record(count: int, boardings: int, a_batch: int, first: int = FIRST_STATION, *, part: int = 0) -> Backlog:
    """The backlog of so many stations, each with so many boardings, so many to a batch.

    Another `part` is of other passengers, in journals of its own.
    """
    chance = random.Random(first + (part << 40))  # noqa: S311 - the same backlog every time, and nothing secret
    journals = [list(_requests(station, boardings, a_batch, chance)) for station in range(first, first + count)]
    return Backlog(journals=journals, boardings=count * boardings, requests=sum(map(len, journals)))


def _requests(station: int, boardings: int, a_batch: int, chance: random.Random) -> Iterator[bytes]:
    epoch, device, signing = UUID(bytes=chance.randbytes(16)), gate_of(station), key("gate-1")
    seq, previous = 0, GENESIS
    for begin in range(0, boardings, a_batch):
        said = [] if begin else [(Kind.JOURNAL_OPENED, _opened(device))]
        for _ in range(min(a_batch, boardings - begin)):
            said += _boarding(chance)
        events, first, head = [], seq + 1, previous
        for kind, body in said:
            seq += 1
            at_ms = int(time.time() * 1000)
            event = Event(
                event_id=uuid7(at_ms, chance.randbytes),
                epoch=epoch,
                seq=seq,
                kind=kind,
                at_ms=at_ms,
                quality="trusted",
                body=body,
            )
            events.append(to_bytes(event))
            head = chain(head, events[-1])
        body_of_all = {
            "protocol": 1,
            "epoch": epoch.hex,
            "prefix": None,
            "first_seq": first,
            "previous": to_text(previous),
            "events": [to_text(event) for event in events],
            "head": {
                "seq": seq,
                "hash": to_text(head),
                "signature": to_text(signing.sign(head_message(epoch, seq, head))),
            },
        }
        previous = head
        yield _request(device, json.dumps(body_of_all).encode("ascii"), chance)


def _opened(device: str) -> dict[str, object]:
    return {"device": device, "prefix": None, "previous_epoch": None}


def _boarding(chance: random.Random) -> list[tuple[Kind, dict[str, object]]]:
    use: dict[str, object] = {
        "number": f"{chance.getrandbits(63):020d}",
        "use_no": 1,
        "attempt": chance.randbytes(16),
    }
    claimed = use | {
        "service_date": "2026-11-22",
        "trip": "K1000-01",
        "lane": "1",
        "persons": 1,
        "flags": [],
        "by": "code",
        "purpose": "admission",
    }
    return [(Kind.USE_CLAIMED, claimed), (Kind.USE_PASSED, use | {"persons": 1})]


def _request(device: str, body: bytes, chance: random.Random) -> bytes:
    signed = sign_request(
        "POST",
        f"http://{_HOST}{_PATH}",
        {},
        body,
        key=key("gate-1"),
        keyid=device,
        created=int(time.time()),
        nonce=chance.randbytes(8).hex(),
    )
    headers = {
        "Host": _HOST,
        "Content-Length": str(len(body)),
        "Content-Type": "application/json",
        "Sync-Protocol": "1",
        **signed,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {_PATH} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body
