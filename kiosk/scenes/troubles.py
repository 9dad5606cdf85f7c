"""What goes wrong, screen by screen."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk.stagehand import Look, Rehearsal
from kiosk.till import wording
from kiosk.till.values import Delivery
from kiosk.till.wording import Notice, Trouble


def claims(r: Rehearsal, look: Look) -> Iterator[str]:
    """Money that staff owe: with a slip, and without."""
    for slip, name in ((True, "claim"), (False, "claim-no-slip")):
        r.buy(look)
        r.till.bill(20)
        r.till.claim(slip_printed=slip)
        yield name
        r.anew()


def refused(r: Rehearsal, look: Look) -> Iterator[str]:
    """No place is kept: there are too few, or nothing can be sold any more."""
    till = r.till
    till.refuses = wording.TROUBLES[Trouble.TOO_FEW_PLACES]
    r.buy(look)
    yield "trouble"
    r.anew()
    no_printer = wording.NOTICES[Notice.NO_PRINTER]
    till.refuses = no_printer
    r.buy(look)
    can = replace(till.snapshot.capabilities, printer=False, sells=False, notices=(no_printer,))
    till.show(replace(till.snapshot, capabilities=can))
    yield "trouble-cannot-sell"


def recovered(r: Rehearsal, look: Look) -> Iterator[str]:
    """Business of before a restart."""
    till = r.till
    r.buy(look)
    till.bill(50)
    till.print_all(Delivery.UNKNOWN)
    left = till.snapshot.order
    r.anew()
    till.show(replace(till.snapshot, recovered=left))
    r.settle()
    r.set(look)
    yield "recovered"
    r.buying.touch("notMine")
    yield "attract-recovered"


def no_more_coach(r: Rehearsal, look: Look) -> Iterator[str]:
    """The last coach is gone, then nothing can be sold at all."""
    till = r.till
    r.start(look)
    r.buying.chooseStop("1001")
    r.settle()
    till.show(
        replace(till.snapshot, offers=tuple(offer for offer in till.snapshot.offers if offer.destination != 1001))
    )
    yield "no-more-coach"
    broken = replace(
        till.snapshot.capabilities,
        printer=False,
        sells=False,
        cash=False,
        online=False,
        notices=(wording.NOTICES[Notice.NO_PRINTER],),
    )
    till.show(replace(till.snapshot, capabilities=broken))
    yield "cannot-sell-now"
    r.model.touch("startOver")
    r.settle()
    r.set(look)
    yield "out-of-service"
