"""What a kiosk does with tickets that exist: hands one out, says what the gate says of one, takes one back."""

from pathlib import Path

from station.demo.lane import grouped
from station.demo.passenger import WANG, Person, until
from station.demo.scene import Scene, Sold
from station.demo.terminals import DISPENSERS
from station.demo.witness import codes_in, facts, need, rows
from tickets.numbers import TicketNumber

REFUSED_WITHIN_SECONDS = 2.0
"""How long it may take from the end of a refund until every gate knows it."""


class TicketsAgain:
    """People who come back to the kiosk with a ticket, a card or a wish."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._passenger = scene.passenger
        self._journal = scene.site.kiosk_store / "journal.db"

    def checks(self, code: str, at_the_gate: str) -> str:
        """Hold a ticket under the kiosk's scanner: it must say what the gate has just said of it."""
        hand = self._passenger
        self._begins("check")
        hand.holds_ticket_to_kiosk(code, "checked.finish")
        sentence = at_the_gate.partition(": ")[2]
        until(lambda: sentence in hand.reads(), f"on the kiosk's screen: {sentence}")
        hand.touches_control("checked.finish")
        hand.waits_for("attract.start")
        return f"to the letter: {sentence}"

    def collects(self) -> tuple[Sold, str]:
        """Collect a ticket of the web with the ID card that it was bought with: printed, once, for that ticket."""
        hand, site = self._passenger, self._scene.site
        sold = self._scene.centre_sells(WANG)
        in_cache = "SELECT count(*) FROM tickets WHERE number = ?"
        number = TicketNumber.from_digits(sold.number).to_bytes()
        there = "the ticket of the web in the kiosk's cache"
        until(lambda: rows(site.kiosk_store / "cache.db", in_cache, number) == [(1,)], there)
        before = self._printed()
        self._begins("collect")
        hand.lays_card_on("id-reader-kiosk", WANG)
        hand.touches_control("collect.print")
        hand.touches_control("collected.finish")
        hand.takes_card_from("id-reader-kiosk")
        hand.waits_for("attract.start")
        pieces = [piece for piece in self._printed() if piece not in before]
        need(len(pieces) == 1, f"{len(pieces)} pieces were printed")
        read = codes_in(pieces[0])
        need(read == [sold.number], f"the code on the paper is not that ticket's number: {read}")
        handed = [each for each in facts(self._journal, "ticket.delivered") if each["number"] == sold.number]
        said = [(each["how"], each["copy"], each["outcome"]) for each in handed]
        need(said[-1:] == [("printed", 0, "done")], f"ticket.delivered says {said}")
        return sold, f"ticket {grouped(sold.number)}: zbarimg reads its number, ticket.delivered stands in the journal"

    def refunds(self, number: str, code: str, holder: Person) -> str:
        """Give a ticket back that was paid in cash, with its holder's ID card: coins come out, no gate lets it in, its
        place is free.
        """
        hand, site = self._passenger, self._scene.site
        trays = {name: site.on_cash_line(name) for name in DISPENSERS}
        before = {name: tray.state()["tray"] for name, tray in trays.items()}
        self._begins("refund")
        hand.lays_card_on("id-reader-kiosk", holder)
        hand.touches_control("refund.confirm")
        hand.takes_card_from("id-reader-kiosk")
        hand.waits_for("refunded.finish", timeout=30)
        opened = next(each for each in facts(self._journal, "refund.opened") if each["number"] == number)
        refused = self._scene.first.refuses(code, number, "refunded", within=REFUSED_WITHIN_SECONDS)
        coins = sum((trays[name].state()["tray"] - before[name]) * fen for name, (_, fen) in DISPENSERS.items())
        claimed = [each["fen"] for each in facts(self._journal, "claim.opened") if each["order"] == opened["refund"]]
        need(coins > 0, "no coins came out")
        need(coins + sum(claimed) == opened["fen"], f"{coins} fen in coins and {claimed} as claims for {opened['fen']}")
        hand.touches_control("refunded.finish")
        hand.waits_for("attract.start")
        self._free_at_centre(number)
        for tray in trays.values():
            tray.do("take")
        rest = f", a slip for ¥{sum(claimed) / 100:.2f}" if claimed else ""
        kept = f"¥{coins / 100:.2f} in coins{rest}, ¥{opened['fee'] / 100:.2f} kept"
        return f"{kept}; its place is there for whoever comes; {refused}"

    def _free_at_centre(self, number: str) -> None:
        """Wait until the centre has the refund, the place can be sold again, and the station's accounts are even."""
        scene = self._scene
        state = "SELECT state FROM tickets WHERE number = ?"
        until(lambda: rows(scene.site.centre_db, state, number) == [("refunded",)], "the refund at the centre")
        place = (
            "SELECT p.holder FROM places p JOIN tickets t ON t.station_id = p.station_id "
            "AND t.service_date = p.service_date AND t.trip = p.trip AND t.seat = p.seat WHERE t.number = ?"
        )
        holder = rows(scene.site.centre_db, place, number)
        need(holder == [("free",)], f"whose the place is now: {holder}")
        until(lambda: scene.accounts()["difference"] == 0, "accounts at the centre that come out even")

    def _begins(self, task: str) -> None:
        self._passenger.waits_for("attract.start")
        self._passenger.touches_control(f"attract.{task}")
        self._passenger.waits_for("looking.type")

    def _printed(self) -> list[Path]:
        return sorted((self._scene.site.devices["printer"].folder / "printed").glob("*.png"))
