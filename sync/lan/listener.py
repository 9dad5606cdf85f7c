"""Hearing of what other terminals did: one question to the relay is always open, and its answer is kept at once."""

import logging
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from sync.lan.fact_judge import FactJudge
from sync.lan.news import LanNews
from sync.lan.relay_client import RelayClient
from sync.lan.writer import JudgedFact, LanWriter
from tickets.admission import TimeQuality, TrustedNow
from tickets.errors import PeerError
from tickets.service_day import CHINA, service_date

_log = logging.getLogger("waystation.lan")

WAIT_S = 10
"""How long a question for changes is left open."""
_KEPT = timedelta(days=7)
"""What was learnt is dropped after this long; by then the centre has told it, or it is of no use."""
_TIDY_EVERY_S = 3600.0


class Listener:
    """Follows the relay's changes. Belongs to one thread."""

    def __init__(
        self,
        relay: RelayClient,
        writer: LanWriter,
        judge: FactJudge,
        news: LanNews,
        now: Callable[[], TrustedNow],
        boot: Callable[[], float],
        *,
        zone: ZoneInfo = CHINA,
    ) -> None:
        """`boot` is a clock in seconds that never goes back."""
        self._relay = relay
        self._writer = writer
        self._judge = judge
        self._news = news
        self._now = now
        self._boot = boot
        self._zone = zone
        self._judged_by = 0
        self._tidied: float | None = None
        self._more = False

    def step(self) -> float:
        """Ask once, and keep what is new; answers in how many seconds to ask again. Raises what a call raises."""
        self._judge_again()
        self._tidy()
        writer = self._writer
        known = writer.epoch != ""
        answer = self._relay.changes(writer.position, writer.epoch, WAIT_S if known and not self._more else 0)
        if answer.epoch == writer.epoch and answer.position < writer.position:
            raise PeerError("The relay's changes go backwards", "It is asked again; report it if it happens twice.")
        if answer.more and (answer.epoch, answer.position) == (writer.epoch, writer.position):
            raise PeerError("The relay answers with the same page for ever", "It is asked again later; report it.")
        if answer.epoch != writer.epoch:
            _log.warning("lan.arbiter", extra={"epoch": answer.epoch})
        if writer.is_news(answer):
            judged = [self._judge.judge(data) for data in answer.facts]
            writer.learn(answer, judged, self._now_ms())
            self._tell(judged)
        self._more = answer.more
        self._news.well("listening")
        return 0.0

    def _judge_again(self) -> None:
        """A newer trust list may know a badge that the one before did not."""
        version = self._judge.version
        if version == self._judged_by:
            return
        again = [self._judge.judge(data) for data in self._writer.refused()]
        if again:
            self._writer.keep(again, self._now_ms())
        self._judged_by = version
        self._news.counts(facts_refused=len(self._writer.refused()))

    def _tell(self, judged: list[JudgedFact]) -> None:
        for each in judged:
            if each.refused:
                _log.error("lan.fact_refused", extra={"what": each.refused})
        if any(each.refused for each in judged):
            self._news.counts(facts_refused=len(self._writer.refused()))

    def _tidy(self) -> None:
        now, boot = self._now(), self._boot()
        if now.quality is not TimeQuality.TRUSTED:
            return  # a wrong clock must not drop what is needed
        if self._tidied is None or boot - self._tidied > _TIDY_EVERY_S:
            oldest = now.at - _KEPT
            self._writer.forget(int(oldest.timestamp() * 1000), service_date(oldest, self._zone).isoformat())
            self._tidied = boot

    def _now_ms(self) -> int:
        return int(self._now().at.timestamp() * 1000)
