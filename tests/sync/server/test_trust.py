"""Trust lists over the years: keys that change, a root that is away or another, backups, and what terminals believe."""

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from sync.encoding import from_text
from sync.server.backing_up import back_up
from sync.server.centre import Centre
from sync.server.key_files import load_online_keys, public_root
from sync.server.settings import Settings
from sync.server.trust_lists import sign_draft
from tests.sync.server.support import DATE, NEAR, SEATED, Clock, Terminal, World, opened, root_of
from tickets.credential import BadTicket, Ticket, issue, issue_delegated, verify
from tickets.errors import EnvironmentFault
from tickets.freshness import open_newest
from tickets.keys import Algorithm, PublicKey, SigningKey
from tickets.trust import (
    Badge,
    KeyUse,
    Role,
    Trust,
    TrustFault,
    TrustList,
    linked_roots,
    open_trust_list,
    sign_trust_list,
)


def pulled(terminal: Terminal, root: PublicKey | None = None) -> TrustList:
    record = terminal.pull_all()["trust", ""]
    return open_trust_list(from_text(record["list"]), root or root_of(terminal.world.directory))


def keys_of(world: World, use: KeyUse) -> dict[str, PublicKey]:
    return {each.state: each.key for each in world.centre.keys.listed() if each.use is use}


def away(world: World) -> SigningKey:
    path = world.directory / "root.pem"
    root = SigningKey.from_pem(path.read_bytes())
    path.unlink()
    return root


# ------------------------------------------------------------------ online keys


def test_a_key_is_announced_then_used_then_retired(world: World, gate: Terminal, clock: Clock) -> None:
    old = keys_of(world, KeyUse.TIME)["signs"]
    world.centre.keys.announce(KeyUse.TIME)
    announced = keys_of(world, KeyUse.TIME)
    assert announced.keys() == {"signs", "announced"}
    assert set(Trust(pulled(gate)).keys(KeyUse.TIME)) == set(announced.values()), "terminals know both"
    with pytest.raises(EnvironmentFault, match="may not know"):
        world.centre.keys.switch(KeyUse.TIME)
    clock.forward(days=30)
    world.centre.keys.switch(KeyUse.TIME)
    assert keys_of(world, KeyUse.TIME) == {"signs": announced["announced"], "believed": old}
    assert set(Trust(pulled(gate)).keys(KeyUse.TIME)) == set(announced.values())
    clock.forward(days=59)
    world.centre.stations.upkeep()
    assert len(Trust(pulled(gate)).keys(KeyUse.TIME)) == 2
    with pytest.raises(EnvironmentFault, match="may be about"):
        world.centre.keys.retire(KeyUse.TIME)
    clock.forward(days=2)
    world.centre.keys.retire(KeyUse.TIME)
    assert Trust(pulled(gate)).keys(KeyUse.TIME) == (announced["announced"],)
    clock.forward(days=80)
    world.centre.stations.upkeep()
    assert Trust(pulled(gate)).keys(KeyUse.TIME) == (announced["announced"],), "nor does it come back"


def test_tickets_of_the_key_before_are_good_after_a_switch(world: World, gate: Terminal, clock: Clock) -> None:
    """No genuine ticket is refused for want of a key."""
    key = load_online_keys(world.directory).signing(KeyUse.TICKET)
    ticket = sample_ticket(clock)
    before = issue(ticket, key)
    world.centre.keys.announce(KeyUse.TICKET)
    known_early = Trust(pulled(gate))
    clock.forward(days=30)
    world.centre.keys.switch(KeyUse.TICKET)
    after = issue(ticket, load_online_keys(world.directory).signing(KeyUse.TICKET))
    assert after != before
    for trust in (known_early, Trust(pulled(gate))):
        assert [verify(code, trust).ticket for code in (before, after)] == [ticket] * 2


def test_the_ticket_key_is_not_retired_while_a_ticket_of_it_is_to_come(world: World, clock: Clock) -> None:
    """Somebody bought on the web for a day that is further off than all that certificates last."""
    sale = {
        "sale_id": "5a" * 16, "service_date": DATE, "trip": SEATED, "alighting": NEAR, "kind": 0, "children": 0,
        "document": {"kind": 1, "number": "11010519491231002X", "name": "张三"},
    }  # fmt: skip
    assert world.office("sales", sale).status_code == 200
    far = int((clock.at + timedelta(days=200)).timestamp())
    world.centre.house.store.transact(
        "setup", lambda connection: connection.exec_driver_sql(f"UPDATE tickets SET expires_s = {far}")
    )
    world.centre.keys.announce(KeyUse.TICKET)
    clock.forward(days=30)
    world.centre.keys.switch(KeyUse.TICKET)
    clock.forward(days=100)
    with pytest.raises(EnvironmentFault, match="may be about until 2027-06-10"):
        world.centre.keys.retire(KeyUse.TICKET)
    clock.forward(days=71)
    world.centre.keys.retire(KeyUse.TICKET)


def test_a_till_certified_by_the_key_before_goes_on_selling(world: World, till: Terminal, clock: Clock) -> None:
    world.centre.keys.announce(KeyUse.CERTIFICATE)
    world.centre.keys.switch(KeyUse.CERTIFICATE, at_once=True)
    assert till.prefix is not None
    code = issue_delegated(sample_ticket(clock, till.prefix), till.till_key, till.certificate)
    assert verify(code, Trust(pulled(till))).ticket.number.prefix == till.prefix


def test_a_till_sells_on_when_the_key_of_its_certificate_is_stolen(world: World, till: Terminal, clock: Clock) -> None:
    """With the list that names that key no more comes a certificate by the next."""
    world.centre.keys.announce(KeyUse.CERTIFICATE)
    world.centre.keys.switch(KeyUse.CERTIFICATE, at_once=True)
    world.centre.keys.retire(KeyUse.CERTIFICATE, at_once=True)
    assert till.prefix is not None
    ticket = sample_ticket(clock, till.prefix)
    told = till.pull_all()
    with pytest.raises(BadTicket, match="unknown_issuer"):
        verify(issue_delegated(ticket, till.till_key, till.certificate), Trust(pulled(till)))
    fresh = from_text(told["certificate", till.device]["certificate"])
    assert verify(issue_delegated(ticket, till.till_key, fresh), Trust(pulled(till))).ticket == ticket


def test_a_certificate_of_the_key_before_is_renewed_before_that_key_goes(
    world: World, till: Terminal, clock: Clock
) -> None:
    root = away(world)
    world.centre.keys.announce(KeyUse.CERTIFICATE)
    world.centre.keys.take_in(sign_draft(world.centre.keys.draft(), root))
    clock.forward(days=1)
    with Centre.open(Settings(directory=world.directory, clock=clock)) as console:
        console.keys.switch(KeyUse.CERTIFICATE, at_once=True)
        fresh = from_text(till.pull_all()["certificate", till.device]["certificate"])
    assert fresh != till.certificate
    verify(issue_delegated(sample_ticket(clock, till.prefix or 0), till.till_key, fresh), Trust(pulled(till)))
    world.centre.stations.upkeep()
    assert from_text(till.pull_all()["certificate", till.device]["certificate"]) == fresh, "once is enough"


def test_a_running_centre_follows_a_switch_by_another_process(world: World, clock: Clock) -> None:
    world.centre.keys.announce(KeyUse.TIME)
    with Centre.open(Settings(directory=world.directory, clock=clock)) as console:
        console.keys.switch(KeyUse.TIME, at_once=True)
        new = keys_of(world, KeyUse.TIME)["signs"]
    world.centre.stations.upkeep()
    assert world.centre.time(bytes(32)).find(new.kid) >= 0


def test_what_cannot_be_done_to_keys(world: World) -> None:
    for act, what in (
        (world.centre.keys.switch, "no ticket key is announced"),
        (world.centre.keys.retire, "no former ticket key"),
    ):
        with pytest.raises(EnvironmentFault, match=what):
            act(KeyUse.TICKET)
    world.centre.keys.announce(KeyUse.TICKET)
    with pytest.raises(EnvironmentFault, match="announced already"):
        world.centre.keys.announce(KeyUse.TICKET)


# ------------------------------------------------------------------ the root is away


def test_a_list_is_signed_where_the_root_is(world: World, gate: Terminal, clock: Clock) -> None:
    root, first = away(world), pulled(gate)
    clock.forward(days=50)
    world.centre.stations.upkeep()
    assert pulled(gate).version == first.version, "it degrades and goes on"
    drafted = world.centre.keys.draft()
    with pytest.raises(TrustFault):
        open_trust_list(drafted, root.public)
    imported = world.centre.keys.take_in(sign_draft(drafted, root))
    assert pulled(gate) == imported
    assert imported.expires == clock.at + timedelta(days=90)


def test_what_must_not_be_imported(world: World, till: Terminal, clock: Clock) -> None:
    root = away(world)
    signed = sign_draft(world.centre.keys.draft(), root)
    with pytest.raises(EnvironmentFault, match="not signed by the root"):
        world.centre.keys.take_in(sign_draft(world.centre.keys.draft(), SigningKey.generate()))
    world.centre.devices.revoke(till.device)
    with pytest.raises(EnvironmentFault, match="1 tills were revoked since"):
        world.centre.keys.take_in(signed)
    good = sign_draft(world.centre.keys.draft(), root)
    assert world.centre.keys.take_in(good).revoked_prefixes == {till.prefix}
    with pytest.raises(EnvironmentFault, match="in force"):
        world.centre.keys.take_in(good)
    clock.forward(minutes=1)
    before = sign_draft(world.centre.keys.draft(), root)
    world.centre.keys.announce(KeyUse.TIME)
    clock.forward(minutes=1)
    world.centre.keys.take_in(sign_draft(world.centre.keys.draft(), root))
    world.centre.keys.switch(KeyUse.TIME, at_once=True)
    with pytest.raises(EnvironmentFault):
        world.centre.keys.take_in(before)


def test_a_list_that_names_a_retired_key_is_not_imported(world: World, clock: Clock) -> None:
    """Exported while the stolen key was on it, and signed when it was not any more."""
    world.centre.keys.announce(KeyUse.TICKET)
    world.centre.keys.switch(KeyUse.TICKET, at_once=True)
    root = away(world)
    clock.forward(minutes=2)
    before = sign_draft(world.centre.keys.draft(), root)
    world.centre.keys.retire(KeyUse.TICKET, at_once=True)
    with pytest.raises(EnvironmentFault, match="keys were retired since"):
        world.centre.keys.take_in(before)
    clock.forward(minutes=1)
    world.centre.keys.take_in(sign_draft(world.centre.keys.draft(), root))
    assert keys_of(world, KeyUse.TICKET).keys() == {"signs"}


def test_a_key_is_announced_from_when_its_list_is_put_in_force(world: World, gate: Terminal, clock: Clock) -> None:
    """The way to the root and back took a week: a terminal that went offline in it has never heard of the key."""
    root = away(world)
    world.centre.keys.announce(KeyUse.TIME)
    signed = sign_draft(world.centre.keys.draft(), root)
    clock.forward(days=7)
    world.centre.keys.take_in(signed)
    clock.forward(days=29)
    with pytest.raises(EnvironmentFault, match="may not know"):
        world.centre.keys.switch(KeyUse.TIME)
    (announced,) = [each for each in world.centre.keys.listed() if each.state == "announced"]
    assert announced.from_ == clock.at + timedelta(days=1)
    clock.forward(days=1)
    world.centre.keys.switch(KeyUse.TIME)


def test_a_badge_is_withdrawn_while_the_root_is_away(world: World, gate: Terminal, clock: Clock) -> None:
    for number in ("0001", "0002"):
        world.centre.keys.issue_badge(a_badge(number, clock))
    root = away(world)
    clock.forward(minutes=3)
    before = sign_draft(world.centre.keys.draft(), root)
    assert world.centre.keys.withdraw_badge("0001") is False
    with pytest.raises(EnvironmentFault, match="badges were withdrawn since"):
        world.centre.keys.take_in(before)
    clock.forward(minutes=1)
    world.centre.keys.take_in(sign_draft(world.centre.keys.draft(), root))
    assert [each.number for each in pulled(gate).badges] == ["0002"]
    (world.directory / "root.pem").write_bytes(root.to_pem())
    world.centre.keys.issue_badge(a_badge("0001", clock))
    assert {each.number for each in pulled(gate).badges} == {"0001", "0002"}, "its number may be given again"


def test_an_announced_key_that_no_list_names_is_not_used(world: World) -> None:
    away(world)
    assert world.centre.keys.announce(KeyUse.TIME) is False
    with pytest.raises(EnvironmentFault, match="no signed list"):
        world.centre.keys.switch(KeyUse.TIME, at_once=True)


def test_a_revocation_while_the_root_is_away_is_told_by_the_list_key(
    world: World, till: Terminal, gate: Terminal
) -> None:
    root, before = away(world), pulled(gate)
    list_key = load_online_keys(world.directory).signing(KeyUse.LIST).public
    assert world.centre.devices.revoke(till.device) is False
    told = gate.pull_all()
    said = open_newest(from_text(told["freshness", ""]["statement"]), [list_key])
    assert said.version == before.version
    assert said.revoked == {till.prefix}
    assert told["device", till.device]["state"] == "revoked"
    world.centre.keys.take_in(sign_draft(world.centre.keys.draft(), root))
    said = open_newest(from_text(gate.pull_all()["freshness", ""]["statement"]), [list_key])
    assert (said.version, said.revoked) == (pulled(gate).version, frozenset()), "now the list says so"


def test_the_centre_says_every_hour_which_list_is_the_newest(world: World, gate: Terminal, clock: Clock) -> None:
    first = gate.pull_all()["freshness", ""]
    clock.forward(minutes=59)
    world.centre.stations.upkeep()
    assert gate.pull_all()["freshness", ""] == first
    clock.forward(minutes=1)
    world.centre.stations.upkeep()
    assert gate.pull_all()["freshness", ""] != first


# ------------------------------------------------------------------ another root


def test_terminals_follow_from_root_to_root(world: World, gate: Terminal, clock: Clock) -> None:
    pinned = root_of(world.directory)
    roots = [pinned]
    for _ in range(2):
        clock.forward(days=1)
        world.centre.keys.change_root()
        roots.append(root_of(world.directory))
    assert len(set(roots)) == 3
    for root in roots:
        assert pulled(gate, root).root == roots[-1], "whoever pinned an earlier one, too"
    newcomer = world.enrol("gate", "gate-2")
    assert pulled(newcomer, PublicKey(Algorithm.EDDSA, public_root(world.directory))).root == roots[-1]
    with pytest.raises(TrustFault):
        pulled(gate, SigningKey.generate().public)


def test_who_has_followed_does_not_believe_the_root_before(world: World, gate: Terminal, clock: Clock) -> None:
    """It may be the reason for the change that somebody has a copy of it."""
    thief = SigningKey.from_pem((world.directory / "root.pem").read_bytes())
    clock.forward(days=1)
    world.centre.keys.change_root()
    followed = pulled(gate, thief.public)
    assert followed.root is not None
    forged = sign_trust_list(followed, thief)
    with pytest.raises(TrustFault):
        open_trust_list(forged, followed.root)


def test_a_link_cannot_be_forged_or_swapped(world: World, gate: Terminal) -> None:
    pinned = root_of(world.directory)
    world.centre.keys.change_root()
    honest = pulled(gate, pinned)
    (link,) = honest.links
    assert linked_roots(link) == (pinned, honest.root)
    with pytest.raises(TrustFault):
        linked_roots(link[:-1] + bytes([link[-1] ^ 1]))


def test_without_the_root_it_cannot_be_changed(world: World) -> None:
    away(world)
    with pytest.raises(EnvironmentFault, match="root key"):
        world.centre.keys.change_root()


# ------------------------------------------------------------------ backups


@pytest.mark.parametrize("whole", [True, False], ids=["the whole directory", "the database alone"])
def test_a_backup_that_is_put_back_signs_no_version_twice(
    template: Path, tmp_path: Path, clock: Clock, whole: bool
) -> None:
    """Terminals refuse what is older than what they have: the next list must be newer than all they may have seen."""
    home, backup = tmp_path / "centre", tmp_path / "backup"
    shutil.copytree(template, home)
    with opened(home, clock) as world:
        world.centre.stations.upkeep()
    shutil.copytree(home, backup)
    clock.forward(hours=3)
    with opened(home, clock) as world:
        gate = world.enrol("gate", "gate-1")
        for _ in range(5):
            clock.forward(minutes=1)
            world.centre.keys.publish()
        seen = pulled(gate)
    if whole:
        shutil.rmtree(home)
        shutil.copytree(backup, home)
    else:
        for path in home.glob("centre.db*"):
            path.unlink()
        with sqlite3.connect(backup / "centre.db") as source, sqlite3.connect(home / "centre.db") as target:
            source.backup(target)
        source.close()
        target.close()
    clock.forward(minutes=1)
    with opened(home, clock) as world:
        world.centre.stations.upkeep()
        if whole:
            world.centre.keys.publish()
        assert world.centre.keys.trust_list().version > seen.version


@pytest.mark.parametrize("root_is", ["here", "away"])
def test_a_database_that_is_put_back_forgets_no_revocation_and_no_badge(
    template: Path, tmp_path: Path, clock: Clock, root_is: str
) -> None:
    """Neither the stolen till nor the stolen gate is believed again, nor the badge that was withdrawn."""
    home, backup = tmp_path / "centre", tmp_path / "backup.db"
    shutil.copytree(template, home)
    with opened(home, clock) as world:
        till, gate, other = world.enrol("till", "kiosk-1"), world.enrol("gate", "gate-1"), world.enrol("gate", "gate-2")
        world.centre.keys.issue_badge(a_badge("0001", clock))
        back_up(home, backup)
        late = world.enrol("till", "kiosk-2")
        clock.forward(minutes=1)
        world.centre.keys.issue_badge(a_badge("0002", clock))
        world.centre.keys.withdraw_badge("0001")
        if root_is == "away":
            away(world)
        for each in (till, gate, late):
            world.centre.devices.revoke(each.device)
        seen = pulled(other)
    for path in home.glob("centre.db*"):
        path.unlink()
    shutil.copy(backup, home / "centre.db")
    clock.forward(minutes=1)
    with opened(home, clock) as world:
        till.world = gate.world = other.world = world
        world.centre.stations.upkeep()
        told = other.pull_all()
        now = pulled(other)
        word = open_newest(from_text(told["freshness", ""]["statement"]), [keys_of(world, KeyUse.LIST)["signs"]])
        assert [each.number for each in now.badges] == ["0002"]
        assert word.revoked | now.revoked_prefixes == {till.prefix, late.prefix}
        assert (now.version > seen.version) if root_is == "here" else (now == seen)
        assert [told["device", each.device]["state"] for each in (till, gate, other)] == [
            "revoked",
            "revoked",
            "active",
        ]
        assert [each.pull().status_code for each in (till, gate)] == [403, 403]
        assert open_trust_list(world.centre.keys.draft(), keys_of(world, KeyUse.LIST)["signs"]).badges == now.badges


def a_badge(number: str, clock: Clock) -> Badge:
    key = SigningKey.generate().public
    return Badge(number=number, initials="ZS", role=Role.CASHIER, key=key, expires=clock.at + timedelta(days=300))


def sample_ticket(clock: Clock, prefix: int = 0x123456) -> Ticket:
    from tests.sync.server.support import HOME, NEAR, NOON, SEATED
    from tickets.journey import Journey, TicketKind
    from tickets.money import Fen
    from tickets.numbers import new_number

    journey = Journey(
        service_date=NOON.date(), trip=SEATED, boarding=HOME, alighting=NEAR, seat=1, kind=TicketKind.ADULT,
        children=0, fare=Fen(2500), tag=b"12345678",
    )  # fmt: skip
    return Ticket(new_number(prefix, lambda count: bytes([7]) * count), clock.at + timedelta(days=1), journey)
