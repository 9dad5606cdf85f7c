"""What the technician's door says of the centre."""

import pytest

from station.centre_health import centre_health
from sync.engine.status import SyncStatus

WELL = SyncStatus(line_up=True, last_success_ms=1, queued=3)


@pytest.mark.parametrize(
    ("status", "ok", "what"),
    [
        (None, False, "Sync has never run here"),
        (WELL, True, "reached; 3 events to send"),
        (WELL.model_copy(update={"worry": "The trust list ends", "worry_hint": "Tell"}), False, "The trust list ends"),
        (WELL.model_copy(update={"what": "No answer", "hint": "Wait", "worry": "w"}), False, "No answer"),
    ],
)
def test_what_is_wrong_comes_before_what_may_be(status: SyncStatus | None, ok: bool, what: str) -> None:
    health = centre_health(status)
    assert (health.ok, health.what) == (ok, what)
    assert bool(health.hint) is not ok
