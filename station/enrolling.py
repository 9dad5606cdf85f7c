"""Making a terminal known to the centre: its own keys, certified by the centre for a technician's one-time code."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path

import httpx

from station.config import Config
from station.enrolment import Enrolment, Kind, keep_file
from sync.enrolling import FirstSight, Wish
from sync.enrolling import enrol as ask_centre
from sync.line.client import CentreClient, LineDown, Refused
from sync.wire.enrolment import EnrolAnswer
from tickets.errors import EnvironmentFault, Malformed
from tickets.keys import SigningKey


def enrol(config: Config, *, kind: Kind, name: str, code: str) -> Enrolment:
    """Enrol this terminal and keep what the centre answers. Raises EnvironmentFault.

    The keys are on the disk before the centre hears of them. Where its answer gets lost, or this is cut short, to enrol
    again with the same code ends what was begun, and the centre knows one device. `enrolment.json` comes last.
    """
    directory = config.directory
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o2770)
    if (directory / "enrolment.json").exists():
        raise EnvironmentFault(
            f"This terminal is enrolled already ({directory / 'enrolment.json'})",
            "To enrol it anew, send what its journal holds, move the folder away and start with an empty one.",
        )
    device_key = _key_in(directory / "device.pem")
    till_key = _key_in(directory / "till.pem") if kind == "till" else None
    wish = Wish(
        code=code, kind=kind, name=name, device_key=device_key.public, till_key=till_key.public if till_key else None
    )
    answer = _ask(config.centre.url, wish)
    keep_file(directory / "trust.cbor", answer.trust_list)
    if answer.device_certificate is not None:
        keep_file(directory / "device.cbor", answer.device_certificate)
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
    keep_file(directory / "enrolment.json", json.dumps(kept, indent=1).encode())
    return Enrolment.load(directory)


def change_key(enrolment: Enrolment, client: Callable[[SigningKey], CentreClient]) -> None:
    """Give this terminal another device key; `client` makes the centre's client for a key.

    The new key is on the disk before the centre hears of it: cut short anywhere, doing it again ends it. Raises
    EnvironmentFault.
    """
    fresh = enrolment.directory / "device.next.pem"
    new_key = _key_in(fresh)
    certificate = client(enrolment.device_key()).renew(new_key)
    enrolment.certificate_shelf().put(certificate)
    fresh.replace(enrolment.directory / "device.pem")


def _key_in(path: Path) -> SigningKey:
    """The key that was made for this before, else a fresh one: on the disk. EnvironmentFault when it is damaged."""
    if not path.exists():
        keep_file(path, SigningKey.generate().to_pem())
    try:
        return SigningKey.from_pem(path.read_bytes())
    except Malformed as error:
        raise EnvironmentFault(
            f"The key {path} is damaged", "Remove it, and do this again: another is made."
        ) from error


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


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
