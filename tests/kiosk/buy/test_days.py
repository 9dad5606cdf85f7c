"""Another day: what is asked of the till, and that nothing of one day is chosen on another."""

from dataclasses import replace
from datetime import date, timedelta

from kiosk import touches as t
from kiosk.buy import touches as b
from kiosk.buy.steps import WhereTo, WhichDeparture, Who
from kiosk.rehearsal import TODAY
from kiosk.till.commands import EndSession, LookAt
from tests.kiosk.buy.walking import FLOW, TRIP, Walk

LATER = TODAY + timedelta(days=2)


def test_another_day_is_looked_at_and_bought() -> None:
    walk = Walk().touch(t.Begin("buy"), b.ChooseStop(1001), b.ChooseDay(LATER))
    assert walk.last() == LookAt(day=LATER)
    assert walk.till.snapshot.day == LATER
    walk.touch(TRIP)
    assert walk.is_at(WhichDeparture)
    offer = next(offer for offer in walk.till.snapshot.offers if offer.destination == 1001)
    walk.touch(b.ChooseTrip(offer.service_date.isoformat(), offer.trip))
    assert walk.is_at(Who)
    assert walk.choice.offer == offer
    assert offer.service_date == LATER


def test_a_coach_cannot_be_chosen_before_the_till_shows_its_day() -> None:
    walk = Walk().touch(t.Begin("buy"), b.ChooseStop(1001))
    session, _ = FLOW.touched(walk.session, b.ChooseDay(LATER), walk.till.snapshot, 0)
    session, _ = FLOW.touched(session, TRIP, walk.till.snapshot, 0)
    assert isinstance(session.step, WhichDeparture)


def test_a_day_that_is_not_on_sale_cannot_be_chosen() -> None:
    walk = Walk().touch(t.Begin("buy"), b.ChooseStop(1001), b.ChooseDay(date(2027, 1, 1)))
    assert walk.till.snapshot.day is None


def test_the_next_departures_are_back_for_the_next_passenger() -> None:
    walk = Walk().touch(t.Begin("buy"), b.ChooseStop(1001), b.ChooseDay(LATER), t.StartOver())
    assert walk.asked[-2:] == [EndSession(), LookAt(day=None)] or walk.till.snapshot.day is None
    walk.look()
    assert walk.till.snapshot.day is None


def test_a_place_without_a_coach_today_can_be_chosen_where_other_days_are_on_sale() -> None:
    walk = Walk().touch(t.Begin("buy"), b.ChooseStop(1016))
    assert walk.is_at(WhichDeparture)
    walk.touch(t.Back())
    walk.till.show(replace(walk.till.snapshot, days=(TODAY,)))
    walk.touch(b.ChooseStop(1016))
    assert walk.is_at(WhereTo)
