"""What a terminal knows of itself since it was enrolled (`station.enrolling`): its keys, and who certified them."""

import base64
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from tickets.errors import EnvironmentFault, Malformed
from tickets.keys import Algorithm, PublicKey, SigningKey

_log = logging.getLogger("waystation.sync")

Kind = Literal["till", "gate", "relay"]


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a terminal knows of itself. Keys are files beside it: device.pem, and till.pem where it sells."""

    directory: Path
    device: str
    name: str
    kind: Kind
    station: int
    prefix: int | None
    root_key: PublicKey
    certificate: bytes | None
    line_authorities: tuple[bytes, ...] = ()
    """The X.509 certificates (DER) that certify the centre's TLS; none where its line has no TLS of its own."""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read the terminal's enrolment. Raises EnvironmentFault when it was never enrolled."""
        path = directory / "enrolment.json"
        try:
            kept = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise EnvironmentFault(
                f"This terminal is not enrolled ({path} is missing)",
                "Ask the centre for a code, then run `waystation enrol` with it (--help says how).",
            ) from error
        except ValueError as error:
            raise _damaged(path) from error
        try:
            return cls(
                directory=directory,
                device=kept["device"],
                name=kept["name"],
                kind=kept["kind"],
                station=kept["station"],
                prefix=kept["prefix"],
                root_key=PublicKey(Algorithm.EDDSA, _bytes(kept["root_key"])),
                certificate=_bytes(kept["certificate"]) if kept["certificate"] else None,
                line_authorities=tuple(_bytes(each) for each in kept.get("line_authorities", ())),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(path) from error

    def device_key(self) -> SigningKey:
        """The key that signs requests and journal heads."""
        return self._key("device.pem")

    def till_key(self) -> SigningKey:
        """The key that signs tickets; only a till has one."""
        return self._key("till.pem")

    def certificate_shelf(self) -> "CertificateFile":
        """Where the device's own certificate is kept."""
        return CertificateFile(self.directory / "device.cbor")

    def trust_list(self) -> bytes:
        """The newest trust list that this terminal ever had, at first that of its enrolment: so that a gate can check
        tickets before it was ever in step, and goes back behind nothing when its cache is lost.
        """
        return self._content("trust.cbor")

    def keep_trust_list(self, signed: bytes) -> None:
        """Keep this list instead. A disk that refuses is logged: the cache has the list, and each start tries again."""
        try:
            keep_file(self.directory / "trust.cbor", signed)
        except OSError as error:
            _log.warning("trust_list.not_kept", extra={"what": error.strerror or "the disk"})

    def _key(self, name: str) -> SigningKey:
        try:
            return SigningKey.from_pem(self._content(name))
        except Malformed as error:
            raise _damaged(self.directory / name) from error

    def _content(self, name: str) -> bytes:
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError as error:
            raise _damaged(self.directory / name) from error


class CertificateFile:
    """A device's certificate as a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self) -> bytes | None:
        """The certificate, or None where there is none (yet)."""
        return self._path.read_bytes() if self._path.exists() else None

    def put(self, certificate: bytes) -> None:
        """Keep this one instead."""
        keep_file(self._path, certificate)


def _damaged(path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"{path}, which was made when this terminal was enrolled, is missing or damaged",
        "Put it back from a backup, or move the folder away and enrol this terminal anew.",
    )


def keep_file(path: Path, data: bytes) -> None:
    """Write a file that only owner and group may read, whole or not at all."""
    fresh = path.with_suffix(path.suffix + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
