"""The judge, told of made-up runs: each promise as it is kept, and as it is broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from station.simulate.judge.ends import Ends, Incident, Ticket
from station.simulate.judge.fair import EVERYBODY_MS
from station.simulate.judge.private import plain
from station.simulate.watch import Broken
from tests.simulate.streams import COACH, DAY, GATE, ORDER, OTHER_GATE, OTHER_TILL, TILL, TRIP, Run, Writer, attempt
from tickets.admission import TimeQuality
from tickets.uses import UseEnd

ONE, TWO, THREE = "00000000000000000001", "00000000000000000002", "00000000000000000003"
SECOND = "cd" * 16


def incident(kind: str, subject: str) -> Incident:
    return Incident(station=1, kind=kind, subject=subject)


# ------------------------------------------------------------------ all is well


def test_a_day_without_a_fault_breaks_nothing() -> None:
    run = Run()
    run.sells(ONE)
    run.sells(TWO, OTHER_TILL, SECOND, seat=8)
    run.lets_in(ONE, GATE, 1)
    run.lets_in(TWO, GATE, 2, end="released")
    run.lets_in(TWO, OTHER_GATE, 3)
    run.concludes()
    assert (run.judge.admissions.admitted, run.judge.admissions.unarbitrated) == (3, 0)


# ------------------------------------------------------------------ no seat twice


def test_a_seat_that_two_tills_sold() -> None:
    run = Run()
    run.sells(ONE)
    run.sells(TWO, OTHER_TILL, SECOND)
    with pytest.raises(Broken, match="seat 7 of K0810 was sold by 1-till-1 and again by 1-till-2"):
        run.concludes()


def test_a_seat_that_a_till_and_the_web_sold() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.sold_by_centre(1, TWO, date.fromisoformat(DAY), TRIP, None)
    web = Ticket(seat=("1", DAY, TRIP, 7), state="valid", issuer="centre")
    with pytest.raises(Broken, match="seat 7"):
        run.concludes(lambda ends: replace(ends, tickets={**ends.tickets, TWO: web}))


def test_what_the_office_was_told_is_so() -> None:
    web = Ticket(seat=("1", DAY, TRIP, 7), state="valid", issuer="centre")
    run = Run()
    with pytest.raises(Broken, match="nobody ever heard of it"):
        run.concludes(lambda ends: replace(ends, tickets={ONE: web}))
    run.judge.sold_by_centre(1, ONE, date.fromisoformat(DAY), TRIP, 7)
    with pytest.raises(Broken, match="does not know of it"):
        run.concludes(lambda ends: replace(ends, tickets={}))
    run.judge.refunded_by_centre(1, ONE)
    with pytest.raises(Broken, match="is refunded, and it is valid"):
        run.concludes(lambda ends: replace(ends, tickets={ONE: web}))
    run.concludes(lambda ends: replace(ends, tickets={ONE: replace(web, state="refunded")}))


def test_a_seat_that_was_sold_again_after_a_refund() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.refunded_by_centre(1, ONE)
    run.sells(TWO, OTHER_TILL, SECOND)
    refunded = Ticket(seat=("1", DAY, TRIP, 7), state="refunded", issuer=TILL)
    run.concludes(lambda ends: replace(ends, tickets={**ends.tickets, ONE: refunded}))


def test_a_refund_long_after_the_second_sale_excuses_nothing() -> None:
    run = Run()
    run.sells(ONE)
    run.sells(TWO, OTHER_TILL, SECOND)
    run.now = 3_600_000
    run.judge.refunded_by_centre(1, ONE)
    refunded = Ticket(seat=("1", DAY, TRIP, 7), state="refunded", issuer=TILL)
    with pytest.raises(Broken, match="again by"):
        run.concludes(lambda ends: replace(ends, tickets={**ends.tickets, ONE: refunded}))


SOLD_TWICE = incident("place_sold_twice", f"{DAY}/{TRIP}/7")


def test_a_cloned_till_sells_twice_and_that_is_found_out() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.cloned(TILL)
    run.sells(TWO, OTHER_TILL, SECOND)
    with pytest.raises(Broken, match="nobody found out"):
        run.concludes()
    run.concludes(lambda ends: replace(ends, incidents=[SOLD_TWICE]))
    with pytest.raises(Broken, match="nobody found out"):
        run.concludes(lambda ends: replace(ends, incidents=[replace(SOLD_TWICE, station=2)]))


def test_what_the_branch_that_is_not_taken_sold_need_not_be_found() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.cloned(TILL)
    run.sells(TWO, OTHER_TILL, SECOND)
    found = incident("forked_journal", run.writers[TILL].epoch.hex)

    def without(number: str, *incidents: Incident) -> Callable[[Ends], Ends]:
        return lambda ends: replace(
            ends, tickets={one: of for one, of in ends.tickets.items() if one != number}, incidents=incidents
        )

    run.concludes(without(ONE, found))
    for change in (without(TWO, found), without(ONE), without(ONE, replace(found, subject="another"))):
        with pytest.raises(Broken, match="nobody found out"):
            run.concludes(change)


def test_a_copied_till_excuses_no_other_double() -> None:
    run = Run()
    run.judge.cloned(TILL)
    run.sells(ONE, OTHER_TILL, SECOND)
    run.judge.sold_by_centre(1, TWO, date.fromisoformat(DAY), TRIP, 7)
    with pytest.raises(Broken, match=r"seat 7 of K0810 was sold by 1-till-2 and again by centre$"):
        run.concludes(lambda ends: replace(ends, incidents=[SOLD_TWICE]))


def test_a_till_that_was_copied_once_excuses_nothing_in_its_next_journal() -> None:
    run = Run()
    run.sells(ONE, seat=8)
    run.judge.cloned(TILL)
    run.begins_anew(TILL)
    run.sells(TWO, order=SECOND)
    run.sells(THREE, OTHER_TILL, "ef" * 16)
    with pytest.raises(Broken, match=r"seat 7 of K0810 was sold by 1-till-1 and again by 1-till-2$"):
        run.concludes(lambda ends: replace(ends, incidents=[SOLD_TWICE]))


def test_a_backup_excuses_only_what_it_has_forgotten() -> None:
    run = Run()
    run.now = 1000
    run.judge.sold_by_centre(1, ONE, date.fromisoformat(DAY), TRIP, 7)
    run.judge.restored(999)
    run.sells(TWO)
    run.concludes(lambda ends: replace(ends, tickets={TWO: ends.tickets[TWO]}))
    with pytest.raises(Broken, match=r"seat 7 of K0810 was sold by centre and again by 1-till-1$"):
        run.concludes(lambda ends: replace(ends, incidents=[SOLD_TWICE]))


def test_a_centre_that_was_put_back_sells_nothing_of_what_its_backup_knows_but_what_comes_back() -> None:
    run = Run()
    run.in_backup = frozenset({("1", DAY, TRIP, 0)})
    run.now = 1000
    run.judge.sold_by_centre(1, ONE, date.fromisoformat(DAY), TRIP, 7)
    run.judge.restored(999)
    run.judge.sold_by_centre(1, TWO, date.fromisoformat(DAY), TRIP, 7)
    web = Ticket(seat=("1", DAY, TRIP, 7), state="valid", issuer="centre")
    with pytest.raises(Broken, match=r"seat 7 of K0810 was sold by centre and again by centre$"):
        run.concludes(lambda ends: replace(ends, tickets={TWO: web}))
    run.writes(TILL, "places.returned", service_date=DAY, trip=TRIP, seats=[7], count=1)
    run.concludes(lambda ends: replace(ends, tickets={TWO: web}))


def test_a_refund_that_a_backup_has_forgotten_sells_its_seat_to_two() -> None:
    run = Run()
    run.sells(ONE)
    run.now = 1000
    run.judge.asks_refund(1, ONE)
    run.judge.refunded_by_centre(1, ONE)
    run.sells(TWO, OTHER_TILL, SECOND)
    both = {
        number: Ticket(seat=("1", DAY, TRIP, 7), state="valid", issuer=till)
        for number, till in ((ONE, TILL), (TWO, OTHER_TILL))
    }
    with pytest.raises(Broken, match=r"seat 7 of K0810 was sold|it is valid"):
        run.concludes(lambda ends: replace(ends, tickets=both, incidents=[SOLD_TWICE]))
    run.judge.restored(999)
    run.concludes(lambda ends: replace(ends, tickets=both, incidents=[SOLD_TWICE]))


def test_more_counted_places_than_there_are() -> None:
    run = Run()
    run.sells(ONE, seat=None)
    run.sells(TWO, OTHER_TILL, SECOND, seat=None)
    run.concludes(lambda ends: replace(ends, capacity={("1", DAY, TRIP, 0): 2}))
    with pytest.raises(Broken, match="2 places of K0810 were sold, which has 1"):
        run.concludes(lambda ends: replace(ends, capacity={("1", DAY, TRIP, 0): 1}))


def test_a_prefix_that_two_journals_have() -> None:
    run = Run()
    run.writes(TILL, "journal.opened", device="a", prefix=7, previous_epoch=None)
    run.writes(GATE, "journal.opened", device="b", prefix=None, previous_epoch=None)
    run.writes(OTHER_GATE, "journal.opened", device="c", prefix=None, previous_epoch=None)
    with pytest.raises(Broken, match="has the prefix 7, which was another journal's"):
        run.writes(OTHER_TILL, "journal.opened", device="d", prefix=7, previous_epoch=None)


def test_a_number_that_is_issued_twice() -> None:
    run = Run()
    run.sells(ONE)
    with pytest.raises(Broken, match="a second time"):
        run.sells(ONE, OTHER_TILL, SECOND, seat=8)


# ------------------------------------------------------------------ one admission


def test_two_gates_let_one_ticket_in_with_the_arbiters_word() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    with pytest.raises(Broken, match="neither cut off"):
        run.lets_in(ONE, OTHER_GATE, 2)


def test_two_isolated_parts_let_one_in_each_and_it_is_reported() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    run.lets_in(ONE, OTHER_GATE, 2, "unarbitrated")
    with pytest.raises(Broken, match="let in twice, and nobody found out"):
        run.concludes()
    run.concludes(lambda ends: replace(ends, incidents=[incident("duplicate_admission", ONE)]))


def test_a_gate_that_is_cut_off_lets_one_in_twice_by_itself() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1, "unarbitrated")
    with pytest.raises(Broken, match="twice by itself"):
        run.lets_in(ONE, GATE, 2, "unarbitrated")


def test_a_double_that_never_was() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    for said in (incident("duplicate_admission", ONE), incident("duplicate_reported", f"{ONE}/1")):
        with pytest.raises(Broken, match="let in twice, and"):
            run.concludes(lambda ends, said=said: replace(ends, incidents=[said]))  # type: ignore[misc]  # bound now


def test_the_arbiters_word_is_not_heeded_or_not_said() -> None:
    run = Run()
    run.asks(ONE, GATE, 1, "taken")
    with pytest.raises(Broken, match="another has it"):
        run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))
    run = Run()
    with pytest.raises(Broken, match="heard silence"):
        run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))
    run = Run(arbitrated=False)
    run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))


def test_a_policy_that_sends_people_to_staff_is_heeded() -> None:
    run = Run(strict=True)
    run.lets_in(ONE, GATE, 1)
    run.lets_in(TWO, GATE, 2, "unarbitrated", "overridden")
    with pytest.raises(Broken, match="unheard, where the policy sends it to staff"):
        run.lets_in(THREE, GATE, 3, "unarbitrated")


def test_a_number_that_nobody_sold_opens_nothing() -> None:
    run = Run()
    run.asks(ONE, GATE, 1, "granted")
    with pytest.raises(Broken, match="which nobody ever sold"):
        run.judge.opened(GATE, "A", run.claims_unsold(ONE, GATE, 1))


@pytest.mark.parametrize(("station", "trip"), [(2, TRIP), (1, "K0830")])
def test_a_ticket_of_another_station_or_departure_opens_nothing(station: int, trip: str) -> None:
    run = Run()
    run.judge.sold_by_centre(station, ONE, date.fromisoformat(DAY), trip, 7)
    with pytest.raises(Broken, match=f"was sold for {trip} on {DAY} at station {station}"):
        run.lets_in(ONE, GATE, 1)


def test_what_a_lost_disk_alone_knew_is_nobodys_fault() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1, "unarbitrated")
    run.judge.lost_disk(GATE)
    run.lets_in(ONE, OTHER_GATE, 2)
    run.concludes(lambda ends: replace(ends, journals={}, centre_events={run.writers[OTHER_GATE].epoch.hex: _all(run)}))


def _all(run: Run) -> list[tuple[int, bytes]]:
    return [(each.seq, each.hash) for each in run.writers[OTHER_GATE].stored]


# ------------------------------------------------------------------ decide, record, act; authorised is not passed


def test_a_barrier_opens_without_a_record() -> None:
    run = Run()
    other = Run().claims(ONE, GATE, 1)
    with pytest.raises(Broken, match="without a record"):
        run.judge.opened(GATE, "A", other)


def test_a_barrier_opens_for_what_has_ended() -> None:
    run = Run()
    run.asks(ONE, GATE, 1, "granted")
    use = run.claims(ONE, GATE, 1)
    run.ends_use(ONE, GATE, 1, "released")
    with pytest.raises(Broken, match="without a record"):
        run.judge.opened(GATE, "A", use)


def test_a_passage_is_made_up() -> None:
    run = Run()
    run.claims(ONE, GATE, 1)
    with pytest.raises(Broken, match="no barrier was opened"):
        run.ends_use(ONE, GATE, 1, "passed")


@pytest.mark.parametrize(("seen", "written"), [("passed", "released"), ("released", "passed")])
def test_the_journal_tells_another_end_than_people_saw(seen: str, written: str) -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1, end=seen)
    run.judge.admissions.attempts[attempt(1).hex].end = written
    with pytest.raises(Broken, match="walked through"):
        run.concludes()


@pytest.mark.parametrize("written", [None, "unresolved"])
def test_a_living_gate_says_how_each_use_ended(written: str | None) -> None:
    run = Run()
    run.opens(ONE, GATE, 1, end="passed")
    if written is not None:
        run.ends_use(ONE, GATE, 1, written)
    with pytest.raises(Broken, match="people saw passed of "):
        run.concludes()


@pytest.mark.parametrize("guess", ["passed", "released"])
def test_a_gate_that_died_over_a_use_does_not_guess(guess: str) -> None:
    run = Run()
    run.opens(ONE, GATE, 1, end="passed")
    run.judge.crashed(GATE, power=True)
    run.writes(GATE, "gate.started", lanes=["A"])
    with pytest.raises(Broken, match=f"began anew, and guesses that .* is {guess}"):
        run.ends_use(ONE, GATE, 1, guess)


def test_a_use_that_a_gate_died_over_is_taken_up_again_and_ends() -> None:
    run = Run()
    use = run.opens(ONE, GATE, 1, end="passed")
    run.judge.crashed(GATE, power=True)
    run.writes(GATE, "gate.started", lanes=["A"])
    run.ends_use(ONE, GATE, 1, "unresolved")
    run.concludes()
    run.judge.opened(GATE, "A", use)
    run.judge.passed(GATE, "A", use, UseEnd.RELEASED)
    run.ends_use(ONE, GATE, 1, "released")
    run.concludes()


def test_a_use_that_was_durable_when_its_gate_died_over_the_commit_is_unresolved() -> None:
    run = Run()
    run.writes(GATE, "gate.started", lanes=["A"])
    run.judge.crashed(GATE, power=True)
    run.claims(ONE, GATE, 1)
    run.writes(GATE, "gate.started", lanes=["A"])
    run.ends_use(ONE, GATE, 1, "unresolved")
    run.concludes()


# ------------------------------------------------------------------ the time


@pytest.mark.parametrize("off", [-7000, 7000])
def test_time_that_is_called_trusted_is_right(off: int) -> None:
    run = Run()
    run.holds()
    run.writers[TILL].now = lambda: run.now + off
    with pytest.raises(Broken, match=f"off by {off} ms"):
        run.pays()
    run = Run()
    run.holds()
    run.writers[TILL].now = lambda: run.now + off
    run.writers[TILL].quality = TimeQuality.DEGRADED
    run.pays()


def test_what_was_written_before_a_crash_may_be_heard_of_after_it() -> None:
    run = Run()
    run.holds()
    run.writers[TILL].now = lambda: run.now - 60_000
    run.judge.crashed(TILL, power=True)
    run.pays()
    with pytest.raises(Broken, match="off by -60000 ms"):
        run.paid()


def test_a_gate_that_has_not_heard_of_the_departure_lets_in_by_the_ticket() -> None:
    run = Run()
    run.now = 7_100_000
    run.claims(ONE, GATE, 1, "departure_not_known")
    run.has_been_well(EVERYBODY_MS)
    with pytest.raises(Broken, match="outside the time for it"):
        run.claims(TWO, GATE, 2, "departure_not_known")


def test_nobody_is_let_in_too_early_or_too_late() -> None:
    for now in (-1_000_000, 7_100_000):
        run = Run()
        run.now = now
        with pytest.raises(Broken, match="outside the time for it"):
            run.claims(ONE, GATE, 1)
        run.claims(TWO, GATE, 2, "overridden")


def test_nothing_is_sold_over_the_web_when_nobody_is_let_in_any_more() -> None:
    run = Run()
    web = Ticket(seat=("1", DAY, TRIP, 7), state="valid", issuer="centre", issued_ms=COACH.closes_ms)
    run.judge.sold_by_centre(1, ONE, date.fromisoformat(DAY), TRIP, 7)
    run.concludes(lambda ends: replace(ends, tickets={ONE: web}))
    with pytest.raises(Broken, match=f"the centre sold {ONE} for K0810"):
        run.concludes(lambda ends: replace(ends, tickets={ONE: replace(web, issued_ms=COACH.closes_ms + 1)}))


def test_no_place_of_a_coach_is_held_to_which_nobody_is_let_in() -> None:
    run = Run()
    run.now = 7_300_000
    with pytest.raises(Broken, match="to which nobody is let in any more"):
        run.holds()


# ------------------------------------------------------------------ a centre that was put back to a backup


def test_a_backup_does_not_know_what_only_the_centre_did_since() -> None:
    run = Run()
    web = Ticket(seat=("1", DAY, TRIP, 7), state="valid", issuer="centre")
    run.now = 1000
    run.judge.sold_by_centre(1, ONE, date.fromisoformat(DAY), TRIP, 7)
    run.judge.refunded_by_centre(1, ONE)
    run.judge.restored(1001)
    with pytest.raises(Broken, match="does not know of it"):
        run.concludes(lambda ends: replace(ends, tickets={}))
    with pytest.raises(Broken, match="is refunded, and it is valid"):
        run.concludes(lambda ends: replace(ends, tickets={ONE: web}))
    run.judge.restored(999)
    run.concludes(lambda ends: replace(ends, tickets={}))
    run.concludes(lambda ends: replace(ends, tickets={ONE: web}))


def test_terminals_tell_a_backup_all_that_they_had_told() -> None:
    run = Run()
    run.sells(ONE)
    run.lets_in(ONE, GATE, 1)
    till, gate = run.writers[TILL], run.writers[GATE]
    run.judge.kept(TILL, till.epoch, 5)
    run.judge.restored(0)
    with pytest.raises(Broken, match="5 events of 1-till-1 never came"):
        run.concludes(lambda ends: replace(ends, centre_events={gate.epoch.hex: _of(gate)}))
    run.concludes()


def test_a_refund_that_a_backup_does_not_know_is_nobodys_find() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    run.now = 1000
    run.judge.refunded_by_centre(1, ONE)
    run.judge.restored(1001)
    with pytest.raises(Broken, match="travelled on and paid back"):
        run.concludes()
    run.judge.restored(999)
    run.concludes()


# ------------------------------------------------------------------ travelled, and paid back


def test_a_ticket_that_travelled_is_refunded_unseen() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    run.judge.refunded_by_centre(1, ONE)
    with pytest.raises(Broken, match="travelled on and paid back"):
        run.concludes()
    run.concludes(lambda ends: replace(ends, incidents=[incident("admitted_and_refunded", ONE)]))


# ------------------------------------------------------------------ money


def test_money_that_is_neither_ticket_nor_claim() -> None:
    run = Run()
    run.holds()
    run.pays()
    run.paid()
    with pytest.raises(Broken, match="2500 fen came in, 0 went back, 0 are tickets, 0 are claimed"):
        run.concludes()


def test_money_that_is_a_claim() -> None:
    run = Run()
    run.holds()
    run.pays()
    run.writes(TILL, "claim.opened", claim="AB12", order=ORDER, fen=2500, reason="cancelled")
    run.judge.paper(TILL, "slip", "AB12")
    run.concludes()


def test_a_note_that_no_journal_tells_of() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.money_in(TILL, 1000)
    with pytest.raises(Broken, match="holds 1000 fen"):
        run.concludes()


def test_a_lost_disk_excuses_only_the_notes_that_it_knew_of() -> None:
    run = Run()
    run.holds()
    run.judge.money_in(TILL, 1000)
    run.judge.lost_disk(TILL)
    run.begins_anew(TILL)
    run.sells(ONE, order=SECOND)
    well = run.well()
    ends = replace(well, centre_events={**well.centre_events, Writer(TILL).epoch.hex: []})
    run.judge.concludes(ends)
    run.judge.money_in(TILL, 500)
    with pytest.raises(Broken, match="holds 500 fen"):
        run.judge.concludes(ends)


def test_a_note_in_doubt_may_be_in_the_machine_or_not() -> None:
    for came_in in (True, False):
        run = Run()
        run.holds()
        if came_in:
            run.judge.money_in(TILL, 1000)
        run.writes(TILL, "claim.opened", claim="AB12", order=ORDER, fen=1000, reason="unclear-note")
        run.judge.paper(TILL, "slip", "AB12")
        run.concludes()


def test_two_claims_for_one_note() -> None:
    for twice in (False, True):
        run = Run()
        run.holds()
        run.writes(TILL, "claim.opened", claim="AB12", order=ORDER, fen=1000, reason="unclear-note")
        run.judge.paper(TILL, "slip", "AB12")
        run.pays(fen=1000)
        if not twice:
            run.concludes()
            continue
        run.writes(TILL, "claim.opened", claim="AB13", order=ORDER, fen=1000, reason="surplus")
        run.judge.paper(TILL, "slip", "AB13")
        with pytest.raises(Broken, match="has a claim for a note of 1000 fen"):
            run.concludes()


def test_a_claim_without_its_slip() -> None:
    for well in (True, False):
        run = Run()
        run.holds()
        run.pays()
        run.writes(TILL, "claim.opened", claim="AB12", order=ORDER, fen=2500, reason="cancelled")
        run.concludes(lambda ends: replace(ends, printers_well=False))
        if well:
            with pytest.raises(Broken, match="owes by claim AB12, and gave out no slip"):
                run.concludes()
            run.judge.paper(TILL, "slip", "AB12", whole=False)
            with pytest.raises(Broken, match="gave out no slip"):
                run.concludes()
            run.judge.paper(TILL, "slip", "AB12")
        else:
            run.judge.crashed(TILL, power=False)
        run.concludes()


def test_two_prints_of_a_ticket_that_are_called_the_same_copy() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.paper(TILL, "ticket", ONE, copy=1, whole=False)
    run.judge.paper(TILL, "ticket", ONE, copy=2)
    for copy in (0, 1, 2):
        with pytest.raises(Broken, match=f"calls both copy {copy}"):
            run.judge.paper(TILL, "ticket", ONE, copy=copy)


def test_money_that_never_came_in() -> None:
    run = Run()
    run.holds()
    with pytest.raises(Broken, match="never went in"):
        run.writes(TILL, "money.taken", order=ORDER, fen=100, method="cash", counter=1)


def test_a_ticket_before_it_is_paid_or_without_a_record_or_never_given_out() -> None:
    run = Run()
    run.holds()
    with pytest.raises(Broken, match="before it was paid"):
        run.issues(ONE)
    with pytest.raises(Broken, match="not on its disk"):
        Run().judge.paper(TILL, "ticket", ONE)
    run = Run()
    run.holds()
    run.pays()
    run.paid()
    run.issues(ONE)
    with pytest.raises(Broken, match="never given out"):
        run.concludes()


def test_a_refund_gives_back_what_it_owes() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.places.taken_back(ONE)
    run.writes(TILL, "refund.opened", refund=SECOND, number=ONE, fare=2500, fee=250, fen=2250, way="cash")
    with pytest.raises(Broken, match="owes 2250 fen: 0 went back"):
        run.concludes()
    run.judge.money_out(TILL, 2250)
    run.writes(TILL, "money.returned", order=SECOND, fen=2250, method="cash")
    run.concludes()


# ------------------------------------------------------------------ nothing lost, nothing made up


def test_a_disk_that_lost_what_was_promised() -> None:
    run = Run()
    run.sells(ONE)
    run.disk[TILL] = run.writers[TILL].found(through=4)
    with pytest.raises(Broken, match="1 acknowledged events of 1-till-1 are lost"):
        run.judge.came_back(TILL)


def test_what_was_durable_and_never_heard_of_is_heard_when_the_machine_is_back() -> None:
    run = Run()
    run.writes(TILL, "journal.opened", device="a", prefix=7, previous_epoch=None)
    writer = run.writers[TILL]
    held = writer.event("order.held", order=ORDER, service_date=DAY, trip=TRIP, seats=[1], count=1, total=2500)
    run.disk[TILL] = writer.found()
    run.judge.crashed(TILL, power=True)
    run.judge.came_back(TILL)
    run.judge.wrote(TILL, writer.epoch.hex, [held])
    run.pays()
    run.paid()


def test_a_journal_that_is_another_than_it_was() -> None:
    run = Run()
    run.sells(ONE)
    other = Writer(TILL)
    other.epoch = run.writers[TILL].epoch
    for _ in range(6):
        other.event("device.back", device="printer")
    run.disk[TILL] = other.found()
    with pytest.raises(Broken, match="another than it was"):
        run.judge.came_back(TILL)


def test_an_event_that_is_not_chained_to_the_last() -> None:
    run = Run()
    run.holds()
    writer = run.writers[TILL]
    writer.stored[-1] = replace(writer.stored[-1], hash=bytes(32))
    with pytest.raises(Broken, match="not chained"):
        run.pays()


def test_a_counter_that_starts_again() -> None:
    run = Run()
    run.sells(ONE)
    again = Writer(TILL)
    with pytest.raises(Broken, match="a second time, differently"):
        run.judge.wrote(TILL, again.epoch.hex, [again.event("device.back", device="printer")])


def test_what_the_centre_kept_outlives_every_disk() -> None:
    run = Run()
    run.sells(ONE)
    epoch = run.writers[TILL].epoch
    run.judge.kept(TILL, epoch, 5)
    run.judge.lost_disk(TILL)
    short = _of(run.writers[TILL])[:4]
    with pytest.raises(Broken, match="1 events of 1-till-1 that the centre said it had kept"):
        run.concludes(lambda ends: replace(ends, journals={}, centre_events={epoch.hex: short}))
    run.concludes(lambda ends: replace(ends, journals={}, centre_events={epoch.hex: _of(run.writers[TILL])[:5]}))


def test_a_living_disk_whose_events_never_came() -> None:
    run = Run()
    run.sells(ONE)
    epoch = run.writers[TILL].epoch.hex
    with pytest.raises(Broken, match="1 events of 1-till-1 never came"):
        run.concludes(lambda ends: replace(ends, centre_events={epoch: _of(run.writers[TILL])[:4]}))


def test_a_centre_that_tells_other_stories() -> None:
    run = Run()
    run.sells(ONE)
    writer = run.writers[TILL]
    events = _of(writer)
    made_up = [*events, *((len(events) + n, bytes([n]) * 32) for n in range(1, 3))]
    gap = [*events[:2], *events[3:]]
    other = [*events[:-1], (events[-1][0], bytes(32))]
    for said, match in ((made_up, "never wrote"), (gap, "gap"), (other, "another story")):
        with pytest.raises(Broken, match=match):
            run.concludes(lambda ends, said=said: replace(ends, centre_events={writer.epoch.hex: said}))  # type: ignore[misc]  # bound now
    with pytest.raises(Broken, match="nobody ever wrote"):
        run.concludes(lambda ends: replace(ends, centre_events={**ends.centre_events, "f" * 32: events}))


def test_a_terminal_that_believes_too_much() -> None:
    run = Run()
    run.holds()
    with pytest.raises(Broken, match="event 20 is kept"):
        run.judge.kept(TILL, run.writers[TILL].epoch, 20)


def test_what_only_a_wrong_program_does() -> None:
    run = Run()
    run.sells(ONE)
    with pytest.raises(Broken, match="must never be: place_not_allotted"):
        run.concludes(lambda ends: replace(ends, incidents=[incident("place_not_allotted", ONE)]))
    run.judge.restored(0)
    run.concludes(lambda ends: replace(ends, incidents=[incident("place_not_allotted", ONE)]))
    with pytest.raises(Broken, match="must never be: forked_journal"):
        run.concludes(lambda ends: replace(ends, incidents=[incident("forked_journal", ONE)]))


def test_a_copied_disk_excuses_only_what_its_own_device_is_said_to_have_done() -> None:
    run = Run()
    run.sells(ONE)
    run.sells(TWO, OTHER_TILL, SECOND, seat=8)
    run.judge.cloned(TILL)
    epoch = run.writers[TILL].epoch.hex
    found = [incident("forked_journal", epoch), replace(incident("issued_unpaid", ORDER), device="till-a")]
    devices = {epoch: "till-a"}
    run.concludes(lambda ends: replace(ends, incidents=found, devices=devices))
    others = [replace(found[1], device="till-b"), incident("forked_journal", run.writers[OTHER_TILL].epoch.hex)]
    for other in others:
        with pytest.raises(Broken, match="must never be"):
            run.concludes(lambda ends, other=other: replace(ends, incidents=[*found, other], devices=devices))  # type: ignore[misc]  # bound now


@pytest.mark.parametrize(
    "content",
    [b"x371081199001011234", "…王小明…".encode(), b'{"name": "\\u738b\\u5c0f\\u660e"}', b"37108119900101123X"],
)
def test_nobody_can_be_read_of_where_something_is_kept(content: bytes) -> None:
    run = Run()
    kept = [("1-till-1/journal.db", b"3710811990"), ("1-till-1/log", content)]
    with pytest.raises(Broken, match="is in 1-till-1/log"):
        run.concludes(lambda ends: replace(ends, personal=plain(kept, ["王小明"])))
    run.concludes(lambda ends: replace(ends, personal=plain(kept[:1], ["王小明"])))


def test_a_failure_points_at_what_it_is_about() -> None:
    run = Run()
    run.history.note(5, TILL, f"sells {ONE}")
    for line in range(300):
        run.history.note(line, "centre", "nothing of interest")
    run.lets_in(ONE, GATE, 1)
    with pytest.raises(Broken):
        run.lets_in(ONE, OTHER_GATE, 2)
    told = run.history.story()
    assert f"sells {ONE}" in told
    assert told.splitlines()[-1].endswith(f"{ONE} is admitted at {GATE} and at {OTHER_GATE}, neither cut off")


def _of(writer: Writer) -> list[tuple[int, bytes]]:
    return [(each.seq, each.hash) for each in writer.stored]
