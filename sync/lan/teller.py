"""Telling the relay what happened here: the journal as it grows, where it ends, and the staff facts signed here."""

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from uuid import UUID

from sync.cache.writer import CacheWriter
from sync.engine.backoff import Backoff
from sync.engine.pushing import Forked, Pusher, keep_receipt
from sync.journal.reader import JournalReader
from sync.lan.asking import Asking
from sync.lan.fact_judge import FactJudge
from sync.lan.news import LanNews, Work
from sync.lan.outbox import Outbox, Outgoing
from sync.lan.relay_answers import RelayNotKnown
from sync.lan.relay_client import RelayClient
from sync.lan.taken_facts import taken_of_late
from sync.lan.writer import Held, JudgedFact, LanWriter
from sync.line.faults import LineDown, Refused
from sync.points import no_probe
from sync.wire.push import PushAnswer, PushBatch
from sync.wire.relay import OTHER_EPOCH, USUAL_PUSH, CaughtUpRequest
from tickets.admission import TrustedNow
from tickets.errors import Fault
from tickets.keys import PublicKey, SigningKey

_log = logging.getLogger("waystation.lan")

TICK_S = 0.05
"""How often the journal is looked at: so much later, at most, a gate's word leaves this machine."""
_LOOK_EVERY_S = 0.5
"""How often the outbox is looked through even if it seems unchanged: a folder's time may be as coarse as that."""
_ASK_EVERY_S = 1.0
"""How often it is asked whether an arbiter that waits for others has begun."""
_KEPT_EVERY_S = 2.0
"""How often the relay is asked whether the centre has what only the relay is known to hold."""

_ACTS_AT_ONCE = 20
"""How many acts are handed on before the journal has its turn again."""

_WORK: tuple[Work, ...] = ("sending", "facts", "receipts")


class _Towards:
    """The way to the relay, as long as its arbiter has the epoch that the sending goes on for."""

    def __init__(self, relay: RelayClient, epoch: str) -> None:
        self._relay = relay
        self._epoch = epoch

    @property
    def key(self) -> SigningKey:
        return self._relay.key

    def push(self, batch: PushBatch) -> PushAnswer:
        return self._relay.push(batch, self._epoch)


class _Telling:
    """One journal: how far it is told in one arbiter's epoch."""

    def __init__(
        self,
        cache: CacheWriter,
        relay: RelayClient,
        journal: JournalReader,
        epoch: str,
        between: Callable[[], None],
    ) -> None:
        self._relay = relay
        self._cache = cache
        self._journal = journal
        self._epoch = epoch
        self._held = Held(cache, journal, epoch)
        self.pusher = Pusher(
            _Towards(relay, epoch),
            self._held,
            journal,
            lambda: relay.relay_keys,
            no_probe,
            peer="relay",
            between=between,
            most=USUAL_PUSH,
        )
        self._asking = Asking(journal.path)
        self._settled = False
        self._seen: tuple[object, ...] | None = None
        self._said: UUID | None = None
        self._other_story: UUID | None = None

    def settled(self) -> bool:
        """Whether all that the arbiter before has granted here is in the journal by now, or nobody will act on it.

        Ask before `tell`: what is told then is all of it.
        """
        self._settled = self._settled or self._asking.nobody_is()
        return self._settled

    def grew(self) -> bool:
        """Whether there is something to do."""
        return self._journal.written() != self._seen

    def tell(self) -> None:
        """Send what is new."""
        seen = self._journal.written()
        self.pusher.push()
        self._seen = seen

    def learn_what_is_kept(self, receipt_keys: Sequence[PublicKey]) -> None:
        """Ask how far the centre keeps what only the relay is known to hold, and keep the centre's own receipt.

        Raises Forked when the centre has another story of this journal.
        """
        found = self._journal.epoch()
        if found is None or self._held.kept_through(found.epoch) <= self._cache.kept_through(found.epoch):
            return
        answer = self._relay.kept(found.epoch.hex)
        if answer.receipt is not None:
            keep_receipt(
                self._journal,
                self._cache,
                receipt_keys,
                found.epoch,
                answer.kept_through,
                answer.receipt,
                peer="centre",
            )
        if answer.forked:
            self._other_story = found.epoch
            raise Forked(
                "The centre has another story of this journal, the relay says",
                "Enrol this machine again; the centre keeps what it has.",
            )

    @property
    def forked(self) -> bool:
        """Whether the relay, or the centre by way of it, has another story of this journal."""
        if self.pusher.forked:
            return True
        found = self._journal.epoch() if self._other_story is not None else None
        return found is not None and found.epoch == self._other_story

    def end(self) -> CaughtUpRequest | None:
        """What to say of where the journal ends, if that was not said yet; None while there is no journal."""
        found = self._journal.epoch()
        if found is None or found.epoch == self._said or self.pusher.forked:
            return None
        return CaughtUpRequest(
            epoch=self._epoch, journal_epoch=found.epoch.hex, seq=self._held.kept_through(found.epoch)
        )

    def said(self, request: CaughtUpRequest) -> None:
        """It was said."""
        self._said = UUID(request.journal_epoch)

    def say_again(self) -> None:
        """It may have been lost, or the arbiter has not begun: say it again."""
        self._said = None


class Teller:
    """Tells the relay. Belongs to one thread; the journals and the outbox are read, never waited for."""

    def __init__(
        self,
        relay: RelayClient | None,
        cache: CacheWriter,
        writer: LanWriter,
        journals: Sequence[JournalReader],
        outbox: Outbox,
        judge: FactJudge,
        news: LanNews,
        now: Callable[[], TrustedNow],
        boot: Callable[[], float],
        backoff: Backoff,
        *,
        receipt_keys: Callable[[], Sequence[PublicKey]],
    ) -> None:
        """`relay` is None where there is none: then staff facts are obeyed, and nothing is told.

        `receipt_keys` answers whose receipts are the centre's: they come back through the relay. `boot` is a clock in
        seconds that never goes back; `backoff` paces what the relay does not answer.
        """
        self._relay = relay
        self._cache = cache
        self._writer = writer
        self._journals = journals
        self._outbox = outbox
        self._judge = judge
        self._news = news
        self._now = now
        self._boot = boot
        self._pace: dict[Work, _Pace] = {work: _Pace(backoff.fresh(), boot) for work in _WORK}
        self._epoch = ""
        self._tellings: list[_Telling] = []
        self._waiting: dict[str, Outgoing] = {}
        self._acts_told = ""
        """The arbiter's epoch for which it was looked what acts to offer."""
        self._looked = float("-inf")
        self._asked = float("-inf")
        self._kept_asked = float("-inf")
        self._receipt_keys = receipt_keys

    def step(self) -> float:
        """Do what is due; answers in how many seconds to look again. Whatever fails is told, and holds up no other."""
        self._serve_staff()
        relay = self._relay
        if relay is None:
            return TICK_S
        if self._writer.epoch != self._epoch:
            self._begin(relay, self._writer.epoch)
        if self._tellings:
            self._try("sending", lambda: self._tell(relay))
            if self._boot() - self._kept_asked >= _KEPT_EVERY_S:
                self._kept_asked = self._boot()
                self._try("receipts", self._learn_what_is_kept)
        return TICK_S

    def _serve_staff(self) -> None:
        """Obey and hand on what staff signed here: before a journal is told, and between any two batches of it."""
        if self._outbox.changed() or self._boot() - self._looked >= _LOOK_EVERY_S:
            self._looked = self._boot()
            try:
                self._look()
            except Fault as fault:
                self._news.trouble("store", fault)
            else:
                self._news.well("store")
        relay = self._relay
        if relay is not None and self._waiting:
            self._try("facts", lambda: self._hand_on(relay))

    def _begin(self, relay: RelayClient, epoch: str) -> None:
        """Another arbiter: it has heard nothing yet, also of acts that the one before had taken."""
        self._epoch = epoch
        self._looked = float("-inf")
        self._tellings = [_Telling(self._cache, relay, journal, epoch, self._serve_staff) for journal in self._journals]
        self._pace["sending"].hurry()

    def _look(self) -> None:
        """Obey what staff signed here before anybody else knows of it."""
        for found in self._outbox.waiting():
            if found.path.name in self._waiting:
                continue
            judged = self._judge.judge(found.data)
            if judged.refused:
                _log.error("lan.own_fact_refused", extra={"what": judged.refused})
                self._outbox.refused(found)
                continue
            self._obey(found, judged)
        if self._acts_told != self._epoch:
            if self._writer.acts_told != self._epoch:
                for found, judged in taken_of_late(self._outbox, self._judge, self._now()):
                    self._obey(found, judged)
            self._acts_told = self._epoch
        self._count_acts()

    def _obey(self, found: Outgoing, judged: JudgedFact) -> None:
        self._writer.keep([judged], int(self._now().at.timestamp() * 1000))
        self._waiting[found.path.name] = found
        self._pace["facts"].hurry()

    def _count_acts(self) -> None:
        self._news.counts(facts_waiting=len(self._waiting))
        if not self._waiting and self._epoch and self._writer.acts_told != self._epoch == self._acts_told:
            self._writer.all_acts_told(self._epoch)

    def _hand_on(self, relay: RelayClient) -> None:
        refusal: Fault | None = None
        taken = 0
        for name, waiting in list(self._waiting.items()):
            if taken == _ACTS_AT_ONCE:
                break
            try:
                relay.fact(waiting.data)
            except Refused as no:  # its trust list may be older than ours: it is asked again, and the others go on
                refusal = no
                continue
            self._outbox.taken(waiting)
            del self._waiting[name]
            taken += 1
        self._count_acts()
        if refusal is not None:
            raise refusal

    def _tell(self, relay: RelayClient) -> None:
        for telling in self._tellings:
            settled = telling.settled()
            if telling.grew():
                telling.tell()
                self._count()
            if settled:
                self._say_where_it_ends(relay, telling)

    def _learn_what_is_kept(self) -> None:
        keys = self._receipt_keys()
        for telling in self._tellings:
            telling.learn_what_is_kept(keys)

    def _count(self) -> None:
        self._news.counts(
            queued=sum(telling.pusher.queued() for telling in self._tellings),
            forked=any(telling.forked for telling in self._tellings),
        )

    def _say_where_it_ends(self, relay: RelayClient, telling: _Telling) -> None:
        if not self._news.arbitrating and self._boot() - self._asked > _ASK_EVERY_S:
            telling.say_again()
        request = telling.end()
        if request is None:
            return
        self._asked = self._boot()
        answer = relay.caught_up(request)
        if answer.epoch == self._epoch:
            telling.said(request)
            self._news.arbiter(answer)

    def _try(self, work: Work, act: Callable[[], None]) -> None:
        pace = self._pace[work]
        if pace.early:
            return
        try:
            act()
        except (LineDown, RelayNotKnown) as fault:
            for telling in self._tellings:
                telling.say_again()
            self._failed(work, fault)
        except Refused as no:
            if (
                no.status == OTHER_EPOCH  # the listener is about to hear of the other one, and all begins anew
                or (work == "receipts" and no.status == HTTPStatus.NOT_FOUND)  # an older relay hands nothing on
            ):
                pace.failed()
            else:
                self._failed(work, no)
        except Fault as fault:
            self._failed(work, fault)
        else:
            pace.well()
            self._news.well(work)

    def _failed(self, work: Work, fault: Fault) -> None:
        self._pace[work].failed()
        self._news.trouble(work, fault)
        if work != "facts":
            self._count()


class _Pace:
    """When to try again after a failure."""

    def __init__(self, backoff: Backoff, boot: Callable[[], float]) -> None:
        self._backoff = backoff
        self._boot = boot
        self._not_before = float("-inf")

    @property
    def early(self) -> bool:
        return self._boot() < self._not_before

    def failed(self) -> None:
        self._not_before = self._boot() + self._backoff.failed()

    def well(self) -> None:
        self._backoff.succeeded()

    def hurry(self) -> None:
        self._not_before = float("-inf")
