"""docs/payments.md shows the tables that the program runs by."""

from gate.draw_lane import renewed
from station.draw_payments import PAGE, PARTS


def test_the_page_is_current() -> None:
    page = PAGE.read_text("utf-8")
    assert renewed(page, PARTS) == page, "run `python -m station.draw_payments`"
