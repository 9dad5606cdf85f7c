"""A gate's sync in the LAN, as `sync.lan.listener` and `sync.lan.teller` do it, with the network's answers whenever."""

from collections.abc import Callable
from random import Random

from sync.cache.writer import CacheWriter
from sync.journal.reader import JournalReader
from sync.lan.asking import Asking
from sync.lan.writer import LanWriter
from sync.server.relay.journals import Gap, Held, Slice, Taken
from sync.wire.relay import CaughtUpAnswer, CaughtUpRequest, ChangesAnswer
from tests.station_run.agenda import Agenda
from tests.station_run.network import Network

TICK_MS = 50
PATIENCE_MS = 1000
"""How long an answer is waited for before it is asked again."""


class SyncThere:
    """Hears what others did, and tells what happened here. It runs on when its gate does not."""

    def __init__(
        self,
        device: str,
        journal: JournalReader,
        head: Callable[[], int],
        cache: CacheWriter,
        agenda: Agenda,
        network: Network,
        random: Random,
    ) -> None:
        """`head` is the last event of `journal`, which only whoever writes it knows without asking the file."""
        self._head = head
        self._device = device
        self._journal = journal
        self._lan = LanWriter(cache)
        self._agenda = agenda
        self._network = network
        self._random = random
        self._asked = {"tell": -PATIENCE_MS, "hear": -PATIENCE_MS}
        self._turn = {"tell": 0, "hear": 0}
        self._epoch = ""
        self._held = 0
        self._said = False
        self._said_at = 0
        self._arbitrating = False
        self._heard: object = None
        self._asking = Asking(journal.path)
        self._settled = False
        agenda.after(random.randint(0, TICK_MS), self._tick)

    @property
    def at_rest(self) -> bool:
        """Whether all that happened here is told, and the arbiter has said that it arbitrates."""
        follows = self._network.news() == self._heard and self._lan.epoch == self._epoch
        return follows and self._said and self._arbitrating and self._held == self._head()

    def _tick(self) -> None:
        self._agenda.after(TICK_MS, self._tick)
        if self._lan.epoch != self._epoch:
            self._epoch, self._held, self._said, self._arbitrating = self._lan.epoch, 0, False, False
            self._asked["tell"] = -PATIENCE_MS
            self._settled = False
        if self._network.news() != self._heard:
            self._ask("hear", self._hear)
        if self._epoch and not self.at_rest:
            self._ask("tell", self._tell)

    def _ask(self, what: str, ask: Callable[[int], None]) -> None:
        if self._agenda.now - self._asked[what] >= PATIENCE_MS:
            self._turn[what] += 1
            self._asked[what] = self._agenda.now
            ask(self._turn[what])

    def _answered(self, what: str, turn: int) -> bool:
        """Whether this answers what was asked last, and has not been answered yet."""
        if turn != self._turn[what]:
            return False
        self._turn[what] += 1
        self._asked[what] = -PATIENCE_MS
        return True

    def _hear(self, turn: int) -> None:
        after, epoch, news = self._lan.position, self._lan.epoch, self._network.news()

        def heard(answer: ChangesAnswer) -> None:
            if not self._answered("hear", turn):
                return
            self._heard = news
            if self._lan.is_news(answer):
                self._lan.learn(answer, [], 0)
            if answer.more or self._lan.position != answer.position:
                self._heard = None

        self._network.call(self._device, lambda relay: relay.changes(after, epoch), heard)

    def _tell(self, turn: int) -> None:
        self._settled = self._settled or self._asking.nobody_is()
        events = self._journal.events(self._held, self._random.randint(1, 12)) if self._held < self._head() else []
        if events:
            self._push(turn, events[0].seq, [event.data for event in events])
        elif not self._settled:
            self._answered("tell", turn)
        elif not self._said or (not self._arbitrating and self._agenda.now - self._said_at >= PATIENCE_MS):
            self._say_where_it_ends(turn)
        else:
            self._answered("tell", turn)

    def _push(self, turn: int, first: int, events: list[bytes]) -> None:
        told, previous = self._journal.epoch(), self._journal.hash_at(first - 1)
        assert told is not None
        assert previous is not None
        batch = Slice(
            device=self._device, kind="gate", epoch=told.epoch.hex, first_seq=first, previous=previous, events=events
        )
        epoch = self._epoch

        def heard(answer: Taken | None) -> None:
            if not self._answered("tell", turn) or epoch != self._epoch:
                return
            match answer:
                case Held(held_through=through):
                    self._held = max(self._held, through)
                case Gap(expected_seq=expected):
                    self._held = expected - 1
                case None:
                    pass  # another arbiter: the listener is about to hear of it
                case _:
                    raise AssertionError(answer)

        self._network.call(self._device, lambda relay: relay.push(batch, epoch), heard)

    def _say_where_it_ends(self, turn: int) -> None:
        told = self._journal.epoch()
        assert told is not None
        said = CaughtUpRequest(epoch=self._epoch, journal_epoch=told.epoch.hex, seq=self._held)
        self._said_at = self._agenda.now

        def heard(answer: CaughtUpAnswer) -> None:
            if self._answered("tell", turn) and answer.epoch == self._epoch:
                self._said, self._arbitrating = True, answer.arbitrating

        self._network.call(self._device, lambda relay: relay.caught_up(self._device, said), heard)
