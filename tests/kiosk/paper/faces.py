"""Tickets and slips for the tests: an ordinary one, and the longest that a station could think of."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kiosk.paper.face import SlipFace, TicketFace

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
CENTRE_CHARACTERS = 216  # 144 bytes: a ticket issued by the centre
TILL_CHARACTERS = 479  # 319 bytes: a ticket issued by a till, with its delegation


def code(characters: int, seed: int = 1) -> str:
    """Return what looks like a ticket's code of that length."""
    return "RT1:" + "".join(random.Random(seed).choices(BASE45, k=characters))


TICKET = TicketFace(
    operator=("青山客运站", "Qingshan Coach Station"),
    origin=("青山", "Qingshan"),
    destination=("临江", "Linjiang"),
    departure=datetime(2026, 11, 22, 6, 5, tzinfo=UTC),
    zone=ZoneInfo("Asia/Shanghai"),
    trip="QS1024",
    gate="3",
    bay="12",
    seat="18",
    code=code(CENTRE_CHARACTERS),
    number="10480571236690418273",
    passenger_masked="张*",
    document_masked="1101****1234",
    kind=("成人票", "Adult"),
    fare_fen=18500,
    check_in_closes=datetime(2026, 11, 22, 5, 55, tzinfo=UTC),
    sold_at=datetime(2026, 11, 22, 5, 5, tzinfo=UTC),
    till="K-07",
    reference="0193F2A1",
)

FOUR_CHARACTERS = replace(
    TICKET,
    origin=("呼和浩特", "Hohhot"),
    destination=("鄂尔多斯", "Ordos"),
    code=code(TILL_CHARACTERS),
    seat=None,
    check_in_closes=None,
)

LONGEST = replace(
    TICKET,
    operator=("内蒙古自治区呼和浩特市汽车客运集团", "Inner Mongolia Hohhot Automobile Passenger Transport Group"),
    origin=("北京六里桥客运主枢纽", "Beijing Liuliqiao Long-distance Coach Hub"),
    destination=(
        "西双版纳傣族自治州景洪市勐罕客运站",
        "Menghan Coach Station, Jinghong, Xishuangbanna Dai Autonomous Prefecture",
    ),
    code=code(TILL_CHARACTERS),
    gate="A12",
    bay="东区 15",
    seat=None,
    coach="蒙A·D12345",
    trip="流水 LS-1024",
    passenger_masked="N* M* A* W*",
    document_masked="E1****78",
    kind=("残疾军人优待票", "Disabled veteran concession"),
    children=2,
    fare_fen=1234500,
    insurance_fen=300,
    reprint=True,
)

LONG_ORIGIN_ONLY = replace(
    LONGEST, origin=LONGEST.destination, destination=("昆明", "Kunming"), insurance_fen=None, reprint=False
)

SLIP = SlipFace(
    operator=TICKET.operator,
    claim="C-0007-4821-9930",
    amount_fen=14500,
    reason=("您的钱已收到，车票没有打印出来。", "Your payment is safe, but the ticket did not print."),
    to_do=("请取走凭条，到 3 号售票窗口退款。", "Take this slip to ticket window 3 to be paid back."),
    at=TICKET.sold_at,
    zone=TICKET.zone,
    till="K-07",
)

LONG_SLIP = replace(
    SLIP,
    operator=LONGEST.operator,
    claim="104805-0193F2A1-7C3E-4821",
    amount_fen=99999900,
    reason=(
        "纸币在机器里卡住了，我们还不知道它是否已经入箱；您投入的钱都已记录在案，不会丢失。",
        "A note is stuck in the machine and we do not know yet whether it was taken. All that you put in is recorded.",
    ),
    to_do=(
        "请拿好本凭条，在本站任何一个售票窗口出示，工作人员核对后当场退款。",
        "Show this slip at any ticket window of this station. Staff check the machine and give you the money at once.",
    ),
)
