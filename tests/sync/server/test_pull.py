"""What terminals are told: their own station's records, each one's latest state, nothing missed while things change."""

from typing import Any

from sync.encoding import to_text
from sync.wire.records import BODIES
from tests.sync.server.support import DATE, OTHER_STATION, SEATED, Terminal, World


def test_the_first_pull_tells_all_that_a_gate_needs(gate: Terminal) -> None:
    cache = gate.pull_all()
    assert {kind for kind, _ in cache} == {
        "station",
        "stop",
        "departure",
        "pool",
        "day_key",
        "trust",
        "freshness",
        "device",
    }
    assert cache["departure", f"{DATE}/{SEATED}"]["seats"] == 9
    assert len(cache["day_key", DATE]["key"]) == 64


def test_every_body_is_what_the_contract_says(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    till.note("claim.opened", claim="C-1", order="ab" * 16, fen=100, reason="jam")
    till.push()
    gate.let_in(number)
    gate.push()
    other = till.world.enrol(name="kiosk-2")
    for count in (9, 6):  # more than there is, and all that there is but what the first till has
        wish = {"ask": f"{count:032x}", "service_date": DATE, "trip": SEATED, "count": count}
        other.ask("POST", "/v1/sync/places", wish)
    till.world.clock.forward(days=20)
    till.world.centre.stations.upkeep()
    found = gate.pull_all()
    assert {kind for kind, _ in found} == set(BODIES) - {"seating"}, "nobody sits elsewhere than the ticket says"
    for (kind, key), body in found.items():
        if body is not None:
            read = BODIES[kind].model_validate(body)
            assert set(body) == set(read.model_dump(exclude_unset=True)), (kind, key)


def test_pages_miss_nothing_while_records_change(till: Terminal, gate: Terminal) -> None:
    """A record changed on every page, before and behind the reader, is in the end known in its latest state."""
    numbers = [till.sell(seat=seat) for seat in (1, 2, 3)]
    till.push()
    cache: dict[tuple[str, str], Any] = {}
    cursor, more, pages = "", True, 0
    while more:
        said = gate.pull(cursor, 3).json()
        cache |= {(record["kind"], record["key"]): record["body"] for record in said["records"]}
        cursor, more = said["cursor"], said["more"]
        pages += 1
        if pages <= len(numbers):
            assert gate.world.office("refunds", {"number": numbers[pages - 1]}).status_code == 200
    assert pages > 5
    assert [cache["ticket", number]["state"] for number in numbers] == ["refunded"] * 3
    assert cache == gate.pull_all()
    assert gate.pull(cursor).json() == {"records": [], "cursor": cursor, "more": False}


def test_changes_rise_and_are_never_used_twice(till: Terminal) -> None:
    till.sell()
    till.push()
    changes = [record["change"] for record in till.pull(limit=2000).json()["records"]]
    assert changes == sorted(set(changes))


def test_another_stations_device_sees_nothing_of_ours(till: Terminal, world: World) -> None:
    number = till.sell()
    till.push()
    stranger = world.enrol("gate", "gate-far", OTHER_STATION)
    theirs, ours = stranger.pull_all(), till.pull_all()
    assert ("ticket", number) in ours
    assert not [key for key in theirs if key[0] in ("ticket", "use", "allotment", "claim")]
    assert theirs["station", ""]["code"] == OTHER_STATION
    assert theirs["day_key", DATE] != ours["day_key", DATE]
    stranger.open_journal()
    stranger.let_in(number)
    stranger.push()
    assert ("use", f"{number}/1") not in till.pull_all(), "nor can it say anything about ours"
    assert till.world.incidents() == []


def test_a_cursor_that_is_not_ours_asks_for_a_new_start(till: Terminal) -> None:
    mine = till.pull(limit=2000).json()["cursor"]
    for cursor in ("nonsense", to_text(b"abc/1"), mine[:-2], to_text(b"\xff/1"), mine + "AA"):
        answer = till.pull(cursor)
        assert (answer.status_code, set(answer.json())) == (410, {"what", "hint"})
    for limit in (0, 2001):
        assert till.pull(limit=limit).status_code == 422


def test_a_database_put_back_to_a_copy_is_noticed(till: Terminal) -> None:
    before = till.pull(limit=2000).json()["cursor"]
    instance = till.world.centre.house.store.instance
    ahead = to_text(f"{instance}/999999".encode())
    assert till.pull(ahead).status_code == 410
    assert till.pull(before).status_code == 200
