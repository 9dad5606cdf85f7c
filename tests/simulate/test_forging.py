"""Forged codes: another one each, and none that anybody takes who looks at signatures."""

from random import Random

import pytest

from station.simulate.forging import forged
from tests.tickets.samples import CERTIFIED, TICKET, TICKET_KEY, TILL_KEY, trust
from tickets.credential import BadTicket, inspect, issue, issue_delegated, verify

GENUINE = (issue(TICKET, TICKET_KEY), issue_delegated(TICKET, TILL_KEY, CERTIFIED))


@pytest.mark.parametrize("code", GENUINE, ids=["centre", "till"])
def test_nobody_takes_what_nobody_issued(code: str) -> None:
    chance = Random(3)
    made = {forged(code, TICKET.number.digits, chance) for _ in range(60)}
    assert code not in made
    assert len(made) > 50
    numbers = set()
    for each in made:
        with pytest.raises(BadTicket):
            verify(each, trust())
        try:
            numbers.add(inspect(each).ticket.number)
        except BadTicket:
            continue
    assert TICKET.number in numbers, "some say that they are the real one"
    assert len(numbers) > 10, "some say that they are another"
    assert any(other.prefix == TICKET.number.prefix and other != TICKET.number for other in numbers)


def test_the_same_chance_forges_the_same() -> None:
    first, second = ([forged(GENUINE[1], TICKET.number.digits, Random(4)) for _ in range(3)] for _ in range(2))
    assert first == second
