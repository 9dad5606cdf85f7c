"""Which admissions of one ticket should not be there together: asked by the relay and by the centre alike."""

from collections.abc import Iterable, Iterator
from typing import Final

from tickets.numbers import TicketNumber
from tickets.uses import Use, UseEnd, presence

SOME_TICKET: Final = TicketNumber.from_digits("0" * 20)
"""Stands for the number where uses of one ticket are compared: what an event calls a number need not be one of ours."""


def overlapping(history: Iterable[Use]) -> Iterator[tuple[Use, Use]]:
    """Pairs of admissions, the earlier one first: the later was claimed while the earlier stood.

    That is: under the same number, or under a later one without a walk out in between (`tickets.uses.presence`). What
    was released does not count. The pairs depend on the uses alone, not on the order in which they became known.
    """
    uses = [use for use in history if use.end is not UseEnd.RELEASED]
    admissions = sorted(
        (use for use in uses if use.purpose == "admission"), key=lambda use: (use.use_no, use.at, use.attempt)
    )
    for at, later in enumerate(admissions):
        before = presence(use for use in uses if use.use_no < later.use_no).standing
        yield from ((earlier, later) for earlier in before if earlier.purpose == "admission")
        yield from ((earlier, later) for earlier in admissions[:at] if earlier.use_no == later.use_no)
