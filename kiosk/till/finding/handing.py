"""Handing out tickets that exist: a printed copy, or the ticket on a screen for a phone to take along."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.till.faces import Faces, NotDrawable
from kiosk.till.finding.search import CENTRE, Hit
from kiosk.till.press import Press
from kiosk.till.records import Issued, Paper
from kiosk.till.values import Delivery
from sync.journal.journal import Journal
from sync.journal.orders import record_delivery
from sync.journal.refunds import copies_handed_out, record_handed_out
from tickets import base45
from tickets.credential import PREFIX

_WORDS = {Delivery.PRINTED: "done", Delivery.UNKNOWN: "unknown", Delivery.REFUSED: "refused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """Prints and shows tickets of one till's journal, or of others. `page` is the address of the page that shows a
    ticket in its fragment (`[kiosk] ticket_page`); "" where there is none.
    """

    journal: Journal
    press: Press
    faces: Faces
    page: str = ""

    def print_copy(self, hit: Hit) -> Delivery:
        """Print a ticket. Any copy but the first is marked 补打 / REPRINT: also the first here of a ticket that another
        machine sold, which printed it.
        """
        copy = self.next_copy(hit)
        ticket = Issued(number=hit.number, journey=hit.found.journey, code=hit.code or hit.number.digits, paper=Paper())
        order = "" if hit.own is None else hit.own.order.hex
        try:
            raster = self.faces.ticket(ticket, order=order, copy=copy)
        except NotDrawable:
            self.press.cannot_draw()
            return Delivery.REFUSED
        return self.press.print_noted(raster, self._note(hit, copy))

    def next_copy(self, hit: Hit) -> int:
        """The number of the copy to print next; a print that was refused was none."""
        if hit.own is not None:
            printed = [each for each in hit.own.deliveries if each.how == "printed"]
            if not printed:
                return 0
            return printed[-1].copy if printed[-1].outcome == "refused" else printed[-1].copy + 1
        begun = copies_handed_out(self.journal, hit.number)
        return begun if hit.issuer in (CENTRE, "") else begun + 1

    def link(self, hit: Hit) -> str:
        """What a phone reads off the screen: the page with the ticket in its fragment, or the ticket's own code.

        The fragment is the credential's bytes in base64url; a browser sends it to nobody.
        """
        code = hit.code
        if code is None:
            return hit.number.digits
        return f"{self.page}#{fragment(code)}" if self.page else code

    def shown(self, hit: Hit) -> None:
        """Write down that a ticket was shown to be taken along; once for each ticket is enough."""
        if hit.own is not None:
            if not any(each.how == "shown" for each in hit.own.deliveries):
                with self.journal.transaction() as tx:
                    record_delivery(tx, hit.number, how="shown", outcome="done")
            return
        with self.journal.transaction() as tx:
            record_handed_out(tx, hit.number, how="shown", outcome="done")

    def _note(self, hit: Hit, copy: int) -> Callable[[Delivery], None]:
        def note(delivery: Delivery) -> None:
            with self.journal.transaction() as tx:
                record = record_handed_out if hit.own is None else record_delivery
                record(tx, hit.number, how="printed", outcome=_WORDS[delivery], copy=copy)  # type: ignore[arg-type]  # the table has exactly these words

        return note


def fragment(code: str) -> str:
    """A ticket's text as the fragment of an address: base64url of its bytes, without padding."""
    return base64.urlsafe_b64encode(base45.decode(code.removeprefix(PREFIX))).rstrip(b"=").decode("ascii")
