"""The contract against the centre itself: whatever is asked, in and out of what `/openapi.json` says, is answered as it
says; and the same request again gets the same answer and changes nothing.

Schemathesis makes the requests, from a fixed seed, and here they are signed and asked in this process.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any, TypeAlias, cast
from unittest import SkipTest

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi import checks

from sync.encoding import to_text
from sync.line.http_signatures import sign_request
from sync.server.key_files import office_token
from tests.sync.server.support import STATION, Clock, Terminal, World, copy_of, make_template, opened
from tests.sync.server.test_office import SALE

CONFIG = {
    "seed": 20261122,
    "generation": {"with-security-parameters": False},
    "checks": {
        # 400: it contradicts itself; 410: it is of another time. 422 is only for what the contract's forms exclude.
        "positive_data_acceptance": {"expected-statuses": [200, 303, 400, 401, 403, 404, 409, 410, 429, 501]},
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 410, 422, 429]},
    },
}
CHECKED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.positive_data_acceptance,
    checks.unsupported_method,
    checks.allow_header_conformance,
]
"""All that look at an answer alone; others would ask again by themselves, without a signature."""
CORNERS = 60
"""At most so many per call, out of all, evenly."""
EXAMPLES = 8
"""Per call; more by hand with more patience."""


Case: TypeAlias = schemathesis.Case[Any]


class Site:
    """One centre for all requests of this module, with a device of each kind, a journal and a sale in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.till = world.enrol()
        self.relay = world.enrol("relay", "relay-1")
        self.till.open_journal()
        self.number = self.till.sell()
        self.till.push()
        self._reader = sqlite3.connect(f"file:{world.directory / 'centre.db'}?mode=ro", uri=True)
        self.schema = schemathesis.openapi.from_dict(world.app.openapi(), config=SchemathesisConfig.from_dict(CONFIG))

    def version(self) -> object:
        """Changes with every commit of anybody."""
        return self._reader.execute("PRAGMA data_version").fetchone()

    def ask(self, case: Case) -> httpx.Response:
        """Ask what the case says, as a device or the office would."""
        kwargs = case.as_transport_kwargs(base_url=self.world.url)
        prepared = requests.Request(
            method=kwargs["method"],
            url=kwargs["url"],
            **{
                name: kwargs[name]
                for name in ("params", "json", "data", "headers", "cookies")
                if kwargs.get(name) is not None
            },
        ).prepare()
        raw = prepared.body or b""
        body = raw.encode() if isinstance(raw, str) else bytes(cast("bytes", raw))
        return self.send(
            str(prepared.method),
            str(prepared.url),
            body,
            {str(name): str(value) for name, value in prepared.headers.items()},
        )

    def send(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        security = self.security(method, url)
        if "office" in security:
            headers["Authorization"] = f"Bearer {office_token(self.world.directory, STATION)}"
        request = httpx.Request(method, url, headers=headers, content=body)
        if "device" in security:
            who = self.relay if "/forward" in url else self.till
            request.headers.update(self.signed(who, method, request, body))

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.world.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport) as client:
                answer = await client.send(request)
                await answer.aread()
                return answer

        return asyncio.run(asyncio.wait_for(ask(), 20))

    def signed(self, who: Terminal, method: str, request: httpx.Request, body: bytes) -> dict[str, str]:
        target = request.url.raw_path.decode("ascii")
        return sign_request(
            method, f"{self.world.url}{target}", {}, body, key=who.key, keyid=who.device,
            created=int(self.world.clock.at.timestamp()), nonce="00" * 8,
        )  # fmt: skip

    def security(self, method: str, url: str) -> set[str]:
        path = httpx.URL(url).path
        for template, calls in self.schema.raw_schema["paths"].items():
            here = template.split("/")
            if len(here) == len(path.split("/")) and all(
                a == b or a.startswith("{") for a, b in zip(here, path.split("/"), strict=True)
            ):
                return {name for each in calls.get(method.lower(), {}).get("security", []) for name in each}
        return set()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("contract")
    with opened(copy_of(make_template(home), home / "centre"), Clock()) as world:
        yield Site(world)


def operations(site: Site) -> dict[str, Any]:
    return {call.label: call for call in (cast("Any", each).ok() for each in site.schema.get_all_operations())}


MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def cases(site: Site, operation: Any, most: int) -> Iterator[Case]:
    """The corners of what the contract says of a call, and random requests, right and wrong ones."""
    config = site.schema.config.generation
    corners = list(site.schema.iter_coverage_cases(operation, generation_modes=MODES, generation_config=config))
    yield from corners[:: len(corners) // CORNERS + 1]
    made: list[Case] = []
    for mode in MODES:

        @settings(
            derandomize=True, max_examples=most, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        )  # fmt: skip
        @given(case=operation.as_strategy(mode))
        def gather(case: Case) -> None:
            made.append(case)

        try:
            gather()
        except (Unsatisfiable, SkipTest):  # there is nothing to get wrong in a call without anything in it
            continue
    yield from made


def faults(site: Site, operation: Any) -> list[str]:
    found: dict[str, str] = {}
    for case in cases(site, operation, EXAMPLES):
        answer = site.ask(case)
        before = site.version()
        again = site.ask(case)
        if answer.status_code in (500, 502, 504):
            found.setdefault("failed", f"{answer.text}\n{case.as_curl_command()}"[:2000])
        try:
            case.validate_response(answer, checks=CHECKED)
        except FailureGroup as group:
            for failure in group.exceptions:
                if isinstance(failure, RejectedPositiveData) and not answer.json()["what"].endswith("cannot be read"):
                    continue  # well formed, and still not possible: 422 says why
                found.setdefault(
                    f"{type(failure).__name__} {answer.status_code}", f"{failure}\n{case.as_curl_command()}"[:2000]
                )
        if answer.status_code != 429 and again.status_code != 429:
            if (answer.status_code, answer.content) != (again.status_code, again.content):
                found.setdefault("another answer", f"{answer.text} / {again.text}\n{case.as_curl_command()}"[:2000])
            counted = operation.path == "/v1/enrol" and answer.status_code == 403  # a wrong code, and each try counts
            if site.version() != before and not counted:
                found.setdefault("new rows", case.as_curl_command()[:2000])
    return [f"{operation.label}: {kind}: {text}" for kind, text in found.items()]


GROUPS = ("time", "enrol", "sync", "office", "payments", "uses", "sandbox", "the rest")


def of_group(site: Site, group: str) -> dict[str, Any]:
    """Calls by the first word of their path; new words fall to the rest."""
    named = {label: call for label, call in operations(site).items() if label.split("/")[2] == group}
    rest = {label: call for label, call in operations(site).items() if label.split("/")[2] not in GROUPS}
    return rest if group == "the rest" else named


@pytest.mark.parametrize("group", GROUPS)
def test_every_answer_is_the_contracts_and_the_same_again(site: Site, group: str) -> None:
    calls = of_group(site, group)
    assert calls, "or this test would pass on nothing"
    assert [fault for call in calls.values() for fault in faults(site, call)] == []


def test_every_call_says_who_may_ask_and_how_it_refuses(site: Site) -> None:
    open_to_all = {"GET /v1/health", "POST /v1/time", "POST /v1/enrol"}
    for label, call in operations(site).items():
        said = call.definition.raw
        assert (label in open_to_all) is ("security" not in said), label
        assert all(each["schema"] for each in said["responses"]["200"]["content"].values()), label
        for status, answer in said["responses"].items():
            if int(status) >= 400:
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (label, status)


def test_nothing_is_answered_unsigned(site: Site) -> None:
    """Also where the request is otherwise right, and with another station's or a wrong signature."""
    for label, call in operations(site).items():
        if "security" not in call.definition.raw:
            continue
        method, path = label.split(" ")
        target = re.sub(r"{[a-z]+}", "1a" * 16, path)
        for headers in ({}, {"Signature": "sig=:AAAA:"}, {"Authorization": "Bearer wrong"}, {"Authorization": "x"}):
            answer = site.world.call(method, target, headers=headers)
            assert answer.status_code == 401, (label, answer.text)
            assert answer.headers["WWW-Authenticate"] in ("Signature", "Bearer")


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b"NaN", b"1e999", b'{"nonce": 1e999}', b""]
)
def test_bodies_that_only_look_like_json(site: Site, raw: bytes) -> None:
    answer = site.send("POST", f"{site.world.url}/v1/time", raw, {})
    assert (answer.status_code, set(answer.json())) == (422, {"what", "hint"})


def test_good_requests_again(site: Site) -> None:
    """One of each kind that is granted: the same answer to the byte, and not one row more."""
    world, till = site.world, site.till
    sale = SALE | {"sale_id": "ab" * 16}
    number = world.office("sales", sale).json()["number"]
    payment = {"payment": "1a" * 16, "order": "2b" * 16, "fen": 500, "way": "show"}
    use = {
        "number": site.number, "use_no": 1, "attempt": "3c" * 16, "purpose": "refund", "lane": "kiosk", "persons": 1,
        "at": world.clock.ms,
    }  # fmt: skip
    forwarded = {"batches": [{"device": till.device, "batch": till.batch()}], "ask": []}
    good: list[tuple[str, str, object]] = [
        ("POST", "/v1/time", {"nonce": to_text(bytes(32))}),
        ("POST", "/v1/sync/push", till.batch()),
        ("GET", "/v1/sync/pull?cursor=&limit=2000", None),
        ("POST", "/v1/sync/forward", forwarded),
        ("POST", "/v1/office/sales", sale),
        ("POST", "/v1/office/refunds", {"number": number}),
        ("GET", "/v1/office/accounts", None),
        ("GET", "/v1/office/incidents", None),
        ("POST", "/v1/payments", payment),
        ("GET", f"/v1/payments/{'1a' * 16}", None),
        ("POST", f"/v1/payments/{'1a' * 16}/reverse", None),
        ("POST", "/v1/uses", use),
        ("GET", f"/v1/tickets/{site.number}/money", None),
    ]
    for method, target, body in good:
        raw = b"" if body is None else json.dumps(body).encode()
        first = site.send(method, world.url + target, raw, {})
        assert first.status_code == 200, (target, first.text)
        before = world.every_row()
        for _ in range(2):
            again = site.send(method, world.url + target, raw, {})
            assert (again.status_code, again.content) == (200, first.content), target
        assert world.every_row() == before, target
