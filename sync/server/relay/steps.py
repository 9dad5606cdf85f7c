"""Who is in step with the arbiter's epoch, and from when on it arbitrates.

A new or emptied relay knows nothing of what its gates did. It arbitrates once every gate in use has sent its history
to the end, or staff have struck it off by name. From then on it goes on for as long as its file lives: a gate
enrolled later, or struck off, has only its own claims answered *not arbitrating* until it is in step itself. An older
copy of the file that was put back is an emptied one: it becomes another arbiter as soon as that is noticed.
"""

from collections.abc import Collection
from typing import Final, cast

from sync.server.relay.ledger import Ledger
from sync.wire.relay import CaughtUpRequest

STRUCK_OFF_BEFORE_MS: Final = 10 * 60 * 1000
"""How much older than the arbiter's epoch a striking off may be, by its badge holder's clock: it is about this loss of
memory, not about one of last month."""


def is_in_step(ledger: Ledger, device: str) -> bool:
    """Whether this device has sent its history to the end since this arbiter began."""
    row = ledger.connection.execute("SELECT in_step FROM devices WHERE device = ?", (device,)).fetchone()
    return row is not None and bool(row[0])


def meet(ledger: Ledger, device: str, kind: str) -> None:
    """Remember, in the open transaction, that there is this device."""
    ledger.connection.execute("INSERT INTO devices VALUES (?, ?, 0) ON CONFLICT DO NOTHING", (device, kind))


def say_caught_up(ledger: Ledger, device: str, kind: str, said: CaughtUpRequest) -> bool:
    """Take a device's word where its journal ends, in the open transaction: in step when all of it is held here.

    False when it was said to another arbiter, or when there is more than what is held.
    """
    if said.epoch != ledger.epoch:
        return False
    meet(ledger, device, kind)
    row = ledger.connection.execute(
        "SELECT device, held_through FROM journals WHERE epoch = ?", (said.journal_epoch,)
    ).fetchone()
    held = 0 if row is None or row[0] != device else cast(int, row[1])
    if held < said.seq:
        return False
    ledger.connection.execute("UPDATE devices SET in_step = 1 WHERE device = ?", (device,))
    return True


def struck_off(ledger: Ledger) -> frozenset[str]:
    """The devices that staff have struck off since this arbiter began."""
    rows = ledger.connection.execute(
        "SELECT device FROM facts WHERE act = 'strike_off' AND device IS NOT NULL AND at_ms >= ?",
        (ledger.made_ms - STRUCK_OFF_BEFORE_MS,),
    )
    return frozenset(cast(str, device) for (device,) in rows)


def waiting_for(ledger: Ledger, gates: Collection[str], gone: Collection[str]) -> tuple[str, ...]:
    """The gates that keep the arbiter from beginning: of `gates` in use and those seen here, less those `gone`.

    Nobody, once it arbitrates.
    """
    if ledger.arbitrating:
        return ()
    rows = ledger.connection.execute("SELECT device FROM devices WHERE kind = 'gate' AND in_step = 0").fetchall()
    missing = {gate for gate in gates if not is_in_step(ledger, gate)} | {cast(str, device) for (device,) in rows}
    return tuple(sorted(missing - frozenset(gone) - struck_off(ledger)))


def review(ledger: Ledger, gates: Collection[str] | None, gone: Collection[str]) -> bool:
    """Begin to arbitrate if nobody is waited for any more, in a commit of its own; True when it did just now.

    `gates` is None while it is not known which gates there are: then it does not begin.
    """
    if ledger.arbitrating or gates is None or waiting_for(ledger, gates, gone):
        return False
    with ledger.writing("step"):
        ledger.begin_arbitrating()
    return True


def notice_put_back(ledger: Ledger, epoch: str, position: int, now_ms: int) -> bool:
    """Be another arbiter, in a commit of its own, when a device has learnt more of this one than is here: the file is
    an older copy that was put back, and has forgotten whom it let in. True when it was so just now.
    """
    if epoch != ledger.epoch or position <= ledger.position:
        return False
    with ledger.writing("step"):
        ledger.begin_anew(now_ms)
    return True
