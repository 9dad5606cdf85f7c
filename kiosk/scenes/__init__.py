"""Every screen that there is a picture of, in one list of stories.

A story leads the window from the attract screen through some screens and yields the name of each when it is on show.
Each begins anew: nothing that one does to the till is seen by the next. To add a screen, yield its name where it is on
show; to add a story, name it here.
"""

from collections.abc import Callable, Iterator

from kiosk.scenes import buying, tickets, troubles
from kiosk.stagehand import Look, Rehearsal

Story = Callable[[Rehearsal, Look], Iterator[str]]

STORIES: tuple[Story, ...] = (
    buying.choosing,
    buying.documents,
    buying.travellers,
    buying.money,
    buying.paper,
    buying.seats,
    buying.change,
    buying.without_cash,
    buying.reading,
    troubles.claims,
    troubles.refused,
    troubles.recovered,
    troubles.no_more_coach,
    tickets.looking,
    tickets.collecting,
    tickets.checking,
    tickets.refunding,
    tickets.invoicing,
    tickets.changing,
    tickets.calling,
    tickets.door,
)


def walk(r: Rehearsal, look: Look) -> Iterator[str]:
    """Lead the window through every screen of every story; yields the name of each when it is on show."""
    for story in STORIES:
        r.anew()
        for name in story(r, look):
            r.settle()  # or what the till answered would not be known yet to what is touched next
            yield name
