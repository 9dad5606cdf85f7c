"""What the gate tells passengers and staff: one value per change, for the display, the sound and the log."""

from drivers.barrier import Way
from gate.announcement import WAY_OUT, Announcement, Showing
from gate.badge_words import words_for
from gate.decide import Admitted, Refused
from gate.decision import RE_ENTRY
from gate.override import BadgeAnswer, BadgeShown
from tickets.admission import Flag
from tickets.departures import IdentityPolicy
from tickets.journey import TicketKind
from tickets.reasons import sentence, word

_NO_ID = Flag.IDENTITY_NOT_CHECKED.value
_PRICED_BY_ID = frozenset({TicketKind.CONCESSION, TicketKind.FREE})

FOR_STAFF: tuple[str, ...] = (
    Flag.OVERRIDDEN.value,
    Flag.DEPARTURE_NOT_KNOWN.value,
    Flag.TIME_UNKNOWN.value,
    Flag.LATE.value,
    _NO_ID,
    RE_ENTRY,
)
"""What the attendant is shown of an admission, the most urgent first."""


def go(admitted: Admitted, way: Way = Way.IN) -> Announcement:
    """What an admitted passenger sees; on the way out nobody needs the seat or the bay."""
    inwards = way is Way.IN
    return Announcement(
        showing=Showing.GO,
        word=("请进", "Go") if inwards else WAY_OUT,
        seat=admitted.journey.seat if inwards else None,
        bay=admitted.departure.bay if inwards and admitted.departure else None,
        persons=admitted.persons,
        kind=admitted.journey.kind.name.lower(),
        flags=tuple(sorted(admitted.flags)),
        staff=tuple(flag for flag in FOR_STAFF if flag in admitted.flags and (flag != _NO_ID or _is_to_look(admitted))),
    )


def _is_to_look(admitted: Admitted) -> bool:
    """Whether the attendant is to compare the ID: where a price depends on it, or the coach asks for the card.

    Where the coach asks for the code alone, a look at everybody's ID would be a look at nobody's.
    """
    departure = admitted.departure
    return admitted.journey.kind in _PRICED_BY_ID or (
        departure is not None and departure.identity not in (None, IdentityPolicy.CODE)
    )


def stop(refused: Refused) -> Announcement:
    """What a refused passenger sees: why, and what to do."""
    refusal, zone = refused.refusal, refused.zone
    return Announcement(
        showing=Showing.STOP,
        word=(word(refusal.reason, "zh"), word(refusal.reason, "en")),
        sentence=(sentence(refusal, "zh", zone=zone), sentence(refusal, "en", zone=zone)),
        reason=str(refusal.reason),
        flags=tuple(sorted(refused.flags)),
    )


def badge(shown: BadgeShown) -> Announcement:
    """What staff see of a badge that lets nobody through: a good one is no refusal."""
    word_of, sentence_of = words_for(shown)
    good = shown.answer is BadgeAnswer.NOBODY_WAITS
    return Announcement(
        showing=Showing.BADGE if good else Showing.STOP,
        word=word_of,
        sentence=sentence_of,
        reason=shown.answer.value if shown.trouble is None else f"badge_{shown.trouble.value}",
    )
