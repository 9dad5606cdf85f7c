"""What is on offer, to whom it is sold, and what a sold ticket is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kiosk.till.commands import (
    CancelOrder,
    DropTraveller,
    EndSession,
    HoldOrder,
    Person,
    StartCash,
    TypeDocument,
)
from kiosk.till.values import OrderState
from kiosk.till.wording import NOTICES, TROUBLES, Notice, Trouble
from sync.cache.reader import CacheWriter
from sync.encoding import to_text
from sync.engine.status import LanStatus, SyncStatus
from sync.journal.journal import RuleBroken
from sync.journal.order_reader import Grant
from sync.journal.uses import claim_use, end_use
from sync.lan.writer import LanWriter
from sync.wire.pull import PullAnswer, Record
from tests.kiosk.till.bench import (
    CERTIFIER,
    DAY,
    DAY_KEY,
    DEVICE,
    NOW,
    OWN_STOP,
    PREFIX,
    ROOT,
    SEALING_PRIVATE,
    WEIHAI,
    YANTAI,
    allotment,
    certificate,
    departure,
    departure_record,
    hold,
    offer,
    person,
    trust_list,
    usual_records,
    write_cache,
)
from tests.kiosk.till.conftest import Site
from tickets.admission import TimeQuality
from tickets.credential import TillIssuer, verify
from tickets.departures import DepartureState
from tickets.identity import DocumentKind, identity_tag
from tickets.journey import TicketKind
from tickets.keys import SigningKey
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.sealed import unseal
from tickets.trust import Trust, open_trust_list
from tickets.uses import Purpose, UseEnd

Bare = Callable[[], Site]


def sync_brings(site: Site, *records: Record, change: int = 2) -> None:
    """The sync process writes newer records while the till runs."""
    with CacheWriter(site.directory / "cache.db") as writer:
        page = tuple(record.model_copy(update={"change": change}) for record in records)
        writer.apply(PullAnswer(records=page, cursor=str(change), more=False))
    site.work(2, seconds=1)


def pay(site: Site) -> None:
    """Pay the open order with the largest notes that go in."""
    site.desk.till.do(StartCash())
    while (order := site.desk.till.snapshot().order) is not None and order.accepts:
        assert site.validator.insert(order.accepts[-1])
        site.work(2)


def trips(site: Site) -> list[str]:
    """What is on offer to Weihai."""
    return [o.trip for o in site.desk.till.snapshot().offers if o.destination == WEIHAI]


def trouble(site: Site) -> object:
    """The last sentence about what could not be done."""
    return site.desk.till.snapshot().trouble


def test_the_next_departure_comes_first(site: Site) -> None:
    snapshot = site.desk.till.snapshot()
    assert [(o.trip, o.destination) for o in snapshot.offers] == [
        ("K1", WEIHAI),
        ("K1", YANTAI),
        ("L2", WEIHAI),
        ("L2", YANTAI),
    ]
    first = snapshot.offers[0]
    assert (first.fare, first.free, first.numbered, first.names) == (4500, 4, True, ("威海", "Weihai"))
    assert (first.fare_of(TicketKind.CHILD), first.fare_of(TicketKind.FREE)) == (2250, 0)
    assert [(d.stop, d.next_departure, d.from_fare) for d in snapshot.destinations] == [
        (WEIHAI, NOW + timedelta(minutes=60), 3000),
        (YANTAI, NOW + timedelta(minutes=60), 1500),
    ]
    assert snapshot.capabilities.sells
    assert snapshot.station == ("文登汽车站", "Wendeng Coach Station")


@pytest.mark.parametrize(
    "change",
    [
        lambda d: replace(d, state=DepartureState.CANCELLED),
        lambda d: replace(d, state=DepartureState.DEPARTED),
        lambda d: replace(d, merged_into="L2"),
        lambda d: replace(d, boarding=OWN_STOP + 1),
        lambda d: replace(d, closes_at=NOW + timedelta(seconds=30)),
        lambda d: replace(d, departs_at=NOW - timedelta(minutes=1)),
    ],
)
def test_what_is_not_sold_any_more(site: Site, change: Callable[[object], object]) -> None:
    sync_brings(site, departure_record(change(departure("K1"))))  # type: ignore[arg-type]  # the lambdas keep the type
    assert trips(site) == ["L2"]


def test_selling_ends_before_check_in_closes(site: Site) -> None:
    wanted = offer(site.desk.till, "K1")
    site.time.passed += 54 * 60 + 1
    hold(site.desk.till, wanted, [person(1)])
    assert trouble(site) == TROUBLES[Trouble.NOT_ON_OFFER]


@pytest.mark.parametrize("missing", ["day_key", "allotment", "departure", "station"])
def test_nothing_is_sold_without(bare: Bare, tmp_path: object, missing: str) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    write_cache(tmp_path, [record for record in usual_records() if record.kind != missing])
    site = bare()
    assert site.desk.till.snapshot().offers == ()
    assert not site.desk.till.snapshot().capabilities.sells
    site.desk.close()


def test_a_till_without_any_cache_says_so_and_goes_on_when_one_appears(bare: Bare, tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    site = bare()
    assert NOTICES[Notice.NOT_ENROLLED] in site.desk.till.snapshot().capabilities.notices
    write_cache(tmp_path)
    site.work(2, seconds=1)
    assert site.desk.till.snapshot().capabilities.sells
    site.desk.close()


def test_a_certificate_that_ends_before_the_tickets_would(site: Site) -> None:
    short = certificate(NOW + timedelta(hours=20))
    sync_brings(site, Record(kind="certificate", key=DEVICE, body={"certificate": to_text(short)}, change=2))
    assert trips(site) == []


def test_a_certificate_by_a_key_that_the_list_names_no_more(site: Site) -> None:
    """Every gate with the new list would refuse the till's tickets."""
    other = SigningKey.from_raw(bytes([9]) * 32)
    with CacheWriter(site.directory / "cache.db") as writer:
        writer.set_trust(2, trust_list(2, other))
    site.work(2, seconds=1)
    assert NOTICES[Notice.NOT_ENROLLED] in site.desk.till.snapshot().capabilities.notices
    fresh = to_text(certificate(certifier=other))
    sync_brings(site, Record(kind="certificate", key=DEVICE, body={"certificate": fresh}, change=2))
    assert site.desk.till.snapshot().capabilities.sells


def test_places_are_granted_held_and_free_again(site: Site) -> None:
    assert hold(site.desk.till, offer(site.desk.till, "K1"), [person(1), person(2)]).order is not None
    assert offer(site.desk.till, "K1").free == 2
    sync_brings(site, allotment("K1", seats=(1, 2, 3, 4, 7)))
    assert offer(site.desk.till, "K1").free == 3
    site.desk.till.do(CancelOrder())
    site.work(2, seconds=1)
    assert offer(site.desk.till, "K1").free == 5


def test_no_more_places_than_were_granted(site: Site) -> None:
    hold(site.desk.till, offer(site.desk.till, "L2"), [person(n) for n in range(4)])
    assert trouble(site) == TROUBLES[Trouble.TOO_FEW_PLACES]
    assert site.desk.till.snapshot().order is None


def test_a_place_that_is_held_cannot_be_held_again(site: Site) -> None:
    hold(site.desk.till, offer(site.desk.till, "K1"), [person(1)])
    record = site.desk.ledger.order(site.desk.ledger.newest_order())  # type: ignore[arg-type]  # there is one
    assert record is not None
    from uuid import uuid4

    with pytest.raises(RuleBroken):
        site.desk.ledger.hold(replace(record.plan, order=uuid4()), Grant(seats=frozenset({1, 2, 3, 4})))


def test_one_document_one_ticket(site: Site) -> None:
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1), person(1)])
    assert trouble(site) == TROUBLES[Trouble.SAME_DOCUMENT_TWICE]
    hold(till, offer(till, "K1"), [person(1)])
    pay(site)
    till.do(EndSession())
    hold(till, offer(till, "K1"), [person(1)])
    assert trouble(site) == TROUBLES[Trouble.HAS_TICKET]
    assert hold(till, offer(till, "L2"), [person(1)]).trouble is None


def test_a_document_is_free_again_when_its_order_came_to_nothing(site: Site) -> None:
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1)])
    till.do(CancelOrder())
    assert hold(till, offer(till, "K1"), [person(1)]).trouble is None


@pytest.mark.parametrize(("state", "sold"), [("valid", True), ("refunded", False)])
def test_a_ticket_bought_elsewhere_counts(site: Site, state: str, sold: bool) -> None:
    who = person(1)
    tag = identity_tag(DAY_KEY, DAY, "K1", who.kind, who.number)
    sync_brings(site, ticket_record(TicketNumber(77 << 40 | 5), tag, state=state, issuer="centre"))
    hold(site.desk.till, offer(site.desk.till, "K1"), [who])
    assert (trouble(site) == TROUBLES[Trouble.HAS_TICKET]) is sold


@pytest.mark.parametrize(
    ("purpose", "end", "sold"),
    [
        ("refund", UseEnd.PASSED, False),
        ("change", UseEnd.PASSED, False),
        ("refund", UseEnd.RELEASED, True),
        ("refund", None, True),
        ("admission", UseEnd.PASSED, True),
    ],
)
def test_whoever_gave_a_ticket_back_may_buy_again(site: Site, purpose: Purpose, end: UseEnd | None, sold: bool) -> None:
    """By this till's own journal, before anybody else has heard of it; the sealed plan of the first sale is kept."""
    till, number = site.desk.till, sold_to(site)
    with site.desk.journal.transaction() as tx:
        attempt = UUID(int=5, version=4)
        claim_use(
            tx, ticket=number, use_no=1, attempt=attempt, service_date=DAY, trip="K1", lane="till", persons=1,
            by="code", purpose=purpose,
        )  # fmt: skip
        if end is not None:
            end_use(tx, ticket=number, use_no=1, attempt=attempt, end=end)
    hold(till, offer(till, "K1"), [person(1)])
    assert (trouble(site) == TROUBLES[Trouble.HAS_TICKET]) is sold


@pytest.mark.parametrize(("state", "sold"), [("valid", True), ("refunded", False), ("changed", False)])
def test_whoever_gave_this_tills_ticket_back_elsewhere_may_buy_again(site: Site, state: str, sold: bool) -> None:
    number = sold_to(site)
    tag = identity_tag(DAY_KEY, DAY, "K1", person(1).kind, person(1).number)
    sync_brings(site, ticket_record(number, tag, state=state, issuer=DEVICE))
    hold(site.desk.till, offer(site.desk.till, "K1"), [person(1)])
    assert (trouble(site) == TROUBLES[Trouble.HAS_TICKET]) is sold


def sold_to(site: Site) -> TicketNumber:
    """Sell the first person a ticket for K1; answer its number."""
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1)])
    pay(site)
    newest = site.desk.ledger.newest_order()
    assert newest is not None
    record = site.desk.ledger.order(newest)
    assert record is not None
    (issued,) = record.issued
    till.do(EndSession())
    return issued.number


def ticket_record(number: TicketNumber, tag: bytes, *, state: str, issuer: str) -> Record:
    """What the centre tells of a ticket for K1."""
    body: dict[str, object] = {
        "number": number.digits,
        "service_date": DAY.isoformat(),
        "trip": "K1",
        "boarding": OWN_STOP,
        "alighting": WEIHAI,
        "seat": 30,
        "kind": 0,
        "children": 0,
        "fare": 4500,
        "tag": tag.hex(),
        "expires": int((NOW + timedelta(days=1)).timestamp()),
        "state": state,
        "issuer": issuer,
    }
    return Record(kind="ticket", key=number.digits, body=body, change=2)


def test_a_sold_ticket_is_what_a_gate_believes(site: Site) -> None:
    till = site.desk.till
    who = person(1)
    hold(till, offer(till, "K1", YANTAI), [who])
    pay(site)
    order = till.snapshot().order
    assert order is not None
    verified = verify(order.tickets[0].code, Trust(open_trust_list(trust_list(), ROOT.public)))
    assert isinstance(verified.issuer, TillIssuer)
    assert verified.issuer.certificate_key == CERTIFIER.public
    ticket = verified.ticket
    assert ticket.number.digits == order.tickets[0].number
    assert ticket.number.prefix == PREFIX
    journey = ticket.journey
    assert (journey.service_date, journey.trip, journey.boarding, journey.alighting) == (DAY, "K1", OWN_STOP, YANTAI)
    assert (journey.seat, journey.fare, journey.kind) == (1, 3000, TicketKind.ADULT)
    assert journey.tag == identity_tag(DAY_KEY, DAY, "K1", who.kind, who.number)
    issued = next(stored.event for stored in site.desk.journal.events(0, 99) if stored.kind == "ticket.issued")
    sealed = issued.body["sealed"]
    assert isinstance(sealed, bytes)
    assert unseal(SEALING_PRIVATE, sealed, ticket.number).number == who.number


def test_nobody_finds_the_document_on_the_disk(site: Site) -> None:
    till = site.desk.till
    who = person(1)
    hold(till, offer(till, "K1"), [who])
    pay(site)
    for path in site.directory.iterdir():
        data = path.read_bytes()
        assert who.number.encode() not in data
        assert who.name.encode() not in data
    assert who.number not in repr(till.snapshot())
    assert who.number not in repr(who)
    assert who.number not in repr(TypeDocument(kind=who.kind, number=who.number, name=who.name))


def test_documents_are_gone_after_the_session(site: Site) -> None:
    till = site.desk.till
    who = person(1)
    till.do(TypeDocument(kind=who.kind, number=who.number, name=who.name))
    shown = till.snapshot().traveller
    assert shown is not None
    till.do(EndSession())
    assert till.snapshot().traveller is None
    till.do(HoldOrder(offer=offer(till, "K1"), travellers=(Person(handle=shown.handle, kind=TicketKind.ADULT),)))
    assert trouble(site) == TROUBLES[Trouble.NO_DOCUMENT]


def test_a_dropped_document_is_gone(site: Site) -> None:
    till = site.desk.till
    who = person(1)
    till.do(TypeDocument(kind=who.kind, number=who.number, name=who.name))
    shown = till.snapshot().traveller
    assert shown is not None
    till.do(DropTraveller(handle=shown.handle))
    assert till.snapshot().traveller is None
    till.do(HoldOrder(offer=offer(till, "K1"), travellers=(Person(handle=shown.handle, kind=TicketKind.ADULT),)))
    assert trouble(site) == TROUBLES[Trouble.NO_DOCUMENT]


def test_what_notes_cannot_pay_is_not_begun(site: Site) -> None:
    hold(site.desk.till, offer(site.desk.till, "K1"), [person(1)], TicketKind.CHILD)
    assert trouble(site) == TROUBLES[Trouble.NOT_PAYABLE], "22.50 yuan, and the smallest note is one yuan"


def test_a_party_with_a_child(site: Site) -> None:
    till = site.desk.till
    handles = []
    for who in (person(1), person(2)):
        till.do(TypeDocument(kind=who.kind, number=who.number, name=who.name))
        shown = till.snapshot().traveller
        assert shown is not None
        handles.append(shown.handle)
    wanted = offer(till, "L2")
    till.do(
        HoldOrder(
            offer=wanted,
            travellers=(Person(handles[0], TicketKind.ADULT, 1), Person(handles[1], TicketKind.CHILD)),
        )
    )
    pay(site)
    order = till.snapshot().order
    assert order is not None
    assert order.state is OrderState.DELIVERED
    assert order.total == 4500
    assert [(ticket.kind, ticket.fare, ticket.seat) for ticket in order.tickets] == [
        (TicketKind.ADULT, 3000, None),
        (TicketKind.CHILD, 1500, None),
    ]
    assert [(who.kind, who.children) for who in order.travellers] == [(TicketKind.ADULT, 1), (TicketKind.CHILD, 0)]


def test_a_free_ticket_is_issued_without_a_note(site: Site) -> None:
    hold(site.desk.till, offer(site.desk.till, "K1"), [person(1)], TicketKind.FREE)
    order = site.desk.till.snapshot().order
    assert order is not None
    assert order.state is OrderState.HELD
    site.desk.till.do(StartCash())
    order = site.desk.till.snapshot().order
    assert order is not None
    assert (order.state, order.total) == (OrderState.DELIVERED, Fen(0))


def test_one_order_at_a_time(site: Site) -> None:
    till = site.desk.till
    hold(till, offer(till, "K1"), [person(1)])
    hold(till, offer(till, "L2"), [person(2)])
    assert trouble(site) == TROUBLES[Trouble.ORDER_OPEN]


def test_a_till_that_does_not_know_the_time_does_not_sell(site: Site) -> None:
    site.time.quality = TimeQuality.UNKNOWN
    site.work()
    capabilities = site.desk.till.snapshot().capabilities
    assert not capabilities.sells
    assert NOTICES[Notice.NO_TIME] in capabilities.notices
    site.time.quality = TimeQuality.DEGRADED
    assert site.desk.till.snapshot().capabilities.sells


def test_a_till_whose_journal_has_a_second_branch_does_not_sell(site: Site) -> None:
    with CacheWriter(site.directory / "cache.db") as writer:
        writer.set_status(SyncStatus(line_up=True, last_success_ms=None, queued=0, forked=True))
    assert not site.desk.till.snapshot().capabilities.sells


def test_a_till_that_the_centre_has_revoked_does_not_sell(site: Site) -> None:
    with CacheWriter(site.directory / "cache.db") as writer:
        writer.set_status(SyncStatus(line_up=True, last_success_ms=None, queued=0, revoked=True))
    assert not site.desk.till.snapshot().capabilities.sells


def test_a_till_whose_relay_has_heard_of_a_second_branch_does_not_sell(site: Site) -> None:
    assert site.desk.till.snapshot().capabilities.sells
    with CacheWriter(site.directory / "cache.db") as writer:
        LanWriter(writer).set_status(LanStatus(relay_up=True, forked=True))
    assert not site.desk.till.snapshot().capabilities.sells


def test_selling_does_not_ask_whether_the_line_is_up(site: Site) -> None:
    with CacheWriter(site.directory / "cache.db") as writer:
        writer.set_status(SyncStatus(line_up=True, last_success_ms=int(NOW.timestamp() * 1000), queued=0))
    assert site.desk.till.snapshot().capabilities.online
    site.time.passed += 600
    capabilities = site.desk.till.snapshot().capabilities
    assert (capabilities.online, capabilities.sells) == (False, True)


def test_typing_a_wrong_number_is_said(site: Site) -> None:
    site.desk.till.do(TypeDocument(kind=DocumentKind.RESIDENT_ID, number="370811199001010011", name="王小明"))
    snapshot = site.desk.till.snapshot()
    assert snapshot.traveller is None
    assert snapshot.trouble is not None
