"""The technician's door: one frozen class per step."""

from dataclasses import dataclass

from kiosk.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorstep(Step):
    """A badge code under the scanner opens the door. Until then nobody sees more than that there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside(Step):
    """The door is open: the devices, and a test for each."""
