"""How a call to another machine fails, whoever made it and over whatever: nobody answered, or the answer was no."""

from tickets.errors import EnvironmentFault


class LineDown(EnvironmentFault):
    """Nobody answered in time. It says nothing about whether the request was carried out: ask again."""


class Refused(EnvironmentFault):
    """The centre answered, and the answer was no. `expected_seq` is where it wants a push to go on, if it said so.

    `protocols` are the oldest and the newest that it speaks, when it was for ours (426). `revoked`: it believes this
    device no more.
    """

    def __init__(
        self,
        status: int,
        what: str,
        hint: str,
        *,
        expected_seq: int | None = None,
        retry_after: float = 0.0,
        protocols: tuple[int, int] | None = None,
        revoked: bool = False,
    ) -> None:
        super().__init__(what, hint)
        self.status = status
        self.expected_seq = expected_seq
        self.retry_after = retry_after
        self.protocols = protocols
        self.revoked = revoked
