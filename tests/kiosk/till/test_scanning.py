"""A scanner that cannot be asked is offered while its port is there: only a code can prove that it reads."""

from pathlib import Path

from drivers.faults import DeviceSilent
from drivers.health import Health
from drivers.scanner import Scan, Unreadable
from kiosk.till.commands import Find
from kiosk.till.scanning import HEALTH_EVERY, Scanning
from kiosk.till.values import Means, Task
from tests.kiosk.till.bench import write_cache
from tests.kiosk.till.money_devices import Eye
from tests.kiosk.till.money_site import MoneySite


class MuteEye(Eye):
    """A plain scanner on a serial port: it says nothing but what it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.cable = True

    def read(self, timeout: float) -> Scan | Unreadable | None:
        if not self.cable:
            raise DeviceSilent("The port is gone", "Check its cable.")
        return super().read(timeout)

    def health(self) -> Health:
        return Health(ok=False, what="The port is open and nothing has been scanned since", hint="Scan.")


def faults(site: MoneySite) -> int:
    return site.journal("SELECT count(*) FROM events WHERE kind IN ('device.fault', 'device.back')")


def test_a_scanner_that_cannot_be_asked_is_offered_and_does_not_flap(tmp_path: Path) -> None:
    write_cache(tmp_path)
    site = MoneySite(tmp_path)
    eye = site.eye = MuteEye()
    site.crash()
    for _ in range(3):
        site.hear_centre()
        assert Means.QR_SCAN in site.shown.capabilities.means
        site.till.do(Find(task=Task.CHECK))
        site.work(3, HEALTH_EVERY)
    assert faults(site) == 0
    for cable in (False, True):
        eye.cable = cable
        site.work(2, HEALTH_EVERY)
        assert site.shown.capabilities.scanner is cable
    assert faults(site) == 2
    site.desk.close()


def test_no_scanner_is_none(tmp_path: Path) -> None:
    write_cache(tmp_path)
    site = MoneySite(tmp_path)
    scanning = Scanning(None, site.desk.ledger, site.time.clock)
    scanning.rest()
    assert not scanning.works
    assert scanning.look() is None
    site.desk.close()
