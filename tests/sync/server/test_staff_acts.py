"""Acts of staff at the centre: checked, worked into the departure, told with their ids; what does not hold is shown."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.sync.server.support import DATE, NOON, SEATED, STATION, Terminal, World
from tickets.departures import Departure
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey
from tickets.staff import Act, StaffFact, sign_fact
from tickets.trust import Badge, Role

MANAGER = SigningKey.generate()


@pytest.fixture
def relay(world: World) -> Terminal:
    world.centre.keys.issue_badge(
        Badge(
            number="0007", initials="WL", role=Role.DUTY_MANAGER, key=MANAGER.public, expires=NOON + timedelta(days=30)
        )
    )
    made = world.enrol("relay", "relay-1")
    made.open_journal()
    return made


def fact(act: Act, fact_id: int = 1, minutes: float = 0, **particulars: object) -> StaffFact:
    values = {
        "fact_id": UUID(int=fact_id), "station": STATION, "badge": "0007", "act": act,
        "at": NOON + timedelta(minutes=minutes), "service_date": date.fromisoformat(DATE), "trip": SEATED,
    } | particulars  # fmt: skip
    return StaffFact(**values)  # type: ignore[arg-type]  # a table of particulars


def told(relay: Terminal) -> Departure:
    return Departure.from_record(relay.pull_all()["departure", f"{DATE}/{SEATED}"])


def test_an_act_changes_the_departure_that_everybody_is_told(relay: Terminal) -> None:
    before = told(relay)
    until = before.closes_at + timedelta(minutes=5)
    relay.note("staff.acted", fact=sign_fact(fact(Act.LATE, until=until), MANAGER))
    relay.note("staff.acted", fact=sign_fact(fact(Act.GATE, 2, gate="9"), MANAGER))
    assert relay.results(relay.push()) == ["kept"] * 3
    after = told(relay)
    assert (after.late_until, after.gate) == (until, "9")
    assert set(after.acts) == {UUID(int=1).hex, UUID(int=2).hex}
    assert relay.world.incidents() == []


def test_an_act_that_comes_late_falls_into_its_place(relay: Terminal) -> None:
    relay.note("staff.acted", fact=sign_fact(fact(Act.GATE, 2, minutes=5, gate="9"), MANAGER))
    relay.note("staff.acted", fact=sign_fact(fact(Act.GATE, 1, minutes=1, gate="8"), MANAGER))
    relay.push()
    assert told(relay).gate == "9"
    assert len(told(relay).acts) == 2


def test_an_act_that_is_brought_twice_is_done_once(relay: Terminal) -> None:
    signed = sign_fact(fact(Act.DELAY, until=told(relay).departs_at + timedelta(minutes=10)), MANAGER)
    departs = told(relay).departs_at
    for _ in range(2):
        relay.note("staff.acted", fact=signed)
    relay.push()
    assert told(relay).departs_at == departs + timedelta(minutes=10)
    assert len(relay.world.rows("staff_acts")) == 1
    relay.world.centre.stations.upkeep()
    assert told(relay).departs_at == departs + timedelta(minutes=10), "upkeep does not make the planned one again"


def test_what_does_not_hold_is_kept_as_an_incident_and_changes_nothing(relay: Terminal) -> None:
    before = told(relay)
    relay.note("staff.acted", fact=sign_fact(fact(Act.CANCEL), SigningKey.generate()))
    relay.note("staff.acted", fact=sign_fact(fact(Act.CANCEL, station=330523), MANAGER))
    relay.note("staff.acted", fact=b"nothing")
    relay.note("staff.acted", fact=sign_fact(fact(Act.GATE, gate="9"), MANAGER))
    relay.note("staff.acted", fact=sign_fact(fact(Act.CANCEL), MANAGER))  # the id of the one before
    assert relay.results(relay.push()) == ["kept"] * 6
    assert len(relay.world.incidents("staff_act_refused")) == 4
    assert told(relay).state == before.state
    assert told(relay).gate == "9"


def test_a_badge_that_was_withdrawn_counts_no_more(relay: Terminal) -> None:
    relay.world.centre.keys.withdraw_badge("0007")
    relay.note("staff.acted", fact=sign_fact(fact(Act.CANCEL), MANAGER))
    relay.push()
    assert len(relay.world.incidents("staff_act_refused")) == 1
    with pytest.raises(EnvironmentFault, match="no badge"):
        relay.world.centre.keys.withdraw_badge("0007")


def test_every_terminal_knows_the_devices_of_its_station_only(world: World, relay: Terminal) -> None:
    gate, other = world.enrol("gate", "gate-1"), world.enrol("gate", "gate-1", 330523)
    world.centre.devices.retire(gate.device)
    devices = {key: body for (kind, key), body in relay.pull_all().items() if kind == "device"}
    assert devices.keys() == {relay.device, gate.device}
    assert devices[relay.device] == {
        "device": relay.device, "kind": "relay", "name": "relay-1", "state": "active",
        "key": relay.key.public.raw.hex(),
    }  # fmt: skip
    assert devices[gate.device]["state"] == "retired"
    world.centre.devices.revoke(gate.device)
    assert relay.pull_all()["device", gate.device]["state"] == "revoked"
    assert {key for kind, key in other.pull_all() if kind == "device"} == {other.device}
    with pytest.raises(EnvironmentFault, match="no device"):
        world.centre.devices.retire("371122-gate-00000000")
