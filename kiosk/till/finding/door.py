"""The technician's door: a badge code under the scanner opens it, and then each device can be looked at and tried.

A test is harmless: it prints a page, reads a card, asks a device how it is. No money moves, and no passenger's data
is shown or kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.health import Health
from kiosk.till.values import DeviceView, StaffView, Words
from tickets.admission import TrustedNow
from tickets.badges import BadBadge, BadgeTrouble, looks_like_badge, read_badge_code
from tickets.trust import Badge, Role, TrustList

MAY_ENTER = frozenset({Role.TECHNICIAN, Role.DUTY_MANAGER})
"""Who may open the door."""

NOT_A_BADGE: Words = (
    "这不是工牌码。请出示有效的工牌码。",
    "This is not a badge code. Please show a valid badge code.",
)
WRONG_ROLE: Words = (
    "此工牌不能打开本页面。需要技术员或值班员的工牌码。",
    "This badge does not open the door: a technician's or the duty manager's is needed.",
)
NO_LIST: Words = (
    "本机没有信任列表，无法核对工牌。请检查注册和同步。",
    "This machine has no trust list to check badges with. Check its enrolment and its sync.",
)
TROUBLES: Mapping[BadgeTrouble, Words] = {
    BadgeTrouble.UNREADABLE: NOT_A_BADGE,
    BadgeTrouble.UNKNOWN_BADGE: (
        "本机不认识此工牌。请检查信任列表是否已更新。",
        "This badge is not known here. Check that the trust list is up to date.",
    ),
    BadgeTrouble.FORGED: ("工牌码无效，请重新生成。", "This badge code was not made by its badge. Make a new one."),
    BadgeTrouble.OTHER_STATION: (
        "此工牌码属于其他车站，请为本站重新生成。",
        "This badge code is for another station. Make one for this station.",
    ),
    BadgeTrouble.TOO_LONG: ("工牌码有效期过长，请重新生成。", "This badge code is valid for too long. Make a new one."),
    BadgeTrouble.BADGE_EXPIRED: (
        "工牌已过期，请向值班员申领。",
        "This badge has expired. Ask the duty manager for a new one.",
    ),
    BadgeTrouble.CODE_EXPIRED: ("工牌码已过期，请重新生成。", "This badge code has expired. Make a new one."),
    BadgeTrouble.NOT_YET: (
        "工牌码的时间在未来，请核对时钟后重新生成。",
        "This badge code is dated in the future. Check the clocks and make a new one.",
    ),
}


DEVICES: Mapping[str, str] = {
    "printer": "打印机",
    "ID reader": "证件阅读器",
    "scanner": "扫描器",
    "validator": "纸币器",
    "coin acceptor": "硬币器",
    "card terminal": "刷卡机",
    "centre": "中心",
}
"""Devices in Chinese, by their names; a hopper's name ends with its number."""


def device_words(name: str) -> Words:
    """What a device is called on a screen; a name that nobody knows stays as it is."""
    hopper, _, number = name.rpartition("-")
    return (f"找零器 {number}" if hopper == "hopper" else DEVICES.get(name, name), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorDevice:
    """A device behind the door. `health` asks it; `test` does one harmless thing with it and says how that went.

    Neither raises; both may take a few seconds.
    """

    name: str
    health: Callable[[], Health]
    test: Callable[[], Health] | None = None


@dataclass(slots=True, kw_only=True)
class _Inside:
    badge: Badge
    said: Words | None = None
    views: dict[str, DeviceView] = field(default_factory=dict)


class Door:
    """The door of one machine. Who is inside stays until somebody closes it or the session ends."""

    def __init__(
        self,
        devices: Sequence[DoorDevice],
        *,
        trust_list: Callable[[], TrustList | None],
        station: Callable[[], int | None],
        now: Callable[[], TrustedNow],
        versions: Iterable[tuple[str, str]] = (),
        show: Callable[[], None] = lambda: None,
    ) -> None:
        """`show` is called when a screen should see that a test has begun, which takes a moment."""
        self._devices = tuple(devices)
        self._trust_list = trust_list
        self._station = station
        self._now = now
        self._versions = tuple(versions)
        self._inside: _Inside | None = None
        self.show = show
        self.waiting = False
        self.trouble: Words | None = None

    def knock(self, *, on: bool) -> None:
        """Begin to wait for a badge code, or close the door."""
        self.waiting, self._inside, self.trouble = on, None, None

    def scanned(self, text: str) -> None:
        """A code was read while somebody waits at the door. What it said is not kept."""
        self.trouble = self._open(text)

    def view(self) -> StaffView | None:
        """What is behind the door while it is open."""
        inside = self._inside
        if inside is None:
            return None
        return StaffView(
            badge=inside.badge.number,
            role=inside.badge.role.value,
            devices=tuple(inside.views.values()),
            said=inside.said,
            versions=self._versions,
        )

    def test(self, name: str) -> None:
        """Try one device; nothing while the door is shut."""
        inside = self._inside
        device = next((each for each in self._devices if each.name == name), None)
        if inside is None or device is None:
            return
        inside.views[name] = DeviceView(name=name, state="testing", what="", hint="")
        self.show()
        health = device.health() if device.test is None else device.test()
        if device.test is not None and health.ok:
            after = device.health()
            health = health if after.ok else after
        inside.views[name] = _view(name, health)
        zh, en = device_words(name)
        inside.said = (f"{zh}：正常。", f"{en}: works.") if health.ok else (f"{zh}：有故障。", f"{en}: {health.what}")

    def _open(self, text: str) -> Words | None:
        trust_list, station = self._trust_list(), self._station()
        if not looks_like_badge(text):
            return NOT_A_BADGE
        if trust_list is None or station is None:
            return NO_LIST
        try:
            badge = read_badge_code(text, trust_list, station, self._now())
        except BadBadge as bad:
            return TROUBLES.get(bad.trouble, NOT_A_BADGE)
        if badge.role not in MAY_ENTER:
            return WRONG_ROLE
        self.waiting = False
        self._inside = _Inside(
            badge=badge, views={each.name: _view(each.name, each.health()) for each in self._devices}
        )
        return None


def _view(name: str, health: Health) -> DeviceView:
    return DeviceView(
        name=name, state="ok" if health.ok else "fault", what=health.what, hint="" if health.ok else health.hint
    )
