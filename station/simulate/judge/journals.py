"""Nothing acknowledged is lost, and nothing is made up (promise 4): journals, on their disks and at the centre."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from station.simulate.judge.wrong import Wrong

_GENESIS = bytes(32)
_ON_ITS_WAY_MS = 60_000
"""So long may an answer of the centre be on its way."""
_MAY_BE_UNTOLD = 3
"""Events of one commit that was durable when its process died, before anybody heard of it."""


@dataclass(slots=True)
class Promised:
    """One epoch of a journal: the chain's hash after each event that was promised, from the first on."""

    node: str
    hashes: list[bytes] = field(default_factory=list)
    kept: int = 0
    """Through here its machine knows that the centre has it."""
    gone: bool = False
    """Its disk is lost, or it was begun anew: nobody writes it any more."""
    forked: bool = False
    """Two machines write it: a disk was copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A journal as it lies on a disk: `first` is the number of the first event that is still there."""

    epoch: str
    first: int
    hashes: Sequence[bytes]


class Journals:
    """What every journal has promised."""

    def __init__(self, wrong: Wrong, now: Callable[[], int]) -> None:
        """`now` is virtual ms."""
        self._wrong = wrong
        self._now = now
        self._restored_at: int | None = None
        self.epochs: dict[str, Promised] = {}

    def wrote(self, node: str, epoch: str, seq: int, data: bytes, digest: bytes) -> bool:
        """An event's commit has returned. False when it was known already."""
        of = self.epochs.setdefault(epoch, Promised(node))
        if of.node != node:
            of.forked = True
            return True
        known = len(of.hashes)
        if seq <= known:
            if of.hashes[seq - 1] != digest and not of.forked:
                self._wrong(f"{node} has written event {seq} of {_short(epoch)} a second time, differently", node)
            return False
        if seq != known + 1:
            self._wrong(f"{node} wrote event {seq} of {_short(epoch)} after event {known}", node)
        if digest != sha256((of.hashes[-1] if known else _GENESIS) + data).digest():
            self._wrong(f"event {seq} of {node} is not chained to the one before it", node)
        of.hashes.append(digest)
        return True

    def lost(self, node: str) -> None:
        """Nothing of this machine's disk is left: what nobody else has of it is nobody's fault."""
        for of in self.epochs.values():
            of.gone |= of.node == node

    def forks(self, epoch: str) -> None:
        """A copy of this journal's disk runs as another machine, or an old copy of it was put back."""
        if epoch in self.epochs:
            self.epochs[epoch].forked = True

    def restored(self, at: int) -> None:
        """The centre was put back to a backup at this virtual ms."""
        self._restored_at = at

    def kept(self, node: str, epoch: str, through: int, has: int | None) -> None:
        """This machine has written down that the centre has its journal up to here; `has`: how far it really has it."""
        of = self.epochs.get(epoch)
        if of is None or of.forked:
            return
        if through > len(of.hashes) + _MAY_BE_UNTOLD:
            self._wrong(f"{node} believes that event {through} is kept, and has written {len(of.hashes)}", node)
        answers = self._restored_at is None or self._now() - self._restored_at > _ON_ITS_WAY_MS
        if has is not None and of.kept < through and has < through and answers:
            self._wrong(f"{node} believes that the centre has its event {through}, which has {has}", node, "centre")
        of.kept = max(of.kept, through)

    def on_disk(self, node: str, found: Found) -> None:
        """A machine came back, or the run is over: this is what its journal holds now.

        What it was not heard to write is told when its program begins again.
        """
        of = self.epochs.get(found.epoch)
        if of is None or of.gone or of.forked:
            return
        there = found.first - 1 + len(found.hashes)
        if there < len(of.hashes):
            self._wrong(f"{len(of.hashes) - there} acknowledged events of {node} are lost from its disk", node)
        promised = of.hashes[found.first - 1 :]
        if list(found.hashes[: len(promised)]) != promised:
            self._wrong(f"the history of {node} is another than it was", node)

    def at_centre(
        self,
        rows: Mapping[str, Sequence[tuple[int, bytes]]],
        *,
        restored: bool,
        unheard: Collection[str] = (),
    ) -> None:
        """At the end: what the centre holds of each epoch, in order. `restored`: it once lost its newest past.

        `unheard` are epochs of machines whose writing nobody hears of.
        """
        for epoch, of in self.epochs.items():
            if of.forked:
                continue
            held = rows.get(epoch, ())
            if [seq for seq, _ in held] != list(range(1, len(held) + 1)):
                self._wrong(f"the centre's copy of {of.node}'s journal {_short(epoch)} has a gap", of.node)
            both = min(len(held), len(of.hashes))
            if [digest for _, digest in held[:both]] != of.hashes[:both]:
                self._wrong(f"the centre tells another story of {of.node} than {of.node} itself", of.node)
            if len(held) > len(of.hashes) + (_MAY_BE_UNTOLD if of.gone else 0):
                self._wrong(f"the centre has events of {of.node} that it never wrote", of.node)
            if len(held) < of.kept and not restored:
                self._wrong(
                    f"{of.kept - len(held)} events of {of.node} that the centre said it had kept are not there", of.node
                )
            if len(held) < len(of.hashes) and not of.gone:
                self._wrong(f"{len(of.hashes) - len(held)} events of {of.node} never came to the centre", of.node)
        for epoch in sorted(rows.keys() - self.epochs.keys() - set(unheard)):
            self._wrong(f"the centre has a journal {_short(epoch)} that nobody ever wrote", "centre")


def _short(epoch: str) -> str:
    return f"…{epoch[-6:]}"
