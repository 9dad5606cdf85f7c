"""`waystation centre keys|list|change-root`: changing a centre's keys, and signing its trust list where the root is."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tickets.trust import KeyUse

if TYPE_CHECKING:
    from sync.server.centre import Centre

SIGN_IT = (
    "The root key is away: `waystation centre list export` writes the next trust list, `list sign` signs it where the "
    "root is, `list import` puts it in force. Until then terminals go by the one before."
)
"""What to do where a trust list could not be signed."""


def add_arguments(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the acts."""
    keys = acts.add_parser("keys", help="the keys that sign tickets, certificates, time, receipts and lists")
    key_acts = keys.add_subparsers(required=True, metavar="ACT")
    shown = key_acts.add_parser("show", help="every key, what it does now, and since or until when")
    shown.add_argument("--dir", type=Path, required=True, metavar="DIR")
    shown.add_argument("--json", action="store_true", help="one JSON line each")
    shown.set_defaults(run=_show)
    for name, said, run in (
        ("announce", "make the next key: terminals hear of it an offline window before it signs", _announce),
        ("switch", "sign with the announced key from now on", _switch),
        ("retire", "take former keys off the trust list, when what they signed is over", _retire),
    ):
        act = key_acts.add_parser(name, help=said)
        act.add_argument("--dir", type=Path, required=True, metavar="DIR")
        act.add_argument("use", type=KeyUse, choices=list(KeyUse), metavar="USE", help=" | ".join(KeyUse))
        if name != "announce":
            act.add_argument("--at-once", action="store_true", help="without waiting: the former key is stolen")
        act.set_defaults(run=run)
    lists = acts.add_parser("list", help="the trust list: signed here, or where the root key is kept")
    list_acts = lists.add_subparsers(required=True, metavar="ACT")
    renew = list_acts.add_parser("renew", help="sign a new list now, with the root key on this machine")
    export = list_acts.add_parser("export", help="write the next list, for the root to sign elsewhere")
    sign = list_acts.add_parser("sign", help="sign an exported list, on the machine that has the root key")
    imported = list_acts.add_parser("import", help="put a list in force that the root signed elsewhere")
    for act in (renew, export, imported):
        act.add_argument("--dir", type=Path, required=True, metavar="DIR")
    sign.add_argument("--root", type=Path, required=True, metavar="FILE", help="root.pem")
    sign.add_argument("exported", type=Path, metavar="FILE")
    sign.add_argument("signed", type=Path, metavar="OUT")
    export.add_argument("file", type=Path, metavar="FILE")
    imported.add_argument("file", type=Path, metavar="FILE")
    renew.set_defaults(run=_renew)
    export.set_defaults(run=_export)
    sign.set_defaults(run=_sign)
    imported.set_defaults(run=_import)
    root = acts.add_parser("change-root", help="make another root key, which terminals follow by themselves")
    root.add_argument("--dir", type=Path, required=True, metavar="DIR")
    root.set_defaults(run=_change_root)


def _show(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        known = centre.keys.listed()
    for each in known:
        begins = None if each.from_ is None else each.from_.isoformat()
        ends = None if each.until is None else each.until.isoformat()
        kid = each.key.kid.hex()
        if arguments.json:
            print(json.dumps({"use": each.use, "kid": kid, "state": each.state, "from": begins, "to": ends}))
        else:
            print(f"{each.use:12} {kid}  {each.state}  {begins or ''} – {ends or ''}")
    return 0


def _announce(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        signed = centre.keys.announce(arguments.use)
    return _told(signed, f"The next {arguments.use} key is announced. `keys show` says from when it may sign.")


def _switch(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        signed = centre.keys.switch(arguments.use, at_once=arguments.at_once)
    return _told(signed, f"The new {arguments.use} key signs; a centre that runs takes it within half a minute.")


def _retire(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        signed = centre.keys.retire(arguments.use, at_once=arguments.at_once)
    return _told(signed, f"Former {arguments.use} keys are not believed by any terminal that has the new list.")


def _renew(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        signed = centre.keys.publish()
    return _told(signed, "A new trust list is signed, and told to every terminal.")


def _export(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        arguments.file.write_bytes(centre.keys.draft())
    print(f"{arguments.file} is the next trust list. Sign it where the root is: waystation centre list sign")
    return 0


def _sign(arguments: argparse.Namespace) -> int:
    from sync.server.trust_lists import sign_draft
    from tickets.errors import EnvironmentFault, Malformed
    from tickets.keys import SigningKey
    from tickets.trust import read_trust_list

    try:
        root = SigningKey.from_pem(arguments.root.read_bytes())
    except Malformed as error:
        raise EnvironmentFault(f"{arguments.root} is not a root key", "give the root.pem of this centre") from error
    drafted = arguments.exported.read_bytes()
    said = read_trust_list(drafted)
    arguments.signed.write_bytes(sign_draft(drafted, root))
    print(
        f"Version {said.version}, good until {said.expires.isoformat()}: {len(said.keys)} keys, "
        f"{len(said.badges)} badges, {len(said.revoked_prefixes)} revoked tills. Signed in {arguments.signed}."
    )
    return 0


def _import(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        imported = centre.keys.take_in(arguments.file.read_bytes())
    print(f"Version {imported.version} is in force until {imported.expires.isoformat()}, and told to every terminal.")
    return 0


def _change_root(arguments: argparse.Namespace) -> int:
    with _centre(arguments.dir) as centre:
        centre.keys.change_root()
    print("There is another root key. Terminals follow it with the new trust list. Take root.pem away again.")
    return 0


def _told(signed: bool, done: str) -> int:
    print(done if signed else SIGN_IT)
    return 0


def _centre(directory: Path) -> "Centre":
    from sync.server.centre import Centre
    from sync.server.settings import Settings

    return Centre.open(Settings(directory=directory))
