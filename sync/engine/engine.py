"""The sync process's loop as steps: time when due, send all, fetch all, then say how long to wait.

There is no offline mode: a step that fails costs only its time budget, is tried again after a jittered wait, and
leaves the stores as they were or further on. The line's loss and return are each logged once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.cache.snapshot_copy import Expected, SnapshotCopy
from sync.cache.snapshot_file import SnapshotFile
from sync.cache.writer import CacheWriter
from sync.comparing.comparing import Comparing, DigestsDiffer
from sync.engine.backoff import Backoff
from sync.engine.believing import Belief, TimeAsker, Worry
from sync.engine.part import Part
from sync.engine.pulling import News, Puller
from sync.engine.pushing import Pusher
from sync.engine.status import SyncStatus
from sync.journal.reader import JournalReader
from sync.line.client import CentreClient, LineDown, Refused
from sync.points import Probe, no_probe
from sync.renewing import CertificateShelf, Renewal
from sync.trusted_time import Clocks, TrustedClock
from tickets.admission import TimeQuality
from tickets.errors import EnvironmentFault, Fault
from tickets.keys import PublicKey
from tickets.service_day import CHINA, service_date
from tickets.trust import KeyUse

_log = logging.getLogger("waystation.sync")

_KEYS_OUTLIVE_THE_DAY = timedelta(hours=3)
"""Identity keys of a service day (which ends at 03:00) are destroyed this long after its end."""
_EVIDENCE_LASTS = timedelta(days=1)
"""So long a damaged cache is there to be looked at; then it is destroyed, for the identity keys that are in it."""
_STATUS_EVERY_MS = 10_000
_FLOOR_STEP_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What one step did, whether somebody answered, and how long to wait before the next, in seconds."""

    line_up: bool
    pushed: int
    pulled: int
    wait_seconds: float
    problems: tuple[Fault, ...]


class Engine:
    """Keeps one terminal's stores in step with the centre. It alone writes the cache, and only reads the journals."""

    def __init__(
        self,
        *,
        client: CentreClient,
        cache: CacheWriter,
        journals: Sequence[Path],
        root: PublicKey,
        enrolled_trust: bytes,
        clocks: Clocks,
        backoff: Backoff,
        nonce: Callable[[], bytes],
        probe: Probe = no_probe,
        poll_seconds: float = 1.0,
        certificate: CertificateShelf | None = None,
        news: News | None = None,
        snapshots: SnapshotFile | None = None,
        station: int | None = None,
        compares: bool = False,
        keep_trust: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """`nonce` gives 32 random bytes. TrustFault when not even the list from enrolment is the root's.

        It is the newest that was given to `keep_trust`, which keeps it apart from the cache, once there was one.
        The device's own certificate, on its shelf, is renewed in time; without a shelf nobody looks after it.
        Without `news` of changes at the centre, every step asks for them. `snapshots` is where one is kept while it is
        fetched, and `station` whose it must be; without the former a fresh copy is made of pages. One that `compares`
        asks the centre now and then whether both know the same of departures that have left.
        """
        self._cache = cache
        self._clocks = clocks
        self._backoff = backoff
        self._poll_seconds = poll_seconds
        self._clock = TrustedClock(cache.time_anchor(), cache.time_floor_ms(), clocks.boot, clocks.wall, clocks.boot_id)
        client = client.dated_by(lambda: self._clock.now().at.timestamp())
        self._belief = Belief(cache, root, enrolled_trust, keep_trust)
        self._readers = [JournalReader(path) for path in journals]
        self._pushers = [
            Pusher(client, cache, reader, lambda: self._belief.keys(KeyUse.RECEIPT), probe) for reader in self._readers
        ]
        self._asker = TimeAsker(client, cache, lambda: self._belief.keys(KeyUse.TIME), clocks, nonce)
        expected = Expected(station=station, signers=lambda: self._belief.keys(KeyUse.LIST))
        copy = None
        if snapshots is not None:
            copy = SnapshotCopy(client, cache, snapshots, expected, self._push_between_pages, clocks.boot)
        self._puller = Puller(client, cache, self._push_between_pages, news, copy, begun_anew=self._doubt_the_centre)
        self._time = Part(self._ask_time, backoff.fresh(), clocks.boot)
        self._push = Part(self._push_all, backoff.fresh(), clocks.boot)
        self._pull = Part(self._puller.pull, backoff.fresh(), clocks.boot)
        renewal = None
        if certificate is not None:
            keys = self._belief.keys
            renewal = Renewal(client, certificate, self._clock.now, lambda: keys(KeyUse.CERTIFICATE))
        self._renew = None if renewal is None else Part(renewal.renew_when_due, backoff.fresh(), clocks.boot)
        self._comparing = Comparing(client, cache, self._readers, clocks.boot) if compares else None
        self._compare = Part(self._compare_some, backoff.fresh(), clocks.boot)
        self._bad_list: Fault | None = None
        self._line_up: bool | None = None
        self._status: SyncStatus | None = None
        self._pushed = 0

    @property
    def clock(self) -> TrustedClock:
        """This process's trusted clock, kept up to date by the steps."""
        return self._clock

    def step(self) -> StepResult:
        """Do one round. Whatever the line or the centre does is a result; what the own disk does to the cache raises.

        DamagedStore: the cache is to be opened again, which begins it anew.
        """
        self._cache.check()
        self._pushed, pulled, fresh = 0, 0, False
        down: LineDown | None = None
        try:
            self._time.run()
            self._push.run()
            if self._renew is not None and self._renew.run():
                self._pull.hurry()  # it may have been refused for the old certificate
            if self._puller.due():
                pulled = self._pull.run()
                fresh = self._pull.problem is None
            if self._push.problem is None and self._pull.problem is None:
                self._compare.run()
        except LineDown as fault:
            down = fault
        if down is None:
            self._backoff.succeeded()
        wait = self._poll_seconds if down is None else self._backoff.failed()
        self._belief_renewed()
        problems = self._problems(down)
        self._note_line(down)
        self._keep_house()
        self._write_status(down is None, problems, fresh=fresh)
        return StepResult(
            line_up=down is None, pushed=self._pushed, pulled=pulled, wait_seconds=wait, problems=problems
        )

    def close(self) -> None:
        """Let the journals go. The cache belongs to the caller."""
        for reader in self._readers:
            reader.close()

    def _problems(self, down: LineDown | None) -> tuple[Fault, ...]:
        renewing = None if self._renew is None else self._renew.problem
        found = (down, self._time.problem, self._push.problem, renewing, self._pull.problem, self._bad_list)
        return tuple(fault for fault in found if fault is not None)

    def _belief_renewed(self) -> None:
        version = self._belief.trust_list.version
        fault = self._belief.renew()
        if fault is not None:
            self._bad_list = fault
            _log.error("sync.trust_list_refused", extra={"what": fault.what})
        elif self._belief.trust_list.version != version:
            self._bad_list = None

    def _ask_time(self) -> int:
        if not self._asker.ask_when_due():
            return 0
        self._clock.renew(self._cache.time_anchor(), self._cache.time_floor_ms())
        for part in (self._push, self._pull):
            part.hurry()  # what was refused may have been signed at a wrong time
        return 1

    def _push_all(self) -> int:
        for pusher in self._pushers:
            done = pusher.push()
            self._pushed += done.sent
            for line in done.refused:
                _log.error("sync.event_not_usable", extra={"what": line})
        return self._pushed

    def _compare_some(self) -> int:
        now = self._clock.now()
        if self._comparing is None or now.quality is not TimeQuality.TRUSTED or self._queued():
            return 0
        before = self._comparing.problem
        compared = self._comparing.compare_when_due(now.at)
        problem = self._comparing.problem
        if problem is not None and (before is None or before.what != problem.what):
            _log.error("sync.digest_differs", extra={"what": problem.what})
        return compared

    def _doubt_the_centre(self) -> None:
        """It did not know what it had told: perhaps it does not know either what it had been told."""
        for pusher in self._pushers:
            pusher.doubt()
        self._push.hurry()

    def _push_between_pages(self) -> None:
        self._push.run()

    def _note_line(self, down: LineDown | None) -> None:
        if (down is None) == self._line_up:
            return
        if down is not None:
            _log.warning("sync.line_lost", extra={"what": down.what})
        elif self._line_up is False:
            _log.info("sync.line_back", extra={"queued": self._queued()})
        self._line_up = down is None

    def _queued(self) -> int:
        return sum(_or_zero(pusher.queued) for pusher in self._pushers)

    def _keep_house(self) -> None:
        now = self._clock.now()
        if now.quality is TimeQuality.TRUSTED:
            floor_ms = int(now.at.timestamp() * 1000)
        else:
            floor_ms = max((_or_zero(reader.floor_ms) for reader in self._readers), default=0)
        if floor_ms > self._cache.time_floor_ms() + _FLOOR_STEP_MS:
            self._cache.raise_floor(floor_ms)
        self._cache.destroy_set_aside(now.at - _EVIDENCE_LASTS)
        if now.quality is TimeQuality.TRUSTED:  # a wrong clock must not destroy a key that is needed
            self._cache.forget_day_keys(service_date(now.at - _KEYS_OUTLIVE_THE_DAY, self._zone()))

    def _zone(self) -> ZoneInfo:
        station = self._cache.record("station", "")
        try:
            return ZoneInfo(str(station["timezone"])) if station is not None else CHINA
        except (ZoneInfoNotFoundError, ValueError, KeyError):
            return CHINA

    def _write_status(self, line_up: bool, problems: Sequence[Fault], *, fresh: bool) -> None:
        """Keep the status in the cache; an unchanged one only every ten seconds, to spare the disk.

        `fresh`: the cache was seen to be as new as the centre just now.
        """
        before = self._status or self._cache.status()
        now_ms = int(self._clock.now().at.timestamp() * 1000)
        last = now_ms if fresh and not problems else before.last_success_ms if before is not None else None
        worry: Worry | DigestsDiffer | None = self._belief.worry(self._clock.now())
        if worry is None and self._comparing is not None:
            worry = self._comparing.problem
        status = SyncStatus(
            line_up=line_up,
            last_success_ms=last,
            queued=self._queued(),
            forked=any(pusher.forked for pusher in self._pushers),
            revoked=self._revoked(before, problems, fresh=fresh),
            set_aside=self._cache.set_aside_count(),
            what=problems[0].what if problems else "",
            hint=problems[0].hint if problems else "",
            worry=worry.what if worry is not None else "",
            worry_hint=worry.hint if worry is not None else "",
        )
        if status.worry and (before is None or before.worry != status.worry):
            _log.warning("sync.trust_list_worry %s", status.worry)
        if before is not None and last is not None and before.last_success_ms is not None:
            same = status.model_copy(update={"last_success_ms": before.last_success_ms}) == before
            if same and abs(last - before.last_success_ms) < _STATUS_EVERY_MS:
                return
        self._cache.set_status(status)
        self._status = status

    @staticmethod
    def _revoked(before: SyncStatus | None, problems: Sequence[Fault], *, fresh: bool) -> bool:
        """Whether the centre has said that it believes this device no more: until it answers it again, and no shorter.

        A thief who cuts the line, or starts the machine anew, does not make it forget.
        """
        if any(isinstance(fault, Refused) and fault.revoked for fault in problems):
            return True
        return before is not None and before.revoked and not fresh


def _or_zero(ask: Callable[[], int]) -> int:
    """What a journal answers; 0 while it cannot be read, which the sending of it has said already."""
    try:
        return ask()
    except EnvironmentFault:
        return 0


def run(engine: Engine, wait: Callable[[float], bool]) -> None:
    """Step for ever; `wait(seconds)` waits that long and answers True to stop (`threading.Event.wait`)."""
    while not wait(engine.step().wait_seconds):
        pass
