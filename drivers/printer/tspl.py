"""A ticket printer that speaks TSPL: how it is known that a ticket is out.

The picture is drawn first, in slices, into the printer's image memory, which prints nothing. Then PRINT is sent, and
the printer has to be seen printing before it is seen to have stopped: one that never got the command never prints.
"""

from collections.abc import Callable, Generator

from drivers.link import Link
from drivers.printer import tspl_codec as tspl
from drivers.printer.labels import Answer, Decoder, LabelPrinter, Step
from drivers.printer.stock import TicketStock


def tspl_printer(
    open_link: Callable[[], Link],
    stock: TicketStock,
    *,
    full_status: bool = True,
    handshake_timeout: float = 10.0,
    status_timeout: float = 1.0,
) -> LabelPrinter:
    """A TSPL printer on a line. `full_status` off is for those that only know ESC ! ?, which tells less."""
    return LabelPrinter(
        open_link,
        Tspl(stock, full_status=full_status),
        handshake_timeout=handshake_timeout,
        status_timeout=status_timeout,
    )


class Tspl:
    """See labels.Language."""

    cancel = tspl.CANCEL

    def __init__(self, stock: TicketStock, *, full_status: bool = True) -> None:
        self._stock = stock
        self._full_status = full_status
        self.question = tspl.ASK_FULL if full_status else tspl.ASK_SHORT

    def decoder(self) -> Decoder:
        """See labels.Language."""
        return tspl.FullStatus() if self._full_status else tspl.ShortStatus()

    def job(self, image: bytes, width: int, height: int, *, in_step: bool) -> Generator[Step, Answer, None]:
        """See labels.Language."""
        setting = tspl.set_up(self._stock, self._stock.rows(height))
        begin = setting if in_step else tspl.END_PICTURE + setting
        yield Step(sends=(begin, *tspl.draw(image, width, height)), reached=_idle)
        yield Step(sends=(tspl.PRINT,), reached=lambda answer: answer.busy, prints=True)
        yield Step(sends=(), reached=_idle, looks=2)


def _idle(answer: Answer) -> bool:
    return not answer.busy
