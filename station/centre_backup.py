"""`waystation centre backup`: a copy of the centre's database, made while it runs."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the centre's directory and the file to make."""
    parser.add_argument("--dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    parser.set_defaults(run=_back_up)


def _back_up(arguments: argparse.Namespace) -> int:
    from sync.server.backing_up import back_up

    back_up(arguments.dir, arguments.file)
    print(
        f"{arguments.file} is a copy of the centre's database. Keep it as safe as the centre: it holds the coming "
        "days' tag keys, so destroy it when it is fifteen days old. The keys in the centre's directory are not in it. "
        f"To go back to it: stop the centre and put it where {arguments.dir / 'centre.db'} is (without -wal and -shm)."
    )
    return 0
