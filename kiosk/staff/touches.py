"""What can be touched to call staff, and at the technician's door."""

from dataclasses import dataclass

from kiosk.touches import Touch


@dataclass(frozen=True, slots=True)
class TryDevice(Touch):
    """Test this device."""

    name: str
