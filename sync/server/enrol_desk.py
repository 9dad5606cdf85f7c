"""Where devices enrol: the code's proof, the limits for those who guess, and an answer that proves the code in turn."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from sync.code_proof import centre_proof
from sync.server.changes import Changes
from sync.server.devices import Device
from sync.server.enrolment import Code, enrol, find_code, proves
from sync.server.house import House
from sync.server.refusing import Refusal
from sync.server.trust_lists import current_list
from sync.server.wrong_codes import WrongCodes
from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from tickets.trust import KeyUse

_log = logging.getLogger("waystation.centre")

_WRONG: Final = Refusal(
    status=403,
    what="this code is wrong, used, too old, or for another kind of device",
    hint="ask the centre for a new code and type it within 15 minutes",
)


Enrolled = tuple[Device, bytes]
"""A device and the trust list that goes with it."""

_WAIT: Final = Refusal(status=429, what="too many wrong codes came from here", hint="wait a minute, then try again")


class EnrolDesk:
    """Answers `POST /v1/enrol`. Safe to use from several threads."""

    def __init__(self, house: House) -> None:
        """The desk of an open centre; wrong codes are counted together with those of its other processes."""
        self._house = house
        policy, settings = house.policy, house.settings
        self._wrong = WrongCodes(policy.wrong_codes_a_minute, policy.wrong_codes_a_minute_in_all, settings.random)

    def enrol(self, asked: EnrolRequest, address: str) -> EnrolAnswer | Refusal:
        """Enrol a device that proves its one-time code; `address` is whose wrong tries are counted."""
        now = self._house.settings.clock()
        if (asked.till_key is None) is (asked.kind == "till"):
            return Refusal(
                status=422, what="a till brings a till key, a gate does not", hint="enrol with the right kind"
            )
        with self._house.read() as connection:
            if self._wrong.too_many(connection, address, now):
                return _WAIT
            code = find_code(connection, asked.code_id, now)
            spoilt = code is not None and self._wrong.spoilt(connection, asked.code_id)
            right = code is not None and not spoilt and proves(connection, code, asked)
        if code is None or not right:
            self._note_wrong(address, None if code is None else asked.code_id, now)
            return _WRONG
        if not self._direct(asked.line_key):
            self._note_wrong(address, None, now)
            _log.warning("enrolment.somebody_in_between station=%d", code.station)
            return Refusal(
                status=403,
                what="the device does not see this centre's TLS key: somebody is in between",
                hint="enrol on another line, and tell the network's operator",
            )

        def enrol_once(connection: Connection, changes: Changes) -> Enrolled | None:
            again = find_code(connection, asked.code_id, now)
            if again is None or not proves(connection, again, asked):
                return None
            key, random = self._house.signing(KeyUse.CERTIFICATE), self._house.settings.random
            enrolled = enrol(connection, changes, again, asked, key, self._house.policy, random, now)
            trust_list = current_list(connection)
            assert trust_list is not None, "a centre has a trust list from its first station on"
            return enrolled, trust_list

        done = self._house.transact("enrol", code.station, enrol_once)
        if done is None:
            return Refusal(status=403, what="this code was used just now", hint="ask the centre for a new code")
        device, trust_list = done
        _log.info("device.enrolled device=%s", device.device)
        return self._answer(code, asked, device, trust_list)

    def _note_wrong(self, address: str, code: bytes | None, now: datetime) -> None:
        self._house.store.transact("wrong-code", lambda connection: self._wrong.wrong(connection, address, code, now))

    def _direct(self, seen: bytes | None) -> bool:
        ours = self._house.settings.line_keys()
        return seen is None if not ours else seen in ours

    def _answer(self, code: Code, asked: EnrolRequest, device: Device, trust_list: bytes) -> EnrolAnswer:
        answer = EnrolAnswer(
            device=device.device,
            station=device.station,
            prefix=device.prefix,
            certificate=device.certificate,
            root_key=self._house.root.raw,
            trust_list=trust_list,
            device_certificate=device.device_certificate,
            line_authorities=self._house.settings.line_authorities(),
            proof=bytes(32),
        )
        return answer.model_copy(update={"proof": centre_proof(code.key, asked, answer)})
