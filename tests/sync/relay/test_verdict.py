"""The arbiter's rule, case by case."""

import pytest

from sync.server.relay.verdict import End, KnownUse, doubles, may_have
from tests.sync.relay.journal_in_memory import DATE, NOON_MS, TRIP
from tickets.uses import Purpose


def use(
    no: int, end: End | None = None, purpose: Purpose = "admission", device: str = "b", flags: tuple[str, ...] = ()
) -> KnownUse:
    return KnownUse(
        number="1" * 20, use_no=no, attempt=f"{ord(device):02x}{no:02x}" * 8, device=device, lane="1",
        at_ms=NOON_MS + no, service_date=DATE, trip=TRIP, persons=1, purpose=purpose, flags=flags,
        by="code", end=end, journaled=True,
    )  # fmt: skip


def mine(no: int, purpose: Purpose = "admission", flags: tuple[str, ...] = ()) -> KnownUse:
    return use(no, None, purpose, "a", flags)


@pytest.mark.parametrize(
    ("claim", "known", "granted"),
    [
        (mine(1), [], True),
        (mine(1), [use(1)], False),
        (mine(1), [use(1, "released")], False),  # the number is spent: the next one may be asked for
        (mine(1), [use(2, "released")], False),
        (mine(2), [use(1)], False),
        (mine(2), [use(1, "unresolved")], False),
        (mine(2), [use(1, "passed")], False),
        (mine(2), [use(1, "released")], True),
        (mine(3), [use(1, "released")], True),  # what lies between has not been heard of yet
        (mine(2), [use(1, "released", device="a")], True),
        (mine(1), [use(1, device="a")], True),  # asked again
        (mine(1), [use(1, "unresolved", device="a")], True),
        (mine(1), [use(1, "passed", device="a")], False),
        (mine(1), [use(1, "released", device="a")], False),
        (mine(1), [use(1, "unresolved", device="a"), use(1, "passed")], False),  # two cut off; the other one walked
        (mine(1), [use(1, "unresolved", device="a"), use(2, "passed", flags=("overridden",))], False),
        (mine(3), [use(1, "passed"), use(2, "passed", "exit")], True),
        (mine(3), [use(1, "passed"), use(2, "released", "exit")], False),
        (mine(4), [use(1, "passed"), use(2, "passed", "exit"), use(3, "passed")], False),
        (mine(4), [use(1, "passed"), use(2, "passed"), use(3, "passed", "exit")], False),  # one walked out, one did not
        (mine(2, "exit"), [use(1, "passed")], True),
        (mine(2, "exit"), [use(1)], False),
        (mine(3, "exit"), [use(1), use(2, "passed", flags=("overridden",))], True),  # he is inside, whoever else is not
        (mine(3, "exit"), [use(1, "passed"), use(2)], False),
        (mine(2), [use(1, "passed", "refund")], False),
        (mine(2), [use(1, None, "change")], False),
        (mine(2, "refund"), [use(1, "passed")], False),
        (mine(2, "refund"), [use(1)], False),
        (mine(2, "refund"), [use(1, "released")], True),
        (mine(3, "refund"), [use(1, "passed"), use(2, "passed", "exit")], True),
        (mine(2, "exit"), [use(1, "passed", "refund")], True),  # nobody is kept in
        (mine(2, flags=("overridden",)), [use(1, "passed")], True),
        (mine(2, flags=("overridden",)), [use(1)], True),
        (mine(1, flags=("overridden",)), [use(1)], False),  # a number is one attempt's, whoever says so
        (mine(2, flags=("overridden",)), [use(1, "passed", "refund")], False),
        (mine(2, flags=("re_entry",)), [use(1, "passed")], True),
        (mine(2, flags=("re_entry",)), [use(1)], False),
    ],
)
def test_who_may_have_a_use(claim: KnownUse, known: list[KnownUse], granted: bool) -> None:
    assert may_have(claim, known) is granted


@pytest.mark.parametrize(
    ("known", "pairs"),
    [
        ([use(1, "passed")], []),
        ([use(1, "passed"), use(1, "passed", device="a")], [(1, 1)]),
        ([use(1), use(1, "passed", device="a")], []),  # it may still be given back
        ([use(1, "unresolved"), use(1, "passed", device="a")], [(1, 1)]),
        ([use(1, "released"), use(1, "passed", device="a")], []),
        ([use(1, "passed"), use(2, "passed", device="a")], [(1, 2)]),
        ([use(1, "passed"), use(2, device="a")], []),  # nobody has walked yet
        ([use(1, "passed"), use(2, "passed", "exit"), use(3, "passed")], []),
        ([use(1, "passed"), use(2, "passed", flags=("overridden",))], []),
        ([use(1, "passed"), use(2, "passed", flags=("re_entry",))], []),
        ([use(1, "passed", "refund"), use(2, "passed")], []),  # a matter of money, and the centre's
    ],
)
def test_what_should_not_be_there_together(known: list[KnownUse], pairs: list[tuple[int, int]]) -> None:
    for order in (known, known[::-1]):
        assert [(first.use_no, second.use_no) for first, second in doubles(order)] == pairs
