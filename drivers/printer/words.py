"""What a printer's status means for whoever stands in front of it."""

from drivers.health import Health
from drivers.printer import PaperState, Status

ERRORS = {
    "cutter": ("The printer's cutter is stuck", "Open the cover, remove the paper at the cutter, close it."),
    "overheated": ("The print head is too hot", "Wait a few minutes; it goes on by itself."),
    "mechanical": ("The printer is jammed", "Open the cover, remove torn paper, close it, then switch it off and on."),
    "ribbon": ("The printer's ribbon is used up or torn", "Put in a new ribbon and close the cover."),
}
NEAR_END = "The paper is nearly used up"
IN_MOUTH = "A ticket waits in the printer's mouth"
READY = "The printer is ready"


def health_of(status: Status) -> Health:
    """Say in words what a status means and what to do about it."""
    if status.cover_open:
        return Health(ok=False, what="The printer's cover is open", hint="Close the cover until it clicks.")
    if status.paper is PaperState.END:
        return Health(ok=False, what="The printer has no paper", hint="Put in a new roll, printed side up.")
    if status.error is None and status.online:
        near = status.paper is PaperState.NEAR_END
        return Health(ok=True, what=NEAR_END if near else IN_MOUTH if status.in_mouth else READY, hint="")
    if status.error is None:
        what, hint = "The printer is offline", "Press its feed button; if that does not help, switch it off and on."
    else:
        unknown = (f"The printer reports a fault ({status.error})", "Switch it off and on; if it stays, replace it.")
        what, hint = ERRORS.get(status.error, unknown)
    return Health(ok=False, what=what, hint=hint)
