"""How passengers buy at the kiosk: choose, identify, pay in one way or another, take what the printer cuts."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from station.demo.lane import grouped
from station.demo.passenger import Person, until
from station.demo.scene import Scene
from station.demo.witness import codes_in, facts, need


@dataclass(slots=True)
class Bought:
    """What one purchase left behind."""

    codes: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    fares: int = 0


class Buyer:
    """Buys tickets for the departure of the day. Nothing is asked of the kiosk but by touching, cards and money."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._passenger = scene.passenger
        self.journal = scene.site.kiosk_store / "journal.db"

    def buys(self, people: Sequence[Person], pays: Callable[[int], None] | None = None) -> Bought:
        """Choose, identify, pay; returns when every ticket is issued, whatever the printer does.

        `pays` is given the sum in fen once the kiosk asks how it is to be paid; without it: exactly, in notes.
        """
        return self.pays(self.chooses(people), pays)

    def pays(self, total: int, pays: Callable[[int], None] | None = None) -> Bought:
        """The rest of `buys`, from the question how to pay on."""
        before = len(facts(self.journal, "ticket.issued"))
        (pays or self._pays_in_notes)(total)
        tickets = total // int(self._scene.trip()["fare"])
        until(lambda: len(facts(self.journal, "ticket.issued")) == before + tickets, "the tickets in the journal")
        issued = facts(self.journal, "ticket.issued")[before:]
        return Bought([each["code"] for each in issued], [each["number"] for each in issued], [], total)

    def chooses(self, people: Sequence[Person]) -> int:
        """Choose the coach and say who travels; returns what there is to pay, in fen."""
        hand, trip = self._passenger, self._scene.trip()
        if hand.waits_for("attract.start", "whereTo.stop").startswith("attract"):
            hand.touches_control("attract.start")
        hand.touches_control(f"whereTo.stop.{trip['stop']}")
        hand.touches_control(f"which.trip.{trip['trip']}")
        hand.waits_for("who.")
        for person in people:
            already = sum(hand.sees(f"who.change.{index}") for index in range(5))
            hand.lays_card_on("id-reader-kiosk", person)
            hand.waits_for(f"who.change.{already}")
            hand.takes_card_from("id-reader-kiosk")
        hand.touches_control("who.confirm")
        return int(trip["fare"]) * len(people)

    def _pays_in_notes(self, total: int) -> None:
        notes = self._scene.site.notes
        self._passenger.touches_until(
            "pay.cash", lambda: notes.state()["accepting"], "the bill validator to accept bills"
        )
        before = notes.state()["total_fen"]
        self._passenger.pays(total)
        need(notes.state()["total_fen"] - before == total, "the stacker holds another sum than the fares")

    def prints(self, bought: Bought) -> str:
        """Wait for the paper of each ticket, keep its picture, and go; returns what was seen."""
        for number, code in zip(bought.numbers, bought.codes, strict=True):
            bought.pictures.append(self._keeps(number, code))
        self._scene.report.kept.setdefault("delegated_ticket", bought.codes[0])
        self.goes()
        return f"{len(bought.codes)} printed; zbarimg reads exactly the ticket in the till's journal"

    def goes(self) -> None:
        """Leave, once the tickets are there."""
        self._passenger.waits_for("done.finish")
        self._passenger.touches_control("done.finish")
        self._passenger.waits_for("attract.start")

    def _keeps(self, number: str, code: str) -> Path:
        printed, report = self._scene.site.devices["printer"].folder / "printed", self._scene.report

        def holding() -> Path | None:
            return next((each for each in sorted(printed.glob("*.png")) if codes_in(each) == [code]), None)

        until(holding, f"a printed piece whose code is ticket {grouped(number)}", 20)
        piece = holding()
        assert piece is not None
        kept = report.folder / f"ticket-{len(report.printed) + 1}.png"
        shutil.copy(piece, kept)
        report.printed.append(kept)
        return kept
