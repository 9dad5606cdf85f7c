"""TLS with the centre, believed for the authority that was pinned at enrolment and for nothing else.

No public authority counts, and the name in the address does not: the pinned authority certifies this centre's servers
only, whatever they are called and through whatever tunnel they are reached.

A certificate's dates are judged only by a time that can be trusted. Before there is one (a terminal whose clock has
lost its battery) they are ignored: asking the centre for signed time must not need a valid clock.
"""

import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

_IGNORE_DATES: Final = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: the wall clock of this machine is nobody's judge."""


def no_time() -> datetime | None:
    """No time can be trusted."""
    return None


class PinnedLine(ssl.SSLContext):
    """A client's TLS context for one pinned centre."""

    _now: Callable[[], datetime | None] = staticmethod(no_time)

    def __new__(cls, *_: Any) -> "PinnedLine":
        """A client's context; `pinned_line` fills it."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def judge_dates_by(self, now: Callable[[], datetime | None]) -> None:
        """Judge certificates' dates by this time from the next connection on; while it answers None, not at all."""
        self._now = now

    def wrap_socket(self, *arguments: Any, **named: Any) -> ssl.SSLSocket:
        """Shake hands, and close again what is certified for another time. ssl.SSLCertVerificationError then."""
        wrapped = super().wrap_socket(*arguments, **named)
        now, shown = self._now(), wrapped.getpeercert()
        if now is not None and shown and not _begins(shown) <= now < _ends(shown):
            wrapped.close()
            raise ssl.SSLCertVerificationError("the centre's TLS certificate is not of this time")
        return wrapped


def pinned_line(authorities: Iterable[bytes], now: Callable[[], datetime | None] = no_time) -> PinnedLine:
    """The TLS of a terminal that pinned these X.509 certificates (DER); `now` is trusted time, None without it.

    ValueError when there is none of them, or one cannot be read.
    """
    line = PinnedLine()
    line.minimum_version = ssl.TLSVersion.TLSv1_2
    line.check_hostname = False
    line.verify_mode = ssl.CERT_REQUIRED
    line.verify_flags |= _IGNORE_DATES
    pinned = b"".join(authorities)
    if not pinned:
        raise ValueError("no authority was pinned")
    try:
        line.load_verify_locations(cadata=pinned)
    except ssl.SSLError as error:
        raise ValueError("a pinned certificate cannot be read") from error
    line.judge_dates_by(now)
    return line


def _begins(shown: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notBefore"]), UTC)


def _ends(shown: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
