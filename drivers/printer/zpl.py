"""A ticket printer that speaks ZPL: how it is known that a ticket is out.

A status alone does not prove that anything arrived: a printer that never heard of a ticket has nothing to do either.
But its status counts the pictures in its memory. So the picture is loaded first, which must raise that count by one
and prints nothing; then one format prints it and a second one deletes it. When the count is back and nothing is
printing or waiting, both were obeyed, in this order.
"""

from collections.abc import Callable, Generator

from drivers.link import Link
from drivers.printer import zpl_codec as zpl
from drivers.printer.labels import Answer, Decoder, LabelPrinter, Step
from drivers.printer.stock import TicketStock


def zpl_printer(
    open_link: Callable[[], Link],
    stock: TicketStock,
    *,
    handshake_timeout: float = 10.0,
    status_timeout: float = 1.0,
) -> LabelPrinter:
    """A ZPL printer on a line. Newer ones send no status while they lack paper: silence is a fault, never ready."""
    return LabelPrinter(open_link, Zpl(stock), handshake_timeout=handshake_timeout, status_timeout=status_timeout)


class Zpl:
    """See labels.Language."""

    question = zpl.ASK
    cancel = zpl.CANCEL

    def __init__(self, stock: TicketStock) -> None:
        self._stock = stock

    def decoder(self) -> Decoder:
        """See labels.Language."""
        return zpl.HostStatus()

    def job(self, image: bytes, width: int, height: int, *, in_step: bool) -> Generator[Step, Answer, None]:
        """See labels.Language."""
        rows = self._stock.rows(height)
        before = yield Step(sends=(zpl.DELETE if in_step else zpl.CANCEL + zpl.DELETE,), reached=_idle)
        there = before.pictures
        across = (width + 7) // 8
        yield Step(sends=zpl.load(image, across), reached=lambda answer: answer.pictures == there + 1)
        yield Step(
            sends=(zpl.print_once(width, rows, self._stock.kind, self._stock.after),),
            reached=lambda answer: _idle(answer) and answer.pictures == there,
            looks=2,
            prints=True,
        )


def _idle(answer: Answer) -> bool:
    return not answer.busy
