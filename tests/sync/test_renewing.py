"""When a terminal asks for a new certificate, and what it keeps of the answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sync.line.client import CentreClient
from sync.renewing import Renewal
from sync.wire.enrolment import RenewAnswer
from tickets.admission import TimeQuality, TrustedNow
from tickets.device_certificate import CertificateFault, DeviceCertificate, certify_device
from tickets.keys import SigningKey

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CENTRE, DEVICE = SigningKey.from_raw(bytes([1]) * 32), SigningKey.from_raw(bytes([2]) * 32)


def certificate(made: datetime, key: SigningKey = DEVICE, by: SigningKey = CENTRE) -> bytes:
    ends = made + timedelta(days=60)
    said = DeviceCertificate(device="1-gate-1", station=1, kind="gate", key=key.public, made=made, expires=ends)
    return certify_device(said, by)


@dataclass
class Shelf:
    kept: bytes | None = None
    puts: list[bytes] = field(default_factory=list)

    def get(self) -> bytes | None:
        return self.kept

    def put(self, certificate: bytes) -> None:
        self.kept = certificate
        self.puts.append(certificate)


def renewal(
    shelf: Shelf, answer: Callable[[], bytes], days: float, quality: TimeQuality = TimeQuality.TRUSTED
) -> Renewal:
    def centre(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/device/renew"
        return httpx.Response(200, content=RenewAnswer(certificate=answer()).model_dump_json())

    http = httpx.Client(transport=httpx.MockTransport(centre))
    client = CentreClient("http://centre", "1-gate-1", DEVICE, http, lambda: NOW.timestamp())
    now = TrustedNow(at=NOW + timedelta(days=days), quality=quality)
    return Renewal(client, shelf, lambda: now, lambda: (CENTRE.public,))


@pytest.mark.parametrize(
    ("days", "quality", "asked"),
    [
        (29.9, TimeQuality.TRUSTED, 0),
        (30, TimeQuality.TRUSTED, 1),
        (75, TimeQuality.TRUSTED, 1),
        (75, TimeQuality.DEGRADED, 0),
    ],
)
def test_it_is_renewed_when_half_is_over_by_trusted_time(days: float, quality: TimeQuality, asked: int) -> None:
    fresh = certificate(NOW + timedelta(days=days))
    shelf = Shelf(certificate(NOW))
    assert renewal(shelf, lambda: fresh, days, quality).renew_when_due() == asked
    assert shelf.puts == [fresh] * asked


@pytest.mark.parametrize("kept", [None, b"coffee"])
def test_none_or_a_damaged_one_is_renewed_at_once(kept: bytes | None) -> None:
    shelf = Shelf(kept)
    assert renewal(shelf, lambda: certificate(NOW), 0, TimeQuality.UNKNOWN).renew_when_due() == 1


@pytest.mark.parametrize(
    "wrong", [certificate(NOW, by=DEVICE), certificate(NOW, key=CENTRE), b"nonsense"], ids=["forged", "other", "none"]
)
def test_what_the_centre_did_not_certify_is_not_kept(wrong: bytes) -> None:
    shelf = Shelf()
    with pytest.raises(CertificateFault):
        renewal(shelf, lambda: wrong, 0).renew_when_due()
    assert shelf.kept is None
