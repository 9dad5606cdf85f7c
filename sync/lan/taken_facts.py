"""Staff facts that a former arbiter has taken: which of them another is to hear, in case they died with its disk."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sync.lan.fact_judge import FactJudge
from sync.lan.outbox import Outbox, Outgoing
from sync.lan.writer import JudgedFact
from tickets.admission import TimeQuality, TrustedNow

AGAIN: Final = timedelta(days=14)
"""How old an act may be to be offered again: longer than a station is expected to be without its centre, which keeps
each act once, whoever brings it.
"""


def taken_of_late(outbox: Outbox, judge: FactJudge, now: TrustedNow) -> list[tuple[Outgoing, JudgedFact]]:
    """The facts signed here that a relay has taken, at most `AGAIN` old, and still to be obeyed.

    As long as the time is not known their age keeps none back. Raises EnvironmentFault when they cannot be read.
    """
    return list(_of_late(outbox, judge, now))


def _of_late(outbox: Outbox, judge: FactJudge, now: TrustedNow) -> Iterator[tuple[Outgoing, JudgedFact]]:
    for found in outbox.taken_before():
        judged = judge.judge(found.data)
        if judged.refused or judged.fact is None:
            continue
        if now.quality is not TimeQuality.TRUSTED or judged.fact.at >= now.at - AGAIN:
            yield found, judged
