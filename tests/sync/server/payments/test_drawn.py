"""The page about payments shows the tables that the program runs by."""

import re
from pathlib import Path

import pytest

from sync.server.payments.drawn import schedule_table, states_table

PAGE = Path(__file__).parents[4] / "docs" / "payments.md"


@pytest.mark.parametrize(("name", "drawn"), [("states", states_table()), ("schedule", schedule_table())])
def test_the_page_is_current(name: str, drawn: str) -> None:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- end -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found[1] == drawn, f"put this between the marks in docs/payments.md:\n{drawn}"
