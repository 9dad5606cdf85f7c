"""docs/staff.md says of each role what the code lets it do."""

import pytest

from station.draw_roles import PAGE, PARTS, acts, overrides
from tickets.staff import MAY_ACT, MAY_OVERRIDE
from tickets.trust import Role


def test_the_page_is_current() -> None:
    page = PAGE.read_text("utf-8")
    for name, draw in PARTS.items():
        drawn = page.partition(f"<!-- drawn: {name} -->\n")[2].partition(f"\n<!-- end: {name} -->")[0]
        assert drawn == draw(), "run `python -m station.draw_roles`"


@pytest.mark.parametrize("role", Role)
def test_each_role_has_as_many_ticks_as_rights(role: Role) -> None:
    place = list(Role).index(role)
    for table, before, rights in ((acts(), 3, MAY_ACT[role]), (overrides(), 2, MAY_OVERRIDE[role])):
        cells = [line.split("|")[1:-1] for line in table.splitlines()[2:]]
        assert sum(row[before + place].strip() == "✓" for row in cells) == len(rights)
