"""What must hold of a station, judged from what was really written and opened, by rules of its own.

None of the product's rules about uses is asked here: a rule that is wrong there would be wrong here too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from gate.decision import Admitted
from sync.journal.reader import JournalReader, StoredEvent
from sync.journal.uses import history
from tickets.uses import UseEnd


class Wrong(AssertionError):
    """A rule was broken."""


@dataclass(slots=True)
class Known:
    """One attempt at a use, as its own journal has it."""

    number: str
    use_no: int
    attempt: UUID
    device: str
    purpose: str
    flags: frozenset[str]
    end: str | None = None

    @property
    def row(self) -> tuple[object, ...]:
        return (
            self.number,
            self.use_no,
            self.attempt.hex,
            self.device,
            self.purpose,
            self.end,
            tuple(sorted(self.flags)),
        )


@dataclass
class OfTicket:
    """What is true of one ticket. `inside`: admissions that still stand; `pairs`: those let in beside another."""

    uses: dict[UUID, Known] = field(default_factory=dict)
    inside: list[Known] = field(default_factory=list)
    pairs: list[tuple[Known, Known]] = field(default_factory=list)
    muddled: bool = False
    """Two exits at once, or one without anybody inside: what isolated parts did cannot be put in one order."""


class Judge:
    """Watches everything that gates write, as they write it."""

    def __init__(self, now: Callable[[], int], history_is_lost: Callable[[str], bool]) -> None:
        """`history_is_lost`: whether staff have said that this device's history need not be waited for."""
        self._now = now
        self._lost = history_is_lost
        self._heard: dict[tuple[UUID, str], str | None] = {}
        self._in_lane: dict[UUID, str] = {}
        self.tickets: dict[str, OfTicket] = defaultdict(OfTicket)
        self.story: list[str] = []
        self.admitted = 0
        self.unarbitrated = 0

    def note(self, what: str) -> None:
        """A line of the story that is told when something is wrong."""
        self.story.append(f"{self._now() / 1000:8.3f}  {what}")

    def heard(self, attempt: UUID, lane: str, word: str | None) -> None:
        """What this lane last heard the arbiter say of this attempt within its budget; None for silence."""
        self._heard[attempt, lane] = word

    def written(self, device: str, events: Sequence[StoredEvent]) -> None:
        """Events about uses are on a gate's disk, by one commit."""
        told = [(each.kind, cast("dict[str, Any]", each.event.body)) for each in events]
        given_back = {body["attempt"] for kind, body in told if kind == "use.released"}
        for kind, body in told:
            number, attempt = str(body["number"]), UUID(bytes=body["attempt"])
            of = self.tickets[number]
            more = f"{body['purpose']} {' '.join(body['flags'])}" if kind == "use.claimed" else ""
            self.note(f"{device} wrote {kind} {number[-3:]}/{body['use_no']} {more}")
            if kind == "use.claimed":
                flags = frozenset(body["flags"])
                use = of.uses[attempt] = Known(number, body["use_no"], attempt, device, body["purpose"], flags)
                if body["attempt"] not in given_back:  # by the same commit: nobody is let in
                    self._claimed(of, use)
            else:
                use = of.uses[attempt]
                use.end = kind.removeprefix("use.")
                self._ended(of, use)

    def opened(self, device: str, lane: str, use: Admitted, journal: JournalReader) -> None:
        """A barrier is about to be told to open: who reads the disk must find the claim, not yet ended."""
        found = next((each for each in history(journal, use.number) if each.attempt == use.attempt), None)
        self._must(
            found is not None and found.end in (None, UseEnd.UNRESOLVED), f"{lane} opens for what is not on its disk"
        )
        self.note(f"{lane} opens for {use.number.digits[-3:]}/{use.use_no} {use.purpose}")
        flagged = "unarbitrated" in use.flags
        self.admitted += 1
        self.unarbitrated += flagged
        word = self._heard.get((use.attempt, lane))
        self._must(
            flagged == (word != "granted"),
            f"{device}: the arbiter's word was {word or 'silence'}, and the flags are {sorted(use.flags)}",
        )
        self._must(word != "taken", f"{device} lets in although the arbiter has said that another has this use")
        self._must(use.attempt not in self._in_lane, f"{lane} opens for a use that another lane has in hand")
        self._in_lane[use.attempt] = device

    def closed(self, use: Admitted) -> None:
        """Whoever the barrier was open for has passed, or has not."""
        self._in_lane.pop(use.attempt, None)

    def died(self, device: str) -> None:
        """The gate has died, with all that its lanes had in hand."""
        self.note(f"{device} dies")
        self._in_lane = {attempt: other for attempt, other in self._in_lane.items() if other != device}

    def _claimed(self, of: OfTicket, use: Known) -> None:
        if use.purpose == "exit":
            others = [each for each in of.uses.values() if each.purpose == "exit" and each is not use]
            of.muddled |= any(each.end is None or each.use_no >= use.use_no for each in others)
            return
        for before in of.inside:
            of.pairs.append((before, use))
            cut_off = "unarbitrated" in before.flags | use.flags
            struck_off = self._lost(before.device) or self._lost(use.device)
            if "overridden" in use.flags:
                continue
            self._must(of.muddled or before.device != use.device, f"{use.device} admits {use.number} twice by itself")
            self._must(
                cut_off or struck_off,
                f"{use.number} is admitted at {before.device} and at {use.device}, neither cut off",
            )
        of.inside.append(use)

    def _ended(self, of: OfTicket, use: Known) -> None:
        if use.end == "released" and use in of.inside:
            of.inside.remove(use)
        if use.purpose == "exit" and use.end == "passed":
            passed = [each for each in of.inside if each.end == "passed"]
            doubtful = [each for each in of.inside if each.end == "unresolved"]
            mine = [each for each in passed if "unarbitrated" not in each.flags] or passed or doubtful or of.inside
            of.muddled |= not passed or len(of.inside) > 1
            if mine:
                of.muddled |= mine[0].use_no >= use.use_no  # the gate had not heard of that admission; staff had
                of.inside.remove(mine[0])

    def _must(self, holds: bool, what: str) -> None:
        if not holds:
            self.note(f"WRONG: {what}")
            raise Wrong(what)

    # ------------------------------------------------------------------ when all is well again

    def all_is_known(self, known: Iterable[tuple[object, ...]], unwritten: Iterable[tuple[object, ...]]) -> None:
        """`known` is what the relay has from journals, `unwritten` what it has granted and nobody wrote down."""
        theirs = set(known)
        ours = {use.row for of in self.tickets.values() for use in of.uses.values()}
        self._must(theirs == ours, f"the relay and the journals differ by {sorted(map(str, theirs ^ ours))}")
        left = [use.row for of in self.tickets.values() for use in of.uses.values() if use.end is None]
        self._must(not left, f"these were never ended: {left}")
        self._must(not list(unwritten), f"nobody ever gave these back: {list(unwritten)}")

    def doubles_are_found(self, reported: Mapping[str, set[frozenset[UUID]]]) -> None:
        """Each ticket that let in two is reported, and no other."""
        for number, of in self.tickets.items():
            told = reported.get(number, set())
            real = {
                frozenset((one.attempt, two.attempt))
                for one, two in of.pairs
                if "released" not in (one.end, two.end)
                and (one.use_no == two.use_no or ((one.end, two.end) == ("passed", "passed") and not _wanted(one, two)))
            }
            if of.muddled or any(use.purpose == "exit" for use in of.uses.values()):
                continue
            stood = {frozenset((one.attempt, two.attempt)) for one, two in of.pairs}
            self._must(real <= told, f"{number} was let in twice, and nobody found out")
            self._must(told <= stood, f"{number} is said to have been let in twice, and was not")

    def may_be_admitted(self, number: str) -> bool | None:
        """Whether the ticket must let somebody in now; None where it is for staff to say."""
        of = self.tickets[number]
        if of.muddled or any(use.end in (None, "unresolved") for use in of.uses.values()):
            return None
        if of.pairs and any(use.purpose == "exit" for use in of.uses.values()):
            return None
        return not of.inside


def _wanted(one: Known, two: Known) -> bool:
    """Whether staff wanted the later of two."""
    return "overridden" in max(one, two, key=lambda use: use.use_no).flags
