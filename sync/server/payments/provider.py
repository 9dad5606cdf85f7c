"""The payment provider as the centre sees it: what WeChat Pay and Alipay have in common, and nothing of either.

| here | WeChat Pay (API v2) | Alipay |
|---|---|---|
| `charge`, scan | micropay | alipay.trade.pay |
| `charge`, show | unifiedorder, NATIVE: code_url | alipay.trade.precreate: qr_code |
| `Said.waiting`, confirm | USERPAYING | 10003 |
| ProviderSilent | SYSTEMERROR, BANKERROR, no answer | 20000, no answer |
| `query` | orderquery | alipay.trade.query |
| `undo` | reverse (scan), closeorder or refund (show), until recall is N | alipay.trade.cancel until retry_flag is N |
| `give_back` | refund, by out_refund_no | alipay.trade.refund, by out_request_no |

A trade is named by whoever asks for it, so that everything may be repeated for ever.
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from sync.line.payment_schedule import Way
from sync.wire.money import Why


class ProviderSilent(Exception):
    """The provider did not answer in time: it may have done what was asked, or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A wish to be paid `fen`. `trade` is our name for it; `auth_code` is what the passenger's phone showed."""

    station: int
    trade: str
    fen: int
    way: Way
    auth_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the provider says of a trade. `code` is the text for a QR code of ours, `reference` its own name for it."""

    state: Literal["paid", "waiting", "failed"]
    why: Why = ""
    code: str = ""
    reference: str = ""


class Provider(Protocol):
    """Whoever moves the money. Each call ends within `within_s` seconds or raises ProviderSilent. Threads may share it.

    The same trade is the same payment, and the same refund of a trade the same money, however often they are asked.
    """

    def charge(self, charge: Charge, within_s: float) -> Said:
        """Ask to be paid. A trade that was undone before is not paid any more, and is said to have failed."""
        ...

    def query(self, trade: str, within_s: float) -> Said | None:
        """What became of a trade; None when it was never asked for. Undone ones have failed."""
        ...

    def undo(self, trade: str, within_s: float) -> int:
        """Undo a trade, whatever became of it; answers how much of it went back by this, in fen, also when repeated.

        One that was never asked for is closed for ever: a late wish to be paid comes to nothing.
        """
        ...

    def give_back(self, trade: str, refund: str, fen: int, within_s: float) -> bool:
        """Give `fen` of a paid trade back. False: that cannot be, now or ever (more than is left of it)."""
        ...
