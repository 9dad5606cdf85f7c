"""What one kind of database would take and the other would not: neither may stop a journal."""

from tests.sync.server.support import DATE, SEATED, Terminal

NUL = "a\x00b"
LONGEST = "长" * 64
MOST, MOST_USES = 2**53, 2**31


def test_a_text_that_no_database_likes_stops_nothing(till: Terminal) -> None:
    number = till.sell()
    for word in (NUL, LONGEST, "\x00", "🚌" * 64, "'; --", "%s", "\\u0000"):
        order = till.world.random.randbytes(16).hex()
        till.note("order.released", order=order, reason=word)
        till.note("money.taken", order=order, fen=1, method=word, counter=MOST, where=word)
        till.note("money.returned", order=order, fen=1, method=word)
        till.note("claim.opened", claim=word, order=order, fen=100, reason=word)
        till.note("claim.settled", claim=word, fen=100, by=word)
        till.note("payment.asked", payment=order, order=order, method=word, fen=1)
        till.note("payment.ended", payment=order, outcome="paid", reference=word)
        till.note("payout.asked", payout=order, order=order, method=word, fen=1)
        till.note("refund.opened", refund=order, number=number, fare=1, fee=0, fen=1, way=word)
        till.note("shift.opened", shift=order, badge=word, fen=0)
        till.note("shift.moved", shift=order, badge=word, direction="refilled", where=word, fen=1)
        till.note("shift.closed", shift=order, badge=word, expected=0, counted=1)
        till.note("device.fault", device=word, what=word)
        till.note(word, anything=word)
    assert till.push()["kept_through"] == len(till.events)
    assert len(till.world.rows("events")) == len(till.events)


def test_a_gates_words_stop_nothing(gate: Terminal) -> None:
    for number, word in enumerate((NUL, LONGEST, "\x00")):
        attempt = gate.world.random.randbytes(16)
        about = {"number": str(number) * 20, "use_no": MOST_USES, "attempt": attempt}
        gate.note(
            "use.claimed", **about, service_date=DATE, trip=SEATED, lane=word, persons=10, flags=[word] * 9, by="code",
            purpose="admission",
        )  # fmt: skip
        gate.note("use.released", **about, why=word)
        gate.note("use.duplicate", **about | {"attempts": [attempt] * 2, "devices": [word] * 2})
        gate.note("scan.refused", number=None, reason=word, lane=word, by=word)
    said = gate.push()
    assert said["kept_through"] == len(gate.events)
    assert gate.pull_all()["use", f"{'0' * 20}/{MOST_USES}"]["end"] == "released"


def test_sums_are_whole_numbers(till: Terminal) -> None:
    till.sell()
    till.push()
    accounts = till.world.office("accounts", method="GET")
    assert '"taken":5000,' in accounts.text.replace(" ", ""), "and not 5000.0 or a text"
