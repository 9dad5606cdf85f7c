"""The centre's private keys on its disk: one file each, readable by the centre alone.

`root.pem` signs trust lists only; it may be taken away to an offline machine and brought back for a new list.
`sealing/<date>.key` are the private keys to the travellers' identities of one service day (32 raw bytes as hex):
removing such a file makes that day's identities unreadable everywhere, for good.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tickets.errors import EnvironmentFault, Malformed
from tickets.keys import Algorithm, PublicKey, SigningKey
from tickets.trust import KeyUse, linked_roots, sign_root_link

_ROOT: Final = "root"
_SEALING: Final = "sealing"
_OFFICE: Final = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineKeys:
    """The keys that a running centre signs with; the root is not among them."""

    by_use: dict[KeyUse, SigningKey]

    def signing(self, use: KeyUse) -> SigningKey:
        """The key for this use."""
        return self.by_use[use]


def make_keys(directory: Path) -> None:
    """Make the root and one key per use. FileExistsError when there is one already: keys are never overwritten."""
    for name in (_ROOT, *KeyUse):
        write_secret(directory / f"{name}.pem", SigningKey.generate().to_pem())


def load_online_keys(directory: Path) -> OnlineKeys:
    """Read every key but the root. EnvironmentFault when one is missing or damaged."""
    return OnlineKeys(by_use={use: _load(directory / f"{use}.pem") for use in KeyUse})


def load_root(directory: Path) -> SigningKey | None:
    """The root key, or None when it was taken away."""
    path = directory / f"{_ROOT}.pem"
    return _load(path) if path.exists() else None


def public_root(directory: Path) -> bytes:
    """The raw public root key, which every terminal pins."""
    return bytes.fromhex((directory / "root.pub").read_text("ascii"))


def publish_root(directory: Path) -> None:
    """Leave the public half of the root beside it, for when the private half is away."""
    (directory / "root.pub").write_text(_load(directory / f"{_ROOT}.pem").public.raw.hex() + "\n", "ascii")


def announced_keys(directory: Path) -> dict[KeyUse, PublicKey]:
    """The keys that will sign, by use: made and listed, and not used yet."""
    coming = {use: directory / f"{use}.next.pem" for use in KeyUse}
    return {use: _load(path).public for use, path in coming.items() if path.exists()}


def make_announced(directory: Path, use: KeyUse) -> None:
    """Make the next key of this use. FileExistsError when there is one already."""
    write_secret(directory / f"{use}.next.pem", SigningKey.generate().to_pem())


def switch_key(directory: Path, use: KeyUse) -> None:
    """Sign with the announced key of this use from now on; the private half of the one before is gone for good."""
    (directory / f"{use}.next.pem").replace(directory / f"{use}.pem")


def used_from(directory: Path) -> dict[PublicKey, datetime]:
    """From when keys that are announced now may be used, where that was noted (`note_used_from`)."""
    announced, path = set(announced_keys(directory).values()), directory / "announced.from"
    pairs = [line.split() for line in path.read_text("ascii").splitlines()] if path.exists() else []
    known = {PublicKey(Algorithm.EDDSA, bytes.fromhex(key)): datetime.fromisoformat(at) for key, at in pairs}
    return {key: at for key, at in known.items() if key in announced}


def note_used_from(directory: Path, keys: Iterable[PublicKey], at: datetime) -> None:
    """Keep from when these announced keys may be used: their list was put in force later than it was drafted."""
    known = used_from(directory) | dict.fromkeys(keys, at)
    fresh = directory / "announced.from.new"
    fresh.write_text("".join(f"{key.raw.hex()} {since.isoformat()}\n" for key, since in known.items()), "ascii")
    fresh.replace(directory / "announced.from")


def retired_keys(directory: Path) -> frozenset[PublicKey]:
    """Keys that no list names any more."""
    path = directory / "retired.keys"
    lines = path.read_text("ascii").split() if path.exists() else []
    return frozenset(PublicKey(Algorithm.EDDSA, bytes.fromhex(line)) for line in lines)


def write_retired(directory: Path, keys: frozenset[PublicKey]) -> None:
    """Keep which keys no list is to name any more."""
    fresh = directory / "retired.keys.new"
    fresh.write_text("".join(f"{each}\n" for each in sorted(key.raw.hex() for key in keys)), "ascii")
    fresh.replace(directory / "retired.keys")


def root_links(directory: Path) -> tuple[bytes, ...]:
    """The links from root to root, oldest first."""
    path = directory / "root.links"
    return tuple(bytes.fromhex(line) for line in path.read_text("ascii").split()) if path.exists() else ()


def known_roots(directory: Path) -> tuple[PublicKey, ...]:
    """Every root that this centre ever had, the one of now last."""
    before = [linked_roots(link)[0] for link in root_links(directory)]
    return (*before, PublicKey(Algorithm.EDDSA, public_root(directory)))


def change_root(directory: Path, now: datetime) -> None:
    """Make another root, to which the one before links. EnvironmentFault when that is not on this machine.

    Cut short anywhere, doing it again ends it. The private half of the root before is gone afterwards.
    """
    old = load_root(directory)
    if old is None:
        raise EnvironmentFault("the root key is not on this machine", "bring root.pem back to change the root")
    coming = directory / "root.next.pem"
    if not coming.exists():
        write_secret(coming, SigningKey.generate().to_pem())
    new = _load(coming).public
    links = root_links(directory)
    if not links or linked_roots(links[-1])[1] != new:
        links = (*links, sign_root_link(new, now, old))
        fresh = directory / "root.links.new"
        fresh.write_text("".join(f"{link.hex()}\n" for link in links), "ascii")
        fresh.replace(directory / "root.links")
    (directory / "root.pub").write_text(new.raw.hex() + "\n", "ascii")
    coming.replace(directory / f"{_ROOT}.pem")


def sealing_key(directory: Path, day: date) -> bytes:
    """The raw X25519 public key that identities of `day` are sealed to, made with its private half when it is new."""
    path = directory / _SEALING / f"{day.isoformat()}.key"
    if path.exists():
        private = X25519PrivateKey.from_private_bytes(sealing_private(directory, day))
    else:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        private = X25519PrivateKey.generate()
        write_secret(path, private.private_bytes_raw().hex().encode("ascii") + b"\n")
    return private.public_key().public_bytes_raw()


def sealing_private(directory: Path, day: date) -> bytes:
    """The raw private key of a service day. FileNotFoundError when it was destroyed."""
    return bytes.fromhex((directory / _SEALING / f"{day.isoformat()}.key").read_text("ascii"))


def destroy_sealing_keys(directory: Path, before: date) -> list[date]:
    """Remove the private keys of service days before `before`, and answer which; their identities are gone for good."""
    gone = []
    for path in sorted((directory / _SEALING).glob("*.key")):
        day = date.fromisoformat(path.stem)
        if day < before:
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                os.fsync(file.fileno())
            path.unlink()
            gone.append(day)
    return gone


def make_office_token(directory: Path, station: int, random: Callable[[int], bytes]) -> None:
    """Make the token by which the web channel of a station is let in; it names the station."""
    (directory / _OFFICE).mkdir(mode=0o700, exist_ok=True)
    write_secret(directory / _OFFICE / f"{station}.token", f"{station}-{random(24).hex()}\n".encode("ascii"))


def office_token(directory: Path, station: int) -> str:
    """The token of a station's web channel. EnvironmentFault when there is none."""
    try:
        return (directory / _OFFICE / f"{station}.token").read_text("ascii").strip()
    except FileNotFoundError as error:
        raise EnvironmentFault(f"station {station} has no office token", "set the station up again") from error


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read; it is on the disk when this returns. FileExistsError if there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _load(path: Path) -> SigningKey:
    try:
        return SigningKey.from_pem(path.read_bytes())
    except FileNotFoundError as error:
        raise EnvironmentFault(
            f"the key {path} is missing", "put it back from the backup, or set up a new centre"
        ) from error
    except Malformed as error:
        raise EnvironmentFault(
            f"the key {path} is damaged", "put it back from the backup, or set up a new centre"
        ) from error
