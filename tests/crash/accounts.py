"""The money of one kiosk, counted twice: by its journal, and by what lies in the simulated stacker."""

from collections import Counter
from pathlib import Path
from typing import Any

from station.demo.witness import facts, rows


def discrepancies(journal: Path, stacker: dict[str, Any], put_in: int) -> list[str]:
    """Return what does not add up, in sentences, once nothing is under way; `put_in` is the fen that the slot took.

    stacker = tickets + open claims, order by order. A note of which the validator itself lost sight may lie in the
    stacker or not: there is a claim for it either way, and it is the only money that this can be off by.
    """
    doubts = rows(journal, "SELECT order_id, fen FROM doubts WHERE ended IS NULL")
    taken = _by_order(facts(journal, "money.taken"), "fen")
    issued = _by_order(facts(journal, "ticket.issued"), "fare")
    claims = _by_order(facts(journal, "claim.opened"), "fen")
    order_of = {each["claim"]: each["order"] for each in facts(journal, "claim.opened")}
    for each in facts(journal, "claim.settled"):
        claims[order_of[each["claim"]]] -= each["fen"]
    for order, fen in doubts:
        claims[order] -= fen
    found = [
        f"order {order[:8]}: {taken[order]} fen taken, tickets for {issued[order]}, claims for {claims[order]}"
        for order in sorted({*taken, *issued, *claims})
        if taken[order] != issued[order] + claims[order]
    ]
    inside = stacker["total_fen"] + stacker["collected_fen"]
    if inside - taken.total() not in _sums([fen for _, fen in doubts]):
        found.append(f"{inside} fen in the stacker, {taken.total()} in the journal, in doubt {doubts}")
    if put_in != inside + stacker["returned_fen"] + (stacker["escrow"] or 0):
        found.append(f"{put_in} fen put in, {inside} stacked, {stacker['returned_fen']} given back")
    return found


def _by_order(events: list[dict[str, Any]], what: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in events:
        counted[each["order"]] += each[what]
    return counted


def _sums(notes: list[int]) -> set[int]:
    """All sums that some of the notes make, none included."""
    sums = {0}
    for fen in notes:
        sums |= {each + fen for each in sums}
    return sums
