"""What must be said beside a departure sheet: why its numbers may still change, and what somebody has to look into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.paper.face import Words
from station.staff_desk import StaffDesk
from tickets.admission import TimeQuality
from tickets.departures import Departure, DepartureState
from tickets.sheet import Sheet

OLD = timedelta(minutes=1)
"""A cache this old may lack sales and refunds of the last minutes, which is when most are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to know. `name` is for programs; `may_change`: because of it, the numbers may not be the last."""

    name: str
    words: Words
    may_change: bool = True


def notes_on(
    desk: StaffDesk, departure: Departure, sheet: Sheet, now: datetime, *, without_ticket: int
) -> tuple[Note, ...]:
    """All that holds now, the gravest first."""
    return (
        *_of_the_departure(departure, now),
        *_of_the_lan(desk),
        *_of_the_centre(desk, now),
        *_of_the_lanes(sheet, without_ticket),
    )


def _of_the_departure(departure: Departure, now: datetime) -> Iterator[Note]:
    if departure.merged_into is not None:
        into = departure.merged_into
        yield Note(
            name="merged",
            words=(
                f"本班次已并入 {into}，以 {into} 的路单为准。",
                f"Merged into {into}: its sheet is the one that counts.",
            ),
        )
    elif departure.state is DepartureState.SCHEDULED and now < max(
        departure.closes_at, departure.late_until or departure.closes_at
    ):
        yield Note(name="open", words=("检票尚未结束。", "Check-in is not over yet."))


def _of_the_lan(desk: StaffDesk) -> Iterator[Note]:
    if desk.config.relay is None:
        others = [each for each in desk.cache.devices() if each.kind == "gate" and each.state == "active"]
        if len([each for each in others if each.device != desk.enrolment.device]) > 0:
            yield Note(
                name="no_relay",
                words=(
                    "本站未设中继，其他检票机的人数须经中心传来。",
                    "No relay: other gates are heard through the centre.",
                ),
            )
        return
    lan = desk.cache.lan_status()
    if lan is None or not lan.relay_up:
        yield Note(
            name="relay_silent",
            words=(
                "中继没有应答：其他检票机此后的检票不在其内。",
                "The relay is silent: what other gates did since is not in it.",
            ),
        )
        return
    waited_for = [name for name in lan.waiting_for if name != desk.enrolment.device]
    if waited_for:
        names = {each.device: each.name for each in desk.cache.devices()}
        said = ", ".join(names.get(device, device) for device in waited_for)
        yield Note(
            name="gates_not_heard",
            words=(f"尚未收到这些检票机的记录：{said}。", f"Not heard yet from these gates: {said}."),
        )


def _of_the_centre(desk: StaffDesk, now: datetime) -> Iterator[Note]:
    age = desk.cache.age(now)
    if age is None:
        yield Note(
            name="never_in_step",
            words=(
                "本机从未与中心同步：售票数不可用。",
                "Never in step with the centre: sold tickets are not known here.",
            ),
        )
    elif age >= OLD:
        minutes = age // OLD
        yield Note(
            name="cache_old",
            words=(
                f"已 {minutes} 分钟未与中心同步：此后的售票、退票不在其内。",
                f"Out of step with the centre for {minutes} min: sales and refunds since then are not in it.",
            ),
        )
    status = desk.cache.status()
    if status is not None and status.worry:
        yield Note(
            name="trust_list",
            words=("信任列表即将到期、已到期或未更新：请告知中心。", f"{status.worry}. {status.worry_hint}"),
            may_change=False,
        )
    if desk.now.quality is not TimeQuality.TRUSTED:
        yield Note(
            name="time_not_signed",
            words=("本机时间未经核对。", "This machine's time is not confirmed."),
            may_change=False,
        )


def _of_the_lanes(sheet: Sheet, without_ticket: int) -> Iterator[Note]:
    if sheet.under_way:
        yield Note(
            name="under_way",
            words=(f"{sheet.under_way} 位旅客正在通道内。", f"{sheet.under_way} in a lane right now."),
        )
    if sheet.unresolved:
        count = len(sheet.unresolved)
        yield Note(
            name="unresolved",
            words=(
                f"{count} 张票不知是否已通过，请清点。",
                f"Of {count} nobody can say whether the holder passed: count heads.",
            ),
        )
    if sheet.admitted_twice:
        count = len(sheet.admitted_twice)
        yield Note(
            name="admitted_twice",
            words=(f"{count} 张票放行了两次，请核对。", f"{count} let in twice: find out who."),
            may_change=False,
        )
    if sheet.boarded_void:
        yield Note(
            name="boarded_void",
            words=(
                f"{sheet.boarded_void} 张已退、已改签或已停用的票仍在车上。",
                f"{sheet.boarded_void} refunded, changed or blocked, and aboard all the same.",
            ),
            may_change=False,
        )
    if sheet.boarded_unlisted:
        yield Note(
            name="boarded_unlisted",
            words=(
                f"{sheet.boarded_unlisted} 张已检的票，售票记录尚未传到本机。",
                f"{sheet.boarded_unlisted} boarded whose sale this machine has not heard of yet.",
            ),
        )
    if without_ticket:
        yield Note(
            name="without_ticket",
            words=(
                f"本机通道有 {without_ticket} 次尾随报警，未计入实乘人数，请清点。",
                f"{without_ticket} followed somebody through this gate's lanes and are not counted: count heads.",
            ),
            may_change=False,
        )
