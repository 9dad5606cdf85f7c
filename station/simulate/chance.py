"""Chance by name: each purpose has a stream of its own, so that a new use of chance moves no other."""

from random import Random


class Chance:
    """All chance of one run, from one number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streams: dict[str, Random] = {}

    def stream(self, name: str) -> Random:
        """The stream of this name: the same object each time, the same numbers for the same seed."""
        if name not in self._streams:
            self._streams[name] = Random(f"{self._seed} {name}")  # noqa: S311  repeatable chance is the point; text is hashed by SHA-512, not by hash()
        return self._streams[name]
