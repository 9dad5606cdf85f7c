"""Whom a gate believes: a till speaks for its own station, and a revoked one for exactly what the centre knows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.gate.bench import EXPIRES, OTHER_ID, SETTINGS, STATION, Centre, Desk, Gate, admitted, reason, trust_bytes
from tests.tickets.samples import CERTIFICATE_KEY, PREFIX, TILL_KEY
from tickets.credential import Ticket, TillCertificate, certify, issue_delegated
from tickets.reasons import Reason


@pytest.fixture
def gate(tmp_path: Path, centre: Centre) -> Iterator[Gate]:
    gate = Gate(tmp_path / "gate-1", cache=tmp_path / "cache.db")
    yield gate
    gate.close()


def by_another_stations_till(ticket: Ticket) -> str:
    theirs = TillCertificate(TILL_KEY.public, STATION + 1, PREFIX, EXPIRES + timedelta(days=10))
    return issue_delegated(ticket, TILL_KEY, certify(theirs, CERTIFICATE_KEY))


def test_a_till_of_another_station_cannot_sell_what_leaves_here(gate: Gate) -> None:
    assert reason(gate.shows(by_another_stations_till(Desk().ticket()))) == Reason.FORGED


def test_what_another_station_sold_and_the_centre_knows_is_good(gate: Gate, centre: Centre) -> None:
    ticket = Desk().ticket()
    centre.ticket(ticket)
    assert admitted(gate.shows(by_another_stations_till(ticket))).number == ticket.number


def test_a_till_of_this_station_is_believed_without_the_centre(gate: Gate) -> None:
    desk = Desk()
    ticket = desk.ticket()
    assert admitted(gate.shows(desk.by_till(ticket))).number == ticket.number


def test_a_stolen_key_cannot_use_the_number_of_a_ticket_that_was_sold(gate: Gate, centre: Centre) -> None:
    centre.trust(2, trust_bytes(2, revoked=frozenset({PREFIX})))
    desk = Desk()
    sold = desk.ticket()
    centre.ticket(sold)
    for forged in (
        desk.ticket(sold.number, document=OTHER_ID),
        desk.ticket(sold.number, seat=7),
        desk.ticket(sold.number, children=2),
        replace(sold, expires=sold.expires + timedelta(days=1)),
    ):
        assert reason(gate.shows(desk.by_till(forged))) == Reason.REVOKED
    assert admitted(gate.shows(desk.by_till(sold))).number == sold.number


class TestBeforeTheFirstSync:
    """The enrolment has said which station this is; its own boarding stop is not known yet."""

    @pytest.fixture
    def new(self, tmp_path: Path) -> Iterator[Gate]:
        gate = Gate(tmp_path / "gate-2", cache=tmp_path / "none.db", settings=replace(SETTINGS, station=STATION))
        yield gate
        gate.close()

    def test_a_till_of_this_station_and_the_centre_are_believed(self, new: Gate) -> None:
        desk = Desk()
        admitted(new.shows(desk.by_till(desk.ticket())))
        admitted(new.shows(desk.by_centre(desk.ticket())))

    def test_what_another_stations_till_sold_is_for_that_station(self, new: Gate) -> None:
        assert reason(new.shows(by_another_stations_till(Desk().ticket()))) == Reason.WRONG_STATION

    def test_without_an_enrolment_nobody_can_say(self, tmp_path: Path) -> None:
        gate = Gate(tmp_path / "gate-3", cache=tmp_path / "none.db")
        admitted(gate.shows(by_another_stations_till(Desk().ticket())))
        gate.close()
