"""What acts and roles are called when staff are spoken to: Chinese and English."""

from collections.abc import Mapping

from kiosk.paper.face import Words
from tickets.staff import Act
from tickets.trust import Role

ROLES: Mapping[Role, Words] = {
    Role.ATTENDANT: ("检票员", "attendant"),
    Role.DUTY_MANAGER: ("值班员", "duty manager"),
    Role.CASHIER: ("售票员", "cashier"),
    Role.TECHNICIAN: ("技术员", "technician"),
}

ACTS: Mapping[Act, Words] = {
    Act.OPEN: ("开检", "check-in opened"),
    Act.STOP: ("停检", "check-in stopped"),
    Act.LATE: ("补检", "late boarding"),
    Act.DELAY: ("改时间", "time changed"),
    Act.MERGE: ("并班", "merged"),
    Act.CANCEL: ("停班", "cancelled"),
    Act.REINSTATE: ("复班", "reinstated"),
    Act.GATE: ("改检票口", "gate changed"),
    Act.COACH: ("换车", "coach changed"),
    Act.DEPART: ("发车", "departed"),
    Act.STRIKE_OFF: ("不再等待检票机", "gate struck off"),
    Act.FREE: ("收回余票", "places of a silent till freed"),
}
