"""Why somebody is not let through: one list for screen, sound, log and server, and the words for each.

In a template `{…}` is filled in, and `[with|without]` is its first half when everything in it is known, else its
second (or nothing). Placeholders: {gate}, {when} (a time of day), {day}, {where}.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from tickets.departures import Departure
from tickets.service_day import CHINA

Language = Literal["zh", "en"]
Audience = Literal["passenger", "staff"]


class Reason(StrEnum):
    """The values are written in journals and answers: they are never renamed."""

    NOT_YET_OPEN = "not_yet_open"
    CLOSED = "closed"
    DEPARTED = "departed"
    CANCELLED = "cancelled"
    WRONG_STATION = "wrong_station"
    WRONG_GATE = "wrong_gate"
    WRONG_DEPARTURE = "wrong_departure"
    USED = "used"
    REFUNDED = "refunded"
    CHANGED = "changed"
    REVOKED = "revoked"
    FORGED = "forged"
    UNKNOWN_ISSUER = "unknown_issuer"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    NOT_KNOWN_HERE = "not_known_here"
    IDENTITY_NEEDED = "identity_needed"
    IDENTITY_DIFFERS = "identity_differs"
    SEE_STAFF = "see_staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """A refusal with what is known about it: `when` and `where` it was used or opens, the right `gate`, the `day` it
    is for, the `departure` it is for.
    """

    reason: Reason
    when: datetime | None = None
    where: str | None = None
    gate: str | None = None
    day: date | None = None
    departure: Departure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A reason in words: one word to be read from afar (4 to 8 characters in Chinese), a sentence for the passenger
    that says what happened and what to do next, and a hint for staff.
    """

    word_zh: str
    word_en: str
    passenger_zh: str
    passenger_en: str
    staff_zh: str
    staff_en: str


WORDINGS: Mapping[Reason, Wording] = {
    Reason.NOT_YET_OPEN: Wording(
        word_zh="尚未开检",
        word_en="Not open yet",
        passenger_zh="这班车还没有开始检票[，{when} 开检]。请在候车区稍候，留意屏幕和广播。",
        passenger_en="Check-in for this coach [opens at {when}|is not open yet]. Please wait and watch the screens.",
        staff_zh="未到开检时间[（{when}）]。需要提前检票时，请为本班次办理开检；只放行这一位时，请出示工牌码。",
        staff_en="Check-in [opens at {when}|is not open yet]. To board early, open this departure; "
        "to admit this passenger alone, show your badge code.",
    ),
    Reason.CLOSED: Wording(
        word_zh="已停止检票",
        word_en="Check-in closed",
        passenger_zh="这班车已[于 {when} ]停止检票。请马上找检票口的工作人员，发车前也许还能补检。",
        passenger_en="Check-in for this coach [closed at {when}|has closed]. "
        "Speak to the staff at this gate now: you may still be able to board.",
        staff_zh="发车前可为本班次办理补检，或出示工牌码只放行这一位；赶不上时，请引导旅客到售票窗口改签或退票。",
        staff_en="Until the coach leaves, start late boarding for this departure, or show your badge code to admit "
        "this passenger alone. If it is too late, send them to the ticket window for a change or a refund.",
    ),
    Reason.DEPARTED: Wording(
        word_zh="班次已发车",
        word_en="Coach has left",
        passenger_zh="这班车已[于 {when} ]发车。请到售票窗口询问下一班车。",
        passenger_en="This coach [left at {when}|has left]. Please ask at the ticket window about the next one.",
        staff_zh="车确实未走时，请为本班次办理补检，或由值班员改发车时间、出示工牌码；已走时，请引导旅客到售票窗口。",
        staff_en="If the coach is still here, start late boarding, or call the duty manager to change its time or "
        "show a badge code. If it has left, send the passenger to the ticket window.",
    ),
    Reason.CANCELLED: Wording(
        word_zh="班次已取消",
        word_en="Coach cancelled",
        passenger_zh="这班车已取消。请到售票窗口全额退票，或免费改签其他班次。",
        passenger_en="This coach has been cancelled. "
        "Go to the ticket window for a full refund or a free change to another coach.",
        staff_zh="班次已停班，不收退票费，工牌码不能放行。请引导旅客到售票窗口退票或改签。",
        staff_en="The departure is cancelled, there is no refund fee, and no badge code admits. "
        "Send the passenger to the ticket window.",
    ),
    Reason.WRONG_STATION: Wording(
        word_zh="不在本站乘车",
        word_en="Another station",
        passenger_zh="这张车票不在本站上车[，上车站是{where}]。请前往票面上的上车站，需要帮助请找工作人员。",
        passenger_en="This ticket is for boarding at [{where}|another station]. "
        "Please go to the boarding station on your ticket, or ask our staff for help.",
        staff_zh="上车站不是本站[，是{where}]。来不及前往时，请引导旅客到售票窗口改签。",
        staff_en="The boarding station is [{where}|not this one]. "
        "If the passenger cannot get there in time, send them to the ticket window to change.",
    ),
    Reason.WRONG_GATE: Wording(
        word_zh="请换检票口",
        word_en="Another gate",
        passenger_zh="这班车不在这里检票。[请到 {gate}检票口。|请在大屏幕上查看检票口。]",
        passenger_en="This coach does not board here. "
        "[Please go to gate {gate}.|Please find its gate on the departures screen.]",
        staff_zh="这班车在[ {gate}|另一个]检票口检票。如已改口，请为本班次办理改检票口；只放行这一位时，请出示工牌码。",
        staff_en="This coach boards at [gate {gate}|another gate]. "
        "If it has moved here, change its gate; to admit this passenger alone, show your badge code.",
    ),
    Reason.WRONG_DEPARTURE: Wording(
        word_zh="不是本班次",
        word_en="Another departure",
        passenger_zh="这张车票是[{day}|另一天][ {when} ]的班次。请核对乘车日期；需要改签请到售票窗口。",
        passenger_en="This ticket is for [{day}|another day][ at {when}]. "
        "Please check its date. To change it, go to the ticket window.",
        staff_zh="票面乘车日期[是{day}|不是今天]，不能在今天检票。请引导旅客到售票窗口改签；确需放行时，由值班员出示工牌码。",
        staff_en="The ticket is for [{day}|another day] and cannot be used today. Send the passenger to the ticket "
        "window to change it, or call the duty manager, whose badge code admits.",
    ),
    Reason.USED: Wording(
        word_zh="车票已使用",
        word_en="Already used",
        passenger_zh="这张车票已[于 {when} ][在通道 {where} ]检过票。如果不是您本人，请马上找工作人员。",
        passenger_en="This ticket has already been used[: at {when}][, in lane {where}]. "
        "If that was not you, please speak to our staff now.",
        staff_zh="同一张车票只能检一次[，上次 {when}][，通道 {where}]。请核对证件；"
        "旅客本人尚未上车时，由值班员出示工牌码放行。",
        staff_en="A ticket admits once[; last used at {when}][, lane {where}]. "
        "Compare the ID. If its holder has not boarded, call the duty manager, whose badge code admits.",
    ),
    Reason.REFUNDED: Wording(
        word_zh="车票已退票",
        word_en="Refunded",
        passenger_zh="这张车票已经退票，不能乘车。要乘车，请在售票窗口或自助机另购车票。",
        passenger_en="This ticket has been refunded and is no longer valid. "
        "To travel, buy a new one at a kiosk or the ticket window.",
        staff_zh="票款已退或正在退。旅客有疑问时，请引导到售票窗口查询退款记录。",
        staff_en="The money has been returned, or is about to be. "
        "For questions, send the passenger to the ticket window.",
    ),
    Reason.CHANGED: Wording(
        word_zh="车票已改签",
        word_en="Ticket changed",
        passenger_zh="这张车票已经改签，请使用改签后的新车票。没有新车票，请到售票窗口补打。",
        passenger_en="This ticket has been changed to another. Please use the new one; "
        "if you do not have it, the ticket window can print it again.",
        staff_zh="旧票已作废。可凭证件在自助机或售票窗口补打新票。",
        staff_en="The old ticket is void. "
        "Take the ID to a kiosk or the ticket window to have the new one printed again.",
    ),
    Reason.REVOKED: Wording(
        word_zh="车票需核实",
        word_en="Must be checked",
        passenger_zh="这张车票已停用，需要核实。请带上身份证件和付款记录，到售票窗口办理。",
        passenger_en="This ticket is on hold and must be checked. "
        "Take your ID and proof of payment to the ticket window.",
        staff_zh="这张票或售出它的设备已被停用，且中心没有这笔销售。请在售票窗口核对付款记录后换票。",
        staff_en="This ticket, or the till that sold it, has been revoked and the centre has no such sale. "
        "Check the proof of payment at the ticket window, then replace the ticket.",
    ),
    Reason.FORGED: Wording(
        word_zh="未通过验证",
        word_en="Cannot confirm",
        passenger_zh="这张车票没有通过验证。请出示购票时收到的原始二维码，或带身份证件找工作人员。",
        passenger_en="This ticket could not be confirmed. "
        "Show the original code you were given, or take your ID to our staff.",
        staff_zh="签名不符，二维码被改动或伪造，请勿放行。请凭证件查询订单；查不到时交值班员处理。",
        staff_en="The signature does not fit: the code was altered or forged. Do not admit. "
        "Look for the order by ID; if there is none, call the duty manager.",
    ),
    Reason.UNKNOWN_ISSUER: Wording(
        word_zh="暂无法验证",
        word_en="Cannot check yet",
        passenger_zh="这里还无法验证这家售票方的车票。请带身份证件找检票口的工作人员。",
        passenger_en="This gate cannot check tickets from this seller yet. "
        "Please take your ID to the staff at this gate.",
        staff_zh="信任列表中没有这张票的签名密钥，工牌码不能放行。请旅客刷购票时的身份证，或到售票窗口换票；"
        "并请技术员检查列表是否更新。",
        staff_en="The trust list has no key for this ticket, and no badge code admits. Let the passenger use the ID "
        "card it was bought with, or go to the ticket window, and ask a technician whether the list is up to date.",
    ),
    Reason.EXPIRED: Wording(
        word_zh="车票已过期",
        word_en="Expired",
        passenger_zh="这张车票已[于 {day} {when} ]过期。请到售票窗口咨询或重新购票。",
        passenger_en="This ticket [expired on {day} at {when}|has expired]. "
        "Please ask or buy a new one at the ticket window.",
        staff_zh="已过票面有效期。请先核对本机时间：有误时由值班员出示工牌码放行；无误时引导旅客到售票窗口。",
        staff_en="The ticket's validity has ended. Check this machine's clock first: if it is wrong, the duty "
        "manager's badge code admits; if it is right, send the passenger to the ticket window.",
    ),
    Reason.UNREADABLE: Wording(
        word_zh="没有读出车票",
        word_en="Cannot read it",
        passenger_zh="没有读出车票。请调亮屏幕，把二维码放平再试一次；仍然不行请找工作人员。",
        passenger_en="No ticket could be read. "
        "Turn up your screen, hold the code flat and try again, or ask our staff.",
        staff_zh="扫到的不是车票二维码，或码面破损。请输入票号或凭证件查询，也可在自助机补打。",
        staff_en="The code is damaged or is not a ticket. "
        "Look it up by number or ID, or have the ticket printed again at a kiosk.",
    ),
    Reason.NOT_KNOWN_HERE: Wording(
        word_zh="本站查无此票",
        word_en="Not found here",
        passenger_zh="本站没有查到这张车票。请出示完整的车票二维码，或带身份证件找工作人员。",
        passenger_en="This ticket was not found at this station. "
        "Show the full ticket code, or take your ID to our staff.",
        staff_zh="本机数据中没有这个票号，可能刚刚售出。请扫描完整的车票二维码，或到售票窗口查询。",
        staff_en="This machine does not have the number; it may just have been sold. "
        "Scan the full ticket code, or look it up at the ticket window.",
    ),
    Reason.IDENTITY_NEEDED: Wording(
        word_zh="请刷身份证",
        word_en="ID card, please",
        passenger_zh="这班车需要核对身份。请刷购票时用的身份证，并出示车票；持其他证件请找工作人员。",
        passenger_en="This coach needs an identity check. Hold the ID card you bought with to the reader "
        "and show your ticket. With any other document, please go to our staff.",
        staff_zh="证件和车票还没有都核对到。读卡器不能识读的证件请人工核对，一致后出示工牌码放行，本机会登记。",
        staff_en="ID and ticket have not both been checked. Compare documents the reader cannot read by eye; "
        "if they agree, show your badge code, and it is recorded.",
    ),
    Reason.IDENTITY_DIFFERS: Wording(
        word_zh="证件与票不符",
        word_en="Different ID",
        passenger_zh="这不是购票时登记的证件。请使用购票时的证件，或找工作人员。",
        passenger_en="This is not the ID the ticket was bought with. Please use that ID, or ask our staff.",
        staff_zh="请当面核对人、证、票。一致时出示工牌码放行，本机会登记；不一致时不得放行。",
        staff_en="Compare person, document and ticket. "
        "If they agree, show your badge code, and it is recorded; if not, do not admit.",
    ),
    Reason.SEE_STAFF: Wording(
        word_zh="请找工作人员",
        word_en="Please see staff",
        passenger_zh="这张车票需要工作人员确认。请到检票口的工作人员处办理。",
        passenger_en="Our staff need to check this ticket. Please go to the staff at this gate.",
        staff_zh="上一次检票的结果没有记下来[（{when}，通道 {where}）]。请确认旅客是否已进站："
        "可以放行时出示工牌码，否则不得放行。",
        staff_en="How the last check-in ended was not recorded[ ({when}, lane {where})]. "
        "Find out whether the passenger is already inside; show your badge code only if they may pass.",
    ),
}

_CHOICE = re.compile(r"\[([^|\]]*)(?:\|([^\]]*))?\]")
_NAME = re.compile(r"\{(\w+)\}")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def word(reason: Reason, language: Language) -> str:
    """The reason to be read from 1.5 m."""
    wording = WORDINGS[reason]
    return wording.word_zh if language == "zh" else wording.word_en


def sentence(refusal: Refuse, language: Language, *, audience: Audience = "passenger", zone: ZoneInfo = CHINA) -> str:
    """What happened and what to do next, with the times of `zone`. Never has a gap where something is not known."""
    wording = WORDINGS[refusal.reason]
    match audience, language:
        case "passenger", "zh":
            template = wording.passenger_zh
        case "passenger", _:
            template = wording.passenger_en
        case _, "zh":
            template = wording.staff_zh
        case _:
            template = wording.staff_en
    known = {
        "gate": _gate_in_words(refusal.gate, language),
        "where": refusal.where,
        "when": None if refusal.when is None else f"{refusal.when.astimezone(zone):%H:%M}",
        "day": None if refusal.day is None else day_in_words(refusal.day, language),
    }
    return fill(template, {name: value for name, value in known.items() if value})


def day_in_words(day: date, language: Language) -> str:
    """`11月22日 周日` or `Sun 22 Nov`."""
    if language == "zh":
        return f"{day.month}月{day.day}日 周{_WEEKDAYS_ZH[day.weekday()]}"
    return f"{_WEEKDAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]}"


def _gate_in_words(gate: str | None, language: Language) -> str | None:
    if not gate or language != "zh":
        return gate
    return f"{gate} 号" if gate.isdigit() else f"{gate} "


def fill(template: str, known: Mapping[str, str]) -> str:
    """The template with its choices made. Raises KeyError for a placeholder outside brackets that is not known."""

    def choose(choice: re.Match[str]) -> str:
        with_it, without = choice[1], choice[2] or ""
        return with_it if all(name in known for name in _NAME.findall(with_it)) else without

    return _NAME.sub(lambda name: known[name[1]], _CHOICE.sub(choose, template))
