"""The judge, told of made-up runs: each promise as it is kept, and as it is broken."""

from dataclasses import replace
from datetime import date

import pytest

from station.simulate.judge.ends import Digests, Incident, Ticket
from station.simulate.watch import Broken
from tests.simulate.streams import DAY, GATE, ORDER, OTHER_GATE, OTHER_TILL, TILL, TRIP, Run, Writer, attempt

ONE, TWO = "00000000000000000001", "00000000000000000002"
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


def test_a_cloned_till_sells_twice_and_that_is_found_out() -> None:
    run = Run()
    run.sells(ONE)
    run.judge.cloned(TILL)
    run.sells(TWO, OTHER_TILL, SECOND)
    with pytest.raises(Broken, match="nobody found out"):
        run.concludes()
    run.concludes(lambda ends: replace(ends, incidents=[incident("place_sold_twice", f"{DAY}/{TRIP}/7")]))


def test_more_counted_places_than_there_are() -> None:
    run = Run()
    run.sells(ONE, seat=None)
    run.sells(TWO, OTHER_TILL, SECOND, seat=None)
    run.concludes(lambda ends: replace(ends, capacity={("1", DAY, TRIP, 0): 2}))
    with pytest.raises(Broken, match="2 places of K0810 were sold, which has 1"):
        run.concludes(lambda ends: replace(ends, capacity={("1", DAY, TRIP, 0): 1}))


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
    with pytest.raises(Broken, match="and was not"):
        run.concludes(lambda ends: replace(ends, incidents=[incident("duplicate_admission", ONE)]))


def test_the_arbiters_word_is_not_heeded_or_not_said() -> None:
    run = Run()
    run.judge.heard(GATE, attempt(1), "taken")
    with pytest.raises(Broken, match="another has it"):
        run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))
    run = Run()
    with pytest.raises(Broken, match="heard silence"):
        run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))
    run = Run(arbitrated=False)
    run.judge.opened(GATE, "A", run.claims(ONE, GATE, 1))


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
    run.judge.heard(GATE, attempt(1), "granted")
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


def test_whoever_did_not_walk_keeps_the_right_to() -> None:
    run = Run(calm=True)
    run.lets_in(ONE, GATE, 1, end="released")
    with pytest.raises(Broken, match="nobody walked"):
        run.judge.shown(GATE, ONE, "used")
    run.lets_in(ONE, GATE, 2)
    run.judge.shown(GATE, ONE, "used")


def test_another_gate_hears_of_it_after_a_while() -> None:
    run = Run(calm=True)
    run.lets_in(ONE, GATE, 1, end="released")
    run.judge.shown(OTHER_GATE, ONE, "used")
    run.now = 60_000
    with pytest.raises(Broken, match="nobody walked"):
        run.judge.shown(OTHER_GATE, ONE, "used")


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


def test_a_ticket_is_refunded_although_the_centre_knew_that_it_travelled() -> None:
    run = Run()
    run.lets_in(ONE, GATE, 1)
    run.judge.kept(GATE, run.writers[GATE].epoch, 2)
    run.now = 3_600_000
    with pytest.raises(Broken, match="long after the centre knew"):
        run.judge.refunded_by_centre(1, ONE)


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


def test_a_note_in_doubt_may_be_in_the_machine_or_not() -> None:
    for came_in in (True, False):
        run = Run()
        run.holds()
        if came_in:
            run.judge.money_in(TILL, 1000)
        run.writes(TILL, "claim.opened", claim="AB12", order=ORDER, fen=1000, reason="unclear-note")
        run.concludes()


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


def test_sides_that_differ() -> None:
    run = Run()
    with pytest.raises(Broken, match="differ in 1 facts, the first: tickets/1"):
        run.concludes(lambda ends: replace(ends, differences=["tickets/1: missing | here"]))
    unequal = Digests(departure="K0810", side=GATE, here="a", there="b")
    with pytest.raises(Broken, match="different digests of K0810"):
        run.concludes(lambda ends: replace(ends, digests=[unequal]))


def test_what_only_a_wrong_program_does() -> None:
    run = Run()
    run.sells(ONE)
    with pytest.raises(Broken, match="must never be: place_not_allotted"):
        run.concludes(lambda ends: replace(ends, incidents=[incident("place_not_allotted", ONE)]))
    run.judge.restored(0)
    run.concludes(lambda ends: replace(ends, incidents=[incident("place_not_allotted", ONE)]))
    with pytest.raises(Broken, match="must never be: forked_journal"):
        run.concludes(lambda ends: replace(ends, incidents=[incident("forked_journal", ONE)]))


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
