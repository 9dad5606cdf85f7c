"""What a cashier does at a machine: claims settled once, shifts whose sums are the journal's, badges looked at."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.desk.desk import CashDesk
from kiosk.till.desk.drawer import Drawer
from kiosk.till.desk.hatch import NAME, Hatch
from station.amount import amount
from sync.cache.reader import CacheReader, CacheWriter
from sync.journal.journal import Journal
from sync.journal.order_reader import Grant
from sync.journal.orders import Direction, hold, open_claim, record_money
from tests.kiosk.till.bench import (
    CERTIFIER,
    DAY,
    DEVICE,
    NOW,
    PREFIX,
    ROOT,
    STATION,
    TILL_KEY,
    Chance,
    Time,
)
from tickets.badges import BadBadge, badge_code
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey
from tickets.money import Fen, yuan
from tickets.trust import Badge, KeyUse, Role, TrustedKey, TrustList, sign_trust_list

LI, WANG = SigningKey.from_raw(bytes([61]) * 32), SigningKey.from_raw(bytes([62]) * 32)


def listed() -> bytes:
    until = NOW + timedelta(days=30)
    key = TrustedKey(use=KeyUse.CERTIFICATE, key=CERTIFIER.public, not_before=NOW - timedelta(days=1), not_after=until)
    badges = (
        Badge(number="0109", initials="LI", role=Role.CASHIER, key=LI.public, expires=until),
        Badge(number="0107", initials="WL", role=Role.ATTENDANT, key=WANG.public, expires=until),
    )
    return sign_trust_list(
        TrustList(version=1, issued=NOW - timedelta(days=1), expires=until, keys=(key,), badges=badges), ROOT
    )


def code(number: str = "0109", key: SigningKey = LI) -> str:
    return badge_code(number, key, STATION, NOW, 1, Random(3).randbytes)


class Machine:
    """A till's journal and cache with the cash desk over them."""

    def __init__(self, directory: Path) -> None:
        self.time = Time()
        self.directory = directory
        with CacheWriter(directory / "cache.db") as writer:
            writer.set_trust(1, listed())
        self.cache = CacheReader(directory / "cache.db")
        self.journal = Journal.create_or_open(
            directory / "journal.db", device=DEVICE, prefix=PREFIX, clock=self.time.now, random=Chance()
        )
        self.desk = CashDesk(
            journal=self.journal,
            cache=self.cache,
            authority=Authority(
                TillIdentity(
                    device=DEVICE,
                    name="K1",
                    prefix=PREFIX,
                    key=TILL_KEY,
                    root_key=ROOT.public,
                    certificate=None,
                    trust_list=None,
                ),
                self.cache,
            ),
            station=STATION,
            till="K1",
            now=self.time.now,
            random=Chance(7),
        )

    def order(self) -> UUID:
        order = uuid4()
        with self.journal.transaction() as tx:
            hold(
                tx,
                order=order,
                service_date=DAY,
                trip="K1",
                seats=None,
                count=1,
                total=Fen(4500),
                grant=Grant(count=99),
            )
        return order

    def cash(self, fen: int, direction: Direction = Direction.TAKEN, method: str = "cash") -> UUID:
        order = self.order()
        with self.journal.transaction() as tx:
            record_money(tx, order, direction=Direction.TAKEN, fen=Fen(fen), method=method)
            if direction is Direction.RETURNED:
                record_money(tx, order, direction=direction, fen=Fen(fen), method=method)
        return order

    def claim(self, number: str, fen: int) -> None:
        order = self.cash(fen)
        with self.journal.transaction() as tx:
            open_claim(tx, claim=number, order=order, fen=Fen(fen), reason="cancelled")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.journal.close()
    machine.cache.close()


def test_a_claim_is_settled_once(machine: Machine) -> None:
    machine.claim("123456789012", 2000)
    assert machine.desk.claim("1234 5678 9012").state == "open"
    settled = machine.desk.settle("1234 5678 9012", code())
    assert (settled.state, settled.by, settled.fen) == ("settled", "0109", 2000)
    with pytest.raises(EnvironmentFault, match="settled already, by badge 0109"):
        machine.desk.settle("123456789012", code())
    kinds = [row[0] for row in machine.journal.rows("SELECT kind FROM events")]
    assert kinds.count("claim.settled") == 1
    assert machine.desk.answer({"do": "claims"}) == {"claims": []}


@pytest.mark.parametrize("typed", ["\ud800", "１２３", "", "\0"])
def test_a_number_that_is_none_is_refused_and_stops_no_till(machine: Machine, typed: str) -> None:
    with pytest.raises(EnvironmentFault, match="has never opened"):
        machine.desk.answer({"do": "claim", "claim": typed})


def test_coins_that_nobody_can_account_for_are_looked_for_first(machine: Machine) -> None:
    order = machine.cash(4500)
    with machine.journal.transaction() as tx:
        open_claim(tx, claim="210987654321", order=order, fen=Fen(500), reason="unclear-payout")
    shown = machine.desk.claim("210987654321")
    assert (shown.state, shown.certain) == ("open", False)


def test_a_claim_of_another_machine_is_not_paid_here(machine: Machine) -> None:
    with pytest.raises(EnvironmentFault, match="has never opened a claim 999999999999"):
        machine.desk.settle("999999999999", code())


def test_only_a_cashier_or_the_duty_manager_acts(machine: Machine) -> None:
    machine.claim("123456789012", 2000)
    with pytest.raises(EnvironmentFault, match="may not do this"):
        machine.desk.settle("123456789012", code("0107", WANG))
    with pytest.raises(BadBadge):
        machine.desk.open(Fen(0), code("0109", WANG))
    machine.time.passed += 2 * 3600
    with pytest.raises(BadBadge):
        machine.desk.settle("123456789012", code())
    assert machine.desk.claim("123456789012").state == "open"


def test_a_shift_says_what_should_be_in_the_machine(machine: Machine) -> None:
    machine.cash(700)  # before the shift
    machine.desk.open(Fen(10_000), code())
    machine.cash(4500)
    machine.cash(2000, Direction.RETURNED)
    machine.cash(9900, method="qr")  # not in the machine
    machine.desk.move("refilled", "dispensers", Fen(5000), code())
    machine.desk.move("removed", "stacker", Fen(4000), code())
    shift = machine.desk.shift()
    assert shift is not None
    assert shift.drawer == Drawer(
        opening=Fen(10_000), inserted=Fen(6500), refilled=Fen(5000), paid_out=Fen(2000), removed=Fen(4000)
    )
    closed = machine.desk.close(Fen(15_400), code())
    assert (closed.drawer.expected, closed.difference, closed.closed_by) == (15_500, -100, "0109")
    machine.cash(300)  # after the shift
    assert machine.desk.shift() == closed


def test_one_shift_at_a_time(machine: Machine) -> None:
    acts: list[Callable[[], object]] = [
        lambda: machine.desk.close(Fen(0), code()),
        lambda: machine.desk.move("removed", "coins", Fen(1), code()),
    ]
    for act in acts:
        with pytest.raises(EnvironmentFault, match="No shift is open"):
            act()
    machine.desk.open(Fen(0), code())
    with pytest.raises(EnvironmentFault, match="is still open"):
        machine.desk.open(Fen(0), code())
    machine.desk.close(Fen(0), code())
    machine.desk.open(Fen(0), code())


def test_what_a_till_does_not_know_is_refused(machine: Machine) -> None:
    for asked in ({"do": "dance"}, {"do": "claim"}, {"do": "open", "fen": "1", "badge": ""}, {}):
        with pytest.raises(EnvironmentFault, match="does not know what was asked"):
            machine.desk.answer(asked)
    machine.desk.open(Fen(0), code())
    for bad in (0, -1, 10**12):
        with pytest.raises(EnvironmentFault, match="no amount"):
            machine.desk.move("removed", "coins", Fen(bad), code())
    with pytest.raises(EnvironmentFault, match="in no pocket"):
        machine.desk.move("removed", "pocket", Fen(1), code())


@given(
    st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)
)
def test_the_sums_balance(opening: int, inserted: int, refilled: int, paid_out: int, removed: int) -> None:
    drawer = Drawer(
        opening=Fen(opening),
        inserted=Fen(inserted),
        refilled=Fen(refilled),
        paid_out=Fen(paid_out),
        removed=Fen(removed),
    )
    assert opening + inserted + refilled == drawer.expected + paid_out + removed
    assert drawer.difference(drawer.expected) == 0


@given(st.integers(0, 10**9 - 1))
def test_an_amount_is_read_as_it_is_written(fen: int) -> None:
    assert amount(yuan(Fen(fen))) == fen


def test_the_hatch_answers_and_outlives_nonsense(tmp_path: Path) -> None:
    import json
    import socket

    threads = set()

    def answer(asked: object) -> dict[str, object]:
        threads.add(threading.current_thread().name)
        if asked == {"do": "no"}:
            raise EnvironmentFault("It is so", "Do that")
        return {"asked": asked}

    hatch = Hatch(tmp_path, answer)
    said = []
    for line in (b"{", b"[]", b'{"do": "no"}', b'{"do": "yes"}'):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(5)
            caller.connect(str(tmp_path / NAME))
            caller.sendall(line + b"\n")
            said.append(json.loads(caller.makefile("rb").readline()))
    hatch.close()
    assert [each["ok"] for each in said] == [False, False, False, True]
    assert said[2] == {"ok": False, "what": "It is so", "hint": "Do that"}
    assert said[3]["asked"] == {"do": "yes"}
    assert threads == {"hatch"}
    assert not (tmp_path / NAME).exists()
