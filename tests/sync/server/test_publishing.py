"""`/openapi.json` describes whatever crosses the line: also the bodies that travel in records and in events."""

import json
import re
from pathlib import Path
from typing import Any

from sync.journal.event_bodies import SCHEMAS
from sync.wire.records import BODIES
from tests.sync.server.support import World

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text("utf-8")


def test_the_bodies_of_records_and_events_are_in_it(world: World) -> None:
    schemas: dict[str, Any] = world.call("GET", "/openapi.json").json()["components"]["schemas"]
    for body in BODIES.values():
        assert set(schemas[body.__name__]["properties"]) == set(body.model_fields)
    for kind, schema in SCHEMAS.items():
        fields = {field.alias or name for name, field in schema.model_fields.items()}
        assert set(schemas[f"event.{kind}"]["properties"]) == fields


def test_every_reference_in_it_leads_somewhere(world: World) -> None:
    published = world.call("GET", "/openapi.json").json()
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(published)))
    assert {"StopCallBody", "ErrorAnswer"} <= named <= published["components"]["schemas"].keys()
    assert '"#/$defs' not in json.dumps(published)


def test_the_page_names_every_kind_of_record_and_event() -> None:
    records = dict(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| `(\w+)` \|", PAGE, re.MULTILINE))
    assert records == {kind: body.__name__ for kind, body in BODIES.items()}
    told = PAGE[PAGE.index("### Kinds of events") : PAGE.index("## 6.")]
    assert set(re.findall(r"`([a-z]+\.[a-z]+)`", told)) == SCHEMAS.keys()
