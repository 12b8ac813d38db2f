"""Where a customer's tools are told of events: what is taken, and that no refusal tells what was written."""

import base64
import json
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_core import PydanticKnownError

from shared.domain.endpoints import MOST, endpoints_in
from tests.support.apps import new_issuer, settings_for
from tests.support.hooks import KEY, SECRET

GOOD: dict[str, Any] = {"name": "chat", "url": "https://hooks.example.com/T0/hunter2", "secret": SECRET, "kinds": ["x"]}


def read(*endpoints: Any) -> Any:
    return endpoints_in(SecretStr(json.dumps(endpoints)))


def test_nothing_written_is_nobody_to_tell() -> None:
    assert endpoints_in(SecretStr(" \n")) == endpoints_in(SecretStr("[]")) == ()


def test_an_endpoint_is_read_and_shows_neither_its_address_nor_its_key() -> None:
    [found] = read(GOOD)
    assert (found.keys, found.programmes) == ([KEY], ())
    assert "hunter2" not in repr(found) and SECRET not in repr(found)


def test_two_keys_sign_while_one_is_replaced() -> None:
    other = base64.b64encode(b"x" * 32).decode()
    [found] = read(GOOD | {"secret": f"whsec_{other}, {SECRET}"})
    assert found.keys == [b"x" * 32, KEY]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:9/x", "https://a.example"]
)
def test_without_encryption_only_this_machine_is_told(url: str) -> None:
    assert read(GOOD | {"url": url})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://hooks.example.com/hunter2"),
        ("url", "http://127.0.0.1.example.com/hunter2"),
        ("url", "https://user:hunter2@hooks.example.com"),
        ("url", "ftp://hooks.example.com/hunter2"),
        ("url", "https:///hunter2"),
        ("url", "https://hooks.example.com:hunter2/"),
        ("url", "https://[hunter2/"),
        ("secret", "hunter2"),
        ("secret", "whsec_hunter2"),
        ("secret", "whsec_aHVudGVyMg=="),
        ("secret", f"{SECRET},hunter2"),
        ("secret", "whsec_" + base64.b64encode(b"x" * 65).decode()),
        ("name", "Hunter2!"),
        ("name", ""),
        ("kinds", []),
        ("programmes", [""]),
        ("retries", "hunter2"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_none_of_it_told(field: str, value: object) -> None:
    with pytest.raises(PydanticKnownError) as refused:
        read(GOOD | {field: value})
    assert f"0.{field}" in str(refused.value)
    assert "hunter2" not in str(refused.value).lower() and SECRET not in str(refused.value)


@pytest.mark.parametrize("text", ["hunter2", '{"hunter2": 1}', '["hunter2"]'])
def test_what_is_no_list_of_endpoints_is_refused(text: str) -> None:
    with pytest.raises(PydanticKnownError) as refused:
        endpoints_in(SecretStr(text))
    assert "hunter2" not in str(refused.value)


def test_names_are_told_apart_and_there_is_an_end_to_them() -> None:
    with pytest.raises(PydanticKnownError, match="name of its own"):
        read(GOOD, GOOD)
    with pytest.raises(PydanticKnownError):
        read(*(GOOD | {"name": f"chat-{number}"} for number in range(MOST + 1)))


def test_a_service_does_not_start_with_what_cannot_be_read_and_tells_none_of_it() -> None:
    with pytest.raises(ValidationError) as refused:
        settings_for(new_issuer(), webhooks='[{"url": "http://hooks.example.com/hunter2"}]')
    assert "0.url" in str(refused.value) and "hunter2" not in str(refused.value)
