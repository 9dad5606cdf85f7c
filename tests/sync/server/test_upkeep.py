"""As time goes by: departures appear, day keys are destroyed, certificates and lists are renewed, old things go."""

import sqlite3
from datetime import date, timedelta

import pytest

from sync.encoding import from_text
from sync.server.centre import Centre
from sync.server.key_files import sealing_private
from sync.server.settings import Policy, Settings
from sync.server.setup import initialise
from tests.sync.server.support import DATE, NOON, Clock, Terminal, World, root_of, small_timetable
from tickets.credential import read_certificate
from tickets.errors import EnvironmentFault
from tickets.trust import TrustList, open_trust_list


def trust_list(terminal: Terminal) -> TrustList:
    signed = from_text(terminal.pull_all()["trust", ""]["list"])
    return open_trust_list(signed, root_of(terminal.world.directory))


def test_upkeep_at_once_changes_nothing(world: World) -> None:
    world.enrol()
    before = world.every_row()
    world.centre.stations.upkeep()
    assert world.every_row() == before


def test_departures_appear_ahead_and_the_known_ones_are_not_touched(world: World, gate: Terminal, clock: Clock) -> None:
    before = gate.pull(limit=2000).json()["cursor"]
    clock.forward(minutes=30)
    world.centre.stations.upkeep()
    news = gate.pull(before).json()["records"]
    assert sorted(each["key"] for each in news if each["kind"] == "departure") == [f"{DATE}/QD1330", f"{DATE}/RZ1330"]
    assert {each["kind"] for each in news} == {"departure", "pool"}


def test_a_centre_that_was_away_for_days_goes_on(world: World, gate: Terminal, clock: Clock) -> None:
    clock.forward(days=4, hours=9)
    world.centre.stations.upkeep()
    cache = gate.pull_all()
    assert ("departure", "2026-11-26/QD2130") in cache
    assert cache["day_key", DATE] is None
    assert cache["day_key", "2026-12-11"] is not None


def test_a_day_key_is_destroyed_hours_after_its_day_and_leaves_no_trace(
    world: World, gate: Terminal, clock: Clock
) -> None:
    key = gate.pull_all()["day_key", DATE]["key"]
    cursor = gate.pull(limit=2000).json()["cursor"]
    clock.forward(hours=20)  # 08:00 local: the day ended at 03:00, so its key is kept for another hour
    world.centre.stations.upkeep()
    assert gate.pull_all()["day_key", DATE]["key"] == key
    clock.forward(hours=1)
    world.centre.stations.upkeep()
    told = [each for each in gate.pull(cursor).json()["records"] if each["key"] == DATE]
    assert [(each["kind"], each["body"]) for each in told] == [("day_key", None)]
    with sqlite3.connect(world.directory / "centre.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for path in world.directory.glob("centre.db*"):
        assert key.encode() not in path.read_bytes()


def test_a_certificate_is_renewed_well_before_it_ends(till: Terminal, clock: Clock) -> None:
    clock.forward(days=14)
    till.world.centre.stations.upkeep()
    assert ("certificate", till.device) not in till.pull_all()
    clock.forward(days=1)
    till.world.centre.stations.upkeep()
    renewed = read_certificate(from_text(till.pull_all()["certificate", till.device]["certificate"]))
    assert (renewed.prefix, renewed.public_key) == (till.prefix, till.till_key.public)
    assert renewed.expires == NOON + timedelta(days=45)


def test_the_trust_list_is_renewed_and_its_sealing_keys_never_run_out(gate: Terminal, clock: Clock) -> None:
    first = now = trust_list(gate)
    for _ in range(10):
        clock.forward(days=10)
        gate.world.centre.stations.upkeep()
        now = trust_list(gate)
        assert max(now.sealing_keys) - clock.at.date() >= timedelta(days=20)
        assert now.expires - clock.at > timedelta(days=45)
    assert now.version > first.version
    kept = {day: key for day, key in now.sealing_keys.items() if day in first.sealing_keys}
    assert kept.items() <= first.sealing_keys.items()


def test_without_the_root_key_the_centre_goes_on_and_says_so_once(
    gate: Terminal, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    first = trust_list(gate).version
    (gate.world.directory / "root.pem").unlink()
    clock.forward(days=50)
    for _ in range(3):
        gate.world.centre.stations.upkeep()
    assert [record.message for record in caplog.records].count("trust_list.renewal_due root=away") == 1
    assert trust_list(gate).version == first
    assert gate.world.centre.devices.revoke(gate.device) is True, "it signs no tickets: no list has to say so"
    assert gate.pull().status_code == 403, "the centre hears it no more"


def test_revoking_a_till_tells_every_gate_and_keeps_its_tickets(till: Terminal, gate: Terminal) -> None:
    number = till.sell()
    till.push()
    first = trust_list(gate)
    assert till.world.centre.devices.revoke(till.device) is True
    now = trust_list(gate)
    assert (now.version, now.revoked_prefixes) == (first.version + 1, frozenset([till.prefix]))
    assert gate.pull_all()["ticket", number]["state"] == "valid"
    assert till.send(till.batch()).status_code == 403
    till.world.centre.devices.revoke(till.device)
    assert trust_list(gate).version == now.version, "revoking again is no news"
    with pytest.raises(EnvironmentFault, match="no device"):
        till.world.centre.devices.revoke("371122-till-00000000")


def test_a_revoked_till_is_not_retired_into_being_heard_again(till: Terminal, gate: Terminal) -> None:
    till.world.centre.devices.revoke(till.device)
    with pytest.raises(EnvironmentFault, match="is revoked, and stays so"):
        till.world.centre.devices.retire(till.device)
    till.sell()
    assert till.send(till.batch()).status_code == 403
    assert gate.pull_all()["device", till.device]["state"] == "revoked"


def test_a_retired_till_may_be_revoked(till: Terminal) -> None:
    till.world.centre.devices.retire(till.device)
    assert till.world.centre.devices.revoke(till.device) is True
    assert till.send(till.batch()).status_code == 403


def test_what_is_long_over_is_dropped_from_what_terminals_pull(till: Terminal, gate: Terminal, clock: Clock) -> None:
    number = till.sell()
    till.push()
    gate.let_in(number)
    gate.push()
    clock.forward(days=41)
    till.world.centre.stations.upkeep()
    cache = gate.pull_all()
    gone = [("ticket", number), ("use", f"{number}/1"), ("departure", f"{DATE}/QD1230")]
    assert [cache[key] for key in gone] == [None] * 3
    assert len(till.world.rows("tickets")) == 1, "the fact stays"
    clock.forward(days=1)
    till.world.centre.stations.upkeep()  # by its own day's number the tombstones are told from those of later days
    clock.forward(days=41)
    till.world.centre.stations.upkeep()
    assert ("ticket", number) not in gate.pull_all()


def test_sealing_keys_are_destroyed_after_a_year(world: World, clock: Clock) -> None:
    day = date.fromisoformat(DATE)
    assert len(sealing_private(world.directory, day)) == 32
    clock.forward(days=370)
    world.centre.stations.upkeep()
    assert len(sealing_private(world.directory, day)) == 32
    clock.forward(days=1)
    world.centre.stations.upkeep()
    with pytest.raises(FileNotFoundError):
        sealing_private(world.directory, day)


def test_private_files_are_their_owners_alone(world: World) -> None:
    private = [*world.directory.glob("*.pem"), *world.directory.rglob("*.key"), *world.directory.rglob("*.token")]
    assert len(private) > 45
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}
    assert world.directory.stat().st_mode & 0o777 == 0o700


def test_a_centre_is_set_up_once(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(EnvironmentFault, match="already"):
        initialise(world.directory, small_timetable())
    with pytest.raises(EnvironmentFault, match="there already"):
        world.centre.stations.add(small_timetable())
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(EnvironmentFault, match="no centre"):
        Centre.open(Settings(directory=empty))
    (empty / "root.pem").write_bytes(b"half")
    with pytest.raises(EnvironmentFault, match="cut short"):
        initialise(empty, small_timetable())
    somebodys = tmp_path_factory.mktemp("somebodys")
    (somebodys / "letter.txt").write_text("not a centre's")
    with pytest.raises(EnvironmentFault, match="not empty"):
        initialise(somebodys, small_timetable())
    assert [path.name for path in somebodys.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("text", "said"), [("{", "not JSON"), ('{"web_shares": "1"}', "web_shares"), ('{"web_share": "2"}', "fractions")]
)
def test_a_policy_that_cannot_be_used(world: World, text: str, said: str) -> None:
    (world.directory / "centre.json").write_text(text)
    with pytest.raises(EnvironmentFault, match=said):
        Policy.load(world.directory)


def test_many_stations_take_turns(world: World) -> None:
    seen: list[int] = []
    turn = world.centre.stations._next_in_turn
    for number in (900_001, 900_002, 900_003):
        world.centre.stations.add(small_timetable(number))
    for _ in range(5):
        seen += turn(2)
    assert sorted(seen) == sorted([330523, 371122, 900_001, 900_002, 900_003] * 2)
    assert len(turn(None)) == 5
    assert len(turn(5)) == 5
