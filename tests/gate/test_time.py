"""A gate and its clocks: set back, set forward, dead, never told; over midnight, to 03:00, and beyond it.

The clock is the terminal's own, on a machine whose wall clock, boot clock and boots are the test's. Times in comments
are the station's, eight hours ahead of UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from gate.announce import go, stop
from gate.decision import TIME_NOT_SIGNED, Refused
from station.clock import TerminalClock
from sync.cache.reader import CacheReader
from sync.trusted_time import Clocks, TimeAnchor
from tests.gate.bench import DEPARTURE, EXPIRES, LEAVES, NOON, TODAY, Centre, Desk, Gate, admitted, reason, trust_bytes
from tests.tickets.samples import CERTIFICATE_KEY, START, TICKET_KEY
from tickets.admission import Flag, TimeQuality
from tickets.departures import Departure
from tickets.reasons import Reason
from tickets.staff import Act
from tickets.trust import KeyUse, TrustedKey
from tickets.uses import UseEnd

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
UNKNOWN_DAY = datetime(1970, 1, 1, 0, 3, tzinfo=UTC), datetime(2000, 1, 1, 0, 3, tzinfo=UTC)
"""What a clock says three minutes after its battery was replaced."""


@dataclass
class Machine:
    """A terminal's clocks: `wall` is what its clock says, `since_boot` how long it runs, `boot` which start it is."""

    wall: datetime = NOON
    since_boot: timedelta = HOUR
    boot: int = 1

    def clocks(self) -> Clocks:
        return Clocks(
            boot=lambda: self.since_boot.total_seconds(),
            wall=lambda: self.wall.timestamp(),
            boot_id=f"boot {self.boot}",
        )

    def goes_on(self, by: timedelta) -> None:
        self.wall += by
        self.since_boot += by

    def starts_again(self, wall: datetime) -> None:
        self.boot, self.since_boot, self.wall = self.boot + 1, timedelta(minutes=3), wall


class Scene:
    """A gate that can be switched off and on again, and a centre that can say what time it is."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine()
        self.desk = Desk()
        self.folder = folder
        self.centre: Centre | None = None
        self.gate = self._open()

    def hears(self, departure: Departure = DEPARTURE) -> Centre:
        if self.centre is None:
            self.centre = Centre(self.folder / "cache.db")
        self.centre.opens_for_the_day(departure)
        return self.centre

    def is_told_the_time(self, at: datetime) -> None:
        """The centre signs the time for this boot, and a second later the gate looks."""
        assert self.centre is not None
        clocks, ms = self.machine.clocks(), int(at.timestamp() * 1000)
        self.centre.writer.set_time(TimeAnchor(boot_id=clocks.boot_id, boot_seconds=clocks.boot(), centre_ms=ms))
        self.machine.goes_on(timedelta(seconds=2))

    def starts_again(self, wall: datetime) -> None:
        self.gate.close()
        self.machine.starts_again(wall)
        self.gate = self._open()

    def text(self, day: date = TODAY) -> str:
        return self.desk.by_till(self.desk.ticket(service_date=day))

    def admits(self, day: date = TODAY) -> frozenset[str]:
        """Admits a new ticket; what staff see of it."""
        said = go(admitted(self.gate.shows(self.text(day))))
        return frozenset(said.flags) - {Flag.IDENTITY_NOT_CHECKED}

    def admits_by_card(self, day: date, number: str) -> bool:
        """Sells a ticket to this document, and admits it by the card alone."""
        assert self.centre is not None
        self.centre.ticket(self.desk.ticket(service_date=day, document=number))
        return admitted(self.gate.lays(number)).by == "card"

    def refuses(self, day: date = TODAY) -> tuple[str, tuple[str, ...]]:
        """Refuses a new ticket: the reason, and what staff see beside it."""
        decision = self.gate.shows(self.text(day))
        assert isinstance(decision, Refused), decision
        return reason(decision), stop(decision).flags

    def quality(self) -> str:
        """How far the last fact's time can be trusted, as the centre will read it."""
        return self.gate.journal.events(self.gate.journal.head()[0] - 1, 1)[0].event.quality

    def _open(self) -> Gate:
        clock = TerminalClock(CacheReader(self.folder / "cache.db"), self.machine.clocks())
        random = Random(self.machine.boot).randbytes
        gate = Gate(self.folder / "gate-1", cache=self.folder / "cache.db", clock=clock, random=random)
        clock.not_before(gate.journal.floor_ms())
        return gate

    def close(self) -> None:
        self.gate.close()
        if self.centre:
            self.centre.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


class TestAClockThatIsSet:
    """Somebody, or a wrong time server, sets the wall clock."""

    @pytest.mark.parametrize("by", [-30 * DAY, -5 * HOUR, 5 * HOUR, 30 * DAY], ids=str)
    def test_under_signed_time_it_does_not_matter(self, scene: Scene, by: timedelta) -> None:
        scene.hears()
        scene.is_told_the_time(NOON)
        scene.machine.wall += by
        scene.machine.goes_on(timedelta(seconds=2))
        assert scene.admits() == frozenset()
        assert scene.quality() == TimeQuality.TRUSTED
        assert scene.refuses(YESTERDAY) == (Reason.WRONG_DEPARTURE, ())
        assert scene.refuses(TOMORROW) == (Reason.WRONG_DEPARTURE, ())
        scene.machine.goes_on(HOUR)
        assert scene.refuses() == (Reason.DEPARTED, ())

    def test_back_by_hours_while_it_was_off_makes_the_time_unknown(self, scene: Scene) -> None:
        """Admitted: whoever holds a ticket of this day or a later one; flagged; and staff see it on the display."""
        scene.hears()
        scene.is_told_the_time(NOON)
        scene.admits()
        scene.starts_again(NOON - 5 * HOUR)
        assert scene.admits() == {Flag.TIME_UNKNOWN}
        assert scene.quality() == TimeQuality.UNKNOWN
        assert scene.admits(TOMORROW) == {Flag.TIME_UNKNOWN, Flag.DEPARTURE_NOT_KNOWN}
        assert scene.refuses(YESTERDAY) == (Reason.WRONG_DEPARTURE, (TIME_NOT_SIGNED,))
        scene.is_told_the_time(NOON)
        assert scene.admits() == frozenset()
        assert scene.refuses(TOMORROW) == (Reason.WRONG_DEPARTURE, ())

    def test_forward_by_hours_while_it_was_off_is_believed_and_said(self, scene: Scene) -> None:
        """Nothing here can tell: the coach seems to have left. Staff see that the time is not signed, and may override;
        the first signed time puts it right, downwards too.
        """
        scene.hears()
        scene.is_told_the_time(NOON)
        scene.starts_again(NOON + 5 * HOUR)
        assert scene.refuses() == (Reason.DEPARTED, (TIME_NOT_SIGNED,))
        assert scene.quality() == TimeQuality.DEGRADED
        scene.is_told_the_time(NOON)
        assert scene.admits() == frozenset()

    def test_what_was_used_stays_used_whatever_the_time(self, scene: Scene) -> None:
        scene.hears()
        scene.is_told_the_time(NOON)
        text = scene.text()
        scene.gate.ends(scene.gate.shows(text), UseEnd.PASSED)
        for wall in (NOON - 5 * HOUR, *UNKNOWN_DAY):
            scene.starts_again(wall)
            assert reason(scene.gate.shows(text)) == Reason.USED


class TestADeadBattery:
    """The clock begins at 1970 or 2000 with each start."""

    @pytest.mark.parametrize("wall", UNKNOWN_DAY, ids=str)
    def test_with_a_last_known_time_earlier_days_are_over(self, scene: Scene, wall: datetime) -> None:
        scene.hears()
        scene.is_told_the_time(NOON)
        scene.starts_again(wall)
        assert scene.admits() == {Flag.TIME_UNKNOWN}
        assert scene.refuses(YESTERDAY)[0] == Reason.WRONG_DEPARTURE
        assert scene.admits(TODAY + 20 * DAY) == {Flag.TIME_UNKNOWN, Flag.DEPARTURE_NOT_KNOWN}
        assert scene.refuses(TODAY + 60 * DAY)[0] == Reason.WRONG_DEPARTURE, "no station is so long without its centre"

    @pytest.mark.parametrize("wall", UNKNOWN_DAY, ids=str)
    def test_knowing_nothing_at_all_it_refuses_nobody_for_the_time(self, scene: Scene, wall: datetime) -> None:
        scene.starts_again(wall)
        for day in (YESTERDAY, TODAY, TOMORROW):
            assert scene.admits(day) == {Flag.TIME_UNKNOWN, Flag.DEPARTURE_NOT_KNOWN}

    def test_a_cache_that_was_lost_with_it_leaves_the_journals_word(self, scene: Scene) -> None:
        scene.hears()
        scene.is_told_the_time(NOON)
        scene.admits()
        assert scene.centre is not None
        scene.centre.close()
        scene.centre = None
        for left in scene.folder.glob("cache.db*"):
            left.unlink()
        scene.starts_again(UNKNOWN_DAY[1])
        assert scene.admits() == {Flag.TIME_UNKNOWN, Flag.DEPARTURE_NOT_KNOWN}
        assert scene.refuses(YESTERDAY)[0] == Reason.WRONG_DEPARTURE

    def test_check_in_that_is_over_is_not_known_to_be_but_a_coach_that_left_is(self, scene: Scene) -> None:
        centre = scene.hears()
        scene.is_told_the_time(LEAVES - timedelta(minutes=2))  # check-in has closed
        assert scene.refuses() == (Reason.CLOSED, ())
        scene.starts_again(UNKNOWN_DAY[0])
        assert scene.admits() == {Flag.TIME_UNKNOWN}
        centre.departure(replace(DEPARTURE, state="departed"))  # type: ignore[arg-type]  # as a record has it
        assert scene.refuses()[0] == Reason.DEPARTED

    def test_the_certificate_and_keys_that_seem_not_yet_valid_are_believed(self, scene: Scene) -> None:
        """A key's dates bound when it signs, not when it is believed; nothing of a till's certificate begins later."""
        scene.hears()
        begins, ends = START + 15 * DAY, START + 80 * DAY
        keys = tuple(
            TrustedKey(use=use, key=key.public, not_before=begins, not_after=ends)
            for use, key in ((KeyUse.TICKET, TICKET_KEY), (KeyUse.CERTIFICATE, CERTIFICATE_KEY))
        )
        assert scene.centre is not None
        scene.centre.trust(2, trust_bytes(2, keys=keys))
        for wall in (*UNKNOWN_DAY, begins - 10 * DAY):
            scene.starts_again(wall)
            decision = scene.gate.shows(scene.text())
            assert not isinstance(decision, Refused) or reason(decision) != Reason.UNKNOWN_ISSUER
            decision = scene.gate.shows(scene.desk.by_centre(scene.desk.ticket()))
            assert not isinstance(decision, Refused) or reason(decision) != Reason.UNKNOWN_ISSUER
        scene.starts_again(UNKNOWN_DAY[0])
        assert scene.admits() == {Flag.TIME_UNKNOWN}

    def test_what_expired_long_ago_is_only_known_by_a_known_time(self, scene: Scene) -> None:
        scene.hears(replace(DEPARTURE, departs_at=EXPIRES + HOUR, closes_at=EXPIRES + HOUR))
        scene.is_told_the_time(EXPIRES)
        assert scene.refuses() == (Reason.EXPIRED, ())
        scene.starts_again(UNKNOWN_DAY[0])
        assert scene.admits(TOMORROW) == {Flag.TIME_UNKNOWN, Flag.DEPARTURE_NOT_KNOWN}


class TestABootWithoutNetwork:
    """Nobody says what time it is."""

    def test_a_plausible_clock_is_worked_by(self, scene: Scene) -> None:
        scene.hears()
        scene.is_told_the_time(NOON - HOUR)
        scene.starts_again(NOON)
        assert scene.admits() == frozenset()
        assert scene.quality() == TimeQuality.DEGRADED
        assert scene.refuses(TOMORROW) == (Reason.WRONG_DEPARTURE, (TIME_NOT_SIGNED,))

    def test_before_anything_was_ever_heard(self, scene: Scene) -> None:
        assert scene.admits() == {Flag.DEPARTURE_NOT_KNOWN}
        assert scene.quality() == TimeQuality.DEGRADED
        assert scene.refuses(TODAY - 2 * DAY) == (Reason.WRONG_DEPARTURE, (TIME_NOT_SIGNED,))
        scene.hears()
        scene.is_told_the_time(NOON)
        assert scene.admits() == frozenset()


def at(day: date, hour: int, minute: int) -> datetime:
    """A time of the station's day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - 8 * HOUR


def leaving(day: date, departs_at: datetime) -> Departure:
    return replace(
        DEPARTURE,
        service_date=day,
        departs_at=departs_at,
        opens_at=departs_at - timedelta(minutes=45),
        closes_at=departs_at - timedelta(minutes=5),
    )


class TestTheNight:
    """The service day ends at 03:00."""

    def test_midnight_passes_during_boarding(self, scene: Scene) -> None:
        """A coach of today's service day leaves at 00:20 tomorrow."""
        scene.hears(leaving(TODAY, at(TOMORROW, 0, 20)))
        scene.is_told_the_time(at(TODAY, 23, 30))
        assert scene.refuses() == (Reason.NOT_YET_OPEN, ())
        for now in (at(TODAY, 23, 40), at(TODAY, 23, 59), at(TOMORROW, 0, 0), at(TOMORROW, 0, 14)):
            scene.is_told_the_time(now)
            assert scene.admits() == frozenset()
        scene.is_told_the_time(at(TOMORROW, 0, 16))
        assert scene.refuses() == (Reason.CLOSED, ())

    def test_from_midnight_to_three_the_day_is_still_yesterdays(self, scene: Scene) -> None:
        scene.hears(leaving(TODAY, at(TOMORROW, 2, 30)))
        scene.hears(leaving(TOMORROW, at(TOMORROW, 9, 0)))
        scene.is_told_the_time(at(TOMORROW, 2, 0))
        assert scene.admits(TODAY) == frozenset()
        assert scene.refuses(TOMORROW) == (Reason.WRONG_DEPARTURE, ())
        scene.is_told_the_time(at(TOMORROW, 3, 1))
        assert scene.refuses(TODAY) == (Reason.DEPARTED, ())
        assert scene.refuses(TOMORROW) == (Reason.NOT_YET_OPEN, ())
        scene.is_told_the_time(at(TOMORROW, 3, 31))
        assert scene.refuses(TODAY) == (Reason.WRONG_DEPARTURE, ())

    def test_the_day_changes_during_boarding(self, scene: Scene) -> None:
        """Tomorrow's first coach leaves at 03:20: check-in opens before its service day begins."""
        scene.hears(leaving(TOMORROW, at(TOMORROW, 3, 20)))
        for now in (at(TOMORROW, 2, 40), at(TOMORROW, 2, 59), at(TOMORROW, 3, 0), at(TOMORROW, 3, 14)):
            scene.is_told_the_time(now)
            assert scene.admits(TOMORROW) == frozenset()

    def test_a_delay_beyond_three_keeps_the_day(self, scene: Scene) -> None:
        """Today's last coach of 02:30 leaves at 03:30; who holds a ticket of today boards it after 03:00."""
        scene.hears(leaving(TODAY, at(TOMORROW, 3, 30)))
        for now in (at(TOMORROW, 2, 50), at(TOMORROW, 3, 0), at(TOMORROW, 3, 20)):
            scene.is_told_the_time(now)
            assert scene.admits(TODAY) == frozenset()
        scene.is_told_the_time(at(TOMORROW, 3, 31))
        assert scene.refuses(TODAY)[0] == Reason.DEPARTED
        scene.is_told_the_time(at(TOMORROW, 4, 31))
        assert scene.refuses(TODAY)[0] == Reason.WRONG_DEPARTURE

    def test_staff_delay_a_coach_beyond_three(self, scene: Scene) -> None:
        """The coach of 02:30 leaves at 03:40, says a badge at 02:20; code and card of today's tickets hold for it."""
        centre = scene.hears(leaving(TODAY, at(TOMORROW, 2, 30)))
        scene.is_told_the_time(at(TOMORROW, 2, 20))
        assert scene.admits(TODAY) == frozenset()
        centre.signed(Act.DELAY, at(TOMORROW, 2, 20), until=at(TOMORROW, 3, 40))
        assert scene.refuses(TODAY) == (Reason.NOT_YET_OPEN, ())
        for now in (at(TOMORROW, 2, 56), at(TOMORROW, 3, 0), at(TOMORROW, 3, 34)):
            scene.is_told_the_time(now)
            assert scene.admits(TODAY) == frozenset()
            assert scene.admits_by_card(TODAY, number=f"11010519491231{now.minute:04}")
        scene.is_told_the_time(at(TOMORROW, 3, 36))
        assert scene.refuses(TODAY) == (Reason.CLOSED, ())
        centre.signed(Act.LATE, at(TOMORROW, 3, 36), until=at(TOMORROW, 3, 39))
        assert scene.admits(TODAY) == {Flag.LATE}
        scene.is_told_the_time(at(TOMORROW, 3, 41))
        assert scene.refuses(TODAY)[0] == Reason.DEPARTED

    @pytest.mark.parametrize(
        ("now", "admitted_days"),
        [
            (at(TOMORROW, 1, 30), {TODAY}),
            (at(TOMORROW, 2, 30), {TODAY, TOMORROW}),
            (at(TOMORROW, 3, 30), {TODAY, TOMORROW}),
            (at(TOMORROW, 5, 59), {TODAY, TOMORROW}),
            (at(TOMORROW, 6, 1), {TOMORROW}),
            (at(TOMORROW, 14, 0), {TOMORROW}),
        ],
        ids=str,
    )
    def test_a_coach_that_is_not_known_here_may_belong_to_either_day(
        self, scene: Scene, now: datetime, admitted_days: set[date]
    ) -> None:
        """Without its times nobody can say whether it boards before 03:00 already, or late: flagged, not refused."""
        scene.hears()
        scene.is_told_the_time(now)
        for day in (YESTERDAY, TODAY, TOMORROW, TOMORROW + DAY):
            text = scene.desk.by_centre(scene.desk.ticket(service_date=day, trip="X1"))
            decision = scene.gate.shows(text)
            if day in admitted_days:
                assert Flag.DEPARTURE_NOT_KNOWN in admitted(decision).flags
            else:
                assert reason(decision) == Reason.WRONG_DEPARTURE

    def test_power_fails_in_the_night_and_takes_the_clock_along(self, scene: Scene) -> None:
        """The last known time is 03:05; a delayed coach of the day before still boards."""
        scene.hears(leaving(TODAY, at(TOMORROW, 3, 30)))
        scene.is_told_the_time(at(TOMORROW, 3, 5))
        scene.starts_again(UNKNOWN_DAY[1])
        assert scene.admits(TODAY) == {Flag.TIME_UNKNOWN}
        assert scene.admits(TOMORROW) == {Flag.TIME_UNKNOWN, Flag.DEPARTURE_NOT_KNOWN}
        assert scene.refuses(YESTERDAY)[0] == Reason.WRONG_DEPARTURE
