"""A centre serves its own protocol and the one before; either side finds one that both speak, or says why not."""

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from sync.line.client import CentreClient, Refused
from sync.server.protocols import Protocols
from sync.wire.push import PushBatch
from sync.wire.relay_up import ForwardedBatch, ForwardRequest
from sync.wire.time import HealthAnswer
from sync.wire.types import OLDEST_PROTOCOL, PROTOCOL, ErrorAnswer
from tests.sync.server.app_line import AppLine
from tests.sync.server.support import Terminal, World


def client_of(gate: Terminal, served: tuple[int, int], spoken: tuple[int, int]) -> tuple[CentreClient, AppLine]:
    """A terminal of one age, and its line to a centre of another."""
    centre = gate.world.app

    async def without_its_own(scope: Scope, receive: Receive, send: Send) -> None:
        said = [(name, value) for name, value in scope["headers"] if name != b"sync-protocol"]
        await centre({**scope, "headers": said}, receive, send)

    line = AppLine(Protocols(without_its_own, *served))
    now = gate.world.clock.at.timestamp
    http = httpx.Client(transport=line)
    return CentreClient(gate.world.url, gate.device, gate.key, http, now, protocols=spoken), line


def test_health_says_which_protocols_are_served(world: World) -> None:
    answer = world.call("GET", "/v1/health")
    assert HealthAnswer.model_validate_json(answer.content).protocols == (OLDEST_PROTOCOL, PROTOCOL)
    assert answer.headers["sync-protocol"] == str(PROTOCOL)
    assert PROTOCOL - 1 <= OLDEST_PROTOCOL <= PROTOCOL


@pytest.mark.parametrize("spoken", ["0", str(PROTOCOL + 1), "-1", "x", "", "1 1", "9" * 99])
def test_a_protocol_that_is_not_served_is_refused_before_anything_else(world: World, spoken: str) -> None:
    headers = {"Sync-Protocol": spoken}
    for method, target in (("GET", "/v1/health"), ("GET", "/v1/sync/pull"), ("POST", "/v1/time"), ("GET", "/v1/none")):
        answer = world.call(method, target, headers=headers)
        assert answer.status_code == 426
        assert ErrorAnswer.model_validate_json(answer.content).protocols == (OLDEST_PROTOCOL, PROTOCOL)
        assert answer.headers["upgrade"] == "Waystation-Sync/1"
    assert world.call("GET", "/openapi.json", headers=headers).status_code == 200


def test_who_says_nothing_is_not_asked(gate: Terminal) -> None:
    assert gate.pull().status_code == 200


@pytest.mark.parametrize(
    ("served", "spoken", "agreed"),
    [((1, 2), (1, 1), 1), ((1, 2), (1, 2), 2), ((1, 2), (2, 3), 2), ((1, 2), (1, 5), 2), ((2, 3), (2, 2), 2)],
)
def test_the_newest_protocol_that_both_speak_is_found_by_itself(
    gate: Terminal, served: tuple[int, int], spoken: tuple[int, int], agreed: int
) -> None:
    client, line = client_of(gate, served, spoken)
    client.time(bytes(32))
    asked = len(line.asked)
    assert client.pull("", 5).records
    client.pull("", 5)
    assert len(line.asked) == asked + 2, "it is found once"
    assert line.asked[-1].headers["sync-protocol"] == str(agreed)


@pytest.mark.parametrize(("served", "spoken"), [((3, 4), (1, 2)), ((1, 1), (2, 3))])
def test_who_has_none_in_common_says_so(gate: Terminal, served: tuple[int, int], spoken: tuple[int, int]) -> None:
    client, line = client_of(gate, served, spoken)
    with pytest.raises(Refused) as refused:
        client.pull("", 5)
    assert (refused.value.status, refused.value.protocols) == (426, served)
    assert f"speak {served[0]} to {served[1]}" in refused.value.hint
    assert len(line.asked) == 1


@pytest.mark.parametrize("spoken", [0, PROTOCOL + 1])
def test_a_batch_of_a_protocol_that_is_not_served_is_told_which_are(gate: Terminal, spoken: int) -> None:
    """Also where the header names none, and where a relay brings the batch."""
    batch = gate.batch() | {"protocol": spoken}
    answer = gate.send(batch)
    assert answer.status_code == 426
    assert ErrorAnswer.model_validate_json(answer.content).protocols == (OLDEST_PROTOCOL, PROTOCOL)
    relay = gate.world.enrol("relay", "relay-1")
    handed_on = {"batches": [{"device": gate.device, "batch": batch}]}
    said = relay.ask("POST", "/v1/sync/forward", handed_on).json()["results"]
    assert [(each["status"], each["error"]["protocols"]) for each in said] == [(426, [OLDEST_PROTOCOL, PROTOCOL])]


def test_a_batch_is_sent_in_the_protocol_that_was_agreed(gate: Terminal) -> None:
    client, line = client_of(gate, (1, 1), (1, 2))
    batch = PushBatch.model_validate(gate.batch()).model_copy(update={"protocol": 2})
    assert client.push(batch).kept_through == len(gate.events)
    assert [PushBatch.model_validate_json(each.content).protocol for each in line.asked] == [2, 1]


def test_what_a_relay_hands_on_is_sent_in_the_protocol_that_was_agreed(gate: Terminal) -> None:
    client, line = client_of(gate.world.enrol("relay", "relay-1"), (1, 1), (1, 2))
    batch = PushBatch.model_validate(gate.batch()).model_copy(update={"protocol": 2})
    answer = client.forward(ForwardRequest(batches=(ForwardedBatch(device=gate.device, batch=batch),)))
    assert [result.status for result in answer.results] == [200]
    sent = [ForwardRequest.model_validate_json(each.content) for each in line.asked]
    assert [each.batches[0].batch.protocol for each in sent] == [2, 1]
