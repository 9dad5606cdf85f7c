"""What can be wrong with a device, said so that a person can act on it."""


class DeviceFault(Exception):
    """A device did not do what was asked. `what` says what happened, `hint` what to do next."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}. {hint}")
        self.what = what
        self.hint = hint


class DeviceGone(DeviceFault):
    """The port cannot be opened, or the device left it: unplugged, powered off, refused."""


class DeviceSilent(DeviceFault):
    """The port is open and nothing (or only a part) came back in time."""


class DeviceNonsense(DeviceFault):
    """Bytes came back that no device of this kind sends. `seen` keeps the first of them for the technician."""

    def __init__(self, what: str, hint: str, seen: bytes = b"") -> None:
        super().__init__(what, hint)
        self.seen = seen[:64]


class DeviceRefused(DeviceFault):
    """The device answered properly, and the answer was no (busy, jammed, not possible now)."""
