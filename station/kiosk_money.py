"""Puts together what a kiosk takes and gives money with beyond its notes: coins, change, phones, a card terminal."""

import secrets
import time
from uuid import uuid4

from kiosk.till.caller import Caller
from kiosk.till.cashbook import Cashbook
from kiosk.till.ledger import Ledger
from kiosk.till.purse import Hopper
from kiosk.till.takings import Takings
from kiosk.till.till import new_claim_number
from station import devices
from station.centre_line import centre_tls
from station.config import Config
from station.devices import CashDevices
from station.enrolment import Enrolment
from sync.line.till_calls import TillCalls
from sync.points import Probe


def open_takings(config: Config, enrolment: Enrolment, cash: CashDevices, ledger: Ledger, probe: Probe) -> Takings:
    """The takings of this kiosk, on the calling thread. Phones pay through the centre that it is enrolled at.

    Raises ConfigFault for a card terminal's password that is none.
    """
    url = config.centre.url
    terminal = config.card_terminal
    return Takings(
        book=Cashbook(ledger.journal),
        newest_order=ledger.newest_order,
        clock=time.monotonic,
        new_id=uuid4,
        new_claim=lambda: new_claim_number(secrets.token_bytes),
        probe=probe,
        acceptor=cash.coins,
        hoppers=[
            Hopper(name=f"hopper-{number}", dispenser=dispenser, full=its.coins)
            for number, (dispenser, its) in enumerate(zip(cash.dispensers, config.dispensers, strict=True), 1)
        ],
        centre=_centre(config, enrolment) if url else None,
        line=Caller("centre") if url else None,
        terminal=devices.card_terminal(terminal, config.directory) if terminal else None,
        desk=Caller("card-terminal") if terminal else None,
    )


def _centre(config: Config, enrolment: Enrolment) -> TillCalls:
    tls = centre_tls(config, enrolment)
    return TillCalls(config.centre.url, enrolment.device, enrolment.device_key(), tls=tls)
