"""What `waystation simulate` takes; apart from the rest, so that asking for help loads none of it."""

from argparse import ArgumentParser


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--seed", type=int, default=1, help="the number that the run comes from (default 1)")
    parser.add_argument("--hours", type=float, default=1.0, help="for how many virtual hours people come (default 1)")
    parser.add_argument("--stations", type=int, default=1, help="how many stations (default 1)")
    parser.add_argument("--runs", type=int, default=1, help="how many runs, from this seed on (default 1)")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong")
    parser.add_argument("--history", action="store_true", help="print every line of the last run's history")
    parser.add_argument("--json", action="store_true", help="one JSON object a run")
