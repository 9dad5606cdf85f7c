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
    set_aside: int = 0
    """Records that could not be understood."""
    what: str = ""
    """What is wrong, if anything; `hint` says what to do about it."""
    hint: str = ""

    def to_json(self) -> str:
        """As text for the cache."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> "SyncStatus":
        """What `to_json` wrote."""
        return cls.model_validate_json(text)
