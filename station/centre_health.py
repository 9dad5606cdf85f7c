"""How it goes with the centre, for whoever stands behind the technician's door: the line, and what may come."""

from drivers.health import Health
from sync.engine.status import SyncStatus


def centre_health(status: SyncStatus | None) -> Health:
    """Whether sync reaches the centre and believes that it hears all news. What is wrong now comes before worries."""
    if status is None:
        return Health(ok=False, what="Sync has never run here", hint="Start it: waystation sync.")
    if status.what:
        return Health(ok=False, what=status.what, hint=status.hint)
    if status.worry:
        return Health(ok=False, what=status.worry, hint=status.worry_hint)
    return Health(ok=True, what=f"reached; {status.queued} events to send", hint="")
