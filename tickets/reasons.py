"""Why somebody is not let through: one list for screen, sound, log and server."""

from enum import StrEnum


class Reason(StrEnum):
    """The values are written in journals and answers: they are never renamed."""

    NOT_YET_OPEN = "not_yet_open"
    CLOSED = "closed"
    DEPARTED = "departed"
    CANCELLED = "cancelled"
    WRONG_STATION = "wrong_station"
    WRONG_GATE = "wrong_gate"
    WRONG_DEPARTURE = "wrong_departure"
    USED = "used"
    REFUNDED = "refunded"
    CHANGED = "changed"
    REVOKED = "revoked"
    FORGED = "forged"
    UNKNOWN_ISSUER = "unknown_issuer"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    NOT_KNOWN_HERE = "not_known_here"
    IDENTITY_NEEDED = "identity_needed"
    IDENTITY_DIFFERS = "identity_differs"
    SEE_STAFF = "see_staff"
