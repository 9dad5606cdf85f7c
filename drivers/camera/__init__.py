"""Cameras: the port that the gate sees. A camera gives grey pictures of whatever is held up to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from drivers.health import Health

if TYPE_CHECKING:  # who only names the port has no pictures
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture: `grey` is rows × columns of uint8 in one piece, `at` is when it arrived, in monotonic seconds."""

    grey: NDArray[np.uint8]
    at: float


class Camera(Protocol):
    """A camera. Used from one thread."""

    def frame(self) -> Frame | None:
        """Return the newest picture that was not returned before; older ones that nobody asked for are dropped.

        Waits at most three of the camera's periods; None when nothing came by then. Raises DeviceFault when the camera
        is gone; it is looked for meanwhile, so that a later call gets pictures again.
        """

    def health(self) -> Health:
        """Say whether pictures come, whether they change, and whether they show anything. Waits at most two seconds."""

    def close(self) -> None:
        """Let go of the camera. A later call opens it again."""
