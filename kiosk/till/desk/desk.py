"""The acts of a cashier at one till: each needs a badge, is one durable fact, and is refused in one sentence.

A claim is settled at the machine that opened it, and nowhere else: its journal is the one place that can say "once",
with the line up or down. A shift is the journal's too: what should be in the machine follows from what it wrote down.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from kiosk.till.authority import Authority
from kiosk.till.desk.answers import ClaimShown, ShiftShown
from kiosk.till.desk.drawer import Drawer
from kiosk.till.finding.taking import take_for_claim
from kiosk.till.wording import Closing, claim_reason
from sync.cache.reader import CacheReader
from sync.cache.ticket_finder import Found, found_in_cache
from sync.journal.journal import Journal
from sync.journal.order_reader import Claim, find_claim, find_ticket, open_claims
from sync.journal.orders import settle_claim
from sync.journal.refunds import find_refund
from sync.journal.shifts import Moved, close_shift, current_shift, move_money, open_shift
from sync.journal.uses import history
from tickets.admission import TrustedNow
from tickets.badges import read_badge_code
from tickets.errors import EnvironmentFault
from tickets.money import Fen
from tickets.numbers import TicketNumber
from tickets.trust import Badge, Role
from tickets.uses import merged, presence

MAY_SETTLE = frozenset({Role.CASHIER, Role.DUTY_MANAGER})
"""Who pays claims out and answers for a shift."""
PLACES = ("stacker", "coins", "dispensers")
"""Where money is in a machine: notes, coins that went in, coins to give out."""
MOST = 10**9


class CashDesk:
    """Serves one till's journal. `now` is trusted time, `random` gives unpredictable bytes; `till` is its name."""

    def __init__(
        self,
        *,
        journal: Journal,
        cache: CacheReader,
        authority: Authority,
        station: int,
        till: str,
        now: Callable[[], TrustedNow],
        random: Callable[[int], bytes],
        print_shift: Callable[[ShiftShown], bool] = lambda _: False,
    ) -> None:
        """`print_shift` prints a shift's slip and says whether it is out."""
        self._journal = journal
        self._cache = cache
        self._authority = authority
        self._station = station
        self._till = till
        self._now = now
        self._random = random
        self._print_shift = print_shift

    def answer(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        """Do what a request asks for (see `hatch`). Raises a Fault that says what happened and what to do."""
        match asked:
            case {"do": "claims"}:
                return {"claims": [self._shown(claim).to_record() for claim in open_claims(self._journal)]}
            case {"do": "claim", "claim": str() as number}:
                return {"claim": self.claim(number).to_record()}
            case {"do": "settle", "claim": str() as number, "badge": str() as code}:
                return {"claim": self.settle(number, code).to_record()}
            case {"do": "shift"}:
                shift = self.shift()
                return {"shift": None if shift is None else shift.to_record()}
            case {"do": "open", "fen": int() as fen, "badge": str() as code}:
                return {"shift": self.open(Fen(fen), code).to_record()}
            case {"do": "move", "direction": ("refilled" | "removed") as way, "where": str() as where,
                  "fen": int() as fen, "badge": str() as code}:  # fmt: skip
                return {"shift": self.move(way, where, Fen(fen), code).to_record()}
            case {"do": "close", "fen": int() as fen, "badge": str() as code}:
                shift = self.close(Fen(fen), code)
                return {"shift": shift.to_record(), "printed": self._print_shift(shift)}
            case _:
                raise EnvironmentFault("This till does not know what was asked", "Use the same version as the kiosk.")

    # ---------------------------------------------------------------- claims

    def claim(self, number: str) -> ClaimShown:
        """A claim of this machine by its number, spaces allowed. EnvironmentFault when it is not one of its own."""
        digits = "".join(number.split())
        found = find_claim(self._journal, digits) if digits.isascii() else None
        if found is not None:
            return self._shown(found)
        told = self._cache.claim(digits) if digits.isascii() else None
        if told is not None:
            raise EnvironmentFault(
                f"Claim {digits} was opened at another machine ({told.device}) and is {told.state}",
                "It can be settled at that machine alone, so that it is settled once.",
            )
        raise EnvironmentFault(
            f"This machine ({self._till}) has never opened a claim {ascii(digits)[1:-1]}",
            "Compare the number with the slip, and the machine's name in its last line.",
        )

    def settle(self, number: str, code: str) -> ClaimShown:
        """Write down that whoever holds the badge paid the claim out. Refused the second time, whoever asks."""
        badge = self._badge(code)
        shown = self.claim(number)
        if shown.state == "settled":
            raise EnvironmentFault(
                f"Claim {shown.claim} was settled already, by badge {shown.by}", "Pay nothing; ask who brought it."
            )
        if shown.state == "void":
            raise EnvironmentFault(
                f"Claim {shown.claim} is void: the machine gave the money back itself", "Pay nothing for it."
            )
        if shown.ticket and self._used(TicketNumber.from_digits(shown.ticket)):
            raise EnvironmentFault(
                f"Ticket {shown.ticket} of claim {shown.claim} was used or taken back since",
                "Pay nothing; waystation departure sheet says who travelled.",
            )
        taken = self._ticket(TicketNumber.from_digits(shown.ticket)) if shown.ticket else None
        with self._journal.transaction() as tx:
            settle_claim(tx, claim=shown.claim, fen=shown.fen, by=badge.number)
            if taken is not None:
                take_for_claim(tx, self._journal, taken, self._cache.uses(taken.number))
        return self.claim(number)

    def _ticket(self, number: TicketNumber) -> Found | None:
        """The ticket that is paid back by a claim, as this till or the cache knows it."""
        own = find_ticket(self._journal, number)
        if own is not None:
            return Found(own.number, own.journey, own.expires, False, "number")
        cached = self._cache.ticket(number)
        return None if cached is None else found_in_cache(cached, "number")

    def _used(self, number: TicketNumber) -> bool:
        """Whether a use of a ticket stands, as far as is known here: somebody travels on it, or has its money."""
        return bool(presence(merged(history(self._journal, number), self._cache.told(number)[1])).standing)

    def _shown(self, claim: Claim) -> ClaimShown:
        doubt = self._journal.rows("SELECT ended FROM doubts WHERE claim = ?", (claim.claim,))
        ended = cast("str | None", doubt[0][0]) if doubt else "stacked"
        rows = self._journal.rows("SELECT seq FROM claims WHERE claim = ?", (claim.claim,))
        asked = find_refund(self._journal, claim.order) if claim.reason == Closing.REFUND_ASKED else None
        return ClaimShown(
            claim=claim.claim,
            fen=claim.fen,
            reason=claim.reason,
            said=" / ".join(claim_reason(claim.reason)),
            state="void" if ended == "returned" else "settled" if claim.settled_by is not None else "open",
            by=claim.settled_by or "",
            certain=ended is not None and claim.reason != Closing.UNCLEAR_PAYOUT,
            opened_at=self._at(cast(int, rows[0][0])),
            ticket="" if asked is None else asked.number.digits,
        )

    # ---------------------------------------------------------------- shifts

    def shift(self) -> ShiftShown | None:
        """The shift that is open, or else the one closed last; None before the first."""
        rows = self._journal.rows("SELECT shift FROM shifts ORDER BY seq DESC LIMIT 1")
        return self._shift(UUID(cast(str, rows[0][0]))) if rows else None

    def open(self, fen: Fen, code: str) -> ShiftShown:
        """Take the machine over with `fen` in it. Refused while another shift is open."""
        badge = self._badge(code)
        _counted(fen)
        running = current_shift(self._journal)
        if running is not None:
            raise EnvironmentFault(
                f"The shift of badge {running.badge} is still open at this machine",
                "Close it first, with what is counted in the machine: waystation shift close.",
            )
        shift = UUID(bytes=self._random(16), version=4)
        with self._journal.transaction() as tx:
            open_shift(tx, shift=shift, badge=badge.number, fen=fen)
        return self._shift(shift)

    def move(self, direction: Moved, where: str, fen: Fen, code: str) -> ShiftShown:
        """Write down what staff put in or took out."""
        badge = self._badge(code)
        if where not in PLACES:
            raise EnvironmentFault(f"Money is in no {where} of a machine", f"Say one of: {', '.join(PLACES)}.")
        if not 0 < fen <= MOST:
            raise EnvironmentFault("This is no amount that can be moved", "Give it in yuan, as 200 or 37.50.")
        shift = self._open_now()
        with self._journal.transaction() as tx:
            move_money(tx, shift=shift, direction=direction, where=where, fen=fen, badge=badge.number)
        return self._shift(shift)

    def close(self, counted: Fen, code: str) -> ShiftShown:
        """End the shift with what was counted in the machine; the difference stays on record."""
        badge = self._badge(code)
        _counted(counted)
        shift = self._open_now()
        with self._journal.transaction() as tx:
            expected = self._drawer(shift).expected
            close_shift(tx, shift=shift, expected=expected, counted=counted, badge=badge.number)
        return self._shift(shift)

    def _open_now(self) -> UUID:
        running = current_shift(self._journal)
        if running is None:
            raise EnvironmentFault(
                "No shift is open at this machine", "Open one with what is in it now: waystation shift open."
            )
        return running.shift

    def _shift(self, shift: UUID) -> ShiftShown:
        badge, seq = cast(
            "tuple[str, int]",
            self._journal.rows("SELECT badge, seq FROM shifts WHERE shift = ?", (shift.hex,))[0],
        )
        closed = self._journal.rows("SELECT counted, badge, seq FROM shift_closes WHERE shift = ?", (shift.hex,))
        counted, by, closed_seq = cast("tuple[int | None, str, int]", closed[0] if closed else (None, "", 0))
        return ShiftShown(
            shift=shift.hex,
            badge=badge,
            opened_at=self._at(seq) or datetime.fromtimestamp(0, UTC),
            drawer=self._drawer(shift),
            counted=None if counted is None else Fen(counted),
            closed_by=by,
            closed_at=self._at(closed_seq) if closed else None,
        )

    def _drawer(self, shift: UUID) -> Drawer:
        """What went in and out from the shift's opening to its end, or to now."""
        fen, first = cast(
            "tuple[int, int]", self._journal.rows("SELECT fen, seq FROM shifts WHERE shift = ?", (shift.hex,))[0]
        )
        ends = self._journal.rows("SELECT seq FROM shift_closes WHERE shift = ?", (shift.hex,))
        last = cast(int, ends[0][0]) if ends else MOST**2
        cash = dict(
            cast(
                "list[tuple[str, int]]",
                self._journal.rows(
                    "SELECT direction, sum(fen) FROM money WHERE method = 'cash' AND seq > ? AND seq < ? GROUP BY 1",
                    (first, last),
                ),
            )
        )
        moved = dict(
            cast(
                "list[tuple[str, int]]",
                self._journal.rows(
                    "SELECT direction, sum(fen) FROM shift_moves WHERE shift = ? GROUP BY 1", (shift.hex,)
                ),
            )
        )
        return Drawer(
            opening=Fen(fen),
            inserted=Fen(cash.get("taken", 0)),
            refilled=Fen(moved.get("refilled", 0)),
            paid_out=Fen(cash.get("returned", 0)),
            removed=Fen(moved.get("removed", 0)),
        )

    # ---------------------------------------------------------------- both

    def _badge(self, code: str) -> Badge:
        """Whoever acts. Raises a Fault for a badge that is not, or no longer, good, or whose role may not do this."""
        trust = self._authority.trust_list()
        if trust is None:
            raise EnvironmentFault(
                "This machine has no trust list and knows no badge", "Bring its line back, or enrol it again."
            )
        badge = read_badge_code(code, trust, self._station, self._now())
        if badge.role not in MAY_SETTLE:
            raise EnvironmentFault(
                f"Badge {badge.number} is a {badge.role}'s and may not do this", "A cashier or the duty manager may."
            )
        return badge

    def _at(self, seq: int) -> datetime | None:
        rows = self._journal.rows("SELECT at_ms FROM events WHERE seq = ?", (seq,))
        return datetime.fromtimestamp(cast(int, rows[0][0]) / 1000, UTC) if rows else None


def _counted(fen: Fen) -> None:
    if not 0 <= fen <= MOST:
        raise EnvironmentFault("This is no amount that a machine can hold", "Give it in yuan, as 200 or 37.50.")
