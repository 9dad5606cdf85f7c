"""Enrolling: one code, one device, a short while, few wrong tries; a fresh prefix for ever."""

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from sync.code_proof import centre_proof, code_key
from sync.encoding import from_text, to_text
from sync.server.centre import Centre
from sync.server.enrolment import take_prefix
from sync.server.refusing import Refusal
from sync.server.settings import Settings
from sync.wire.enrolment import EnrolAnswer, EnrolRequest
from tests.sync.server.support import NOON, STATION, Clock, World, enrol_body, root_of
from tickets.credential import read_certificate
from tickets.errors import EnvironmentFault
from tickets.keys import SigningKey
from tickets.trust import Trust, open_trust_list


def ask(world: World, code: str, kind: str = "till", name: str = "kiosk-1") -> int:
    body = enrol_body(code, kind, name, SigningKey.generate(), SigningKey.generate())
    return world.call("POST", "/v1/enrol", body).status_code


def test_a_till_gets_all_it_needs_to_sell(world: World) -> None:
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    device_key, till_key = SigningKey.generate(), SigningKey.generate()
    said = world.call("POST", "/v1/enrol", enrol_body(code, "till", "kiosk-1", device_key, till_key)).json()
    certificate = read_certificate(from_text(said["certificate"]))
    assert (certificate.public_key, certificate.prefix, certificate.station) == (
        till_key.public,
        said["prefix"],
        STATION,
    )
    assert certificate.expires == NOON + timedelta(days=30)
    trust_list = open_trust_list(from_text(said["trust_list"]), root_of(world.directory))
    assert trust_list.expires == NOON + timedelta(days=90)
    assert len(Trust(trust_list).certificate_keys) == 1
    assert (NOON + timedelta(days=39)).date() in trust_list.sealing_keys


def test_a_gate_gets_no_prefix(world: World) -> None:
    gate = world.enrol("gate", "gate-1")
    assert (gate.prefix, gate.certificate) == (None, b"")


def test_a_code_may_be_typed_as_people_type(world: World) -> None:
    spellings: list[Callable[[str], str]] = [str.lower, lambda code: code.replace("-", " "), lambda code: code[:4]]
    codes = [world.centre.devices.new_code("till", "kiosk-1", STATION) for _ in spellings]
    assert [ask(world, spell(code)) for spell, code in zip(spellings, codes, strict=True)] == [200, 200, 403]


def test_letters_that_look_like_digits_are_taken_for_them(world: World) -> None:
    world.random.seed(5)
    code = next(code for _ in range(50) if "0" in (code := world.centre.devices.new_code("till", "kiosk-1", STATION)))
    assert ask(world, code.replace("0", "O").replace("1", "l")) == 200


def test_a_code_serves_once(world: World) -> None:
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    assert [ask(world, code), ask(world, code)] == [200, 403]
    assert len(world.rows("devices")) == 1


def test_the_same_device_whose_answer_got_lost_gets_it_again(world: World) -> None:
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    body = enrol_body(code, "till", "kiosk-1", SigningKey.generate(), SigningKey.generate())
    first = world.call("POST", "/v1/enrol", body).json()
    before = world.every_row()
    assert world.call("POST", "/v1/enrol", body).json() == first
    assert world.every_row() == before


def test_a_code_ends(world: World, clock: Clock) -> None:
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    clock.forward(minutes=15)
    assert ask(world, code) == 403


def test_a_code_is_for_its_kind(world: World) -> None:
    code = world.centre.devices.new_code("gate", "gate-1", STATION)
    assert ask(world, code) == 403
    assert ask(world, code, "gate", "gate-1") == 200


def test_another_device_with_a_used_codes_name_gets_nowhere(world: World) -> None:
    code = world.centre.devices.new_code("gate", "gate-1", STATION)
    heard = enrol_body(code, "gate", "gate-1", SigningKey.generate(), SigningKey.generate())
    assert world.call("POST", "/v1/enrol", heard).status_code == 200
    thief = SigningKey.generate()
    for stolen in ({"device_key": to_text(thief.public.raw)}, {"nonce": to_text(bytes([1]) * 32)}, {"name": "gate-9"}):
        assert world.call("POST", "/v1/enrol", heard | stolen).status_code == 403, "the proof is of another question"
    assert len(world.rows("devices")) == 1


def test_the_code_never_crosses_the_line_and_its_key_neither(world: World) -> None:
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    asked = enrol_body(code, "till", "kiosk-1", SigningKey.generate(), SigningKey.generate())
    said = world.call("POST", "/v1/enrol", asked).text
    plain, key = code.replace("-", ""), code_key(code)
    for secret in (code, plain, to_text(plain.encode()), to_text(key), key.hex()):
        assert secret not in json.dumps(asked) + said


def test_the_centre_proves_that_it_knows_the_code(world: World) -> None:
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    body = enrol_body(code, "till", "kiosk-1", SigningKey.generate(), SigningKey.generate())
    said = EnrolAnswer.model_validate(world.call("POST", "/v1/enrol", body).json())
    assert said.proof == centre_proof(code_key(code), EnrolRequest.model_validate(body), said)


def test_guessing_at_one_code_from_everywhere_spoils_it_alone(world: World, clock: Clock) -> None:
    code, other = (world.centre.devices.new_code("gate", "gate-1", STATION) for _ in range(2))
    body = enrol_body(code, "gate", "gate-1", SigningKey.generate(), SigningKey.generate())
    for guess in range(10):
        wrong = EnrolRequest.model_validate(body | {"proof": to_text(bytes([guess]) * 32)})
        answer = world.centre.enrol(wrong, f"198.51.100.{guess}")
        assert isinstance(answer, Refusal)
        assert answer.status == 403
    clock.forward(seconds=61)
    assert [ask(world, each, "gate", "gate-1") for each in (code, other)] == [403, 200]


def test_guessing_from_everywhere_is_slowed_down_in_all(world: World, clock: Clock) -> None:
    right = world.centre.devices.new_code("till", "kiosk-1", STATION)
    made = [enrol_body(f"WRONG-{n}", "gate", "g", SigningKey.generate(), SigningKey.generate()) for n in range(61)]
    answers = [world.centre.enrol(EnrolRequest.model_validate(each), f"10.0.0.{n}") for n, each in enumerate(made)]
    assert [each.status for each in answers if isinstance(each, Refusal)] == [403] * 60 + [429]
    assert ask(world, right) == 429
    clock.forward(seconds=61)
    assert ask(world, right) == 200


def test_two_processes_of_a_centre_count_together(world: World, clock: Clock) -> None:
    right = world.centre.devices.new_code("till", "kiosk-1", STATION)
    made = [enrol_body(f"WRONG-{n}", "gate", "g", SigningKey.generate(), SigningKey.generate()) for n in range(6)]
    with Centre.open(Settings(directory=world.directory, clock=clock)) as other:
        for number, each in enumerate(made):
            answer = (world.centre, other)[number % 2].enrol(EnrolRequest.model_validate(each), "testclient")
            assert isinstance(answer, Refusal)
            assert answer.status == (403 if number < 5 else 429)
    clock.forward(seconds=61)
    assert ask(world, right) == 200
    clock.forward(hours=1)
    ask(world, "WRONG")
    assert len(world.rows("wrong_codes")) == 1, "what was long ago is forgotten"


def test_a_device_that_sees_another_tls_key_is_told_that_somebody_is_in_between(world: World) -> None:
    code = world.centre.devices.new_code("gate", "gate-1", STATION)
    keys = SigningKey.generate(), SigningKey.generate()
    seen = world.call("POST", "/v1/enrol", enrol_body(code, "gate", "gate-1", *keys, line_key=bytes(32)))
    assert (seen.status_code, seen.json()["what"].endswith("somebody is in between")) == (403, True)
    assert world.rows("devices") == []
    assert world.call("POST", "/v1/enrol", enrol_body(code, "gate", "gate-1", *keys)).status_code == 200


def test_behind_a_proxy_that_ends_tls_its_key_is_the_one_to_be_seen(world: World, clock: Clock) -> None:
    front = bytes([9]) * 32
    settings = Settings(directory=world.directory, clock=clock, front_keys=frozenset({front}))
    with Centre.open(settings) as centre:
        for seen, good in ((None, False), (bytes(32), False), (front, True)):
            code = centre.devices.new_code("gate", "gate-1", STATION)
            keys = SigningKey.generate(), SigningKey.generate()
            asked = enrol_body(code, "gate", "gate-1", *keys, line_key=seen)
            answer = centre.enrol(EnrolRequest.model_validate(asked), "proxy")
            assert isinstance(answer, EnrolAnswer) is good
            assert isinstance(answer, Refusal) or answer.line_authorities == (), "its certificate is public"


def test_codes_that_ended_are_forgotten(world: World, clock: Clock) -> None:
    world.centre.devices.new_code("gate", "gate-1", STATION)
    clock.forward(minutes=15)
    world.centre.devices.new_code("gate", "gate-1", STATION)
    assert len(world.rows("enrol_codes")) == 1


def test_wrong_codes_are_tried_five_times_a_minute(world: World, clock: Clock) -> None:
    right = world.centre.devices.new_code("till", "kiosk-1", STATION)
    assert [ask(world, f"WRONG-{n}") for n in range(6)] == [403] * 5 + [429]
    assert ask(world, right) == 429, "the right code too: nothing is learnt while one has to wait"
    clock.forward(seconds=61)
    assert ask(world, right) == 200


def test_codes_are_long_enough_and_kept_only_stretched(world: World) -> None:
    codes = {world.centre.devices.new_code("till", "kiosk-1", STATION) for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code.replace("-", "")) * 5 >= 60 for code in codes)
    with sqlite3.connect(world.directory / "centre.db") as connection:
        kept = "\n".join(connection.iterdump())
    connection.close()
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_a_till_brings_its_ticket_key_and_a_gate_none(world: World) -> None:
    key = SigningKey.generate()
    code = world.centre.devices.new_code("till", "kiosk-1", STATION)
    body = enrol_body(code, "till", "kiosk-1", key, key)
    assert world.call("POST", "/v1/enrol", body | {"till_key": None}).status_code == 422
    assert world.call("POST", "/v1/enrol", body | {"kind": "gate"}).status_code == 422
    assert ask(world, code) == 200, "the code was not spent"


def test_a_prefix_is_new_with_every_enrolment(world: World) -> None:
    tills = [world.enrol(name=f"kiosk-{n}") for n in range(4)]
    world.centre.devices.retire(tills[0].device)
    tills.append(world.enrol(name="kiosk-0"))
    given = [row[0] for row in world.rows("prefixes")]
    assert len(set(given)) == len(given) == 7, "five tills, and the web channel of two stations"
    assert {till.prefix for till in tills} <= set(given)
    assert 0 not in given


def test_a_prefix_that_was_ever_given_is_passed_over(world: World) -> None:
    till = world.enrol()
    assert till.prefix is not None
    world.centre.devices.retire(till.device)
    draws = iter([bytes(3), till.prefix.to_bytes(3), b"\x01\x02\x03"])
    taken = world.centre.house.store.transact(
        "setup", lambda connection: take_prefix(connection, STATION, "another", lambda _: next(draws), NOON)
    )
    assert taken == 0x010203


def test_a_code_needs_a_station_where_there_are_two(world: World) -> None:
    with pytest.raises(EnvironmentFault, match="station"):
        world.centre.devices.new_code("till", "kiosk-1")
