"""A terminal as staff use it: its stores, its time, and the badge in their hand. Nothing here waits for a network."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self

from station.badge_card import read_card
from station.clock import TerminalClock
from station.config import Config
from station.enrolment import Enrolment
from station.pin import ask_pin
from station.station_words import StationWords
from sync.cache.reader import CacheReader
from sync.journal.reader import JournalReader
from sync.newest_trust import NewestTrust
from tickets.admission import TimeQuality, TrustedNow
from tickets.badges import open_badge
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey
from tickets.service_day import service_date
from tickets.trust import Badge, TrustList


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody whose card was opened with its PIN: the badge as the trust list has it, and the key that signs."""

    badge: Badge
    key: SigningKey


class StaffDesk:
    """The enrolled terminal at which staff act. Use it as a context; it belongs to one thread."""

    def __init__(self, config: Config) -> None:
        """Raises EnvironmentFault when the terminal is not enrolled, TrustFault when its list is damaged."""
        self.config = config
        self.enrolment = Enrolment.load(config.directory)
        self._open = ExitStack()
        self.cache = CacheReader(config.directory / "cache.db")
        self._open.callback(self.cache.close)
        self.journal = JournalReader(config.directory / "journal.db")
        self._open.callback(self.journal.close)
        self._clock = TerminalClock(self.cache)
        self._clock.not_before(self.journal.floor_ms())
        self._trust = NewestTrust(self.enrolment.trust_list(), self.enrolment.root_key, self.cache)
        self.station = StationWords.of(self.cache.station())

    def __enter__(self) -> Self:
        """The desk itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the files go."""
        self._open.close()

    @property
    def trust_list(self) -> TrustList:
        """The newest trust list known here."""
        return self._trust.trust_list()

    @property
    def now(self) -> TrustedNow:
        """The best time known here."""
        return self._clock()

    @property
    def today(self) -> date:
        """The service day that it is."""
        return service_date(self.now.at, self.station.zone)

    def dated(self) -> datetime:
        """The time to write into what is signed. EnvironmentFault while it is not known: it would be misjudged."""
        now = self.now
        if now.quality is TimeQuality.UNKNOWN:
            raise EnvironmentFault(
                "this machine does not know what time it is, and what is signed carries the time",
                "set its clock (timedatectl set-time) or bring its line back, then do this again",
            )
        return now.at.astimezone(UTC)

    def holder(self, card: str, pin_source: str | None) -> Holder:
        """Open a card and find its badge in the trust list. `card` and `pin_source` as in `read_card` and `ask_pin`.

        Raises BadBadge for a wrong PIN or a damaged card; EnvironmentFault for a badge that is not, or no longer, good.
        """
        text = read_card(card)
        number, key = open_badge(text, ask_pin(pin_source, "the badge card"))
        badge = self.trust_list.badge(number)
        known = f"the trust list of this terminal (version {self.trust_list.version})"
        if badge is None:
            raise EnvironmentFault(
                f"badge {number} is not in {known}",
                "if it is new, wait until the terminal has heard from the centre; otherwise it has been withdrawn",
            )
        if badge.key != key.public:
            raise EnvironmentFault(
                f"this card of badge {number} is not the one that {known} names",
                "use the newest card; if this is it, wait until the terminal has heard from the centre",
            )
        if self.now.quality is not TimeQuality.UNKNOWN and self.now.at >= badge.expires:
            raise EnvironmentFault(
                f"badge {number} has expired", "have a new one made: waystation centre badge add --replace"
            )
        return Holder(badge=badge, key=key)
