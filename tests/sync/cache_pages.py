"""Records and pages as a centre sends them, made short to write in tests."""

from collections.abc import Iterable

from sync.wire.pull import PullAnswer, Record

DATE = "2026-11-22"
TRIP = "K8801"


def page(records: Iterable[Record], cursor: str, *, more: bool = False) -> PullAnswer:
    return PullAnswer(records=tuple(records), cursor=cursor, more=more)


def gone(kind: str, key: str, change: int) -> Record:
    return Record(kind=kind, key=key, body=None, change=change)


def stop(n: int, change: int = 1, popular: int = 0) -> Record:
    body: dict[str, object] = {
        "id": n,
        "name": ["客运站", "Stop"],
        "pinyin": "keyunzhan",
        "initials": "kyz",
        "popular": popular,
    }
    return Record(kind="stop", key=str(n), body=body, change=change)


def station(zone: str = "Asia/Shanghai") -> Record:
    body: dict[str, object] = {
        "code": 7,
        "name": ["东站", "East Station"],
        "operator": ["公司", "Company"],
        "timezone": zone,
        "stop": 310_101,
    }
    return Record(kind="station", key="", body=body, change=1)


def ticket(n: int, change: int = 1, state: str = "valid", tag: str = "0102030405060708", trip: str = TRIP) -> Record:
    digits = f"{n:020d}"
    body: dict[str, object] = {
        "number": digits,
        "service_date": DATE,
        "trip": trip,
        "boarding": 310_101,
        "alighting": 310_202,
        "seat": 7,
        "kind": 0,
        "children": 1,
        "fare": 4500,
        "tag": tag,
        "expires": 1_800_000_000,
        "state": state,
        "issuer": "centre",
    }
    return Record(kind="ticket", key=digits, body=body, change=change)


def use(n: int, use_no: int, change: int = 1, end: str | None = None) -> Record:
    digits = f"{n:020d}"
    body: dict[str, object] = {
        "number": digits,
        "use_no": use_no,
        "attempt": "0" * 31 + "1",
        "device": "gate-2",
        "lane": "3",
        "at": 1_795_000_000_123,
        "end": end,
        "purpose": "admission",
    }
    return Record(kind="use", key=f"{digits}/{use_no}", body=body, change=change)


def departure(
    trip: str = TRIP, change: int = 1, departs_at: int = 1_795_000_000_000, state: str = "scheduled"
) -> Record:
    body: dict[str, object] = {
        "service_date": DATE,
        "trip": trip,
        "departs_at": departs_at,
        "boarding": 310_101,
        "gate": "3",
        "bay": "12",
        "plate": "沪A12345",
        "seats": 45,
        "places": 45,
        "stops": [{"stop": 310_202, "fare": 4500, "minutes": 60}],
        "opens_at": departs_at - 1_800_000,
        "closes_at": departs_at - 300_000,
        "state": state,
        "identity": "code",
        "merged_into": None,
    }
    return Record(kind="departure", key=f"{DATE}/{trip}", body=body, change=change)


def allotment(device: str = "kiosk-1", seats: list[int] | None = None, count: int | None = None) -> Record:
    body: dict[str, object] = {"service_date": DATE, "trip": TRIP, "device": device, "seats": seats, "count": count}
    return Record(kind="allotment", key=f"{DATE}/{TRIP}/{device}", body=body, change=1)


def day_key(date: str = DATE, change: int = 1, key: str = "ab" * 32) -> Record:
    return Record(kind="day_key", key=date, body={"service_date": date, "key": key}, change=change)
