"""A station for the till's tests: a cache as sync would leave it, keys, and a till over whatever devices a test has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from drivers.cash import BillValidator
from drivers.idreader import IdReader
from drivers.printer import Printer
from drivers.scanner import Scanner
from kiosk.paper.raster import Raster
from kiosk.till.authority import Authority, TillIdentity
from kiosk.till.cashier import Cashier
from kiosk.till.changing import Changes
from kiosk.till.commands import (
    HoldOrder,
    Person,
    TypeDocument,
)
from kiosk.till.documents import Identity, checked
from kiosk.till.elsewhere import Elsewhere
from kiosk.till.faces import Faces
from kiosk.till.ledger import Ledger
from kiosk.till.press import Press
from kiosk.till.records import Claim, Issued
from kiosk.till.scanning import Scanning
from kiosk.till.shelf import Shelf
from kiosk.till.takings import Takings
from kiosk.till.till import Till, new_claim_number
from kiosk.till.values import (
    Offer,
    Snapshot,
)
from sync.cache.reader import CacheReader, CacheWriter
from sync.encoding import to_text
from sync.journal.journal import Journal
from sync.points import Probe, no_probe
from sync.wire.pull import PullAnswer, Record
from tickets.admission import TimeQuality, TrustedNow
from tickets.credential import TillCertificate, certify
from tickets.departures import Departure, DepartureState, IdentityPolicy, StopCall
from tickets.fares import FareRules
from tickets.identity import DocumentKind
from tickets.journey import TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.sealed import new_sealing_key
from tickets.trust import KeyUse, TrustedKey, TrustList, sign_trust_list

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)  # 14:00 at the station
DEVICE, PREFIX, STATION, OWN_STOP = "kiosk-1", 0xA1B2C3, 3701, 1001
WEIHAI, YANTAI = 1003, 1004
ROOT, CERTIFIER, TILL_KEY = (SigningKey.from_raw(bytes([seed]) * 32) for seed in (1, 2, 3))
SEALING_PRIVATE, SEALING_PUBLIC = new_sealing_key()
DAY_KEY = bytes(range(32))
VALIDATOR_BILLS = (100, 500, 1000, 2000, 5000, 10000)


class Chance:
    """Repeatable unpredictability: every call gives other bytes."""

    def __init__(self, seed: int = 0) -> None:
        self._next = seed

    def __call__(self, count: int) -> bytes:
        self._next += 1
        return (self._next * 0x9E3779B97F4A7C15F39CC0605CEDC835).to_bytes(32, "big")[-count:]


@dataclass
class Time:
    """Time that a test moves: monotonic seconds, and the wall time that goes with it."""

    passed: float = 1000.0
    quality: TimeQuality = TimeQuality.TRUSTED

    def clock(self) -> float:
        """Monotonic seconds."""
        return self.passed

    def now(self) -> TrustedNow:
        """Trusted time."""
        return TrustedNow(at=NOW + timedelta(seconds=self.passed - 1000.0), quality=self.quality)

    def at(self) -> datetime:
        """Just the instant."""
        return self.now().at


def departure(trip: str, *, minutes: int = 60, numbered: bool = True, fare: int = 4500) -> Departure:
    """A coach that leaves `minutes` after NOW, to Weihai and, for less, to Yantai."""
    departs = NOW + timedelta(minutes=minutes)
    return Departure(
        service_date=DAY,
        trip=trip,
        departs_at=departs,
        boarding=OWN_STOP,
        gate="3",
        bay="12",
        plate="鲁K12345",
        seats=45 if numbered else None,
        places=45,
        stops=(
            StopCall(stop=WEIHAI, fare=Fen(fare), minutes=90),
            StopCall(stop=YANTAI, fare=Fen(fare - 1500), minutes=60),
        ),
        opens_at=departs - timedelta(minutes=45),
        closes_at=departs - timedelta(minutes=5),
        state=DepartureState.SCHEDULED,
        identity=IdentityPolicy.CODE,
    )


def trust_list(version: int = 1, certifier: SigningKey = CERTIFIER) -> bytes:
    """The root's list: the certificate key and the day's sealing key."""
    listed = TrustList(
        version=version,
        issued=NOW - timedelta(days=1),
        expires=NOW + timedelta(days=90),
        keys=(
            TrustedKey(
                use=KeyUse.CERTIFICATE,
                key=certifier.public,
                not_before=NOW - timedelta(days=1),
                not_after=NOW + timedelta(days=365),
            ),
        ),
        sealing_keys={DAY: SEALING_PUBLIC},
    )
    return sign_trust_list(listed, ROOT)


def certificate(expires: datetime = NOW + timedelta(days=7), certifier: SigningKey = CERTIFIER) -> bytes:
    """The till's certificate."""
    return certify(TillCertificate(TILL_KEY.public, STATION, PREFIX, expires), certifier)


def stop(number: int, zh: str, en: str, popular: int = 0) -> Record:
    """A stop's record."""
    body: dict[str, object] = {
        "id": number,
        "name": [zh, en],
        "pinyin": en.lower(),
        "initials": en[0].lower(),
        "popular": popular,
    }
    return Record(kind="stop", key=str(number), body=body, change=1)


def departure_record(departing: Departure) -> Record:
    """A departure's record."""
    key = f"{departing.service_date}/{departing.trip}"
    return Record(kind="departure", key=key, body=departing.to_record(), change=1)


def allotment(trip: str, *, seats: Sequence[int] | None = None, count: int | None = None) -> Record:
    """What the till was granted on a departure."""
    body: dict[str, object] = {
        "service_date": DAY.isoformat(),
        "trip": trip,
        "device": DEVICE,
        "seats": None if seats is None else list(seats),
        "count": count,
    }
    return Record(kind="allotment", key=f"{DAY}/{trip}/{DEVICE}", body=body, change=1)


def usual_records() -> list[Record]:
    """A station with a numbered coach (K1, seats 1 to 4 granted) and one without fixed seats (L2, three places)."""
    station: dict[str, object] = {
        "code": STATION,
        "name": ["文登汽车站", "Wendeng Coach Station"],
        "operator": ["文登客运", "Wendeng Coaches"],
        "timezone": "Asia/Shanghai",
        "stop": OWN_STOP,
    }
    return [
        Record(kind="station", key="", body=station, change=1),
        stop(OWN_STOP, "文登", "Wendeng"),
        stop(WEIHAI, "威海", "Weihai", 9),
        stop(YANTAI, "烟台", "Yantai", 5),
        departure_record(departure("K1")),
        departure_record(departure("L2", minutes=90, numbered=False, fare=3000)),
        allotment("K1", seats=(1, 2, 3, 4)),
        allotment("L2", count=3),
        Record(
            kind="day_key",
            key=DAY.isoformat(),
            body={"service_date": DAY.isoformat(), "key": DAY_KEY.hex()},
            change=1,
        ),
        Record(kind="certificate", key=DEVICE, body={"certificate": to_text(certificate())}, change=1),
    ]


def write_cache(directory: Path, records: Sequence[Record] | None = None) -> None:
    """Leave a cache.db as sync would."""
    with CacheWriter(directory / "cache.db") as writer:
        writer.apply(PullAnswer(records=tuple(usual_records() if records is None else records), cursor="1", more=False))
        writer.set_trust(1, trust_list())


class PlainFaces(Faces):
    """Draws nothing but says in its dots what it would have drawn: `T<number>/<copy>` or `S<claim>`."""

    def ticket(self, ticket: Issued, *, order: str, copy: int) -> Raster:  # noqa: ARG002  the real one prints it
        """Eight dots wide, one row for each letter."""
        return _dots(f"T{ticket.number.digits}/{copy}")

    def slip(self, claim: Claim) -> Raster:
        """Eight dots wide, one row for each letter."""
        return _dots(f"S{claim.number}")


def _dots(text: str) -> Raster:
    return Raster(width=8, height=len(text), data=text.encode())


def no_fonts() -> "object":
    """Plain faces need none."""
    raise AssertionError("nothing is drawn in this test")


@dataclass
class Desk:
    """One till as it is opened by one process, with what a test looks into."""

    till: Till
    ledger: Ledger
    journal: Journal
    cashier: Cashier
    cache: CacheReader
    shown: list[Snapshot] = field(default_factory=list)

    def crash(self) -> None:
        """End it the way a killed process ends: nothing is told to any device."""
        self.journal.close()
        self.cache.close()

    def close(self) -> None:
        """End it properly."""
        self.till.close()
        self.crash()


def open_desk(
    directory: Path,
    validator: BillValidator,
    printer: Printer,
    *,
    reader: IdReader | None = None,
    time: Time,
    random: Callable[[int], bytes],
    probe: Probe = no_probe,
    needs_printer: bool = True,
    faces: Callable[[Shelf], Faces] | None = None,
    takings: Callable[[Ledger], Takings] | None = None,
    scanner: Scanner | None = None,
    changes: Changes | None = None,
    elsewhere: Callable[[CacheReader], Elsewhere] | None = None,
) -> Desk:
    """Open the till in `directory`. The journal is made when there is none."""
    journal = Journal.create_or_open(
        directory / "journal.db", device=DEVICE, prefix=PREFIX, clock=time.now, random=random, probe=probe
    )
    cache = CacheReader(directory / "cache.db")
    ledger = Ledger(journal)
    identity = TillIdentity(
        device=DEVICE,
        name="K1",
        prefix=PREFIX,
        key=TILL_KEY,
        root_key=ROOT.public,
        certificate=None,
        trust_list=None,
    )
    authority = Authority(identity, cache)
    shelf = Shelf(cache, ledger, authority, FareRules.default(), elsewhere(cache) if elsewhere else None)
    cashier = Cashier(validator, ledger, clock=time.clock, new_claim=lambda: new_claim_number(random), probe=probe)
    shown: list[Snapshot] = []
    till = Till(
        cache=cache,
        ledger=ledger,
        authority=authority,
        shelf=shelf,
        cashier=cashier,
        press=Press(printer, ledger, clock=time.clock, probe=probe),
        faces=faces(shelf) if faces else PlainFaces(shelf, no_fonts, till="K1", now=time.at),  # type: ignore[arg-type]  # plain faces never ask for fonts
        reader=reader,
        now=time.now,
        clock=time.clock,
        random=random,
        needs_printer=needs_printer,
        show=shown.append,
        takings=takings(ledger) if takings else None,
        scanning=Scanning(scanner, ledger, time.clock),
        changes=changes,
    )
    return Desk(till=till, ledger=ledger, journal=journal, cashier=cashier, cache=cache, shown=shown)


def person(index: int) -> Identity:
    """Somebody with a resident's number whose check character is right."""
    body = f"3710811990{index % 12 + 1:02d}{index % 28 + 1:02d}{index % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True)) % 11]
    found = checked(DocumentKind.RESIDENT_ID, body + check, "王小明")
    assert isinstance(found, Identity)
    return found


def offer(till: Till, trip: str, destination: int = WEIHAI) -> Offer:
    """The offer of a trip as the screens see it."""
    return next(o for o in till.snapshot().offers if o.trip == trip and o.destination == destination)


def hold(till: Till, wanted: Offer, people: Sequence[Identity], kind: TicketKind = TicketKind.ADULT) -> Snapshot:
    """Type every document and hold an order for all of them."""
    persons = []
    for one in people:
        till.do(TypeDocument(kind=one.kind, number=one.number, name=one.name))
        shown = till.snapshot().traveller
        assert shown is not None
        persons.append(Person(handle=shown.handle, kind=kind))
    till.do(HoldOrder(offer=wanted, travellers=tuple(persons)))
    return till.snapshot()


@dataclass(frozen=True)
class Books:
    """What the journal says of money, added up by other code than the till's own. All in fen."""

    fares: int
    claims: int
    in_open_orders: int
    doubts: int

    @property
    def stands_for(self) -> int:
        """The money in the stacker that the journal knows what it is for."""
        return self.fares + self.claims + self.in_open_orders


def books(journal: Journal) -> Books:
    """Add up tickets, claims for money that was taken, money of open orders, and claims for notes nobody found."""

    def total(sql: str) -> int:
        value = journal.rows(f"SELECT coalesce(sum(fen), 0) FROM ({sql})")[0][0]
        assert isinstance(value, int)
        return value

    lost = "SELECT claim FROM doubts WHERE ended IS NULL"
    void = "SELECT claim FROM settlements WHERE by = 'validator'"
    is_open = "order_id NOT IN (SELECT order_id FROM releases) AND order_id NOT IN (SELECT order_id FROM tickets)"
    backed = f"claim NOT IN ({lost}) AND claim NOT IN ({void})"
    return Books(
        fares=total("SELECT fare AS fen FROM tickets"),
        claims=total(f"SELECT fen FROM claims WHERE {backed}"),
        in_open_orders=total(f"SELECT fen FROM money WHERE {is_open}")
        - total(f"SELECT fen FROM claims WHERE {backed} AND {is_open}"),
        doubts=total(f"SELECT fen FROM claims WHERE claim IN ({lost})"),
    )
