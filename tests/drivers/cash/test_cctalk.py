"""The driver against the simulated validator on an exact line, and the bytes both put on it."""

import pytest

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble, BillValidator, EventsLost
from drivers.cash.cctalk import CcTalkBillValidator
from drivers.cash.codec import Frame, Header, encode
from drivers.faults import DeviceFault, DeviceGone, DeviceNonsense, DeviceRefused, DeviceSilent
from drivers.link import Link
from tests.drivers.cash.bench import Bench

ALL = frozenset({100, 500, 1000, 2000, 5000, 10000})


@pytest.fixture
def bench() -> Bench:
    return Bench()


def ready(bench: Bench) -> CcTalkBillValidator:
    """A driver that has synced up and lets every note in."""
    validator = bench.validator()
    assert validator.poll(None) == (bench.device.state()["counter"], [])
    validator.accept(ALL)
    return validator


def routes(bench: Bench) -> int:
    return sum(sent[3] == Header.ROUTE_BILL for sent in bench.sent)


def test_it_is_a_bill_validator(bench: Bench) -> None:
    validator: BillValidator = bench.validator()
    assert validator.identify() == (100, 500, 1000, 2000, 5000, 10000)


def test_a_note_is_held_then_stacked(bench: Bench) -> None:
    validator = ready(bench)
    assert bench.device.do("insert", fen=2000)["taken"]
    assert validator.poll(0) == (1, [BillInEscrow(fen=2000, counter=1)])
    validator.stack()
    assert bench.total == 0
    assert validator.poll(1) == (1, [])
    bench.wait(0.3)
    assert validator.poll(1) == (2, [BillStacked(fen=2000, counter=2)])
    assert bench.total == 2000
    assert validator.poll(2) == (2, [])


def test_a_note_is_given_back(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=500)
    validator.poll(0)
    validator.give_back()
    bench.wait(0.3)
    assert validator.poll(1) == (2, [BillReturned(fen=500, counter=2)])
    assert bench.total == 0
    assert bench.device.state()["returned_fen"] == 500


def test_the_bytes_of_a_sale_at_ten_yuan(bench: Bench) -> None:
    """Written from the specification's command list, not from what the code does."""
    validator = ready(bench)
    bench.sent.clear()
    bench.device.do("insert", fen=1000)
    validator.poll(0)
    validator.stack()
    validator.accept(frozenset())
    assert [sent.hex(" ").upper() for sent in bench.sent] == [
        "28 00 01 9F 38",  # events: something is new
        "28 00 01 9F 38",  # read again, to be sure
        "28 00 01 E6 F1",  # inhibits: still set, so not restarted
        "28 00 01 9F 38",  # nothing new before the note is routed
        "28 00 01 E6 F1",
        "28 01 01 9A 01 3B",  # to the stacker
        "28 01 01 E4 00 F2",  # let nothing in
    ]


def test_the_answers_as_the_specification_lays_them_out(bench: Bench) -> None:
    def answer(question: str) -> str:
        bench.arrived.clear()
        bench.device.feed(bytes.fromhex(question))
        return bytes(bench.arrived[len(bytes.fromhex(question)) :]).hex(" ").upper()

    assert answer("28 00 01 FE D9") == "01 00 28 00 D7"
    assert answer("28 00 01 F5 E2") == "01 0E 28 00 42 69 6C 6C 20 56 61 6C 69 64 61 74 6F 72 80"
    assert answer("28 01 01 9D 03 36") == "01 07 28 00 43 4E 30 30 31 30 41 3D"  # CN0010A
    assert answer("28 02 01 9C 43 4E A8") == "01 03 28 00 64 00 02 6E"
    assert answer("28 02 01 E7 3F 00 AF") == "01 00 28 00 D7"
    assert answer("28 00 01 E6 F1") == "01 02 28 00 3F 00 96"
    assert answer("28 01 01 99 03 3A") == "01 00 28 00 D7"
    assert answer("28 01 01 E4 01 F1") == "01 00 28 00 D7"
    assert answer("28 00 01 E3 F4") == "01 01 28 00 01 D5"
    bench.device.do("insert", fen=1000)
    assert answer("28 00 01 9F 38") == "01 0B 28 00 01 03 01 00 00 00 00 00 00 00 00 C7"
    assert answer("28 01 01 9A 00 3C") == "01 00 28 00 D7"
    bench.wait(0.3)
    assert answer("28 01 01 9A 01 3B") == "01 01 28 00 FE D8"  # escrow empty
    assert answer("28 00 01 63 74") == "01 00 28 05 D2"  # a command it does not have
    bench.device.feed(bytes.fromhex("28 00 01 9F 39"))  # wrong checksum: no answer
    assert bench.arrived.endswith(bytes.fromhex("28 00 01 9F 39"))


def test_only_what_is_asked_for_gets_in(bench: Bench) -> None:
    validator = ready(bench)
    validator.accept(frozenset({1000, 2000}))
    assert bench.device.state()["accepts"] == [1000, 2000]
    assert not bench.device.do("insert", fen=5000)["taken"]
    assert validator.poll(0) == (1, [BillReturned(fen=0, counter=1)])
    assert bench.device.do("insert", fen=1000)["taken"]
    validator.accept(frozenset())
    assert not bench.device.state()["accepting"]
    with pytest.raises(ValueError, match="300"):
        validator.accept(frozenset({300}))


def test_nothing_gets_in_before_the_host_has_polled(bench: Bench) -> None:
    validator = bench.validator()
    validator.accept(frozenset())
    with pytest.raises(DeviceRefused, match="not been read"):
        validator.accept(ALL)
    assert not bench.device.state()["accepting"]
    bench.device.do("power_cycle")
    assert not bench.device.do("insert", fen=100)["taken"]


def test_routing_needs_a_note_and_a_host_that_knows_of_it(bench: Bench) -> None:
    validator = ready(bench)
    with pytest.raises(DeviceRefused, match="no note in escrow"):
        validator.stack()
    bench.device.do("insert", fen=1000)
    with pytest.raises(DeviceRefused, match="since it was last polled"):
        validator.stack()
    assert routes(bench) == 1
    validator.poll(0)
    bench.wait(31)  # the note went back and another came
    bench.device.do("insert", fen=100)
    with pytest.raises(DeviceRefused, match="since it was last polled"):
        validator.stack()
    assert routes(bench) == 1
    assert validator.poll(1) == (3, [BillReturned(fen=1000, counter=2), BillInEscrow(fen=100, counter=3)])


def test_a_note_held_for_30_seconds_goes_back(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=100)
    bench.wait(29)
    assert validator.poll(0) == (1, [BillInEscrow(fen=100, counter=1)])
    bench.wait(2)
    assert validator.poll(1) == (2, [BillReturned(fen=100, counter=2)])


def test_lost_answers_are_asked_for_again(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=100)
    bench.mute = 2
    assert validator.poll(0)[0] == 1
    bench.deaf = 2
    assert validator.poll(1)[0] == 1
    bench.mute = 3
    with pytest.raises(DeviceSilent):
        validator.poll(1)
    assert validator.poll(0) == (1, [BillInEscrow(fen=100, counter=1)])  # nothing is used up by reading


def test_a_lost_answer_to_routing_is_found_out_not_repeated(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=5000)
    validator.poll(0)
    bench.meanwhile = [(1, lambda: setattr(bench, "mute", 1))]  # after events and inhibits: the routing itself
    validator.stack()
    assert routes(bench) == 1
    assert validator.poll(1) == (2, [BillStacked(fen=5000, counter=2)])


def test_a_routing_order_that_never_arrived_is_said_to_be_unclear(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=5000)
    validator.poll(0)
    bench.meanwhile = [(1, lambda: setattr(bench, "deaf", 1))]
    with pytest.raises(DeviceSilent, match="did not say"):
        validator.stack()
    assert routes(bench) == 1
    assert validator.poll(1) == (1, [])
    validator.stack()  # the host's own decision
    bench.wait(0.3)
    assert validator.poll(1) == (2, [BillStacked(fen=5000, counter=2)])


def test_a_note_that_goes_the_other_way_is_refused(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=5000)
    validator.poll(0)
    bench.meanwhile = [(1, lambda: setattr(bench, "deaf", 1)), (2, lambda: bench.wait(31))]
    with pytest.raises(DeviceRefused, match="other way"):
        validator.stack()
    assert validator.poll(1) == (2, [BillReturned(fen=5000, counter=2)])


def test_a_jammed_note_stays_and_can_be_routed_later(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=5000)
    bench.device.do("jam")
    counter, events = validator.poll(0)
    assert [type(event) for event in events] == [BillInEscrow, BillTrouble]
    with pytest.raises(DeviceRefused, match="could not be moved"):
        validator.stack()
    assert not validator.health().ok
    bench.device.do("clear_jam")
    assert validator.poll(counter) == (3, [])
    validator.stack()
    bench.wait(0.3)
    assert validator.poll(3) == (4, [BillStacked(fen=5000, counter=4)])
    assert validator.health().ok


def test_a_fraud_attempt_is_trouble_and_no_money(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("steal", fen=10000)
    bench.device.do("insert", fen=10000)
    bench.device.do("steal", fen=10000)
    counter, events = validator.poll(0)
    assert [type(event) for event in events] == [BillTrouble, BillInEscrow, BillTrouble]
    assert (counter, bench.total) == (3, 0)
    with pytest.raises(DeviceRefused):
        validator.stack()


def test_five_events_are_read_and_six_are_said_to_be_lost(bench: Bench) -> None:
    validator = ready(bench)
    for _ in range(5):
        bench.device.do("steal", fen=100)
    assert len(validator.poll(0)[1]) == 5
    for _ in range(6):
        bench.device.do("steal", fen=100)
    with pytest.raises(EventsLost) as lost:
        validator.poll(5)
    assert lost.value.counter == 11
    assert validator.poll(lost.value.counter) == (11, [])


def test_the_counter_goes_round(bench: Bench) -> None:
    validator = ready(bench)
    since = 0
    for _ in range(100):
        for _ in range(4):
            bench.device.do("steal", fen=100)
        since, events = validator.poll(since)
        assert len(events) == 4
    assert since == (400 - 1) % 255 + 1


@pytest.mark.parametrize("events_after", [0, 2, 3, 5, 9])
def test_a_restart_is_seen_whatever_the_counter_says(bench: Bench, events_after: int) -> None:
    """Counter 2, a note stacked unseen, a restart, and as many events as make the counter look innocent."""
    validator = ready(bench)
    for fen in (100, 500):
        bench.device.do("steal", fen=fen)
    assert validator.poll(0)[0] == 2
    bench.device.do("power_cycle")
    for _ in range(events_after):
        bench.device.do("steal", fen=100)
    told = []
    for host in (bench.validator(), validator):  # a new process, or the same one
        with pytest.raises(EventsLost) as lost:
            host.poll(2)
        told.append(lost.value.counter)
        with pytest.raises(DeviceRefused):
            host.accept(ALL)
        with pytest.raises(DeviceRefused):
            host.stack()
    assert bench.device.state()["inhibits"] == 0  # saying so did not wipe the evidence
    assert told == [events_after] * 2
    assert validator.poll(told[-1]) == (events_after, [])
    validator.accept(ALL)
    assert bench.device.do("insert", fen=100)["taken"]
    assert validator.poll(events_after)[1] == [BillInEscrow(fen=100, counter=events_after + 1)]


def test_a_restart_not_yet_polled_for_keeps_the_mouth_shut(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("power_cycle")
    with pytest.raises(DeviceRefused):
        validator.accept(ALL)
    assert bench.device.state()["inhibits"] == 0
    with pytest.raises(EventsLost):
        validator.poll(0)


def test_a_loss_by_number_taken_note_of_is_no_excuse_for_a_restart(bench: Bench) -> None:
    validator = ready(bench)
    for _ in range(9):
        bench.device.do("steal", fen=100)
    with pytest.raises(EventsLost):
        validator.poll(0)
    bench.device.do("power_cycle")
    for _ in range(9):
        bench.device.do("steal", fen=100)
    with pytest.raises(EventsLost):
        validator.poll(9)


def test_a_new_host_knows_the_value_of_a_note_returned(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=2000)
    assert validator.poll(0)[0] == 1
    bench.wait(31)
    assert bench.validator().poll(1) == (2, [BillReturned(fen=2000, counter=2)])


def test_a_value_is_remembered_when_the_memory_has_lost_it(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=2000)
    validator.poll(0)
    bench.device.do("jam")
    for _ in range(4):
        bench.device.do("steal", fen=100)
    validator.poll(1)
    bench.device.do("clear_jam")
    bench.wait(31)
    assert validator.poll(6) == (8, [BillReturned(fen=2000, counter=8)])


def test_each_restart_must_be_taken_note_of(bench: Bench) -> None:
    validator = ready(bench)
    for _ in range(3):
        bench.device.do("power_cycle")
        with pytest.raises(EventsLost):
            validator.poll(0)
        assert validator.poll(0) == (0, [])


def test_a_restart_between_the_two_questions_of_a_poll_is_seen(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("steal", fen=100)
    bench.meanwhile = [(1, lambda: bench.do("power_cycle"))]
    with pytest.raises(EventsLost):
        validator.poll(0)


def test_a_restart_that_keeps_the_inhibits_is_seen_in_the_memory(bench: Bench) -> None:
    validator = ready(bench)
    for _ in range(2):
        bench.device.do("steal", fen=100)
    validator.poll(0)
    bench.device.do("power_cycle")
    bench.device.feed(encode(Frame(destination=40, source=1, header=Header.MODIFY_INHIBITS, data=b"\x3f\x00")))
    for _ in range(4):
        bench.device.do("insert", fen=12345)
    with pytest.raises(EventsLost):
        validator.poll(2)


def test_a_damaged_event_answer_with_a_right_checksum_is_not_money() -> None:
    """Two errors that cancel out in the sum: 4 and 1 became 5 and 0. Reading twice catches it."""
    bench = Bench()
    validator = ready(bench)
    bench.device.do("insert", fen=1000)
    damaged = bytes.fromhex("01 0B 28 00 01 04 00 00 00 00 00 00 00 00 00 C7")
    true = bytes.fromhex("01 0B 28 00 01 03 01 00 00 00 00 00 00 00 00 C7")

    def damage() -> None:
        assert bench.arrived.endswith(true)
        bench.arrived[-len(true) :] = damaged

    bench.meanwhile = [(0, damage)]
    assert validator.poll(0) == (1, [BillInEscrow(fen=1000, counter=1)])


def test_a_late_answer_is_not_taken_for_the_next_one(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=1000)
    validator.poll(0)
    ack = encode(Frame(destination=1, source=40, header=0))
    # A stale ACK arrives when the routing order, lost on its way, goes out: before that order's own echo.
    real = bench.device.feed

    def feed(data: bytes) -> None:
        if data[3] == Header.ROUTE_BILL:
            bench.arrived.extend(ack + data)
        else:
            real(data)

    bench.device.feed = feed  # type: ignore[method-assign] # a line that answers for the device
    with pytest.raises(DeviceSilent):
        validator.stack()


def test_a_line_without_echo() -> None:
    bench = Bench(echo=False)
    with pytest.raises(DeviceSilent, match="give back"):
        bench.validator().identify()
    validator = bench.validator(echo=False)
    assert validator.poll(None) == (0, [])
    validator.accept(ALL)
    bench.device.do("insert", fen=100)
    assert validator.poll(0)[0] == 1


def test_a_host_without_echo_on_a_line_that_has_it(bench: Bench) -> None:
    assert bench.validator(echo=False).identify()


def test_two_issues_of_one_note_are_one_value() -> None:
    bench = Bench()
    bench.device._bills = (1000, 1000, 2000)
    validator = bench.validator()
    assert validator.identify() == (1000, 2000)
    validator.poll(None)
    validator.accept(frozenset({1000}))
    assert bench.device.state()["inhibits"] == 0b011


@pytest.mark.parametrize(("header", "data"), [(Header.CATEGORY, b"Coin Acceptor"), (Header.COUNTRY_SCALING, bytes(3))])
def test_another_device_or_another_country_is_refused(header: Header, data: bytes) -> None:
    class Wrong:
        """A line that answers one question wrongly."""

        def __init__(self) -> None:
            self.bench = Bench()
            self.device = self.bench.device
            real = self.device._obey
            self.device._obey = lambda frame: data if frame.header == header else real(frame)  # type: ignore[method-assign] # the wrong device

    wrong = Wrong()
    validator = wrong.bench.validator()
    with pytest.raises(DeviceRefused):
        validator.identify()
    assert not validator.health().ok


def test_health_knows_more_than_that_something_answers(bench: Bench) -> None:
    validator = ready(bench)
    assert validator.health().ok
    bench.device.do("remove_stacker")
    assert "taken out" in validator.health().what
    bench.device.do("insert_stacker")
    assert validator.health().ok
    bench.deaf = 1000
    health = validator.health()
    assert not health.ok
    assert health.hint


def test_health_uses_no_events_up(bench: Bench) -> None:
    validator = ready(bench)
    bench.device.do("insert", fen=100)
    assert validator.health().ok
    with pytest.raises(DeviceRefused):
        validator.stack()
    assert validator.poll(0)[1] == [BillInEscrow(fen=100, counter=1)]


def test_close_lets_nothing_more_in(bench: Bench) -> None:
    validator = ready(bench)
    validator.close()
    assert not bench.device.state()["accepting"]
    validator.close()
    bench.deaf = 1000
    validator.health()
    validator.close()  # also when nothing can be told


def test_a_line_that_left_is_opened_anew(bench: Bench) -> None:
    opened: list[Link] = []

    def open_link() -> Link:
        if len(opened) == 1:
            opened.append(opened[0])
            raise DeviceGone("Port is not there", "Check the cable.")
        from tests.drivers.cash.bench import BenchLink

        opened.append(BenchLink(bench))
        return opened[-1]

    validator = CcTalkBillValidator(open_link, clock=lambda: bench.now)
    validator.poll(None)
    validator.accept(ALL)
    opened[0].close()
    for _ in range(2):
        with pytest.raises(DeviceGone):
            validator.poll(0)
    bench.device.do("insert", fen=100)
    assert validator.poll(0)[1] == [BillInEscrow(fen=100, counter=1)]


def test_foreign_headers_and_short_memories_are_nonsense(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    validator = ready(bench)
    real = bench.device._obey
    bench.device._obey = lambda frame: b"\x01\x02" if frame.header == Header.BUFFERED_EVENTS else real(frame)  # type: ignore[method-assign] # a broken device
    with pytest.raises(DeviceNonsense):
        validator.poll(0)
    monkeypatch.setattr(bench.device, "_obey", lambda _: None)  # refuses all
    with pytest.raises(DeviceRefused):
        validator.poll(0)


def test_every_fault_says_what_to_do(bench: Bench) -> None:
    bench.deaf = 1000
    with pytest.raises(DeviceFault) as fault:
        bench.validator().identify()
    assert fault.value.what
    assert fault.value.hint
    assert EventsLost(3).hint
