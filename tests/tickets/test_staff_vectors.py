"""Golden vectors of staff facts and badges: both readers make of every one what the file says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tickets import second_reading_staff as second
from tests.tickets.test_vectors import loaded, public
from tests.vectors.make import acted
from tickets.admission import TimeQuality, TrustedNow
from tickets.badges import BadBadge, BadgeTrouble, open_badge, read_badge_code
from tickets.staff import BadFact, FactTrouble, open_fact
from tickets.trust import Badge, Role, TrustList

STAFF = loaded("staff.json")
NOW = TrustedNow(at=datetime.fromtimestamp(STAFF["now"], UTC), quality=TimeQuality.TRUSTED)
LIST = TrustList(
    version=1,
    issued=NOW.at,
    expires=NOW.at,
    keys=(),
    badges=tuple(
        Badge(
            number=badge["number"],
            initials="LM",
            role=Role(badge["role"]),
            key=public(badge["key"]),
            expires=datetime.fromtimestamp(badge["expires"], UTC),
        )
        for badge in STAFF["badges"]
    ),
)
STATION = second.Station(
    STAFF["station"],
    STAFF["now"],
    [second.Badge(b["number"], b["role"], bytes.fromhex(b["key"]), b["expires"]) for b in STAFF["badges"]],
)
FACTS = pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in STAFF["facts"]])
CODES = pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["name"]) for vector in STAFF["codes"]])


@FACTS
def test_a_fact_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    try:
        found = "valid", acted(open_fact(bytes.fromhex(vector["bytes"]), LIST, STAFF["station"], NOW))
    except BadFact as bad:
        found = bad.trouble.value, {}
    assert found == (vector["expect"], vector.get("fact", {}))
    assert second.read_fact(bytes.fromhex(vector["bytes"]), STATION) == found


@CODES
def test_a_code_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    try:
        found = "valid", read_badge_code(vector["text"], LIST, STAFF["station"], NOW).number
    except BadBadge as bad:
        found = bad.trouble.value, ""
    assert found == (vector["expect"], vector.get("badge", ""))
    assert second.read_code(vector["text"], STATION) == found


def test_the_card_opens_to_both() -> None:
    card = STAFF["card"]
    number, key = open_badge(card["text"], card["pin"])
    assert (number, key.to_raw().hex()) == (card["number"], card["private"])
    assert second.opened_card(card["text"], card["pin"]) == (number, key.to_raw())


def test_the_vectors_show_every_verdict_and_no_two_are_alike() -> None:
    assert {vector["expect"] for vector in STAFF["facts"]} == {"valid", *FactTrouble}
    at_the_card = {BadgeTrouble.WRONG_PIN, BadgeTrouble.WEAK_PIN}
    assert {vector["expect"] for vector in STAFF["codes"]} == {"valid", *BadgeTrouble} - at_the_card
    for vectors, member in ((STAFF["facts"], "bytes"), (STAFF["codes"], "text")):
        assert (
            len({vector["name"] for vector in vectors}) == len({vector[member] for vector in vectors}) == len(vectors)
        )
