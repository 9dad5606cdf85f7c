"""Taking notes: what the validator reports is written down before anything follows from it, and nothing is guessed.

A note is stacked only at our word, and before we say it the journal names the note and its order (the intent). So
after a crash, a silence or a restart of the validator, at most one note can be in doubt, and it is known which.
Every event moves the journalled mark; `poll(since=mark)` then tells exactly what is not written down yet.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never
from uuid import UUID

from drivers.cash import BillInEscrow, BillReturned, BillStacked, BillTrouble, BillValidator, CashEvent, EventsLost
from drivers.faults import DeviceFault, DeviceRefused
from kiosk.till.ledger import Ledger
from kiosk.till.records import CashMark, Note
from sync.points import Point, Probe
from tickets.money import Fen

STUCK_LIMIT = 60.0
"""Seconds that a passenger with money inside waits for a validator that does not work before getting a claim."""
ORDER_AGAIN = 3.0
"""Seconds after which a note that has not moved is told to move again."""
NOT_THERE = 5.0
"""Seconds of a healthy validator saying that there is no note to move, after which there is none."""
HEALTH_EVERY = 10.0


class Route(Enum):
    """Where a note in escrow is to go."""

    STACK = "stack"
    BACK = "back"


@dataclass(slots=True, kw_only=True)
class Moving:
    """A note in escrow. `told_at` is when it was last told to move, `refused_since` when that began to be refused."""

    fen: Fen
    route: Route | None
    since: float
    told_at: float | None = None
    refused_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A note is in the stacker and written down for `order`."""

    order: UUID
    fen: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """The passenger has the note again. `too_large`: the machine gave it back because it has no change for it."""

    fen: Fen
    too_large: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """It is not known where a note of `order` is; a claim was opened for it."""

    order: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The validator reports something for staff. No money moved by it."""

    what: str
    hint: str


News = Took | CameBack | InDoubt | Reported


class Cashier:
    """Works one bill validator for one ledger. `clock` is monotonic seconds; `new_claim` makes claim numbers.

    `listen` first, then `serve`, several times a second while notes are let in. Neither raises DeviceFault: see
    `fault` and `stuck_for`. What the ledger raises goes through; the note is then told of again after a restart.
    """

    def __init__(
        self,
        validator: BillValidator,
        ledger: Ledger,
        *,
        clock: Callable[[], float],
        new_claim: Callable[[], str],
        probe: Probe,
    ) -> None:
        self._validator = validator
        self._ledger = ledger
        self._clock = clock
        self._new_claim = new_claim
        self._probe = probe
        self._let_in: frozenset[int] | None = None
        self._too_large = False
        self._silent = False
        self._broken_since: float | None = None
        self._healthy_until = float("-inf")
        self.fault: DeviceFault | None = None
        self.bills: tuple[Fen, ...] = ()
        self._mark = ledger.cash_mark()
        self._note = self._left_over()

    @property
    def ready(self) -> bool:
        """Whether it answers, knows notes, and said lately that it can take them."""
        return self.fault is None and bool(self.bills)

    @property
    def clear(self) -> bool:
        """Whether no note is on its way to the stacker: what the ledger says is all there is."""
        return self._mark is None or self._mark.intent is None

    @property
    def letting_in(self) -> frozenset[int]:
        """The notes (fen) that the validator was last told to let in; empty while that is not known."""
        return self._let_in or frozenset()

    def stuck_for(self) -> float:
        """Seconds since it stopped working, or since a note on its way was heard of; 0 when all is well."""
        now = self._clock()
        broken = now - self._broken_since if self._broken_since is not None else 0.0
        moving = now - self._note.since if self._note is not None and not self.clear else 0.0
        return max(broken, moving)

    def listen(self) -> tuple[News, ...]:
        """Read what happened and write it down, event by event, each in one transaction with its mark."""
        try:
            counter, events = self._validator.poll(self._mark.counter if self._mark else None)
        except EventsLost as lost:
            return self._lost(lost.counter)
        except DeviceFault as fault:
            self._went_silent(fault)
            return ()
        self._silent = False
        news = [item for event in events for item in self._note_down(event)]
        if self._mark is None or self._mark.counter != counter:
            self._write(self._at(counter))
        try:
            self._check_health()
        except DeviceFault as fault:
            self._went_silent(fault)
        return tuple(news)

    def serve(self, order: UUID | None, fits: Callable[[Fen], bool]) -> None:
        """Move the note in escrow, then let in exactly the notes that fit; none without an order."""
        if self._silent:
            return
        try:
            if self._note is not None:
                self._move(self._note, order, fits)
            usable = order is not None and self.fault is None
            self._allow(frozenset(bill for bill in self.bills if fits(bill)) if usable else frozenset())
        except DeviceFault as fault:
            self._went_silent(fault)

    def give_up(self) -> InDoubt | None:
        """Stop waiting for the note on its way: a claim is opened for it, also for when it is stacked after all."""
        if self._mark is None or self._mark.intent is None:
            return None
        doubt = self._mark.intent
        self._keep(CashMark(counter=self._mark.counter, doubt=doubt), doubt)
        self._note = None
        return InDoubt(order=doubt.order)

    def close(self) -> None:
        """Let in no more notes and release the port."""
        self._validator.close()

    def _left_over(self) -> Moving | None:
        """The note that was on its way when this process's predecessor died: back it goes, if it still can."""
        if self._mark is None or self._mark.intent is None:
            return None
        return Moving(fen=self._mark.intent.fen, route=Route.BACK, since=self._clock())

    def _note_down(self, event: CashEvent) -> tuple[News, ...]:
        here = self._at(event.counter)
        match event:
            case BillInEscrow():
                self._write(CashMark(counter=event.counter, intent=here.intent))
                if self._note is None:
                    self._note = Moving(fen=Fen(event.fen), route=None, since=self._clock())
                return ()
            case BillStacked():
                return self._stacked(Fen(event.fen), here)
            case BillReturned(fen=0):
                self._write(here)
                return (CameBack(fen=Fen(0), too_large=False),)
            case BillReturned():
                return self._returned(Fen(event.fen), here)
            case BillTrouble():
                return self._troubled(event, here)
        assert_never(event)

    def _troubled(self, event: BillTrouble, here: CashMark) -> tuple[News, ...]:
        """Staff are told of it, once for as long as it lasts."""
        self._healthy_until = float("-inf")
        if event.lasting and self.fault is not None and self.fault.what == event.what:
            self._write(here)
            return ()
        self._ledger.cash_fault(event.what, here)
        self._mark = here
        if event.lasting:
            self._broken(DeviceFault(event.what, event.hint))
        return (Reported(what=event.what, hint=event.hint),)

    def _stacked(self, fen: Fen, here: CashMark) -> tuple[News, ...]:
        known = here.intent or here.doubt
        order = known.order if known else self._ledger.newest_order()
        doubted = here.intent is None and here.doubt is not None and here.doubt.fen == fen
        after = CashMark(counter=here.counter)
        if order is None:
            what = f"A note of {fen} fen was stacked before this till ever held an order"
            self._ledger.cash_fault(what, after)
            self._mark, self._note = after, None
            return (Reported(what=what, hint="Take it out of the stacker; nobody paid with it."),)
        self._ledger.money_taken(Note(order=order, fen=fen), after, doubted=doubted)
        self._mark, self._note = after, None
        return (Took(order=order, fen=fen),)

    def _returned(self, fen: Fen, here: CashMark) -> tuple[News, ...]:
        too_large, self._too_large = self._too_large, False
        after = CashMark(counter=here.counter)
        if here.doubt is not None:
            self._ledger.note_came_back(here.doubt, after)
        else:
            self._ledger.mark(after)
        self._mark, self._note = after, None
        return (CameBack(fen=fen, too_large=too_large),)

    def _lost(self, counter: int) -> tuple[News, ...]:
        """The validator restarted or went beyond its memory: only a note that was told to be stacked is in doubt."""
        doubt = self._mark.intent if self._mark else None
        self._let_in, self._note, self.bills = None, None, ()
        if doubt is None:
            self._write(CashMark(counter=counter))
            return ()
        self._keep(CashMark(counter=counter), doubt)
        return (InDoubt(order=doubt.order),)

    def _at(self, counter: int) -> CashMark:
        return CashMark(counter=counter) if self._mark is None else replace(self._mark, counter=counter)

    def _write(self, mark: CashMark) -> None:
        self._ledger.mark(mark)
        self._mark = mark

    def _keep(self, mark: CashMark, doubt: Note) -> None:
        self._ledger.claim_in_doubt(self._new_claim(), doubt, mark)
        self._mark = mark

    def _move(self, note: Moving, order: UUID | None, fits_now: Callable[[Fen], bool]) -> None:
        now = self._clock()
        fits = order is not None and fits_now(note.fen)
        if note.route is None:
            note.route = Route.STACK if fits else Route.BACK
            self._too_large = order is not None and not fits
            if fits and order is not None and self._mark is not None:
                self._write(replace(self._mark, intent=Note(order=order, fen=note.fen)))
        elif note.route is Route.STACK and note.told_at is None and not fits:
            note.route = Route.BACK
        if note.told_at is not None and now - note.told_at < ORDER_AGAIN:
            return
        try:
            if note.route is Route.STACK:
                self._probe(Point.TILL_STACK_BEFORE)
                self._validator.stack()
                self._probe(Point.TILL_STACK_AFTER)
            else:
                self._validator.give_back()
            note.told_at, note.refused_since = now, None
        except DeviceRefused:
            self._refused(note, now)

    def _refused(self, note: Moving, now: float) -> None:
        """It would not move. While it is healthy, reports nothing and keeps saying so, there is no note to move."""
        note.told_at = None
        if note.refused_since is None:
            note.refused_since = now
        elif now - note.refused_since >= NOT_THERE and self._mark is not None and self._is_healthy():
            self._write(CashMark(counter=self._mark.counter))
            self._note = None

    def _allow(self, values: frozenset[int]) -> None:
        if values == self._let_in:
            return
        self._let_in = None
        try:
            self._validator.accept(values)
        except DeviceRefused:
            return  # it restarted a moment ago: the next poll says so
        self._let_in = values

    def _check_health(self) -> None:
        if not self.bills:
            self.bills = tuple(Fen(fen) for fen in self._validator.identify())
        if self._clock() >= self._healthy_until:
            self._is_healthy()

    def _is_healthy(self) -> bool:
        """Ask it now. That it works again is written down for staff."""
        health = self._validator.health()
        if health.ok and self.fault is not None:
            self._ledger.device_back("cash")
        elif not health.ok and self.fault is None:
            self._ledger.device_fault("cash", health.what)
        self._broken(None if health.ok else DeviceFault(health.what, health.hint))
        self._healthy_until = self._clock() + HEALTH_EVERY if health.ok else float("-inf")
        return health.ok

    def _went_silent(self, fault: DeviceFault) -> None:
        self._let_in = None
        self._silent = True
        self._healthy_until = float("-inf")
        if self.fault is None:
            self._ledger.device_fault("cash", fault.what)
        self._broken(fault)

    def _broken(self, fault: DeviceFault | None) -> None:
        if fault is None:
            self._broken_since = None
        elif self._broken_since is None:
            self._broken_since = self._clock()
        self.fault = fault
