"""Staff at the reader: a badge code shown after a refusal lets that passenger through, by name and on record."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from gate.decide import Decider
from gate.decision import Decision, Override, Refused
from gate.pairing import Pairing
from gate.shown import Card, CardTags, Code
from tickets.badges import BadBadge, BadgeTrouble, read_badge_code
from tickets.staff import MAY_OVERRIDE
from tickets.trust import Badge


class BadgeAnswer(Enum):
    """What comes of a badge that lets nobody through."""

    NOBODY_WAITS = "badge_good"
    """It is good, and no refusal is recent enough to be meant."""
    NO_TICKET = "badge_no_ticket"
    """What was refused was no ticket: there is nothing to let through."""
    MAY_NOT = "badge_may_not"
    """This role does not set that reason aside; another does."""
    NOBODY_MAY = "badge_nobody_may"
    """No role sets that reason aside: there is no ticket to use, or no coach."""
    BAD = "badge_bad"
    """Not a badge that is valid here and now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeShown:
    """A badge was shown and let nobody through. `trouble` says what is wrong with a BAD one."""

    answer: BadgeAnswer
    trouble: BadgeTrouble | None = None


class Overrides:
    """Answers whatever is shown at one reader; remembers the last refusal for `seconds`, without the code or card."""

    def __init__(self, decider: Decider, pairing: Pairing, seconds: float, monotonic: Callable[[], float]) -> None:
        self._decider = decider
        self._pairing = pairing
        self._seconds = seconds
        self._monotonic = monotonic
        self._refused: Refused | None = None
        self._until = 0.0

    def tags(self, card: Card) -> CardTags:
        """What is kept of a card that was read here, to be decided on."""
        return self._pairing.tags(card)

    def decide(self, shown: Code | CardTags) -> Decision | BadgeShown:
        """Decide on a ticket, or on the last one that was refused here when a badge is shown."""
        if isinstance(shown, Code) and shown.is_badge:
            return self._badge(shown)
        return self._remembered(self._pairing.decide(shown))

    def forget_what_is_old(self) -> None:
        """Forget whose other half, or badge, did not come. Call it now and then."""
        self._pairing.forget_what_is_old()
        if self._monotonic() > self._until:
            self._refused = None

    def _badge(self, code: Code) -> Decision | BadgeShown:
        self.forget_what_is_old()
        try:
            badge = self._read(code)
        except BadBadge as bad:
            self._decider.refuse_badge(f"badge_{bad.trouble.value}", None)
            return BadgeShown(answer=BadgeAnswer.BAD, trouble=bad.trouble)
        refused = self._refused
        if refused is None:
            return BadgeShown(answer=BadgeAnswer.NOBODY_WAITS)
        reason = refused.refusal.reason
        if refused.subject is None:
            answer = BadgeAnswer.NO_TICKET
        elif reason not in MAY_OVERRIDE[badge.role]:
            anybody = any(reason in reasons for reasons in MAY_OVERRIDE.values())
            answer = BadgeAnswer.MAY_NOT if anybody else BadgeAnswer.NOBODY_MAY
        else:
            return self._remembered(self._decider.override(refused, Override(badge=badge, reason=reason)))
        self._decider.refuse_badge(answer.value, badge.number)
        return BadgeShown(answer=answer)

    def _read(self, code: Code) -> Badge:
        trust, station, now = self._decider.badges()
        if station is None:  # neither an enrolment nor the cache has said it: no badge can be checked
            raise BadBadge(BadgeTrouble.OTHER_STATION, "This gate does not know its station", "Enrol it.")
        return read_badge_code(code.text, trust.trust_list, station, now)

    def _remembered(self, decision: Decision) -> Decision:
        self._refused = decision if isinstance(decision, Refused) else None
        self._until = self._monotonic() + self._seconds
        return decision
