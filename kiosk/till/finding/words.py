"""What the till says about tickets that exist: what happened, and what to do next. Chinese first, English second.

Whether a ticket lets its holder in is said in the words of `tickets.reasons`, as at the gate.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.till.values import Words
from tickets.departures import Departure
from tickets.invoicing import NoInvoice
from tickets.money import Fen, yuan
from tickets.reasons import Refuse, sentence
from tickets.refunds import NotBack, Terms, Worth

LOOK_NO_TICKET: Words = (
    "没有读出车票。请把车票二维码或身份证放到读取处，或输入票号、取票码。",
    "No ticket was read. Show the ticket's code or your ID card, or type the ticket number or order code.",
)
NONE_OF_DOCUMENT: Words = (
    "没有查到该证件的车票。请出示车票二维码，或输入票号、取票码。",
    "No ticket was found for this document. Show the ticket's code, or type its number or the order code.",
)
NONE_TYPED: Words = (
    "没有查到。请核对票号或取票码后重新输入；刚刚购买的票请稍候再试。",
    "Nothing was found. Check the ticket number or order code; for a ticket just bought, try again in a moment.",
)
NOT_A_NUMBER: Words = (
    "请输入 20 位票号或 10 位取票码。",
    "Type the 20 digits of a ticket number or the 10 characters of an order code.",
)
NOT_CHOSEN: Words = ("请先选择一张车票。", "Please choose a ticket first.")
SHOW_MORE: Words = (
    "只凭票号不能办理。请扫描车票二维码，或刷购票的身份证。",
    "A number alone is not enough for this. Scan the ticket's code, or use the ID card it was bought with.",
)
SHOW_DOCUMENT: Words = (
    "退票须核对购票证件：请将购票时的身份证放在读卡区；没有身份证，请到售票窗口。",
    "Money goes to the holder: place the ID card that bought the ticket on the reader, or go to the ticket window.",
)
BUSY: Words = ("正在办理，请稍候。", "This is being done; please wait.")
WORKING_REFUND: Words = (
    "正在核对车票，请稍候。",
    "Your ticket is being checked; please wait a moment.",
)
PAYING_BACK: Words = (
    "车票已退，正在退款，请稍候。",
    "Your ticket is refunded; the money is on its way back. Please wait.",
)
NOT_TODAY: Words = (
    "本机没有该班次的资料，请到售票窗口办理。",
    "This machine knows nothing of that departure. Please go to the ticket window.",
)
REFUNDED_HERE: Words = (
    "这张车票已在本机办理退票。如款项未到，请持凭条到售票窗口查询。",
    "This ticket was refunded at this machine. If money is missing, ask at the ticket window with your slip.",
)
ASKED_HERE: Words = (
    "已为这张车票申请退票，请持凭条到售票窗口办理。",
    "A refund of this ticket has been asked for. Please take the slip to the ticket window.",
)
BY_STAFF: Words = (
    "这张车票要在上车站或售票窗口办理。",
    "This has to be done at the ticket's own station or at the ticket window.",
)
COPY_PRINTED: Words = ("车票已打印，请取走。", "Your ticket is printed. Please take it.")
COPY_REFUSED: Words = (
    "车票未能打印。请联系工作人员，或凭购票证件检票。",
    "The ticket could not be printed. Call staff, or board with the document it was bought with.",
)
COPY_UNKNOWN: Words = (
    "不能确定车票是否已打印。如未取到，请再打印一张。",
    "It is not certain that the ticket came out. If you do not have it, print once more.",
)
ON_THE_PHONE: Words = (
    "请用手机扫描屏幕上的二维码，车票即在手机上。",
    "Scan the code on the screen with your phone: the ticket is then on it.",
)
INVOICE_ASKED: Words = (
    "已申请电子发票。请用手机扫码填写抬头；本机联网后自动提交。",
    "Your e-invoice is asked for. Scan the code to fill in who it is for; it is sent when this machine is online.",
)
INVOICE_ASKED_NO_LINK: Words = (
    "已申请电子发票，本机联网后自动提交。请到售票窗口填写抬头。",
    "Your e-invoice is asked for and is sent when this machine is online. Say at the ticket window who it is for.",
)
WRONG_TAX_ID: Words = (
    "税号应为 15 至 20 位数字或大写字母，请核对。",
    "A tax number has 15 to 20 digits or capital letters. Please check it.",
)
CHANGE_NEXT: Words = ("请选择新的班次。", "Please choose the new coach.")
CHANGE_OTHER_PERSON: Words = (
    "请用购票时的证件办理改签。",
    "Please use the document that the ticket was bought with.",
)
CHANGE_ONE: Words = ("改签一次办理一张车票。", "One ticket is changed at a time.")
CHANGE_FIND_FIRST: Words = (
    "请先出示要改签的车票。",
    "Please show the ticket that is to be changed first.",
)
CHANGE_NOT_HAD: Words = (
    "原车票暂不能改签，未扣款；原车票照常有效。请稍候再试或到售票窗口办理。",
    "The old ticket cannot be changed now and stays good; nothing was charged. Try again, or go to the ticket window.",
)
RESTARTED_REFUND: Words = (
    "本机曾重启：退票已办理完毕。",
    "The machine restarted: the refund has been completed.",
)

NOT_BACK: Mapping[NotBack, Words] = {
    NotBack.LEFT: ("班次已发车，不能办理。", "The coach has left: this cannot be done any more."),
    NotBack.NOT_KNOWN: NOT_TODAY,
    NotBack.TOO_LATE: (
        "距发车时间太近，不能改签。请到售票窗口询问。",
        "It is too close to departure for a change. Please ask at the ticket window.",
    ),
    NotBack.TOO_OFTEN: (
        "这张车票已改签过，不能再次改签。可以退票后另购。",
        "This ticket has been changed before and cannot be changed again. It can be refunded.",
    ),
    NotBack.OTHER_LINE: (
        "改签只能到同一目的地。",
        "A ticket can only be changed to the same destination.",
    ),
}
NO_INVOICE: Mapping[NoInvoice, Words] = {
    NoInvoice.NOT_TRAVELLED: (
        "乘车后才能开具发票。",
        "An invoice can be asked for after the journey.",
    ),
    NoInvoice.NOTHING_PAID: ("没有可开票的金额。", "There is nothing to invoice."),
    NoInvoice.FEE_NOT_KNOWN: (
        "退票费发票请在办理退票处申请。",
        "Ask for the invoice over the fee where the ticket was refunded.",
    ),
    NoInvoice.CHANGED: (
        "这张车票已改签，请用新车票申请发票。",
        "This ticket was changed: ask for the invoice with the new one.",
    ),
    NoInvoice.ON_HOLD: (
        "这张车票需要核实，请到售票窗口办理。",
        "This ticket must be checked: please go to the ticket window.",
    ),
    NoInvoice.ASKED_BEFORE: (
        "这张车票已申请过发票。",
        "An invoice for this ticket has been asked for already.",
    ),
}


def refused(refusal: Refuse, zone: ZoneInfo) -> Words:
    """A refusal in the words that a gate has for it."""
    return sentence(refusal, "zh", zone=zone), sentence(refusal, "en", zone=zone)


def admitted(departure: Departure | None, closes_at: datetime | None, zone: ZoneInfo, *, card: bool) -> Words:
    """That the ticket is good now, and where to go with it until when. `card`: with the ID card it was bought with."""
    zh, en = ("请带购票证件，", " with the ID it was bought with") if card else ("", "")
    if departure is None:
        return (f"车票有效。{zh}检票口请看大屏幕。", f"Your ticket is good{en}. See the screens for its gate.")
    until = closes_at if closes_at is not None else departure.closes_at
    at = f"{until.astimezone(zone):%H:%M}"
    return (
        f"车票有效，正在检票。{zh}请于 {at} 前到 {departure.gate} 检票口，{departure.bay} 发车位。",
        f"Your ticket is good and check-in is open. Go to gate {departure.gate}, bay {departure.bay}, before {at}{en}.",
    )


def where(departure: Departure, zone: ZoneInfo) -> Words:
    """Where and when a coach is boarded, after a sentence that says why not now."""
    opens, closes = (f"{at.astimezone(zone):%H:%M}" for at in (departure.opens_at, departure.closes_at))
    return (
        f"{departure.gate} 检票口，{departure.bay} 发车位，{opens}–{closes} 检票。",
        f"Gate {departure.gate}, bay {departure.bay}, check-in {opens}–{closes}.",
    )


def joined(first: Words, second: Words) -> Words:
    """Two sentences after each other."""
    return f"{first[0]}{second[0]}", f"{first[1]} {second[1]}"


def refund_done(back: Fen, fee: Fen, left: Fen, late: Fen) -> Words:
    """What came of a refund: `back` went back, `late` is on its way to an account, for `left` there is a slip."""
    if back == 0 and left == 0 and late == 0:
        return ("退票完成，没有应退款。", "Your ticket is refunded; nothing is paid back.")
    parts_zh = ["退票完成。"]
    parts_en = ["Your ticket is refunded."]
    if back > 0:
        parts_zh.append(f"已退 {yuan(back)}。")
        parts_en.append(f"{yuan(back)} has gone back to you.")
    if late > 0:
        parts_zh.append(f"{yuan(late)} 正原路退回；如次日仍未到账，请到售票窗口查询。")
        parts_en.append(f"{yuan(late)} is on its way; if you do not have it tomorrow, ask at the ticket window.")
    if fee > 0:
        parts_zh.append(f"退票费 {yuan(fee)}。")
        parts_en.append(f"The fee was {yuan(fee)}.")
    if left > 0:
        parts_zh.append(f"其余 {yuan(left)} 请持凭条到售票窗口领取。")
        parts_en.append(f"Take the slip to the ticket window for {yuan(left)}.")
    return "".join(parts_zh), " ".join(parts_en)


def refund_asked(number: str) -> Words:
    """Nobody who can say was reached: a slip, and the ticket stays good. `number` is the slip's."""
    return (
        f"暂时无法核实车票，未退款。车票仍然有效；要退票请持凭条（{number}）到售票窗口办理。",
        f"The ticket cannot be checked now and stays good; no money was paid back. Slip {number} is for the window.",
    )


def terms(given: Terms) -> Words:
    """Why a refund costs what it costs."""
    match given.why:
        case Worth.CANCELLED:
            return ("班次已取消，全额退票。", "The coach was cancelled: there is no fee.")
        case Worth.MOVED:
            return ("班次改时间，全额退票。", "The coach's time was changed: there is no fee.")
        case Worth.NOTHING_PAID:
            return ("免票，无票款。", "A free ticket: nothing was paid.")
        case Worth.TIER:
            return (f"退票费 {yuan(given.fee)}。", f"The fee is {yuan(given.fee)}.")
