"""What the display says about a badge that lets nobody through: a word, and what to do, in Chinese and English."""

from collections.abc import Mapping

from gate.override import BadgeAnswer, BadgeShown
from tickets.badges import BadgeTrouble

Said = tuple[tuple[str, str], tuple[str, str]]
"""(word zh, word en), (sentence zh, sentence en)."""

_BAD = ("工牌无效", "Badge not taken")
_NEW_CODE = ("请重新生成工牌码。", "Make a new badge code.")

ANSWERS: Mapping[BadgeAnswer, Said] = {
    BadgeAnswer.NOBODY_WAITS: (
        ("工牌有效", "Badge is good"),
        ("现在没有等待放行的旅客。请旅客先出示车票。", "Nobody is waiting to be let through. Scan the ticket first."),
    ),
    BadgeAnswer.NO_TICKET: (
        ("无法放行", "Cannot let through"),
        (
            "刚才出示的不是可用的车票。请输入票号或凭证件查询。",
            "What was shown was no usable ticket. Look it up by number or ID.",
        ),
    ),
    BadgeAnswer.MAY_NOT: (
        ("无权放行", "Not with this badge"),
        ("请值班员处理，或引导旅客到售票窗口。", "Call the duty manager, or send the passenger to the ticket window."),
    ),
    BadgeAnswer.NOBODY_MAY: (
        ("不能放行", "No badge for this"),
        (
            "这个原因任何工牌都不能放行。请引导旅客到售票窗口。",
            "No badge sets this reason aside. Send the passenger to the ticket window.",
        ),
    ),
}
TROUBLES: Mapping[BadgeTrouble, Said] = {
    BadgeTrouble.UNREADABLE: (
        _BAD,
        ("请出示工牌码，不是工牌卡，并放平。", "Show the badge code, not the badge card, and hold it flat."),
    ),
    BadgeTrouble.UNKNOWN_BADGE: (
        _BAD,
        ("本机不认识这张工牌。请技术员检查信任列表。", "This badge is not known here. Ask a technician."),
    ),
    BadgeTrouble.FORGED: (_BAD, ("签名不符。请重新生成工牌码。", "Its signature does not fit. Make a new badge code.")),
    BadgeTrouble.OTHER_STATION: (
        _BAD,
        ("这是别站的工牌码。请重新生成。", "This code is for another station. Make a new one."),
    ),
    BadgeTrouble.TOO_LONG: (
        _BAD,
        ("工牌码的有效期太长。请重新生成。", "This badge code is valid for too long. Make a new one."),
    ),
    BadgeTrouble.BADGE_EXPIRED: (
        _BAD,
        ("工牌已过期。请联系值班员换发。", "The badge has expired. Ask the duty manager for a new one."),
    ),
    BadgeTrouble.CODE_EXPIRED: (
        _BAD,
        ("工牌码已过期。请重新生成。", "This badge code has expired. Make a new one."),
    ),
    BadgeTrouble.NOT_YET: (
        _BAD,
        (
            "工牌码的时间在未来。请核对两台机器的时间。",
            "This code is dated in the future. Check both machines' clocks.",
        ),
    ),
    BadgeTrouble.WRONG_PIN: (_BAD, _NEW_CODE),
    BadgeTrouble.WEAK_PIN: (_BAD, _NEW_CODE),
}
"""A code at a reader is never opened by a PIN: the last two are here so that every trouble has words."""


def words_for(shown: BadgeShown) -> Said:
    """The word and the sentence for what came of a badge."""
    return ANSWERS[shown.answer] if shown.trouble is None else TROUBLES[shown.trouble]
