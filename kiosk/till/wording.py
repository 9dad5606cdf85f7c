"""Every sentence that the till itself says: what happened, and what to do next. Chinese first, English second."""

from collections.abc import Mapping
from enum import StrEnum

from kiosk.till.values import Words
from tickets.money import Fen, yuan


class Trouble(StrEnum):
    """Why something that was asked for cannot be done."""

    NOT_ON_OFFER = "not on offer"
    TOO_FEW_PLACES = "too few places"
    TOO_MANY = "too many"
    NOT_PAYABLE = "not payable"
    NO_DOCUMENT = "no document"
    SAME_DOCUMENT_TWICE = "same document twice"
    CARD_UNREADABLE = "card unreadable"
    HAS_TICKET = "has a ticket"
    ORDER_OPEN = "order open"
    NO_ORDER = "no order"
    CANNOT_SELL = "cannot sell"
    NOT_OUR_TICKET = "not our ticket"
    PRINTER = "printer"
    CASH = "cash"


TROUBLES: Mapping[Trouble, Words] = {
    Trouble.NOT_ON_OFFER: (
        "该班次已停止售票，请选择其他班次。",
        "This coach is no longer on sale. Please choose another one.",
    ),
    Trouble.TOO_FEW_PLACES: (
        "本机所剩座位不足，请选择其他班次或到售票窗口。",
        "This machine has too few seats left. Please choose another coach or go to the ticket window.",
    ),
    Trouble.TOO_MANY: (
        "一次最多购买 5 张车票，请分次购买。",
        "One order has at most 5 tickets. Please buy the others afterwards.",
    ),
    Trouble.NOT_PAYABLE: (
        "该票款无法用纸币正好付清（本机不找零），请到售票窗口购票。",
        "This amount cannot be paid with notes and the machine gives no change. Please buy at the ticket window.",
    ),
    Trouble.NO_DOCUMENT: (
        "请先刷身份证或输入证件号码。",
        "Please place your ID card on the reader or type your document first.",
    ),
    Trouble.SAME_DOCUMENT_TWICE: (
        "同一证件每班次只能购一张票，请换一个证件。",
        "One document buys one ticket per coach. Please use another document.",
    ),
    Trouble.CARD_UNREADABLE: (
        "证件无法读取，请拿开后重新放好，或在屏幕上输入证件号码。",
        "This card cannot be read. Take it off and put it down again, or type your document on the screen.",
    ),
    Trouble.HAS_TICKET: (
        "该证件已购本班次车票，请使用已购车票或选择其他班次。",
        "This document already has a ticket for this coach. Use that ticket or choose another coach.",
    ),
    Trouble.ORDER_OPEN: (
        "当前订单尚未完成，请先付款或取消。",
        "The current order is not finished. Please pay for it or cancel it first.",
    ),
    Trouble.NO_ORDER: (
        "没有进行中的订单，请重新选择班次。",
        "There is no open order. Please choose a coach again.",
    ),
    Trouble.CANNOT_SELL: (
        "本机暂停售票，请到售票窗口。",
        "This machine cannot sell now. Please go to the ticket window.",
    ),
    Trouble.NOT_OUR_TICKET: (
        "本机无法补打该车票，请到售票窗口。",
        "This machine cannot print that ticket. Please go to the ticket window.",
    ),
    Trouble.PRINTER: (
        "打印机暂不可用，请稍候重试或联系工作人员。",
        "The printer cannot print now. Please try again in a moment or call staff.",
    ),
    Trouble.CASH: (
        "纸币器暂不可用，请稍候重试或到售票窗口。",
        "The note reader cannot take notes now. Please try again in a moment or go to the ticket window.",
    ),
}


class Notice(StrEnum):
    """Why the machine does not offer something at all."""

    NO_CASH = "no cash"
    NO_PRINTER = "no printer"
    NO_PRINTER_NEEDED = "no printer needed"
    NO_READER = "no reader"
    NO_TIME = "no time"
    NOT_ENROLLED = "not enrolled"
    NOTHING_ON_SALE = "nothing on sale"
    FAILED = "failed"


NOTICES: Mapping[Notice, Words] = {
    Notice.NO_CASH: (
        "纸币器暂不可用，请到其他自助机或售票窗口购票。",
        "No notes can be taken now. Please buy at another machine or at the ticket window.",
    ),
    Notice.NO_PRINTER: (
        "打印机缺纸或故障，请到其他自助机或售票窗口购票。",
        "The printer is out of paper or out of order. Please buy at another machine or at the ticket window.",
    ),
    Notice.NO_PRINTER_NEEDED: (
        "打印机暂不可用：可购票，凭证件检票，不出纸质票。",
        "Nothing can be printed now. You can buy and board with your document; there is no paper ticket.",
    ),
    Notice.NO_READER: (
        "证件阅读器暂不可用，请在屏幕上输入证件号码。",
        "The card reader does not work now. Please type your document on the screen.",
    ),
    Notice.NO_TIME: (
        "本机时间未校准，请到售票窗口购票。",
        "This machine does not know the time for sure. Please buy at the ticket window.",
    ),
    Notice.NOT_ENROLLED: (
        "本机售票授权无效，请到售票窗口购票。",
        "This machine's permission to sell is missing or has run out. Please buy at the ticket window.",
    ),
    Notice.NOTHING_ON_SALE: (
        "本机目前没有可售班次，请到售票窗口咨询。",
        "This machine has no coach on sale now. Please ask at the ticket window.",
    ),
    Notice.FAILED: ("本机故障，请到售票窗口。", "This machine is out of order. Please go to the ticket window."),
}


class Closing(StrEnum):
    """Why an order ends without tickets. The value is what the journal keeps as the reason."""

    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    RESTARTED = "restarted"
    VALIDATOR_STUCK = "validator-stuck"
    DEPARTURE_GONE = "departure-gone"
    CANNOT_ISSUE = "cannot-issue"
    SURPLUS = "surplus"
    UNCLEAR = "unclear-note"


CLAIM_REASONS: Mapping[Closing, Words] = {
    Closing.CANCELLED: ("购票已取消，本机不找零。", "The order was cancelled; this machine gives no change."),
    Closing.ABANDONED: ("购票未完成。", "The order was not finished."),
    Closing.RESTARTED: ("本机重启，购票未完成。", "The machine restarted before the order was paid."),
    Closing.VALIDATOR_STUCK: ("纸币器停止工作。", "The note reader stopped working."),
    Closing.DEPARTURE_GONE: ("班次已取消。", "The coach was cancelled."),
    Closing.CANNOT_ISSUE: ("无法出票。", "The tickets could not be made."),
    Closing.SURPLUS: ("收款超出票款。", "More was taken in than the tickets cost."),
    Closing.UNCLEAR: (
        "有一张纸币去向不明，工作人员将核对。",
        "It is not known where one note went. Staff will check the machine.",
    ),
}

BILL_TOO_LARGE: Words = (
    "纸币面额大于应付金额，已退回。本机不找零，请放入较小面额。",
    "That note is more than is due and came back. The machine gives no change: please use smaller notes.",
)
BILL_CAME_BACK: Words = (
    "纸币已退回，未计入。请重新放入或换一张。",
    "The note came back and was not counted. Please try it again or use another one.",
)
REPRINT_OFFERED: Words = (
    "不能确定车票是否已完整打印。如未取到，请补打一张；也可凭证件检票。",
    "It is not certain that the ticket came out. If you do not have it, print a copy; your document also admits you.",
)
PRINT_REFUSED: Words = (
    "车票已售出但未能打印。请工作人员装纸后重新打印，或凭证件检票。",
    "Your ticket is sold but not printed. Ask staff to load paper, then print again, or board with your document.",
)
RECOVERED_TICKETS: Words = (
    "本机曾重启：这些车票已售出。如是您的，请取票或补打一张。",
    "The machine restarted: these tickets are sold. If they are yours, take them or print a copy.",
)
RECOVERED_CLAIM: Words = (
    "本机曾重启：已收的款项登记在此凭条号下。如是您的，请凭此号到售票窗口退款。",
    "The machine restarted: the money it took is kept under this number. If it is yours, take it to the ticket window.",
)
RECOVERED_WAITING: Words = (
    "本机曾重启，正在核对已收的纸币，请稍候。",
    "The machine restarted and is checking which notes it took. Please wait a moment.",
)
UNKNOWN_PLACE: Words = ("见大屏幕", "See the screens")


def grouped_claim(number: str) -> str:
    """A claim's number as people read it: in groups of four. Whoever types it may leave the spaces out."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def claim_message(fen: Fen, number: str, printed: bool) -> Words:
    """What to do about money that became a claim."""
    number = grouped_claim(number)
    if printed:
        return (
            f"应退您 {yuan(fen)}。请取走凭条（{number}），到售票窗口退款。",
            f"You are owed {yuan(fen)}. Please take the slip ({number}) to the ticket window.",
        )
    return (
        f"应退您 {yuan(fen)}。凭条未打印，请记下凭条号 {number}，到售票窗口退款。",
        f"You are owed {yuan(fen)}. No slip came out: please note its number {number} and go to the ticket window.",
    )


def stuck_message(paid: Fen, seconds_left: int) -> Words:
    """The truth while the validator does not answer, or cannot move a note, with money inside."""
    return (
        f"纸币器暂时不能工作，已收 {yuan(paid)}，未丢失。请勿再放纸币；{seconds_left} 秒后如未恢复，将打印退款凭条。",
        f"The note reader has stopped. Your {yuan(paid)} is safe. Insert nothing; a slip follows in {seconds_left} s.",
    )


def claim_reason(reason: str) -> Words:
    """The words for a claim's reason as the journal keeps it; a neutral sentence for one that this version lacks."""
    known = {str(closing): words for closing, words in CLAIM_REASONS.items()}
    return known.get(reason, ("购票未完成。", "The order was not finished."))
