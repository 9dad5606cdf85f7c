"""Something flat with a code on it, as the pictures of the bench hold it up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""What is held up: the light that comes from each point, 0 to 255."""
Chance = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A plane and its code: where the code's middle is, how wide (`side`) and high it is in points, and in modules."""

    plane: Plane
    x: float
    y: float
    side: float
    high: float
    modules: int
