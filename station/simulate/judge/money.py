"""Paid means a ticket or an open claim, and no fen is lost or made up (promise 6): by notes and by journals."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from station.simulate.judge.wrong import Told, Wrong

UNCLEAR = "unclear-note"
"""The reason of a claim for a note of which nobody knew where it was: it may never have been in the machine."""
_CASH = "cash"


@dataclass(slots=True)
class Order:
    """One order, or one refund, as its till's journal tells it. `places` is None for a refund."""

    node: str
    epoch: str
    places: int | None
    to_give: int = 0
    """What a refund owes."""
    taken: int = 0
    returned: int = 0
    claimed: int = 0
    unclear: int = 0
    doubted: list[int] = field(default_factory=list)
    """The notes for which a claim was opened because nobody knew where they were."""
    found: int = 0
    """What of them was in the stacker after all: the claim stands for it."""
    fares: int = 0
    paid: bool = False
    released: bool = False
    issued: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Claim:
    """What a passenger is owed. `excused`: its till died before its slip came out."""

    node: str
    epoch: str
    slip: bool = False
    excused: bool = False


@dataclass(slots=True)
class Box:
    """One machine's cash during one journal: as it moved, and as that says that it did."""

    epoch: str = ""
    came_in: int = 0
    went_out: int = 0
    taken: int = 0
    returned: int = 0
    unclear: int = 0


class Money:
    """Judges tills by what they take, give, print and write."""

    def __init__(self, wrong: Wrong) -> None:
        self._wrong = wrong
        self.boxes: dict[str, Box] = defaultdict(Box)
        self._former: list[tuple[str, Box]] = []
        """The machine and its box, of journals that another followed."""
        self.orders: dict[str, Order] = {}
        self._issued: dict[str, str] = {}
        self._delivered: set[str] = set()
        self._printed: set[str] = set()
        self._copies: set[tuple[str, str, int]] = set()
        self._claims: dict[str, Claim] = {}
        self._settled: dict[str, int] = defaultdict(int)

    # ------------------------------------------------------------------ what people see

    def came_in(self, till: str, fen: int) -> None:
        """A note is in the stacker."""
        self.boxes[till].came_in += fen

    def went_out(self, till: str, fen: int) -> None:
        """Money went back to a passenger."""
        self.boxes[till].went_out += fen

    def paper(self, till: str, kind: str, text: str, *, copy: int, whole: bool) -> None:
        """A ticket or a slip came out, `whole` or not; a ticket's `copy` is 0 for its first print."""
        if kind == "ticket":
            if (till, text, copy) in self._copies:
                self._wrong(f"{till} prints {text} twice, and calls both copy {copy}", text, till)
            self._copies.add((till, text, copy))
        if not whole:
            return
        if text not in (self._issued if kind == "ticket" else self._claims):
            self._wrong(f"{till} gives out a {kind} {text} that is not on its disk", text, till)
        if kind == "slip":
            self._claims[text].slip = True
            return
        self._printed.add(text)

    # ------------------------------------------------------------------ what is written

    def wrote(self, event: Told) -> None:
        """An event of a till's journal."""
        body = event.body
        self._box_of(event)
        match event.kind:
            case "order.held":
                self.orders[body["order"]] = Order(event.node, event.epoch, body["count"])
            case "refund.opened":
                self.orders[body["refund"]] = Order(event.node, event.epoch, None, to_give=body["fen"])
            case "money.taken":
                self._order(event, body["order"]).taken += body["fen"]
                if body["method"] == _CASH:
                    self._found(self.orders[body["order"]], body["fen"])
                    self._cash(event, taken=body["fen"])
            case "money.returned":
                self._order(event, body["order"]).returned += body["fen"]
                if body["method"] == _CASH:
                    self._cash(event, returned=body["fen"])
            case "order.paid":
                self._order(event, body["order"]).paid = True
            case "order.released":
                self._order(event, body["order"]).released = True
            case "ticket.issued":
                order = self._order(event, body["order"])
                if not order.paid:
                    self._wrong(f"{event.node} issued {body['number']} before it was paid", body["number"], event.node)
                order.fares += body["fare"]
                order.issued.append(body["number"])
                self._issued[body["number"]] = event.node
            case "ticket.delivered":
                self._gave_out(event)
            case "claim.opened":
                order = self._order(event, body["order"])
                self._claims[body["claim"]] = Claim(event.node, event.epoch)
                if body["reason"] == UNCLEAR:
                    order.unclear += body["fen"]
                    order.doubted.append(body["fen"])
                    self.boxes[event.node].unclear += body["fen"]
                else:
                    order.claimed += body["fen"]
            case "claim.settled":
                self._settled[body["claim"]] += 1

    def _box_of(self, event: Told) -> None:
        """What moves from now on belongs to this event's journal."""
        box = self.boxes[event.node]
        if box.epoch not in ("", event.epoch):
            self._former.append((event.node, box))
            box = self.boxes[event.node] = Box()
        box.epoch = event.epoch

    def _order(self, event: Told, order: str) -> Order:
        found = self.orders.get(order)
        if found is None or found.epoch != event.epoch:
            self._wrong(f"{event.node} writes of an order …{order[-6:]} that it does not have", event.node)
        return found

    @staticmethod
    def _found(order: Order, fen: int) -> None:
        if fen in order.doubted:
            order.doubted.remove(fen)
            order.found += fen

    def _cash(self, event: Told, *, taken: int = 0, returned: int = 0) -> None:
        box = self.boxes[event.node]
        box.taken += taken
        box.returned += returned
        for written, moved, where in ((box.taken, box.came_in, "in"), (box.returned, box.went_out, "out")):
            if written > moved:
                self._wrong(f"{event.node} has written of {written - moved} fen that never went {where}", event.node)

    def _gave_out(self, event: Told) -> None:
        number = event.body["number"]
        self._delivered.add(number)
        printed = event.body["how"] == "printed" and event.body["outcome"] == "done"
        if printed and number not in self._printed:
            self._wrong(f"{event.node} says that it printed {number}, and nothing came out", number, event.node)

    # ------------------------------------------------------------------ when all is well again

    def died(self, node: str) -> None:
        """Its programs are gone: a slip that did not come out by now need not."""
        for claim in self._claims.values():
            claim.excused |= claim.node == node and not claim.slip

    def at_end(self, is_lost: Collection[str], *, printers_well: bool) -> None:
        """`is_lost`: epochs of journals whose disk is gone with what nobody else had heard.

        `printers_well`: no printer was ever out of paper or jammed.
        """
        for number, claim in self._claims.items():
            if printers_well and not claim.slip and not claim.excused and claim.epoch not in is_lost:
                self._wrong(f"{claim.node} owes by claim {number}, and gave out no slip", number, claim.node)
        for name, order in self.orders.items():
            if order.epoch not in is_lost:
                self._settles(f"…{name[-6:]}", order)
        for node, box in (*self._former, *self.boxes.items()):
            unseen = box.came_in - box.went_out - (box.taken - box.returned)
            if unseen < 0:
                self._wrong(f"{node} has {-unseen} fen less than its journal says", node)
            if unseen > box.unclear and box.epoch not in is_lost:
                self._wrong(f"{node} holds {unseen} fen of which neither order nor claim tells", node)
        for settled, times in self._settled.items():
            if times > 1:
                self._wrong(f"claim {settled} was paid out {times} times at one till", settled)

    def _settles(self, name: str, order: Order) -> None:
        if order.places is None:
            if order.returned + order.claimed != order.to_give:
                self._wrong(
                    f"refund {name} of {order.node} owes {order.to_give} fen: {order.returned} went back and "
                    f"{order.claimed} are claimed",
                    order.node,
                )
            return
        left = order.taken - order.returned - order.claimed - order.fares
        if not 0 <= left <= order.unclear:
            self._wrong(
                f"order {name} of {order.node}: {order.taken} fen came in, {order.returned} went back, "
                f"{order.fares} are tickets, {order.claimed} are claimed",
                order.node,
                *order.issued,
            )
        if left < order.found:
            self._wrong(
                f"order {name} of {order.node} has a claim for a note of {order.found} fen that counts again",
                order.node,
            )
        short = order.paid and len(order.issued) < order.places
        if short and not order.claimed + order.unclear + order.returned:
            self._wrong(f"order {name} of {order.node} is paid, and is neither tickets nor a claim", order.node)
        for number in order.issued:
            if number not in self._delivered:
                self._wrong(f"{number} was sold by {order.node} and never given out", number, order.node)
