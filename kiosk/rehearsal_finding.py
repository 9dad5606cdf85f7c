"""What somebody before the cardboard till has in hand: what that till answers to tasks about tickets, and to staff.

What people and devices would do (a code under the scanner, a card, money that came back) are methods.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from kiosk.till.commands import (
    CallStaff,
    Choose,
    Command,
    DoTask,
    Find,
    FindTyped,
    OpenDoor,
    StopFinding,
    TakeAlong,
    TestDevice,
)
from kiosk.till.values import (
    NO_MONEY,
    ClaimView,
    Delivery,
    DeviceView,
    FindState,
    FindView,
    FoundTicket,
    Snapshot,
    StaffView,
    Task,
    Words,
)
from tickets.journey import TicketKind
from tickets.money import Fen

NOW = datetime(2026, 11, 22, 5, 47, tzinfo=UTC)
NUMBER, OTHER, USED = "81122334455667788990", "81122334455667788991", "81122334455667788992"
ORDER_CODE = "K7M2Q9X4TB"
PAGE = "https://tickets.example/ticket#" + "2YRDoQEmoQRI8kP0b1xQm6dYv9cXKc3TzLwH5nJ_" * 12
INVOICE_PAGE = "https://tickets.example/i/7f3a9c2e5d8b41f0a6c4e2d0b8f61357"

NOTHING_FOUND: Words = (
    "没有找到这张车票。请核对号码，或到售票窗口办理。",
    "No ticket has this number. Please compare it, or go to the ticket window.",
)


def tickets() -> tuple[FoundTicket, ...]:
    """Today's ticket to Hangzhou, one for tomorrow with a long name, and one that has been used."""
    today = FoundTicket(
        number=NUMBER,
        grouped="8112 2334 4556 6778 8990",
        code=None,
        names=("杭州", "Hangzhou"),
        departs_at=NOW + timedelta(minutes=78),
        service_date=date(2026, 11, 22),
        trip="K1001-2",
        seat=12,
        kind=TicketKind.ADULT,
        fare=Fen(4500),
        gate="2",
        bay="11",
        verdict=(
            "这班车还没有开始检票，14:45 开检。请在候车区稍候，留意屏幕和广播。2 检票口，11 发车位，14:45–15:00 检票。",
            (
                "Check-in for this coach opens at 14:45. Please wait and watch the screens. "
                "Gate 2, bay 11, check-in 14:45–15:00."
            ),
        ),
        go=False,
        can=frozenset({Task.COLLECT, Task.CHANGE, Task.REFUND, Task.CHECK}),
        why_not=(
            (
                Task.INVOICE,
                (
                    "这张车票还没有使用。乘车以后，可在任何自助机上申请发票。",
                    "This ticket has not been used yet. Ask for its invoice after the trip, at any machine.",
                ),
            ),
        ),
        fee=Fen(900),
        back=Fen(3600),
        way=("退到您付款时使用的账户。", "It goes back to the account that you paid from."),
        fare_credit=Fen(4500),
        destination=1001,
    )
    tomorrow = replace(
        today,
        number=OTHER,
        grouped="8112 2334 4556 6778 8991",
        names=("黄山风景区汤口换乘中心", "Huangshan Scenic Area, Tangkou"),
        departs_at=NOW + timedelta(hours=18),
        service_date=date(2026, 11, 23),
        trip="K1014-9",
        seat=None,
        fare=Fen(15800),
        gate="5",
        bay="23",
        fee=Fen(1580),
        back=Fen(14220),
        way=("以现金退还。", "It comes back in cash."),
        fare_credit=Fen(15800),
        destination=1014,
    )
    used = replace(
        today,
        number=USED,
        grouped="8112 2334 4556 6778 8992",
        departs_at=NOW - timedelta(minutes=40),
        seat=7,
        verdict=(
            "这张车票已于 12:58 在通道 3 检过票。如果不是您本人，请马上找工作人员。",
            "This ticket has already been used: in lane 3 at 12:58. If that was not you, please speak to staff now.",
        ),
        can=frozenset({Task.INVOICE, Task.CHECK}),
        why_not=(
            (
                Task.REFUND,
                (
                    "这张车票已经使用，不能退票。如有疑问，请到售票窗口。",
                    "This ticket has been used and cannot be given back. If that is wrong, go to the ticket window.",
                ),
            ),
        ),
        fee=Fen(0),
        back=Fen(0),
    )
    return today, tomorrow, used


DEVICES = (
    DeviceView(name="printer", state="ok", what="", hint=""),
    DeviceView(
        name="validator",
        state="fault",
        what="the stacker is full",
        hint="Empty the stacker, close the door, then test again.",
    ),
    DeviceView(name="ID reader", state="ok", what="", hint=""),
    DeviceView(name="scanner", state="ok", what="", hint=""),
    DeviceView(name="card terminal", state="ok", what="", hint=""),
    DeviceView(name="hopper 1 yuan", state="ok", what="63 coins", hint=""),
)


def _claim(fen: Fen, slip_printed: bool) -> ClaimView:
    return ClaimView(
        number="482719360254",
        fen=fen,
        reason=("退票款未能原路退回。", "The money could not be sent back the way it came."),
        slip_printed=slip_printed,
    )


@dataclass(slots=True)
class Wallet:
    """Answers the commands about tickets. `snapshot` gives what is published now, `show` publishes."""

    snapshot: Callable[[], Snapshot]
    show: Callable[[Snapshot], None]
    typed: str = ""
    tax_id: str = ""

    def submit(self, command: Command) -> bool:
        """Answer a command as a till would in the plain case; false when it is not about tickets or staff."""
        now = self.snapshot()
        match command:
            case Find(task=task):
                self.show(replace(now, find=FindView(task=task, state=FindState.LOOKING), link=""))
            case FindTyped(text=text):
                self._typed(text)
            case Choose(number=number):
                self._find(chosen=number, message=None)
            case DoTask(tax_id=tax_id):
                self.tax_id = tax_id
                self._do()
            case StopFinding():
                self.show(replace(now, find=None, link=""))
            case TakeAlong():
                self.show(replace(now, link=PAGE))
            case CallStaff(on=on):
                self.show(replace(now, capabilities=replace(now.capabilities, staff_called=on)))
            case OpenDoor(on=on):
                if not on:
                    self.show(replace(now, staff=None))
            case TestDevice(name=name):
                self._device(name, "testing", "", "")
            case _:
                return False
        return True

    def credit(self, number: str | None) -> Fen:
        """What the ticket of this number is worth when it is changed."""
        find = self.snapshot().find
        found = find.tickets if find is not None else ()
        return next((ticket.fare_credit for ticket in found if ticket.number == number), NO_MONEY)

    def code(self, number: str = NUMBER) -> None:
        """Somebody holds a ticket's code under the scanner."""
        self.find(*(ticket for ticket in tickets() if ticket.number == number))

    def card(self) -> None:
        """Somebody puts an ID card on the reader that has two tickets."""
        self.find(*(replace(ticket, handle="h1") for ticket in tickets()[:2]))

    def holder(self) -> None:
        """The holder of the ticket found puts the ID card on the reader."""
        now = self.snapshot()
        assert now.find is not None, "no task about a ticket is under way"
        self.find(*(replace(ticket, handle="h1") for ticket in now.find.tickets))

    def find(self, *found: FoundTicket) -> None:
        """These tickets are found."""
        self._find(state=FindState.FOUND, tickets=found, message=None)

    def nothing(self, words: Words = NOTHING_FOUND) -> None:
        """Nothing is found, and the till goes on looking."""
        self._find(message=words)

    def refuse(self, words: Words) -> None:
        """The task cannot be done."""
        self._find(state=FindState.REFUSED, message=words)

    def paper(self, delivery: Delivery, message: Words | None = None) -> None:
        """The printing ends like this."""
        self._find(state=FindState.DONE, delivery=delivery, message=message)

    def refunded(self, fen: Fen, *, message: Words | None = None) -> None:
        """The money came back."""
        self._find(state=FindState.DONE, returned=fen, message=message)

    def owed(self, fen: Fen, *, slip_printed: bool, returned: Fen = NO_MONEY) -> None:
        """The money, or the rest of it, became a claim."""
        self._find(state=FindState.DONE, claim=_claim(fen, slip_printed), returned=returned)

    def asked_only(self) -> None:
        """Nobody could say whether the ticket is free: a slip, and it stays good."""
        said: Words = (
            "暂时无法核实车票，未退款。车票仍然有效；要退票请持凭条（4827 1936 0254）到售票窗口办理。",
            (
                "The ticket cannot be checked now and stays good; no money was paid back. "
                "Slip 4827 1936 0254 is for the window."
            ),
        )
        self._find(state=FindState.REFUSED, message=said, claim=_claim(Fen(3600), slip_printed=True))

    def restarted(self) -> None:
        """The machine restarted in the middle of a refund, and has ended it."""
        said: Words = (
            "本机曾重启：退票已办理完毕。退票完成。已退 ¥36.00。",
            "The machine restarted: the refund has been completed. ¥36.00 has gone back to you.",
        )
        find = FindView(
            task=Task.REFUND,
            state=FindState.DONE,
            tickets=tickets()[:1],
            chosen=NUMBER,
            message=said,
            returned=Fen(3600),
        )
        self.show(replace(self.snapshot(), find=find))

    def invoiced(self, message: Words | None = None) -> None:
        """The invoice is asked for."""
        said: Words = ("乘车次日可在此页面领取发票。", "The invoice is on this page from the day after the trip.")
        self._find(state=FindState.DONE, link=INVOICE_PAGE, message=message or said)

    def badge(self, said: Words | None = None) -> None:
        """A technician's badge code is under the scanner."""
        staff = StaffView(
            badge="T-0412",
            role="technician",
            devices=DEVICES,
            said=said,
            versions=(("waystation", "0.1.0"), ("SQLite", "3.51.3")),
        )
        self.show(replace(self.snapshot(), staff=staff))

    def tested(self, name: str) -> None:
        """A test ends well."""
        self._device(name, "ok", "", "")

    def _typed(self, text: str) -> None:
        self.typed = text
        found = tickets()[:1] if text == ORDER_CODE else tuple(each for each in tickets() if each.number == text)
        if found:
            self.find(*found)
        else:
            self.nothing()

    def _do(self) -> None:
        find = self.snapshot().find
        printing = find is not None and find.task is Task.COLLECT
        self._find(state=FindState.WORKING, message=None, delivery=Delivery.PRINTING if printing else Delivery.NONE)

    def _find(self, **changes: object) -> None:
        now = self.snapshot()
        assert now.find is not None, "no task about a ticket is under way"
        self.show(replace(now, find=replace(now.find, **changes)))  # type: ignore[arg-type]  # fields by name

    def _device(self, name: str, state: str, what: str, hint: str) -> None:
        now = self.snapshot()
        assert now.staff is not None, "the door is shut"
        devices = tuple(
            DeviceView(name=name, state=state, what=what, hint=hint) if device.name == name else device
            for device in now.staff.devices
        )
        self.show(replace(now, staff=replace(now.staff, devices=devices)))
