"""What can go wrong, sorted by what the caller should do about it. A refusal is a value, not an error: see reasons."""


class Fault(Exception):
    """Something that a person may have to act on: `what` says what happened, `hint` what to do next."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}. {hint}")
        self.what = what
        self.hint = hint


class EnvironmentFault(Fault):
    """Disk, paper, network, clock: retry, degrade, tell staff. Nothing is wrong with the program or with its peer."""


class PeerError(Fault):
    """A device or a server sent what its protocol does not allow: set it aside with its bytes and go on."""


class Bug(Fault):
    """We broke our own rule: stop this piece of work, keep the evidence, restart, report."""


class Malformed(ValueError):
    """Bytes or text that are not what they claim to be. Its message never quotes them: they may hold personal data."""
