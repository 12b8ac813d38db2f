"""Bodies in JSON that cannot be read, or would take too long to: what people are told, and where the fault is."""

import json

import pytest

from shared.web.guarded import MOST_LISTS
from tests.support.raw import Listening, request
from tests.unit.shared.web.test_guarded import JSON, MANAGER, server, telemetry

__all__ = ["server", "telemetry"]


async def _refused(server: Listening, body: bytes) -> tuple[str, str]:
    """Field and code of the only fault."""
    answer = await server.ask(request("POST", "/json", JSON, ("Content-Length", len(body)), *MANAGER, body=body))
    assert answer.status == 422
    [fault] = json.loads(answer.body)["fields"]
    return fault["field"], fault["code"]


BROKEN = {
    "at its beginning": (b"no", 2),
    "in its middle": (b'{"text": no}', 11),
    "an end that is missing": (b'{"text": "abc"', 14),
    "after its end": (b'{"text": "abc"} x', 17),
    "on the second line": (b'{"text":\n no}', 12),
    "on the third line": (b'{\n"text":\n no}', 13),
    "behind letters of two bytes": ('{"é": "ééé", no}'.encode(), 14),
    "behind lines of such letters": ('{"é":\n"ééé",\n no}'.encode(), 15),
}


@pytest.mark.parametrize(("body", "character"), BROKEN.values(), ids=BROKEN)
async def test_people_are_told_at_which_character_it_breaks(server: Listening, body: bytes, character: int) -> None:
    """Counted from one, as editors do, and in characters, not in bytes."""
    field, code = await _refused(server, body)
    assert (field, code) == (f"body, character {character}", "json-invalid")


async def test_a_mark_of_the_order_of_bytes_is_no_fault(server: Listening) -> None:
    body = b'\xef\xbb\xbf{"text": "abc"}'
    answer = await server.ask(request("POST", "/json", JSON, ("Content-Length", len(body)), *MANAGER, body=body))
    assert answer.body == b"3"


@pytest.mark.parametrize(("lists", "code"), [(MOST_LISTS, "string-type"), (MOST_LISTS + 1, "too-many-lists")])
async def test_more_lists_than_anybody_sends_are_not_looked_through(server: Listening, lists: int, code: str) -> None:
    """One of them is the body itself."""
    body = b'{"text": [' + b",".join([b"[]"] * (lists - 2)) + b"]}"
    assert (await _refused(server, body))[1] == code


def test_that_is_fifty_thousand() -> None:
    assert MOST_LISTS == 50_000
