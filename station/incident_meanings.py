"""What each kind of incident means, and what staff can do about it."""

from collections.abc import Mapping
from typing import Final

from sync.server.incidents import IncidentKind

_LOOK_AT_USES: Final = "Look at its uses: who was let in where, and who was on duty there."
_LOOK_AT_TILL: Final = "Compare the till's journal and its cash; keep its file as evidence."

MEANINGS: Final[Mapping[IncidentKind, tuple[str, str]]] = {
    IncidentKind.PLACE_SOLD_TWICE: (
        "One place was sold twice.",
        "Find a second place for one of the passengers before the coach leaves.",
    ),
    IncidentKind.PLACE_NOT_ALLOTTED: (
        "A till sold or returned a place that was not its own.",
        "Retire the till and enrol it anew: its store is not the one that the centre knows.",
    ),
    IncidentKind.PLACES_FREED: (
        "A duty manager let others sell what a silent till had of a departure.",
        "When the till is heard again, look whether it sold any of these places: then two passengers have one.",
    ),
    IncidentKind.OVERBOOKED: (
        "There are more passengers than seats on the coach that goes.",
        "Find those named another coach, or give their money back, before it leaves.",
    ),
    IncidentKind.CANCELLED_WITH_TICKETS: (
        "A departure with tickets sold does not go.",
        "Give the money of the tickets named back, or change them, without a fee.",
    ),
    IncidentKind.PLACE_RETURNED_SOLD: (
        "A till returned a place for which it had sold a ticket.",
        "Nothing for now: the place is not sold again. Report it; the program is at fault.",
    ),
    IncidentKind.DEPARTURE_NOT_KNOWN: (
        "A ticket was sold for a departure that this station does not have.",
        "Find the passenger a coach, and look at where the till has its timetable from.",
    ),
    IncidentKind.NUMBER_ISSUED_TWICE: ("Two tickets have one number.", _LOOK_AT_TILL),
    IncidentKind.ISSUED_UNPAID: ("A ticket was issued for an order that was not paid.", _LOOK_AT_TILL),
    IncidentKind.CODE_DIFFERS: ("A ticket's code says something else than the till has told of it.", _LOOK_AT_TILL),
    IncidentKind.CLAIM_SETTLED_TWICE: (
        "A claim was paid out twice.",
        "Ask both cashiers for the slips: one of them is a copy, or was paid from a till that was cut off.",
    ),
    IncidentKind.DUPLICATE_ADMISSION: ("One ticket was let through more than once.", _LOOK_AT_USES),
    IncidentKind.USE_CLAIMED_TWICE: (
        "Two terminals claimed one use of a ticket, cut off from each other.",
        _LOOK_AT_USES,
    ),
    IncidentKind.ADMITTED_AND_REFUNDED: (
        "A ticket was travelled on, and refunded or changed as well.",
        "Ask for the money back, or write it off.",
    ),
    IncidentKind.END_WITHOUT_CLAIM: ("A use of a ticket ended that had never begun, or ended twice.", _LOOK_AT_USES),
    IncidentKind.REFUNDED_TWICE: (
        "A ticket was refunded more than once.",
        "Compare the two refunds in the accounts; the second sum is to be asked for, or written off.",
    ),
    IncidentKind.REFUND_ABOVE_FARE: (
        "A refund and its fee are not the ticket's fare.",
        "Look at the fare on the ticket and at the refund rules of that till.",
    ),
    IncidentKind.REFUND_OVERPAID: (
        "More was given back, or is claimed, than a refund owes.",
        "Do not pay its claim out before you have compared it with what the machine gave.",
    ),
    IncidentKind.TAKEN_BACK_TWICE: (
        "A ticket was taken back twice, by refund or change.",
        "One of them came from a terminal that was cut off; ask for the money of the later one, or write it off.",
    ),
    IncidentKind.PAYMENT_DIFFERS: (
        "A till tells something else of a payment than the centre knows.",
        "Look the payment up at the provider: it decides. Then give back what is too much.",
    ),
    IncidentKind.SHIFT_DIFFERS: (
        "A cashier counted another sum than the machine expects.",
        "Count again; then look at the shift's slip and at what was moved during it.",
    ),
    IncidentKind.FORKED_JOURNAL: (
        "A terminal tells two stories of the same time: its disk was copied or put back.",
        "Keep both files, retire the terminal, and enrol it anew.",
    ),
    IncidentKind.EVENT_CONFLICT: ("Two different events have one id.", _LOOK_AT_TILL),
    IncidentKind.DIGEST_DIFFERS: (
        "A terminal knows something else of a departure than the centre.",
        "Nothing is lost: both keep what they have. Keep the terminal's files as evidence, and report it.",
    ),
    IncidentKind.DUPLICATE_REPORTED: ("The relay saw a ticket let through twice.", _LOOK_AT_USES),
    IncidentKind.STAFF_ACT_REFUSED: (
        "An act of staff does not hold: no badge of ours, or not allowed.",
        "Find out whose card it was; withdraw the badge if nobody can say.",
    ),
    IncidentKind.POISONED_EVENT: (
        "An event could not be used and was set aside with its bytes.",
        "Report it with the event: the program that wrote it is at fault, or its disk.",
    ),
}
"""Each kind in a sentence, and what staff can do about it."""
