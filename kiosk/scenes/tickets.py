"""Tasks about tickets that exist, screen by screen."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.rehearsal_finding import NUMBER, OTHER, USED
from kiosk.stagehand import Look, Rehearsal
from kiosk.till.values import Delivery
from tickets.money import Fen

ON_ITS_WAY = (
    "退票完成。¥36.00 正原路退回，明天仍未到账请到售票窗口查询。",
    "Your ticket is refunded. ¥36.00 is on its way; if you do not have it tomorrow, ask at the ticket window.",
)


def _begin(r: Rehearsal, look: Look, task: str) -> None:
    r.model.begin(task)
    r.settle()
    r.set(look)
    r.settle()


def _found(r: Rehearsal, look: Look, task: str, number: str = NUMBER) -> None:
    r.anew()
    _begin(r, look, task)
    r.till.wallet.code(number)
    r.settle()


def looking(r: Rehearsal, look: Look) -> Iterator[str]:
    """Where is your ticket?"""
    find = r.model.parts["find"]
    _begin(r, look, "collect")
    yield "looking"
    can = r.till.snapshot.capabilities
    r.till.show(replace(r.till.snapshot, capabilities=replace(can, scanner=False)))
    yield "looking-no-scanner"
    r.till.show(replace(r.till.snapshot, capabilities=replace(can, scanner=False, card_reader=False)))
    yield "looking-nothing-works"
    find.touch("typeCode")
    yield "typing-code"
    r.type("81122334455667788999")
    yield "typed-code"
    r.model.touch("confirm")
    yield "nothing-found"
    r.anew()
    _begin(r, look, "refund")
    r.till.wallet.card()
    yield "several"
    r.anew()
    _found(r, look, "refund", USED)
    yield "cannot-refund"


def collecting(r: Rehearsal, look: Look) -> Iterator[str]:
    """On paper, on a phone, or neither."""
    collect, wallet = r.model.parts["collect"], r.till.wallet
    _found(r, look, "collect")
    yield "collect"
    can = r.till.snapshot.capabilities
    r.till.show(replace(r.till.snapshot, capabilities=replace(can, printer=False)))
    yield "collect-no-printer"
    r.till.show(replace(r.till.snapshot, capabilities=can))
    r.settle()
    collect.touch("phone")
    yield "collect-phone"
    r.model.touch("back")
    collect.touch("print")
    yield "collect-printing"
    wallet.paper(Delivery.UNKNOWN)
    yield "collect-unknown"
    collect.touch("print")
    r.settle()
    wallet.paper(
        Delivery.REFUSED,
        (
            "打印机缺纸。请联系工作人员，或用手机带走车票。",
            "The printer is out of paper. Call staff, or use your phone.",
        ),
    )
    yield "collect-refused"
    collect.touch("card")
    yield "collected-card"
    r.anew()
    _begin(r, look, "collect")
    wallet.card()
    r.settle()
    r.model.parts["find"].pick(OTHER)  # type: ignore[attr-defined]  # the part of looking
    collect.touch("print")
    r.settle()
    wallet.paper(Delivery.PRINTED)
    yield "collected-of-several"


def checking(r: Rehearsal, look: Look) -> Iterator[str]:
    """What a gate would say."""
    _found(r, look, "check")
    yield "checked-stop"
    now = r.till.snapshot
    assert now.find is not None
    admitted = tuple(
        replace(
            ticket,
            go=True,
            verdict=("正在检票，请进站，到 11 号发车位上车。", "Check-in is open. Go to the gate, then to bay 11."),
            can=frozenset(),
        )
        for ticket in now.find.tickets
    )
    r.till.show(replace(now, find=replace(now.find, tickets=admitted)))
    yield "checked-go"
    _found(r, look, "check", USED)
    yield "checked-used"


def refunding(r: Rehearsal, look: Look) -> Iterator[str]:
    """The sums, and how it ended."""
    wallet = r.till.wallet
    _found(r, look, "refund")
    yield "refund"
    r.model.touch("confirm")
    yield "refunding"
    r.wait(8)
    r.till.show(r.till.snapshot)
    yield "refunding-long"
    wallet.refunded(
        Fen(3600),
        message=("退款将原路退回，一般几分钟内到账。", "It goes back the way it came, mostly within minutes."),
    )
    yield "refunded"
    _found(r, look, "refund")
    r.model.touch("confirm")
    r.settle()
    wallet.refunded(Fen(0), message=ON_ITS_WAY)
    yield "refund-on-its-way"
    for slip, returned, name in (
        (True, Fen(0), "refund-owed"),
        (False, Fen(0), "refund-owed-no-slip"),
        (True, Fen(2000), "refund-part-owed"),
    ):
        _found(r, look, "refund")
        r.model.touch("confirm")
        r.settle()
        wallet.owed(Fen(Fen(3600) - returned), slip_printed=slip, returned=returned)
        yield name
    _found(r, look, "refund")
    r.model.touch("confirm")
    r.settle()
    wallet.asked_only()
    yield "refund-asked"
    r.anew()
    wallet.restarted()
    r.settle()
    r.set(look)
    yield "refund-restarted"


def invoicing(r: Rehearsal, look: Look) -> Iterator[str]:
    """For a person or a company."""
    invoice, wallet = r.model.parts["invoice"], r.till.wallet
    _found(r, look, "invoice", USED)
    yield "invoice-for"
    invoice.touch("company")
    yield "tax-number"
    r.type("91350100M000100Y44")
    yield "tax-number-wrong"
    r.model.touch("back")
    invoice.touch("person")
    yield "invoicing"
    wallet.invoiced()
    yield "invoiced"
    can = r.till.snapshot.capabilities
    r.till.show(replace(r.till.snapshot, capabilities=replace(can, online=False)))
    yield "invoiced-offline"


def changing(r: Rehearsal, look: Look) -> Iterator[str]:
    """Another coach for the ticket, up to the choice of one."""
    _found(r, look, "change")
    yield "change"
    r.model.touch("confirm")
    yield "change-which"
    r.choose_first_coach()
    yield "change-holder"
    r.till.wallet.holder()
    yield "agree"
    r.model.touch("confirm")
    yield "swapping"


def door(r: Rehearsal, look: Look) -> Iterator[str]:
    """The technician's door."""
    _begin(r, look, "door")
    yield "doorstep"
    r.till.wallet.badge()
    yield "door"
    r.model.parts["staff"].test("printer")  # type: ignore[attr-defined]  # the technician's part
    yield "door-testing"
    r.till.wallet.badge(("打印机测试通过。", "The printer has printed a test page."))
    yield "door-tested"


def calling(r: Rehearsal, look: Look) -> Iterator[str]:
    """Staff are called in the middle of something."""
    _found(r, look, "refund")
    r.model.touch("callStaff")
    yield "called"
