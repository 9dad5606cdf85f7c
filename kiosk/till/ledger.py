"""The till's own view of its journal: every step of an order is one method, one transaction, one durable commit.

What is a fact (an event that the centre gets) is written by `sync.journal.orders`. What only this till needs after a
crash (the plan of an order, the cash mark, which slips are out) lies in tables of its own in the same file and is
written in the same transaction.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID

from kiosk.till.records import TICKET, CashMark, Claim, Issued, Note, OrderRecord, Paper, Place, Plan
from kiosk.till.states import Step, after
from kiosk.till.values import Delivery
from kiosk.till.wording import Closing
from sync.journal import orders
from sync.journal.journal import Journal, Transaction
from sync.journal.order_reader import Grant, IssuedTicket, Places, held_and_sold, tickets_by_tag
from sync.journal.uses import history
from tickets.errors import Bug
from tickets.events import Kind
from tickets.journey import TicketKind
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.uses import Use

CASH = "cash"
CAME_BACK = "validator"
"""By whom a claim is settled whose note the validator gave back to the passenger."""

_OUTCOMES: Mapping[str, Delivery] = {
    "done": Delivery.PRINTED,
    "unknown": Delivery.UNKNOWN,
    "refused": Delivery.REFUSED,
}


class Ledger:
    """Writes and reads one till's journal. Every method that writes returns when it is durable.

    EnvironmentFault when the disk does not take it; WrongStep or RuleBroken when the order cannot take that step.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def journal(self) -> Journal:
        """The journal itself, for what else the till writes in it."""
        return self._journal

    @property
    def prefix(self) -> int:
        """The number prefix of this till's tickets."""
        if self._journal.prefix is None:
            raise Bug("A till was given a gate's journal", "Configure the kiosk with its own directory.")
        return self._journal.prefix

    @property
    def device(self) -> str:
        """Which device this till is."""
        return self._journal.device

    def places(self, service_date: date, trip: str) -> Places:
        """What has become of a departure's places here."""
        return held_and_sold(self._journal, service_date, trip)

    def tickets_under(self, service_date: date, trip: str, tag: bytes) -> set[TicketNumber]:
        """The tickets of this departure that this till has issued, or is about to issue, to that identity."""
        planned = self._journal.rows(
            "SELECT p.number FROM planned_places p JOIN orders o USING (order_id) WHERE p.tag = ? "
            "AND o.service_date = ? AND o.trip = ? "
            "AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.order_id = o.order_id)",
            (tag, service_date.isoformat(), trip),
        )
        issued = tickets_by_tag(self._journal, service_date, trip, tag)
        return {ticket.number for ticket in issued} | {TicketNumber.from_bytes(cast(bytes, row[0])) for row in planned}

    def uses(self, number: TicketNumber) -> list[Use]:
        """What this till itself has done with a ticket: taken it back, above all."""
        return history(self._journal, number)

    def hold(self, plan: Plan, grant: Grant) -> None:
        """Keep the places of `plan`. RuleBroken when one of them is not this till's to sell."""
        seats = [place.seat for place in plan.places if place.seat is not None]
        with self._journal.transaction() as tx:
            _forget_ended_plans(tx)
            orders.hold(
                tx,
                order=plan.order,
                service_date=plan.service_date,
                trip=plan.trip,
                seats=seats or None,
                count=len(plan.places),
                total=plan.total,
                grant=grant,
                changes=plan.changes,
            )
            _write_plan(tx, plan)

    def give_back(self, service_date: date, trip: str, back: Grant) -> None:
        """Give allotted places back to the centre, for good. RuleBroken when one of them is held or sold."""
        with self._journal.transaction() as tx:
            if back.seats:
                orders.return_places(tx, service_date=service_date, trip=trip, seats=back.seats, count=len(back.seats))
            if back.count:
                orders.return_places(tx, service_date=service_date, trip=trip, seats=None, count=back.count)

    def cash_mark(self) -> CashMark | None:
        """Where the validator's events are written down to; None when it was never read."""
        found = self._journal.rows("SELECT counter, intent_order, intent_fen, doubt_order, doubt_fen FROM cash_mark")
        if not found:
            return None
        counter, intent, intent_fen, doubt, doubt_fen = cast(
            "tuple[int, str | None, int | None, str | None, int | None]", found[0]
        )
        return CashMark(counter=counter, intent=_note(intent, intent_fen), doubt=_note(doubt, doubt_fen))

    def mark(self, mark: CashMark) -> None:
        """Write down that the validator's events are known up to `mark`."""
        with self._journal.transaction() as tx:
            _write_mark(tx, mark)

    def money_taken(self, note: Note, mark: CashMark, *, doubted: bool = False) -> None:
        """A note is in the stacker. `doubted`: it is the one for which a claim was opened already."""
        with self._journal.transaction() as tx:
            orders.record_money(
                tx, note.order, direction=orders.Direction.TAKEN, fen=note.fen, method=CASH, counter=mark.counter
            )
            if doubted:
                _end_doubt(tx, note, "stacked")
            _write_mark(tx, mark)

    def claim_in_doubt(self, number: str, note: Note, mark: CashMark) -> None:
        """Nobody knows where a note is that was to be stacked: the passenger gets a claim for it."""
        with self._journal.transaction() as tx:
            orders.open_claim(tx, claim=number, order=note.order, fen=note.fen, reason=Closing.UNCLEAR)
            tx.execute("INSERT INTO doubts (claim, order_id, fen) VALUES (?, ?, ?)", (number, note.order.hex, note.fen))
            _write_mark(tx, mark)

    def note_came_back(self, note: Note, mark: CashMark) -> None:
        """A note in doubt went back to the passenger: its claim is void."""
        with self._journal.transaction() as tx:
            claim = _end_doubt(tx, note, "returned")
            if claim is not None:
                orders.settle_claim(tx, claim=claim, fen=note.fen, by=CAME_BACK)
            _write_mark(tx, mark)

    def cash_fault(self, what: str, mark: CashMark) -> None:
        """The validator reported trouble at `mark`."""
        with self._journal.transaction() as tx:
            tx.append(Kind.DEVICE_FAULT, {"device": CASH, "what": what[:256]})
            _write_mark(tx, mark)

    def device_fault(self, device: str, what: str) -> None:
        """A device stopped working."""
        with self._journal.transaction() as tx:
            tx.append(Kind.DEVICE_FAULT, {"device": device, "what": what[:256]})

    def device_back(self, device: str) -> None:
        """A device works again."""
        with self._journal.transaction() as tx:
            tx.append(Kind.DEVICE_BACK, {"device": device})

    def pay(self, order: UUID) -> None:
        """All of the money is in. The value of the old ticket, where there is one, comes in with this."""
        record = self._record(order)
        after(record.state, Step.PAY)
        methods = sorted(method for method, fen in record.by.items() if fen > 0)
        if record.credit_due:
            methods.append(TICKET)
        with self._journal.transaction() as tx:
            if record.credit_due:
                orders.record_money(tx, order, direction=orders.Direction.TAKEN, fen=record.credit_due, method=TICKET)
            orders.mark_paid(tx, order, fen=record.total, method="+".join(methods) or CASH)

    def issue(self, order: UUID, codes: Mapping[TicketNumber, str]) -> None:
        """Every ticket of a paid order exists from here on, all of them or none. `codes` are their signed texts."""
        record = self._record(order)
        after(record.state, Step.ISSUE)
        plan = record.plan
        with self._journal.transaction() as tx:
            for place in plan.places:
                orders.record_issued(
                    tx,
                    order,
                    number=place.number,
                    journey=plan.journey(place),
                    expires=plan.expires,
                    sealed=place.sealed,
                    code=codes[place.number],
                )

    def delivery(self, number: TicketNumber, outcome: Delivery, copy: int) -> None:
        """What is known of one copy of a ticket. UNKNOWN goes in before its first byte is sent."""
        word = next(word for word, delivery in _OUTCOMES.items() if delivery is outcome)
        with self._journal.transaction() as tx:
            orders.record_delivery(tx, number, how="printed", outcome=word, copy=copy)  # type: ignore[arg-type]  # the table has exactly these words

    def close(self, order: UUID, number: str, reason: Closing) -> Claim | None:
        """End an order that gets no tickets: a claim under `number` for its money, if it has any, and its places free.

        The value of an old ticket is that ticket's again. Returns the claim opened here.
        """
        record = self._record(order)
        value = record.by.get(TICKET, Fen(0))
        owed = Fen(record.owed - value)
        after(record.state, Step.CLAIM if owed > 0 or record.claims else Step.RELEASE)
        with self._journal.transaction() as tx:
            if value > 0:
                orders.record_money(tx, order, direction=orders.Direction.RETURNED, fen=value, method=TICKET)
            if owed > 0:
                orders.open_claim(tx, claim=number, order=order, fen=owed, reason=reason)
            orders.release(tx, order, reason=reason)
        return Claim(number=number, fen=owed, reason=reason, slip=False) if owed > 0 else None

    def claim_surplus(self, order: UUID, number: str) -> Claim | None:
        """Open a claim for money of `order` that neither buys a ticket nor is claimed yet; None when there is none."""
        owed = self._record(order).surplus
        if owed <= 0:
            return None
        with self._journal.transaction() as tx:
            orders.open_claim(tx, claim=number, order=order, fen=owed, reason=Closing.SURPLUS)
        return Claim(number=number, fen=owed, reason=Closing.SURPLUS, slip=False)

    def slip_given(self, claim: str) -> None:
        """The slip of a claim is printed."""
        with self._journal.transaction() as tx:
            tx.execute("INSERT OR IGNORE INTO slips (claim, at_ms) VALUES (?, ?)", (claim, tx.at_ms))

    def newest_order(self) -> UUID | None:
        """The order that was held last, whatever became of it."""
        found = self._journal.rows("SELECT order_id FROM orders ORDER BY seq DESC LIMIT 1")
        return UUID(cast(str, found[0][0])) if found else None

    def unfinished(self) -> tuple[UUID, ...]:
        """Orders that were held and have come neither to tickets nor to an end, oldest first."""
        found = self._journal.rows(
            "SELECT order_id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM releases r WHERE r.order_id = o.order_id) "
            "AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = o.order_id) ORDER BY seq"
        )
        return tuple(UUID(cast(str, order)) for (order,) in found)

    def with_surplus(self) -> tuple[UUID, ...]:
        """Orders that have ended with money that neither buys a ticket nor is claimed or leaving, oldest first."""
        found = self._journal.rows(
            "SELECT b.order_id FROM balances b JOIN orders o USING (order_id) WHERE b.fen > "
            "(SELECT coalesce(sum(fare), 0) FROM tickets t WHERE t.order_id = b.order_id) "
            "AND (EXISTS (SELECT 1 FROM releases r WHERE r.order_id = b.order_id) "
            "OR EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = b.order_id)) ORDER BY o.seq"
        )
        return tuple(UUID(cast(str, order)) for (order,) in found)

    def order(self, order: UUID) -> OrderRecord | None:
        """Everything known of an order; None when it was never held here or is so old that its plan was forgotten."""
        found = orders.find_order(self._journal, order)
        plan = _read_plan(self._journal, order, found) if found is not None else None
        if found is None or plan is None:
            return None
        slips = {
            claim
            for (claim,) in self._journal.rows(
                "SELECT claim FROM slips WHERE claim IN (SELECT claim FROM claims WHERE order_id = ?)", (order.hex,)
            )
        }
        doubts = dict(
            cast(
                "list[tuple[str, str | None]]",
                self._journal.rows("SELECT claim, ended FROM doubts WHERE order_id = ?", (order.hex,)),
            )
        )
        return OrderRecord(
            plan=plan,
            held_at=found.held_at,
            total=found.total,
            taken=Fen(found.money_taken - found.money_returned),
            paid=found.paid,
            released=found.released is not None,
            returned=found.money_returned,
            leaving=found.leaving,
            by=self._by_method(order),
            issued=tuple(
                Issued(number=ticket.number, journey=ticket.journey, code=ticket.code, paper=_paper(ticket))
                for ticket in found.tickets
            ),
            claims=tuple(
                Claim(
                    number=claim.claim,
                    fen=claim.fen,
                    reason=claim.reason,
                    slip=claim.claim in slips,
                    backed=doubts.get(claim.claim, "stacked") == "stacked",
                    void=doubts.get(claim.claim) == "returned",
                )
                for claim in found.claims
            ),
        )

    def _by_method(self, order: UUID) -> dict[str, Fen]:
        found = self._journal.rows(
            "SELECT method, sum(CASE direction WHEN 'taken' THEN fen ELSE -fen END) FROM money WHERE order_id = ? "
            "GROUP BY method",
            (order.hex,),
        )
        return {method: Fen(fen) for method, fen in cast("list[tuple[str, int]]", found)}

    def print_in_doubt(self) -> bool:
        """Whether the last print was begun and not heard of: a fragment may hang in the printer."""
        found = self._journal.rows("SELECT outcome FROM deliveries ORDER BY seq DESC LIMIT 1")
        return bool(found) and found[0][0] == "unknown"

    def tidy(self) -> None:
        """Do housekeeping while nothing waits."""
        self._journal.tidy()

    def _record(self, order: UUID) -> OrderRecord:
        record = self.order(order)
        if record is None:
            raise Bug("An order was worked on that this till does not know", "Report this to the makers.")
        return record


def _note(order: str | None, fen: int | None) -> Note | None:
    return Note(order=UUID(order), fen=Fen(fen)) if order is not None and fen is not None else None


def _paper(ticket: IssuedTicket) -> Paper:
    printed = [delivery for delivery in ticket.deliveries if delivery.how == "printed"]
    if not printed:
        return Paper()
    return Paper(
        copy=printed[-1].copy,
        last=_OUTCOMES[printed[-1].outcome],
        given=any(delivery.outcome == "done" for delivery in printed),
    )


def _write_mark(tx: Transaction, mark: CashMark) -> None:
    notes = [(note.order.hex, note.fen) if note else (None, None) for note in (mark.intent, mark.doubt)]
    tx.execute(
        "INSERT INTO cash_mark (one, counter, intent_order, intent_fen, doubt_order, doubt_fen) "
        "VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET counter = excluded.counter, "
        "intent_order = excluded.intent_order, intent_fen = excluded.intent_fen, "
        "doubt_order = excluded.doubt_order, doubt_fen = excluded.doubt_fen",
        (mark.counter, *notes[0], *notes[1]),
    )


def _end_doubt(tx: Transaction, note: Note, ended: str) -> str | None:
    """Say where a note in doubt was found; returns its claim's number."""
    found = tx.rows(
        "SELECT d.claim FROM doubts d JOIN claims c USING (claim) WHERE d.order_id = ? AND d.fen = ? "
        "AND d.ended IS NULL ORDER BY c.seq DESC LIMIT 1",
        (note.order.hex, note.fen),
    )
    if not found:
        return None
    claim = cast(str, found[0][0])
    tx.execute("UPDATE doubts SET ended = ? WHERE claim = ?", (ended, claim))
    return claim


def _write_plan(tx: Transaction, plan: Plan) -> None:
    tx.execute(
        "INSERT INTO plans (order_id, boarding, alighting, expires_s, credit) VALUES (?, ?, ?, ?, ?)",
        (plan.order.hex, plan.boarding, plan.alighting, int(plan.expires.timestamp()), plan.credit),
    )
    for index, place in enumerate(plan.places):
        tx.execute(
            "INSERT INTO planned_places (order_id, place_no, number, seat, kind, children, fare, tag, sealed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                plan.order.hex,
                index,
                place.number.to_bytes(),
                place.seat,
                int(place.kind),
                place.children,
                place.fare,
                place.tag,
                place.sealed,
            ),
        )


def _read_plan(journal: Journal, order: UUID, found: orders.Order) -> Plan | None:
    header = journal.rows("SELECT boarding, alighting, expires_s, credit FROM plans WHERE order_id = ?", (order.hex,))
    if not header:
        return None
    boarding, alighting, expires_s, credit = cast("tuple[int, int, int, int]", header[0])
    rows = journal.rows(
        "SELECT number, seat, kind, children, fare, tag, sealed FROM planned_places WHERE order_id = ? "
        "ORDER BY place_no",
        (order.hex,),
    )
    return Plan(
        order=order,
        service_date=found.service_date,
        trip=found.trip,
        boarding=boarding,
        alighting=alighting,
        expires=datetime.fromtimestamp(expires_s, UTC),
        places=tuple(_places(cast("list[tuple[bytes, int | None, int, int, int, bytes, bytes]]", rows))),
        changes=found.changes,
        credit=Fen(credit),
    )


def _places(rows: Iterable[tuple[bytes, int | None, int, int, int, bytes, bytes]]) -> Iterable[Place]:
    for number, seat, kind, children, fare, tag, sealed in rows:
        yield Place(
            number=TicketNumber.from_bytes(number),
            seat=seat,
            kind=TicketKind(kind),
            children=children,
            fare=Fen(fare),
            tag=tag,
            sealed=sealed,
        )


def _forget_ended_plans(tx: Transaction) -> None:
    """A plan is needed until its order, its last note and its last payment or payout have ended; the events keep what
    has to be kept.
    """
    ended = (
        "SELECT order_id FROM plans p WHERE (EXISTS (SELECT 1 FROM releases r WHERE r.order_id = p.order_id) "
        "OR EXISTS (SELECT 1 FROM tickets t WHERE t.order_id = p.order_id)) "
        "AND NOT EXISTS (SELECT 1 FROM cash_mark c WHERE p.order_id IN (c.intent_order, c.doubt_order)) "
        "AND NOT EXISTS (SELECT 1 FROM payments a JOIN payment_open USING (payment) WHERE a.order_id = p.order_id) "
        "AND NOT EXISTS (SELECT 1 FROM payouts a JOIN payout_open USING (payout) WHERE a.order_id = p.order_id) "
        "AND (SELECT fen FROM balances b WHERE b.order_id = p.order_id) <= "
        "(SELECT coalesce(sum(fare), 0) FROM tickets t WHERE t.order_id = p.order_id)"
    )
    tx.execute(f"DELETE FROM planned_places WHERE order_id IN ({ended})")  # noqa: S608  `ended` is a constant
    tx.execute(f"DELETE FROM plans WHERE order_id IN ({ended})")  # noqa: S608  `ended` is a constant
