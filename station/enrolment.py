"""Making a terminal known to the centre: its own keys, certified by the centre for a technician's one-time code."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import httpx

from station.config import Config
from sync.client import CentreClient, LineDown, Refused
from sync.enrolling import FirstSight, Wish
from sync.enrolling import enrol as ask_centre
from sync.wire import EnrolAnswer
from tickets.errors import EnvironmentFault, Malformed
from tickets.keys import Algorithm, PublicKey, SigningKey

Kind = Literal["till", "gate", "relay"]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


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
        """The trust list as it was at enrolment, so that a gate can check tickets before it was ever in step."""
        return self._content("trust.cbor")

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
        _keep(self._path, certificate)


def _damaged(path: Path) -> EnvironmentFault:
    return EnvironmentFault(
        f"{path}, which was made when this terminal was enrolled, is missing or damaged",
        "Put it back from a backup, or move the folder away and enrol this terminal anew.",
    )


def enrol(config: Config, *, kind: Kind, name: str, code: str) -> Enrolment:
    """Enrol this terminal and keep what the centre answers. Raises EnvironmentFault; nothing is kept unless all is."""
    directory = config.directory
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o2770)
    if (directory / "enrolment.json").exists():
        raise EnvironmentFault(
            f"This terminal is enrolled already ({directory / 'enrolment.json'})",
            "To enrol it anew, send what its journal holds, move the folder away and start with an empty one.",
        )
    device_key = SigningKey.generate()
    till_key = SigningKey.generate() if kind == "till" else None
    wish = Wish(
        code=code, kind=kind, name=name, device_key=device_key.public, till_key=till_key.public if till_key else None
    )
    answer = _ask(config.centre.url, wish)
    _keep(directory / "device.pem", device_key.to_pem())
    if till_key:
        _keep(directory / "till.pem", till_key.to_pem())
    _keep(directory / "trust.cbor", answer.trust_list)
    if answer.device_certificate is not None:
        _keep(directory / "device.cbor", answer.device_certificate)
    kept = {
        "device": answer.device,
        "name": name,
        "kind": kind,
        "station": answer.station,
        "prefix": answer.prefix,
        "root_key": _b64(answer.root_key),
        "certificate": _b64(answer.certificate) if answer.certificate else None,
        "line_authorities": [_b64(each) for each in answer.line_authorities],
        "centre": config.centre.url,
    }
    _keep(directory / "enrolment.json", json.dumps(kept, indent=1).encode())
    return Enrolment.load(directory)


def change_key(enrolment: Enrolment, client: Callable[[SigningKey], CentreClient]) -> None:
    """Give this terminal another device key; `client` makes the centre's client for a key.

    The new key is on the disk before the centre hears of it: cut short anywhere, doing it again ends it. Raises
    EnvironmentFault.
    """
    fresh = enrolment.directory / "device.next.pem"
    if not fresh.exists():
        _keep(fresh, SigningKey.generate().to_pem())
    new_key = SigningKey.from_pem(fresh.read_bytes())
    certificate = client(enrolment.device_key()).renew(new_key)
    enrolment.certificate_shelf().put(certificate)
    fresh.replace(enrolment.directory / "device.pem")


def _ask(url: str, wish: Wish) -> EnrolAnswer:
    sight = FirstSight() if url.startswith("https:") else None
    try:
        with httpx.Client(verify=sight or False, trust_env=False) as http:
            return ask_centre(http, url, wish, secrets.token_bytes(32), sight)
    except LineDown as fault:
        raise EnvironmentFault(
            f"The centre at {url} did not answer ({fault.__cause__})", "Check the line and centre.url."
        ) from fault
    except Refused as refused:
        raise EnvironmentFault(f"The centre refused the enrolment: {refused.what}", refused.hint) from refused


def _keep(path: Path, data: bytes) -> None:
    """Write a file that only owner and group may read, whole or not at all."""
    fresh = path.with_suffix(path.suffix + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
