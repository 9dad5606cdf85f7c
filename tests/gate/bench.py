"""A gate on real files, with real keys and real tickets; what the centre says and what time it is are the test's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from gate.decide import Admitted, Decider, Decision, Refused
from gate.settings import GateSettings
from gate.shown import Card, CardTags, Code
from sync.cache.reader import CacheReader, CacheWriter
from sync.journal.journal import Journal
from sync.journal.uses import end_use
from sync.lan.arbiter import Arbiter
from sync.lan.writer import JudgedFact, LanWriter
from sync.newest_trust import NewestTrust
from sync.points import Probe, no_probe
from sync.wire.pull import PullAnswer, Record
from tests.tickets.samples import CERTIFICATE_KEY, JOURNEY, PREFIX, START, TICKET_KEY, TILL_KEY, trusted
from tickets.admission import TimeQuality, TrustedNow
from tickets.credential import Ticket, TillCertificate, certify, issue, issue_delegated
from tickets.departures import Departure
from tickets.identity import DocumentKind, identity_tag
from tickets.journey import Journey
from tickets.keys import SigningKey
from tickets.numbers import TicketNumber, new_number
from tickets.staff import Act, StaffFact, sign_fact
from tickets.trust import KeyUse, TrustedKey, TrustList, sign_trust_list
from tickets.uses import UseEnd

ROOT = SigningKey.from_raw(b"\x05" * 32)
DAY_KEY = b"\x06" * 32
TODAY = date(2026, 11, 22)
LEAVES = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # 14:30 at the station
NOON = LEAVES - timedelta(minutes=20)
EXPIRES = datetime(2026, 11, 23, 19, tzinfo=UTC)
STOP = JOURNEY.boarding
STATION = 3701
ID = "11010519491231002X"
OTHER_ID = "110105194912310038"
THEIRS = UUID(int=9)
SETTINGS = GateSettings(gate="3", lane="3A")
DEPARTURE = Departure(
    service_date=TODAY,
    trip=JOURNEY.trip,
    departs_at=LEAVES,
    boarding=STOP,
    gate="3",
    bay="12",
    plate="鲁A12345",
    seats=45,
    places=45,
    stops=(),
    opens_at=LEAVES - timedelta(minutes=45),
    closes_at=LEAVES - timedelta(minutes=5),
)


def card(number: str = ID) -> Card:
    return Card(kind=DocumentKind.RESIDENT_ID, number=number)


def trust_bytes(
    version: int = 1, *, revoked: frozenset[int] = frozenset(), keys: tuple[TrustedKey, ...] | None = None
) -> bytes:
    if keys is None:
        keys = (trusted(KeyUse.TICKET, TICKET_KEY), trusted(KeyUse.CERTIFICATE, CERTIFICATE_KEY))
    ends = START + timedelta(days=90)
    return sign_trust_list(
        TrustList(version=version, issued=START, expires=ends, keys=keys, revoked_prefixes=revoked), ROOT
    )


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = TrustedNow(at=NOON, quality=TimeQuality.TRUSTED)

    def __call__(self) -> TrustedNow:
        return self.now

    def set(self, at: datetime, quality: TimeQuality = TimeQuality.TRUSTED) -> None:
        self.now = TrustedNow(at=at, quality=quality)


class Centre:
    """Says things into a cache file, as sync would."""

    def __init__(self, path: Path) -> None:
        self.writer = CacheWriter(path)
        self._change = 0
        self._facts = 0

    def says(self, kind: str, key: str, body: Mapping[str, object] | None) -> None:
        self._change += 1
        record = Record(kind=kind, key=key, body=None if body is None else dict(body), change=self._change)
        assert self.writer.apply(PullAnswer(records=(record,), cursor=str(self._change), more=False)) == 0

    def station(self, stop: int = STOP, timezone: str = "Asia/Shanghai") -> None:
        body = {
            "code": STATION,
            "name": ["站", "Station"],
            "operator": ["运", "Coaches"],
            "timezone": timezone,
            "stop": stop,
        }
        self.says("station", "", body)

    def departure(self, departure: Departure = DEPARTURE) -> None:
        self.says("departure", f"{departure.service_date.isoformat()}/{departure.trip}", departure.to_record())

    def day_key(self, day: date = TODAY) -> None:
        self.says("day_key", day.isoformat(), {"service_date": day.isoformat(), "key": DAY_KEY.hex()})

    def ticket(self, ticket: Ticket, state: str = "valid") -> None:
        journey = ticket.journey
        body = {
            "number": ticket.number.digits,
            "service_date": journey.service_date.isoformat(),
            "trip": journey.trip,
            "boarding": journey.boarding,
            "alighting": journey.alighting,
            "seat": journey.seat,
            "kind": int(journey.kind),
            "children": journey.children,
            "fare": int(journey.fare),
            "tag": journey.tag.hex(),
            "expires": int(ticket.expires.timestamp()),
            "state": state,
            "issuer": "centre",
        }
        self.says("ticket", ticket.number.digits, body)

    def use(
        self,
        number: TicketNumber,
        end: UseEnd | None,
        *,
        device: str = "gate-9",
        use_no: int = 1,
        attempt: UUID = THEIRS,
        purpose: str = "admission",
    ) -> None:
        body = {
            "number": number.digits,
            "use_no": use_no,
            "attempt": attempt.hex,
            "device": device,
            "lane": "9A",
            "at": int(NOON.timestamp() * 1000) - 60_000,
            "end": None if end is None else str(end),
            "purpose": purpose,
        }
        self.says("use", f"{number.digits}/{use_no}", body)

    def trust(self, version: int, data: bytes) -> None:
        self.writer.set_trust(version, data)

    def signed(self, act: Act, at: datetime, *, service_date: date = TODAY, **what: Any) -> None:
        """Say what staff have signed about the departure, as the relay would; sync has checked it."""
        self._facts += 1
        fact = StaffFact(
            fact_id=UUID(int=self._facts),
            station=STATION,
            badge="0107",
            act=act,
            at=at,
            service_date=service_date,
            trip=JOURNEY.trip,
            **what,
        )
        LanWriter(self.writer).keep([JudgedFact(data=sign_fact(fact, TILL_KEY), fact=fact, refused="")], at_ms=0)

    def opens_for_the_day(self, departure: Departure = DEPARTURE) -> None:
        self.station()
        self.departure(departure)
        self.day_key()

    def close(self) -> None:
        self.writer.close()


class Desk:
    """Sells tickets: numbers are counted, so that a test is the same every time."""

    def __init__(self, seed: int = 1) -> None:
        self._random = Random(seed)
        certificate = TillCertificate(TILL_KEY.public, STATION, PREFIX, EXPIRES + timedelta(days=10))
        self._certificate = certify(certificate, CERTIFICATE_KEY)

    def ticket(self, number: TicketNumber | None = None, *, document: str = ID, **changes: object) -> Ticket:
        journey: Journey = replace(JOURNEY, children=0)
        journey = replace(journey, **changes)  # type: ignore[arg-type]  # names are fields
        tag = identity_tag(DAY_KEY, journey.service_date, journey.trip, DocumentKind.RESIDENT_ID, document)
        number = number or new_number(PREFIX, self._random.randbytes)
        return Ticket(number, EXPIRES, replace(journey, tag=tag) if "tag" not in changes else journey)

    def by_centre(self, ticket: Ticket, key: SigningKey = TICKET_KEY) -> str:
        return issue(ticket, key)

    def by_till(self, ticket: Ticket) -> str:
        return issue_delegated(ticket, TILL_KEY, self._certificate)


class Gate:
    """A decider on files of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        cache: Path | None = None,
        device: str = "gate-1",
        clock: Callable[[], TrustedNow] | None = None,
        settings: GateSettings = SETTINGS,
        arbiter: Arbiter | None = None,
        random: Callable[[int], bytes] | None = None,
        probe: Probe = no_probe,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = Clock()
        self.probes = [probe]
        self.told_time = clock or self.clock
        self.cache = CacheReader(cache or folder / "cache.db")
        self.journal = Journal.create_or_open(
            folder / "journal.db",
            device=device,
            prefix=None,
            clock=self.told_time,
            random=random or Random(device).randbytes,
            probe=probe,
        )
        self.trust = NewestTrust(trust_bytes(), ROOT.public, self.cache)
        self.decider = Decider(
            settings=settings,
            journal=self.journal,
            cache=self.cache,
            trust=self.trust,
            clock=self.told_time,
            arbiter=arbiter,
            probe=self._probed,
        )

    def _probed(self, point: str) -> None:
        for probe in self.probes:
            probe(point)

    def shows(self, text: str) -> Decision:
        return self.decider.code(Code(text=text))

    def lays(self, document: str = ID) -> Decision:
        return self.decider.card(self.tags(document))

    def tags(self, document: str = ID, *, earlier: str | None = None) -> CardTags:
        return self.decider.tags(card(document), earlier=None if earlier is None else Code(text=earlier))

    def pairs(self, text: str, document: str = ID) -> Decision:
        """Show a code, and then a card."""
        return self.decider.card(self.tags(document, earlier=text), earlier=Code(text=text))

    def ends(self, admitted: Decision, end: UseEnd) -> None:
        assert isinstance(admitted, Admitted)
        with self.journal.transaction() as tx:
            end_use(tx, ticket=admitted.number, use_no=admitted.use_no, attempt=admitted.attempt, end=end)

    def facts(self) -> list[tuple[str, Mapping[str, object]]]:
        return facts(self.journal)

    def close(self) -> None:
        self.journal.close()
        self.cache.close()


def facts(journal: Journal) -> list[tuple[str, Mapping[str, object]]]:
    """Everything in a journal but how it and its gate began."""
    return [(each.kind, each.event.body) for each in journal.events(1, 100_000) if each.kind != "gate.started"]


def reason(decision: Decision) -> str:
    assert isinstance(decision, Refused), decision
    return str(decision.refusal.reason)


def admitted(decision: Decision) -> Admitted:
    assert isinstance(decision, Admitted), decision
    return decision
