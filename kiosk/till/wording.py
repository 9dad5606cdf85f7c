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
    MEANS = "means"
    SEAT_GONE = "seat gone"
    NOT_CHANGEABLE = "not changeable"


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
        "本机目前无法收取该金额（无法正好付清，也无法找零），请到售票窗口购票。",
        "This amount cannot be paid here now: not exactly, and there is no change. Please buy at the ticket window.",
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
    Trouble.MEANS: (
        "该支付方式暂不可用，请选择其他方式。",
        "This way of paying does not work now. Please choose another one.",
    ),
    Trouble.SEAT_GONE: (
        "所选座位已售出，请重新选座。",
        "A seat that you chose is gone. Please choose again.",
    ),
    Trouble.NOT_CHANGEABLE: (
        "该车票无法在本机改签，请到售票窗口。",
        "This ticket cannot be changed here. Please go to the ticket window.",
    ),
}


class Notice(StrEnum):
    """Why the machine does not offer something at all."""

    NO_CASH = "no cash"
    NO_CASH_BUT = "no cash but other means"
    NO_PRINTER = "no printer"
    NO_PRINTER_NEEDED = "no printer needed"
    NO_READER = "no reader"
    NO_TIME = "no time"
    NOT_ENROLLED = "not enrolled"
    NOTHING_ON_SALE = "nothing on sale"
    FAILED = "failed"


NOTICES: Mapping[Notice, Words] = {
    Notice.NO_CASH: (
        "本机暂不能收款，请到其他自助机或售票窗口购票。",
        "Nothing can be paid here now. Please buy at another machine or at the ticket window.",
    ),
    Notice.NO_CASH_BUT: (
        "本机暂不收现金，请用手机或银行卡支付。",
        "No cash can be taken now. Please pay by phone or card.",
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
    REFUND_ASKED = "refund-asked"
    UNCLEAR_PAYOUT = "unclear-payout"
    CHANGE_REFUSED = "change-refused"
    REFUND = "refund"


CLAIM_REASONS: Mapping[Closing, Words] = {
    Closing.REFUND_ASKED: (
        "已申请退票，联网后由窗口核实办理。办理前车票仍可乘车。",
        "A refund was asked for. The ticket window checks and pays it; until then the ticket can still be used.",
    ),
    Closing.CANCELLED: (
        "购票已取消，此款项本机无法退还。",
        "The order was cancelled; the machine could not give this money back.",
    ),
    Closing.ABANDONED: ("购票未完成。", "The order was not finished."),
    Closing.RESTARTED: ("本机重启，购票未完成。", "The machine restarted before the order was paid."),
    Closing.VALIDATOR_STUCK: ("纸币器停止工作。", "The note reader stopped working."),
    Closing.DEPARTURE_GONE: ("班次已取消。", "The coach was cancelled."),
    Closing.CANNOT_ISSUE: ("无法出票。", "The tickets could not be made."),
    Closing.SURPLUS: ("找零不足，此款项未找出。", "The machine could not give this much change."),
    Closing.UNCLEAR_PAYOUT: (
        "找出的硬币数量无法核实，工作人员将核对。",
        "It is not known how many coins came out. Staff will check the machine.",
    ),
    Closing.CHANGE_REFUSED: (
        "原车票未能改签，已付差价应退。",
        "The old ticket could not be changed; what was paid is owed back.",
    ),
    Closing.REFUND: ("退票款未能当场退还。", "The refund could not be paid here."),
    Closing.UNCLEAR: (
        "有一张纸币去向不明，工作人员将核对。",
        "It is not known where one note went. Staff will check the machine.",
    ),
}

BILL_TOO_LARGE: Words = (
    "纸币已退回：本机目前无法为该面额找零，请放入较小面额或选择其他支付方式。",
    "That note came back: the machine has no change for it now. Use smaller notes or pay another way.",
)
BILL_CAME_BACK: Words = (
    "纸币已退回，未计入。请重新放入或换一张。",
    "The note came back and was not counted. Please try it again or use another one.",
)
CODE_NOT_READ: Words = (
    "这不是付款码。请打开手机支付的“付款码”，对准扫描窗口。",
    "This is not a payment code. Open the payment code on your phone and hold it to the scanner.",
)
PAYMENT_UNCLEAR: Words = (
    "暂未收到支付结果，正在查询，请稍候。请勿重复付款。",
    "There is no answer about your payment yet; it is being asked for. Please wait and do not pay twice.",
)
PAYMENT_REVERSED: Words = (
    "此次支付正在撤销。如已扣款，将原路退回您的账户。",
    "This payment is being taken back. If your account was charged, the money returns to it by itself.",
)
PAYMENT_GOES_BACK: Words = (
    "暂未收到撤销结果，本机将继续办理。如已扣款，将原路退回您的账户。您可以选择其他支付方式。",
    "Nobody has answered yet; the machine goes on asking. If you were charged, the money returns to your account.",
)
PAYMENT_FAILED: Words = (
    "支付未成功，未扣款。请重试或选择其他支付方式。",
    "You were not charged. Please try again or choose another way to pay.",
)
PAYMENT_REFUSED: Mapping[str, Words] = {
    "reversed": (
        "此次支付已撤销，未扣款或已退回。请重试或选择其他支付方式。",
        "This payment was taken back: you are not charged. Please try again or choose another way to pay.",
    ),
    "balance": (
        "账户余额不足，未扣款。请换一种付款方式。",
        "There was not enough in the account; you were not charged. Please pay another way.",
    ),
    "expired": (
        "付款码已过期，未扣款。请刷新付款码后重试。",
        "The code was too old; you were not charged. Please refresh it and try again.",
    ),
    "timeout": (
        "未刷卡，未扣款。请重试或选择其他支付方式。",
        "No card was held to the terminal; you were not charged. Try again or pay another way.",
    ),
    "pin": ("密码不正确，未扣款。请重试。", "The PIN was wrong; you were not charged. Please try again."),
    "card": (
        "此卡无法使用，未扣款。请换一张卡或选择其他支付方式。",
        "This card cannot be used; you were not charged. Use another card or pay another way.",
    ),
}
"""What is said of a payment that came to nothing, by why; for every other reason there is PAYMENT_FAILED."""
GIVING_BACK: Words = ("正在退款，请取走硬币。", "Your money is coming back: please take the coins.")
BOOKING_BACK: Words = (
    "款项正原路退回您的账户；如次日仍未到账，请到售票窗口查询。",
    "The money is on its way to your account. If it is not there tomorrow, please ask at the ticket window.",
)
CHECKING_OLD: Words = ("正在核对原车票，请稍候。", "Your old ticket is being checked. Please wait a moment.")
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
    "本机曾重启，正在核对已收的款项，请稍候。",
    "The machine restarted and is checking what was paid. Please wait a moment.",
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


def change_message(fen: Fen) -> Words:
    """Change came out."""
    return (f"找零 {yuan(fen)}，请取走硬币。", f"Your change is {yuan(fen)}: please take the coins.")


def returned_message(fen: Fen) -> Words:
    """All of the money of a given-up order went back."""
    return (f"已退还 {yuan(fen)}，请取走。", f"{yuan(fen)} went back to you. Please take the coins.")


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
