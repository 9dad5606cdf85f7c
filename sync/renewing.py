"""A terminal renews its own certificate when half of its time is over, and at once when it has none."""

from collections.abc import Callable
from typing import Protocol

from sync.line.client import CentreClient
from tickets.admission import TimeQuality, TrustedNow
from tickets.device_certificate import CertificateFault, open_device_certificate, read_device_certificate
from tickets.keys import PublicKey


class CertificateShelf(Protocol):
    """Where a terminal keeps the certificate of its device."""

    def get(self) -> bytes | None:
        """The certificate, or None while there is none."""

    def put(self, certificate: bytes) -> None:
        """Keep this one instead; it is on the disk when this returns."""


class Renewal:
    """Asks for a new certificate when it is time."""

    def __init__(
        self,
        client: CentreClient,
        shelf: CertificateShelf,
        now: Callable[[], TrustedNow],
        certificate_keys: Callable[[], tuple[PublicKey, ...]],
    ) -> None:
        """`certificate_keys` are those of use CERTIFICATE on the trust list in force."""
        self._client = client
        self._shelf = shelf
        self._now = now
        self._certificate_keys = certificate_keys

    def renew_when_due(self) -> int:
        """Ask if it is time to; answers 1 for a new certificate. Raises what calls raise, and CertificateFault."""
        if not self._due():
            return 0
        fresh = self._client.renew()
        said = open_device_certificate(fresh, self._certificate_keys())
        if said.key != self._client.key.public:
            raise CertificateFault("The device's new certificate is of another key", "It is asked for again.")
        self._shelf.put(fresh)
        return 1

    def _due(self) -> bool:
        now, kept = self._now(), self._shelf.get()
        if kept is None:
            return True
        try:
            known = read_device_certificate(kept)
        except CertificateFault:
            return True
        return now.quality is TimeQuality.TRUSTED and known.renewal_due(now.at)
