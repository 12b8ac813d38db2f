"""What a service tells of itself: the events it says and hears, and what may be asked of it over HTTP."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate

from deploy.describing.compatibility import inlined
from deploy.describing.examples import FOLDER as EXAMPLES
from deploy.describing.schemas import schema_of
from deploy.services import SERVICES
from shared.language.streams import REGISTRY
from shared.operations.asyncapi import document
from shared.service import Service
from tests.support.apps import client_of, new_issuer, settings_for

services = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def described(service: Service) -> dict[str, Any]:
    """The document, as it is served."""
    found: dict[str, Any] = json.loads(json.dumps(document(service.name, service.says, service.hears)))
    return found


def resolved(found: Any, pointer: str) -> Any:
    """What a reference within the document points at."""
    assert pointer.startswith("#/")
    for step in pointer[2:].split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def references(node: Any) -> Iterator[str]:
    """Every reference, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def named(found: dict[str, Any], action: str) -> set[tuple[str, str]]:
    """Channel and event type of every message in the operations of that kind."""
    operations = [operation for operation in found["operations"].values() if operation["action"] == action]
    return {
        (resolved(found, operation["channel"]["$ref"])["address"], reference["$ref"].rpartition("/")[2])
        for operation in operations
        for reference in operation["messages"]
    }


@services
def test_it_names_exactly_what_is_said_and_heard(service: Service) -> None:
    found = described(service)
    assert named(found, "send") == {(event.stream.value, event.type) for event in service.says}
    assert named(found, "receive") == {(event.stream.value, event.type) for event in service.hears}
    assert found["components"]["messages"].keys() == {event.type for event in (*service.says, *service.hears)}


@services
def test_every_reference_leads_somewhere(service: Service) -> None:
    found = described(service)
    pointers = list(references(found))
    assert pointers
    for pointer in pointers:
        assert resolved(found, pointer), pointer


@services
def test_its_schemas_are_those_of_the_contract(service: Service) -> None:
    found = described(service)
    for kind, message in found["components"]["messages"].items():
        schema = message["payload"]["schema"]
        Draft202012Validator.check_schema(schema)
        plain = {name: part for name, part in schema_of(REGISTRY[kind]).items() if name not in ("$schema", "$id")}
        assert inlined(schema) == inlined(plain)


@services
def test_the_examples_are_valid_by_it(service: Service) -> None:
    found = described(service)
    for kind, message in found["components"]["messages"].items():
        validator = Draft202012Validator(inlined(message["payload"]["schema"]))
        validator.validate(json.loads((EXAMPLES / f"{kind}.json").read_text()))


@services
async def test_the_page_tells_the_same_without_scripts(service: Service) -> None:
    async with client_of(service.app(settings_for(new_issuer()))) as client:
        text = (await client.get("/asyncapi")).text

    assert re.sub(r'<script src="/static/\w+/htmx.js" defer></script>', "", text).count("<script") == 0
    for event in (*service.says, *service.hears):
        assert f"<code>{event.type}</code>" in text


@services
async def test_what_may_be_asked_over_http_is_described_and_valid(service: Service) -> None:
    async with client_of(service.app(settings_for(new_issuer()))) as client:
        found = (await client.get("/openapi.json")).json()

    validate(found)
    assert found["info"]["title"] == f"Telemachus {service.name}"
    names = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


def test_a_reference_that_leads_nowhere_is_found() -> None:
    with pytest.raises(KeyError):
        resolved({"a": {}}, "#/a/b")
    assert list(references({"x": [{"$ref": "#/a"}]})) == ["#/a"]
