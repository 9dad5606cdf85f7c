"""The words and figures on paper: Chinese first, English second."""

from datetime import datetime, tzinfo

from kiosk.paper.face import Words

DAYS: tuple[Words, ...] = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

TITLE: Words = ("电子客票", "E-ticket")
SLIP_TITLE: Words = ("退款凭条", "Claim slip")
REPRINT: Words = ("补打", "REPRINT")
TRIP: Words = ("班次", "Trip")
COACH: Words = ("车牌", "Coach")
GATE: Words = ("检票口", "Gate")
BAY: Words = ("发车位", "Bay")
SEAT: Words = ("座位", "Seat")
ANY_SEAT: Words = ("不对号", "Any seat")
NUMBER: Words = ("票号", "Ticket number")
PASSENGER: Words = ("乘车人", "Passenger")
KIND: Words = ("票种", "Ticket")
FARE: Words = ("票价", "Fare")
INSURANCE: Words = ("保险", "Insurance")
CLAIM: Words = ("凭条号", "Slip number")
AMOUNT: Words = ("金额", "Amount")
WHAT_HAPPENED: Words = ("情况", "What happened")
WHAT_TO_DO: Words = ("请您", "What to do now")
KEEP_SLIP: Words = ("请妥善保管，限办理一次，不可用于乘车。", "Keep it: it is settled once. It is not a ticket.")
VALID: Words = (
    "限乘当日当班次，本票不作报销凭证。",
    "This date and coach only. Not an expense receipt.",
)
INVOICE: Words = (
    "需要发票，请凭票号到售票窗口办理。",
    "For an invoice, bring the number to the ticket window.",
)
BE_EARLY: Words = ("请提前到检票口候车。", "Please be at the gate in good time.")


def check_in(at: datetime, zone: tzinfo) -> Words:
    """Until when check-in is open."""
    return (f"{clock(at, zone)} 停止检票", f"Check-in closes at {clock(at, zone)}")


def with_children(kind: Words, children: int) -> Words:
    """The ticket's kind with the children carried along."""
    if not children:
        return kind
    return (f"{kind[0]}携童 {children} 人", f"{kind[1]} + {children} child{'ren' if children > 1 else ''}")


def clock(at: datetime, zone: tzinfo) -> str:
    """`14:05`."""
    return f"{at.astimezone(zone):%H:%M}"


def day(at: datetime, zone: tzinfo) -> Words:
    """`11月22日 周日` and `Sun 22 Nov 2026`."""
    local = at.astimezone(zone)
    weekday = DAYS[local.weekday()]
    return (
        f"{local.month}月{local.day}日 {weekday[0]}",
        f"{weekday[1]} {local.day} {MONTHS[local.month - 1]} {local.year}",
    )


def moment(at: datetime, zone: tzinfo) -> str:
    """`2026-11-22 13:48`, for the small print."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def grouped(digits: str) -> str:
    """`1234 5678 …`, in fours."""
    return " ".join(digits[first : first + 4] for first in range(0, len(digits), 4))
