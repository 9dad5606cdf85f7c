"""The centre as the arbiter of last resort for a till that takes a ticket back, when its station's own is silent.

A use that is granted is on the disk as an open one before the till hears of it: the web cannot refund the ticket any
more, and every terminal learns of it. Gates of the same station may be cut off; what they did meanwhile is found
when they report it, as with every use.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.server.allotments import Allotments
from sync.server.changes import Changes
from sync.server.devices import Device
from sync.server.judging import Judge, use_of
from sync.server.passages import Passage, Passages, use_body
from sync.server.schema import tickets
from sync.wire.money import UseAnswer, UseAsk
from sync.wire.records import UseBody
from tickets.uses import presence


def take_back(connection: Connection, changes: Changes, device: Device, asked: UseAsk, now_ms: int) -> UseAnswer:
    """Answer a till's wish, in the caller's transaction. The same attempt gets the same answer until it has ended."""
    station = device.station
    ticket = connection.execute(
        select(tickets.c.state, tickets.c.service_date, tickets.c.trip).where(
            tickets.c.station_id == station, tickets.c.number == asked.number
        )
    ).one_or_none()
    if ticket is None:
        return UseAnswer(answer="unknown")
    judge = Judge(connection, station, Allotments(connection, changes, station), now_ms)
    passages = Passages(connection, changes, station, judge)
    known = passages.of(asked.number)
    mine = next((use for use in known if use.attempt == asked.attempt), None)
    if mine is not None:
        same = (mine.use_no, mine.device, mine.purpose) == (asked.use_no, device.device, asked.purpose)
        granted = same and mine.end is None
    else:
        free = not presence(use_of(use) for use in known).standing
        granted = ticket.state == "valid" and free and all(use.use_no < asked.use_no for use in known)
    if not granted:
        return UseAnswer(answer="taken", uses=tuple(UseBody.model_validate(use_body(use)) for use in known))
    if mine is None:
        passages.claim(
            Passage(
                station_id=station,
                number=asked.number,
                use_no=asked.use_no,
                attempt=asked.attempt,
                service_date=ticket.service_date,
                device=device.device,
                lane=asked.lane,
                at_ms=asked.at,
                persons=asked.persons,
                purpose=asked.purpose,
                end=None,
                ended_ms=None,
                trip=ticket.trip,
            )
        )
        passages.save()
    return UseAnswer(answer="granted")
