"""The judge of a run: hears everything that is seen, in order, and says at once which promise is broken."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NoReturn, Protocol
from uuid import UUID

import cbor2

from gate.decision import Admitted
from station.simulate.judge.admissions import Admissions
from station.simulate.judge.arbiters import Arbiters
from station.simulate.judge.clocks import Coach, Times
from station.simulate.judge.ends import Ends, nothing_forbidden_happened, sides_are_equal
from station.simulate.judge.facts import Heard, untold
from station.simulate.judge.fair import Fair
from station.simulate.judge.forks import Forks
from station.simulate.judge.journals import Found, Journals
from station.simulate.judge.money import Money
from station.simulate.judge.places import CENTRE, Places, Seat
from station.simulate.judge.private import nothing_is_plain
from station.simulate.judge.wrong import Told, station_of
from station.simulate.watch import Broken, Unwatched
from sync.journal.reader import StoredEvent
from tickets.uses import UseEnd

if TYPE_CHECKING:
    from station.simulate.world import World


class Look(Protocol):
    """How a judge looks at what lies on disks. A pure judge is given made-up ones."""

    def journal(self, node: str) -> Found | None:
        """The journal of this machine as it lies on its disk now; None where there is none."""
        ...

    def known_against(self, gate: str, number: str, attempt: str) -> str:
        """Why this gate must not let a ticket in, as its own cache has it now; "" where it may."""
        ...

    def held_by_relay(self, gate: str) -> Mapping[str, tuple[int, int]]:
        """The journals that this gate's relay holds now, by epoch: from which event to which."""
        ...

    def kept_by_centre(self, epoch: str) -> int | None:
        """How far the centre holds this journal now; None while nobody can look."""
        ...

    def reaches_centre(self, node: str) -> bool:
        """Whether this machine and the centre are well now, and the lines between them fair."""
        ...

    def departures(self) -> Collection[Seat]:
        """The departures (seat 0) that the centre knows now."""
        ...

    def ends(self, judge: "Judge") -> Ends:
        """What both sides hold, everything having come to rest."""
        ...


class Notes(Protocol):
    """As much of a `History` as a judge writes."""

    def note(self, at_ms: int, who: str, what: str) -> None:
        """Write one line."""
        ...

    def point_at(self, about: Iterable[str]) -> None:
        """Remember what a failure is about."""
        ...


class Judge(Unwatched):
    """A `Watch` with rules of its own. Broken is raised at the first promise that does not hold."""

    def __init__(
        self,
        *,
        now: Callable[[], int],
        wall_ms: Callable[[], int],
        coach: Callable[[str, str], Coach | None],
        look: Look,
        history: Notes,
        arbitrated: Callable[[str], bool],
        strict: Callable[[str], bool],
        fair: Fair,
    ) -> None:
        """`now` is virtual ms; `arbitrated`: whether a gate's station has a relay; `fair`: since when all is well.

        `strict`: whether a gate's station sends people to staff while its relay does not answer. `wall_ms` is the right
        time, in ms since 1970; `coach` knows each departure by service date and trip.
        """
        self._now = now
        self._look = look
        self._history = history
        self._fair = fair
        self._arbitrated = arbitrated
        self.journals = Journals(self._wrong, now)
        self.places = Places(self._wrong, now)
        self.admissions = Admissions(self._wrong, now, arbitrated, fair.look)
        self.arbiters = Arbiters(self._wrong, now, arbitrated, strict, fair.look)
        self.money = Money(self._wrong)
        self.times = Times(self._wrong, wall_ms, coach, fair.look)
        self.facts = Heard()
        self.forks = Forks(self._wrong, now, look.reaches_centre)
        self._restored = False

    def _wrong(self, what: str, *about: str) -> NoReturn:
        self._history.note(self._now(), "judge", what)
        self._history.point_at(about)
        raise Broken(what)

    # ------------------------------------------------------------------ what is written and seen

    def wrote(self, node: str, journal: str, events: Sequence[StoredEvent]) -> None:
        """See Watch. The bytes are read by another CBOR library than the product's."""
        self._fair.look()
        self.forks.wrote(node, journal)
        self.forks.look()
        told: list[Told] = []
        for stored in events:
            if not self.journals.wrote(node, journal, stored.seq, stored.data, stored.hash):
                continue
            parts = cbor2.loads(stored.data)
            event = Told(
                node=node,
                epoch=journal,
                seq=stored.seq,
                kind=parts[3],
                at_ms=parts[5],
                quality=parts[6],
                body=parts[7],
            )
            told.append(event)
            self.places.wrote(event)
            self.money.wrote(event)
            self.facts.wrote(event)
        self.times.wrote(told)
        self.admissions.wrote(told)

    def opened(self, gate: str, lane: str, use: Admitted) -> None:
        """See Watch."""
        attempt, number = use.attempt.hex, use.number.digits
        if not self._arbitrated(gate):
            self.asks(gate, use.attempt, number)
        self.admissions.opened(gate, lane, attempt, number, use.flags)
        self.arbiters.opened(gate, attempt, number, use.flags)
        self.places.travels(number, gate, self.admissions.attempts[attempt].departure)

    def passed(self, gate: str, lane: str, use: Admitted, end: UseEnd) -> None:  # noqa: ARG002  the port's own signature
        """See Watch."""
        self.admissions.passed(use.attempt.hex, end.value)

    def asks(self, gate: str, attempt: UUID, number: str) -> None:
        """See Watch."""
        held = self._look.held_by_relay(gate) if self._arbitrated(gate) else {}
        self.arbiters.asks(gate, attempt.hex, held, self.admissions.stands(number, attempt.hex, held))
        self.admissions.asks(number, attempt.hex, self._look.known_against(gate, number, attempt.hex))

    def answered(self, gate: str, attempt: UUID, word: str) -> None:
        """See Watch."""
        self.arbiters.answered(gate, attempt.hex, word)

    def heard(self, gate: str, attempt: UUID, word: str | None) -> None:
        """See Watch."""
        self.arbiters.heard(gate, attempt.hex, word)

    def shown(self, gate: str, number: str, answer: str) -> None:
        """See Watch."""
        self.admissions.shown(gate, number, answer)
        sold = self.places.tickets.get(number)
        if sold is not None and station_of(gate) == sold.seat[0] and self.times.lets_in(*sold.seat[1:3]):
            self.admissions.first_shown(gate, number, answer)

    def forged(self, gate: str, number: str, answer: str) -> None:
        """See Watch: whatever it says of itself, nobody travels on it."""
        if answer == "admitted":
            self._wrong(f"{gate} lets in a forged code that says it is {number}", number, gate)

    def money_in(self, till: str, fen: int) -> None:
        """See Watch."""
        self.money.came_in(till, fen)

    def money_out(self, till: str, fen: int) -> None:
        """See Watch."""
        self.money.went_out(till, fen)

    def paper(self, till: str, kind: str, text: str, *, copy: int = 0, whole: bool = True) -> None:
        """See Watch."""
        self.money.paper(till, kind, text, copy=copy, whole=whole)

    def sold_by_centre(self, station: int, number: str, day: date, trip: str, seat: int | None) -> None:
        """See Watch."""
        self.places.sold_by_centre(station, number, day.isoformat(), trip, seat)

    def asks_refund(self, station: int, number: str) -> None:  # noqa: ARG002  the port's own signature
        """See Watch."""
        self.places.asks_refund(number)
        self.admissions.asks_refund(number)

    def refunded_by_centre(self, station: int, number: str) -> None:  # noqa: ARG002  the port's own signature
        """See Watch."""
        self.places.refunded(number)
        self.admissions.refunded(number)

    def kept(self, node: str, epoch: UUID, through: int) -> None:
        """See Watch."""
        has = self._look.kept_by_centre(epoch.hex)
        self.journals.kept(node, epoch.hex, through, has)
        self.admissions.kept(node, epoch.hex, through if has is None else min(has, through))

    # ------------------------------------------------------------------ what goes wrong

    def crashed(self, node: str, *, power: bool) -> None:  # noqa: ARG002  the port's own signature
        """See Watch."""
        self.admissions.died(node)
        self.times.died(node)
        self.money.died(node)
        self.arbiters.died(node)

    def lost_disk(self, node: str) -> None:
        """See Watch."""
        self.admissions.died(node)
        self.admissions.lost(node)
        self.arbiters.lost(node)
        self.forks.over(node)
        self.journals.lost(node)

    def came_back(self, node: str) -> None:
        """See Watch: whatever its journal promised must be on its disk."""
        found = self._look.journal(node)
        if found is not None:
            self.journals.on_disk(node, found)

    def cloned(self, node: str) -> None:
        """From now on two machines run from this one's disk, or it goes on from an old copy: its history forks."""
        for epoch, of in self.journals.epochs.items():
            if of.node == node and not of.gone:
                self.journals.forks(epoch)
                self.forks.copied(node, epoch)
                self.places.forks(epoch)

    def restored(self, made_at: int) -> None:
        """The centre was put back to a backup of that virtual ms: what it knew since is gone."""
        self._restored = True
        self.places.restored(made_at, self._look.departures())
        self.admissions.restored(made_at)
        self.journals.restored(self._now())
        self.forks.restored()

    def struck_off(self, gate: str) -> None:
        """Staff have said that this gate's history need not be waited for."""
        self.admissions.struck_off(gate)

    # ------------------------------------------------------------------ at rest

    def at_end(self, world: "World") -> None:  # noqa: ARG002  a judge looks through what it was given
        """See Watch."""
        self.concludes(self._look.ends(self))

    def concludes(self, ends: Ends) -> None:
        """Everything has come to rest, and this is what both sides hold."""
        for node, found in ends.journals.items():
            self.journals.on_disk(node, found)
        self.journals.at_centre(ends.centre_events, restored=self._restored, unheard=ends.relays)
        lost = {epoch for epoch, of in self.journals.epochs.items() if of.gone}
        self.money.at_end(lost, printers_well=ends.printers_well)
        self.forks.at_end(ends.subjects("forked_journal"))
        forked = {epoch for epoch, of in self.journals.epochs.items() if of.forked}
        self.places.at_end(
            ends.tickets, ends.places("place_sold_twice"), ends.capacity, forks_found=ends.subjects("forked_journal")
        )
        for number, ticket in ends.tickets.items():
            if ticket.issuer == CENTRE:
                self.times.sold_by_centre(number, *ticket.seat[1:3], ticket.issued_ms)
        self.admissions.at_end(
            ends.subjects("duplicate_admission"),
            ends.subjects("duplicate_reported"),
            ends.subjects("admitted_and_refunded"),
        )
        nothing_forbidden_happened(self._wrong, ends, restored=self._restored, forked=forked)
        gone = lost - forked
        living = {found.epoch for found in ends.journals.values()} - forked - gone
        facts = untold(self.facts, ends.known, sorted(living), sorted(gone)) if ends.known is not None else []
        sides_are_equal(self._wrong, ends, facts)
        nothing_is_plain(self._wrong, ends.personal)
