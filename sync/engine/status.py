"""How syncing goes, as screens and the doctor show it."""

from pydantic import BaseModel, ConfigDict


class SyncStatus(BaseModel):
    """Written into the cache after every step. Instants are ms since 1970 by the best time known then."""

    model_config = ConfigDict(frozen=True)

    line_up: bool
    last_success_ms: int | None
    """When everything was last pushed and pulled to the end."""
    queued: int
    """Events that the centre has not signed for."""
    forked: bool = False
    """The centre knows another branch of this journal: the machine must be enrolled again."""
    revoked: bool = False
    """The centre believes this machine no more: it must be enrolled again."""
    set_aside: int = 0
    """Records that could not be understood."""
    what: str = ""
    """What is wrong, if anything; `hint` says what to do about it."""
    hint: str = ""
    worry: str = ""
    """What will be wrong if nobody does anything: the trust list ends, or is held back. Nothing stops for it."""
    worry_hint: str = ""

    def to_json(self) -> str:
        """As text for the cache."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> "SyncStatus":
        """What `to_json` wrote."""
        return cls.model_validate_json(text)


class LanStatus(BaseModel):
    """How the relay is doing, seen from this terminal. Written into the cache when it changes."""

    model_config = ConfigDict(frozen=True)

    relay_up: bool
    """Whether the relay answered the last time that it was asked."""
    arbitrating: bool | None = None
    """Whether it grants uses; None when that is not known."""
    waiting_for: tuple[str, ...] = ()
    """The devices whose history its arbiter lacks."""
    queued: int = 0
    """Events of this terminal that the relay does not hold."""
    forked: bool = False
    """The relay knows another branch of this journal: the machine must be enrolled again."""
    facts_waiting: int = 0
    """Staff facts that were signed here and that the relay has not taken."""
    facts_refused: int = 0
    """Staff facts that are not obeyed here, because nobody known here has signed them."""
    what: str = ""
    """What is wrong, if anything; `hint` says what to do about it."""
    hint: str = ""

    def to_json(self) -> str:
        """As text for the cache."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> "LanStatus":
        """What `to_json` wrote."""
        return cls.model_validate_json(text)
