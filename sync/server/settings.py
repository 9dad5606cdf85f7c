"""What a centre is given when it starts, and the rules of the house that it was set up with."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.points import Probe, no_probe
from sync.server.places.targets import Habits
from tickets.errors import EnvironmentFault

if TYPE_CHECKING:
    from sync.server.tls import ServerTls

POLICY_FILE: Final = "centre.json"
PAYMENT_PROVIDERS: Final = ("", "sandbox")
"""What `payment_provider` may be."""


def utc_now() -> datetime:
    """The machine's own clock, as an aware UTC datetime."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Numbers that a station's owner may choose; kept as `centre.json` beside the database.

    `tombstones_kept_days` is the longest that a terminal may be away and still catch up change by change; one that was
    away for longer takes everything anew. Stations with fewer records than `snapshot_from_records` make no snapshots.

    Shares are fractions, written like "1/3". Of a departure's places the web keeps `web_share`, and all tills together
    start with `till_share` at most, each with `till_least_places`; they are topped up by what they sell (see
    `places.targets`, which the next four are for): for how many minutes a till may be silent, in how many minutes
    before check-in closes half of what is still to be sold is sold, which share of its places a departure sells, and
    which share of passengers walk to another machine. `payment_provider` is "sandbox", which moves no money, or empty:
    then no till can be paid through this centre.
    """

    web_share: str = "1/3"
    till_share: str = "1/3"
    till_least_places: int = 4
    offline_minutes: int = 240
    half_sold_minutes: int = 120
    usual_fill: str = "3/4"
    walk_share: str = "1/2"
    trust_list_days: int = 90
    trust_list_renewed_days_before: int = 45
    sealing_days_ahead: int = 40
    sealing_renewed_days_before: int = 20
    sealing_kept_days: int = 370
    certificate_days: int = 30
    certificate_renewed_days_before: int = 15
    device_certificate_days: int = 60
    offline_window_days: int = 30
    former_key_hours: int = 48
    day_keys_ahead_days: int = 15
    day_key_destroyed_hours_after: int = 6
    records_kept_days: int = 40
    tombstones_kept_days: int = 40
    snapshot_from_records: int = 5000
    enrol_code_minutes: int = 15
    wrong_codes_a_minute: int = 5
    wrong_codes_a_minute_in_all: int = 60
    ticket_hours_after_departure: int = 24
    payment_provider: str = ""
    database: str = ""

    def __post_init__(self) -> None:
        """Refuse shares that would give out more than there is."""
        web, till = Fraction(self.web_share), Fraction(self.till_share)
        if not (0 <= web <= 1 and 0 <= till <= 1 and web + till <= 1):
            raise ValueError("web_share and till_share are fractions that together are at most 1")
        if not (0 <= Fraction(self.usual_fill) <= 2 and 0 <= Fraction(self.walk_share) <= 1):
            raise ValueError("usual_fill is a fraction of a coach, walk_share one of passengers")
        if self.till_least_places < 0 or self.offline_minutes < 1 or self.half_sold_minutes < 1:
            raise ValueError("till_least_places is not negative, offline_minutes and half_sold_minutes are at least 1")
        if self.payment_provider not in PAYMENT_PROVIDERS:
            raise ValueError("payment_provider is one of: " + ", ".join(map(repr, PAYMENT_PROVIDERS)))

    def habits(self) -> Habits:
        """What is supposed of passengers, as the sums about places want it."""
        return Habits(
            window=float(self.offline_minutes),
            half=float(self.half_sold_minutes),
            fill=float(Fraction(self.usual_fill)),
            walks=float(Fraction(self.walk_share)),
            least=self.till_least_places,
            share=float(Fraction(self.till_share)),
        )

    def save(self, directory: Path) -> None:
        """Write the policy into a centre's directory."""
        (directory / POLICY_FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")

    @classmethod
    def load(cls, directory: Path) -> Policy:
        """Read the policy of a centre's directory. EnvironmentFault when it is absent or has a setting nobody knows."""
        path = directory / POLICY_FILE
        try:
            values = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise EnvironmentFault(
                f"there is no centre in {directory}", "set one up with: waystation centre init"
            ) from error
        except ValueError as error:
            raise EnvironmentFault(f"{path} is not JSON", str(error)) from error
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise EnvironmentFault(
                f"{path} sets {unknown[0]}, which does not exist", f"known: {', '.join(sorted(known))}"
            )
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise EnvironmentFault(f"{path} cannot be used: {error}", "correct the value and start again") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where a centre lives, and its sources of time and randomness.

    `database` is a PostgreSQL URL; where it is empty the policy's counts, and where that is too, a file in `directory`.
    `random(n)` gives n unpredictable bytes; `sleep(s)` lets a payment sandbox take its time. `upkeep_seconds` is how
    often departures, keys, certificates and open payments are looked after while the server runs; 0 leaves that to the
    caller. `tls` is what the line is served with, if it is; `front_keys` belong to a proxy that ends TLS in front.
    """

    directory: Path
    database: str = ""
    clock: Callable[[], datetime] = utc_now
    random: Callable[[int], bytes] = secrets.token_bytes
    probe: Probe = no_probe
    upkeep_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    tls: ServerTls | None = None
    front_keys: frozenset[bytes] = frozenset()

    def line_keys(self) -> frozenset[bytes]:
        """The SHA-256 of the TLS keys that terminals may see at this end; none where the line is plain."""
        return self.front_keys if self.tls is None else self.tls.line_keys() | self.front_keys

    def line_authorities(self) -> tuple[bytes, ...]:
        """The certificates (DER) that terminals pin; none where TLS is somebody else's."""
        return () if self.tls is None else self.tls.authorities()
