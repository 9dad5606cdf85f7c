"""One admission per ticket per station, a record before every movement, no right lost by not walking (promises 3-5).

What isolated parts of a station do cannot be prevented: there one admission for each part is allowed, and every pair
of them must have been found and reported when all is well again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from station.simulate.judge.arbiters import UNARBITRATED
from station.simulate.judge.fair import EVERYBODY_MS, LONG_MS, SHORT_MS
from station.simulate.judge.uses import OfTicket, Use, are_doubles, ends_that_fit, known_inside
from station.simulate.judge.wrong import Told, Wrong

_KNEW_MS = 15 * 60_000
"""So long after the centre has kept an admission nobody can say that he did not know of it."""
_HEARD_MS = 45_000
"""So long after it was written a gate may not know yet what another did: `lent.TALK_MS`, twice, and its steps. Where
there is no relay it hears it from the centre, in the time that everybody has.
"""
_TAKES_BACK = ("refund", "change")


class Admissions:
    """Judges gates by what they write, open and say."""

    def __init__(
        self,
        wrong: Wrong,
        now: Callable[[], int],
        arbitrated: Callable[[str], bool],
        fair_ms: Callable[[], int],
    ) -> None:
        """`now` is virtual ms; `arbitrated`: whether this gate's station has a relay that grants uses.

        `fair_ms`: for how long all has been well.
        """
        self._wrong = wrong
        self._now = now
        self._arbitrated = arbitrated
        self._fair_ms = fair_ms
        self._in_lane: dict[str, str] = {}
        self._against: dict[str, str] = {}
        self._head: dict[str, int] = {}
        self._started: dict[str, int] = {}
        """The last event of each epoch, and the last with which a gate began."""
        self._dead: set[str] = set()
        """Gates that died and have not begun again: what is heard of them now was durable, and never told."""
        self._struck_off: set[str] = set()
        self.tickets: dict[str, OfTicket] = defaultdict(OfTicket)
        self.attempts: dict[str, Use] = {}
        self.admitted = 0
        self.unarbitrated = 0

    # ------------------------------------------------------------------ what is written

    def wrote(self, events: Iterable[Told]) -> None:
        """Events of one journal; those of one call were committed together or one after the other."""
        told: list[Told] = []
        for each in events:
            self._head[each.epoch] = each.seq
            if each.kind == "gate.started":
                self._started[each.epoch] = each.seq
                self._dead.discard(each.node)
            elif each.kind.startswith("use.") and "attempt" in each.body:
                told.append(each)
        given_back = {each.body["attempt"] for each in told if each.kind == "use.released"}
        for event in told:
            attempt = event.body["attempt"].hex()
            of = self.tickets[event.body["number"]]
            if event.kind == "use.claimed":
                use = self._use(of, event, attempt)
                if event.body["attempt"] not in given_back:  # in the same breath: nobody was let in
                    self._claimed(of, use)
            elif attempt in of.uses:
                self._guesses(of.uses[attempt], event)
                self._ended(of, of.uses[attempt], event.kind.removeprefix("use."), event.seq)
            else:
                self._wrong(f"{event.node} ends a use that it never claimed", event.node, event.body["number"])

    def _use(self, of: OfTicket, event: Told, attempt: str) -> Use:
        known = of.uses.get(attempt)
        if known is not None:
            self._wrong(f"{event.node} claims one use twice", event.node, known.number)
        body = event.body
        use = of.uses[attempt] = self.attempts[attempt] = Use(
            number=body["number"],
            use_no=body["use_no"],
            attempt=attempt,
            node=event.node,
            purpose=body["purpose"],
            flags=frozenset(body["flags"]),
            departure=(body["service_date"], body["trip"]),
            epoch=event.epoch,
            seq=event.seq,
            claimed_at=self._now(),
            known_at=event.seq,
            in_doubt=event.node in self._dead,
        )
        return use

    def _claimed(self, of: OfTicket, use: Use) -> None:
        if use.purpose == "exit":
            others = [each for each in of.uses.values() if each.purpose == "exit" and each is not use]
            of.muddled |= any(each.end is None or each.use_no >= use.use_no for each in others)
            return
        if use.purpose in _TAKES_BACK:
            self._may_take_back(use.node, [each for each in of.inside if each.end == "passed"])
            return
        for before in of.inside:
            of.pairs.append((before, use))
            if "overridden" in use.flags or before.lost:
                continue
            if before.node == use.node and not of.muddled:
                self._wrong(f"{use.node} admits {use.number} twice by itself", use.number, use.node)
            cut_off = UNARBITRATED in use.flags or not self._arbitrated(use.node)
            # what the earlier gate did alone its arbiter hears after a while, and everybody in the end
            cut_off |= UNARBITRATED in before.flags and not self._well_since(before.claimed_at, SHORT_MS)
            cut_off &= not self._well_since(before.claimed_at, EVERYBODY_MS)
            if not cut_off and not {before.node, use.node} & self._struck_off:
                self._wrong(f"{use.number} is admitted at {before.node} and at {use.node}, neither cut off", use.number)
        of.both |= bool(of.taken_back)
        of.inside.append(use)
        known = of.refunded_at is not None and self._well_since(of.refunded_at, EVERYBODY_MS)
        if known and not of.forgotten and "overridden" not in use.flags:
            self._wrong(f"{use.node} admits {use.number} long after it was refunded, and nothing is wrong", use.number)

    def _well_since(self, at: int, ms: int) -> bool:
        return min(self._now() - at, self._fair_ms()) > ms

    def _may_take_back(self, by: str, inside: Iterable[Use]) -> None:
        for use in inside:
            if use.kept_at is not None and self._now() - use.kept_at > _KNEW_MS:
                self._wrong(
                    f"{use.number} is paid back by {by} long after the centre knew that it had travelled", use.number
                )

    def _guesses(self, use: Use, event: Told) -> None:
        """A gate that has begun anew since the barrier opened cannot know how that ended, and says so."""
        if event.kind != "use.unresolved" and use.known_at < self._started.get(use.epoch, 0) < event.seq:
            how = event.kind.removeprefix("use.")
            self._wrong(f"{use.node} began anew, and guesses that the use of {use.number} is {how}", use.number)

    def _ended(self, of: OfTicket, use: Use, end: str, seq: int) -> None:
        if end == "passed" and use.purpose == "admission" and not use.opened:
            self._wrong(f"{use.node} says that {use.number} passed where no barrier was opened", use.number, use.node)
        use.end, use.ended_seq, use.end_kept_at = end, seq, None
        if end == "released" and use in of.inside:
            of.inside.remove(use)
        if end == "passed" and use.purpose in _TAKES_BACK:
            self._took_back(of, use.node)
        if end == "passed" and use.purpose == "exit":
            passed = [each for each in of.inside if each.end == "passed"]
            doubtful = [each for each in of.inside if each.end == "unresolved"]
            mine = [each for each in passed if UNARBITRATED not in each.flags] or passed or doubtful or of.inside
            of.muddled |= not passed or len(of.inside) > 1
            if mine:
                of.muddled |= mine[0].use_no >= use.use_no
                of.inside.remove(mine[0])

    def _took_back(self, of: OfTicket, by: str) -> None:
        of.both |= bool(of.inside)
        of.taken_back.append(by)

    def asks_refund(self, number: str) -> None:
        """The office asks the centre to refund this ticket, and will ask until it hears."""
        of = self.tickets[number]
        of.asked_at = self._now() if of.asked_at is None else of.asked_at

    def refunded(self, number: str) -> None:
        """The office has heard that the centre has refunded this ticket: it did not know then that it had travelled."""
        of = self.tickets[number]
        for use in of.inside:
            since = use.end_kept_at if use.end == "passed" else None
            if since is not None and of.asked_at is not None and since < of.asked_at:
                self._wrong(f"the centre refunds {number}, and knew that it had travelled at {use.node}", number)
        if "the office" not in of.taken_back:
            self._took_back(of, "the office")
            of.refunded_at = self._now()

    def kept(self, node: str, epoch: str, through: int) -> None:
        """The centre has what this machine wrote, up to here."""
        for use in self.attempts.values():
            if use.node == node and use.epoch == epoch:
                if use.kept_at is None and use.seq <= through:
                    use.kept_at = self._now()
                if use.end_kept_at is None and use.ended_seq is not None and use.ended_seq <= through:
                    use.end_kept_at = self._now()

    # ------------------------------------------------------------------ what is seen

    def asks(self, number: str, attempt: str, against: str) -> None:
        """A gate has judged a ticket, and would let it in. `against`: what its own cache has against that, or ""."""
        self._against[attempt] = against
        self.tickets[number].asked_for.add(attempt)

    def stands(self, number: str, attempt: str, held: Mapping[str, tuple[int, int]]) -> Use | None:
        """Another admission of this ticket that was not given back, as whoever holds these journals must know."""
        of = self.tickets[number]
        others = () if of.muddled else of.inside
        return next((use for use in others if use.attempt != attempt and _is_in(use, held)), None)

    def opened(self, gate: str, lane: str, attempt: str, number: str, flags: frozenset[str]) -> None:
        """A barrier is about to be told to open: the claim must be durable, and not ended."""
        use = self.attempts.get(attempt)
        if use is None or use.number != number or use.node != gate or use.end not in (None, "unresolved"):
            self._wrong(f"{gate} {lane} opens for {number} without a record on its disk", number, gate)
        other = self._in_lane.get(attempt)
        if other is not None:
            self._wrong(f"{gate} {lane} opens for what {other} has in hand", number, gate)
        against = self._against.pop(attempt, "")
        if against and use.purpose == "admission" and "overridden" not in flags:
            self._wrong(f"{gate} opens for {number}, of which its own cache says: {against}", number, gate)
        self._in_lane[attempt] = f"{gate} {lane}"
        use.opened += 1
        use.known_at = self._head[use.epoch]
        use.in_doubt = False
        if use.purpose == "admission":
            self.admitted += 1
            self.unarbitrated += UNARBITRATED in flags

    def passed(self, attempt: str, end: str) -> None:
        """How it ended, as people saw it."""
        self._in_lane.pop(attempt, None)
        if attempt in self.attempts:
            self.attempts[attempt].seen.append(end)
            self.attempts[attempt].seen_at = self._now()

    def shown(self, gate: str, number: str, answer: str) -> None:
        """What whoever shows a ticket is told: whoever did not walk through may, when all has been well since."""
        of = self.tickets.get(number)
        if of is None or of.taken_back or not of.uses or answer != "used":
            return
        if all(self._must_be_known(each, gate) for each in of.uses.values()):
            self._wrong(f"{gate} refuses {number} as used: it was authorised, and nobody walked", number, gate)

    def _must_be_known(self, use: Use, gate: str) -> bool:
        """Whether this gate must know that nobody walked: another's word of it needs a while."""
        since = self._now() - use.seen_at
        heard_ms = _HEARD_MS if self._arbitrated(gate) else EVERYBODY_MS
        knows = use.node == gate or since > heard_ms
        return use.seen[-1:] == ["released"] and not use.in_doubt and knows and self._fair_ms() >= since

    def first_shown(self, gate: str, number: str, answer: str) -> None:
        """A ticket of this station is shown in time: if it is the first time, and all is well, it is let in."""
        of = self.tickets[number]
        new = not of.uses and len(of.asked_for) <= 1 and not of.taken_back and of.asked_at is None
        if new and answer != "admitted" and self._fair_ms() > LONG_MS:
            self._wrong(f"{gate} refuses {number} as {answer}, which is good, and nothing is wrong", number, gate)

    # ------------------------------------------------------------------ what goes wrong

    def died(self, node: str) -> None:
        """This machine's programs are gone, with what their lanes had in hand."""
        self._dead.add(node)
        for attempt, lane in list(self._in_lane.items()):
            if lane.partition(" ")[0] == node:
                del self._in_lane[attempt]
        for use in self.attempts.values():
            if use.node == node and use.end in (None, "unresolved"):
                use.in_doubt = True

    def lost(self, node: str) -> None:
        """Its disk is gone: what the centre had not said to have kept may be unknown to everybody."""
        for use in self.attempts.values():
            if use.node == node:
                use.disk_lost = True
                use.lost |= use.kept_at is None

    def restored(self, made_at: int) -> None:
        """The centre has forgotten what it kept since then, which terminals tell it again, and its office's refunds."""
        for use in self.attempts.values():
            if use.kept_at is not None and use.kept_at >= made_at:
                use.kept_at = None
                use.lost |= use.disk_lost
            if use.end_kept_at is not None and use.end_kept_at >= made_at:
                use.end_kept_at = None
        for of in self.tickets.values():
            of.forgotten |= of.refunded_at is not None and of.refunded_at >= made_at

    def struck_off(self, node: str) -> None:
        """Staff have said that this gate's history need not be waited for."""
        self._struck_off.add(node)

    # ------------------------------------------------------------------ when all is well again

    def at_end(self, reported: Iterable[str], by_relays: Iterable[str], both_reported: Iterable[str]) -> None:
        """`reported`: tickets that are said to have been let in twice, `by_relays`: number/use that relays say it of;
        `both_reported`: travelled on and paid back.
        """
        told, both = set(reported), set(both_reported)
        for number in sorted({each.partition("/")[0] for each in by_relays}):
            if not self.tickets[number].pairs and not self.tickets[number].muddled:
                self._wrong(f"a relay says that {number} was let in twice, and it was not", number)
        for number, of in self.tickets.items():
            self._ends_fit(of)
            if of.both and not of.forgotten and number not in both and known_inside(of):
                self._wrong(f"{number} was travelled on and paid back, and nobody found out", number)
            if of.muddled or any(use.purpose == "exit" for use in of.uses.values()):
                continue
            real = [pair for pair in of.pairs if are_doubles(*pair)]
            if real and number not in told:
                self._wrong(f"{number} was let in twice, and nobody found out", number)
            if number in told and not of.pairs:
                self._wrong(f"{number} is said to have been let in twice, and was not", number)

    def _ends_fit(self, of: OfTicket) -> None:
        for use in of.uses.values():
            if use.lost or use.purpose in _TAKES_BACK or use.end in ends_that_fit(use):
                continue
            if use.end == "released" and "passed" in use.seen:
                self._wrong(f"{use.number} walked through {use.node}, and its journal gave the right back", use.number)
            if use.end == "passed":
                self._wrong(f"{use.number} never walked through {use.node}, and its journal says so", use.number)
            saw, says = " and ".join(use.seen) or "nothing", use.end or "nothing"
            self._wrong(f"people saw {saw} of {use.number} at {use.node}, and its journal says {says}", use.number)


def _is_in(use: Use, held: Mapping[str, tuple[int, int]]) -> bool:
    first, through = held.get(use.epoch, (1, 0))
    return first <= use.seq <= through
