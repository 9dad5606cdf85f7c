"""Whether a device can do its work now, in words for the technician."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known about a device now. Unknown is not fine: `ok` is true only when the device itself said so.

    `what` says what was found ("The bill stacker is full"), `hint` what to do next ("" when `ok`).
    """

    ok: bool
    what: str
    hint: str
