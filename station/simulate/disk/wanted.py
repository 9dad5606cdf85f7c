"""What a simulation needs besides the product itself."""

from importlib.util import find_spec

from tickets.errors import EnvironmentFault


def need_apsw() -> None:
    """EnvironmentFault where the SQLite library is missing whose files can be simulated."""
    if find_spec("apsw") is None:
        raise EnvironmentFault(
            "The simulation needs apsw, which is not installed here",
            "Install this program with the extra that has it: pip install 'waystation[simulate]'.",
        )
