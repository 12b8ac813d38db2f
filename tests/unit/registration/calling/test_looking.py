"""What ``check`` says of webhooks: which endpoints can be reached, and never where they are."""

import json
from typing import Any

import pytest

from services.registration.app import works
from services.registration.calling.looking import look
from shared.loops import Pulse
from tests.support.apps import new_issuer, settings_for
from tests.support.hooks import KINDS, SECRET, receiver
from tests.support.memory import MemoryStore


def told(*urls: str, **more: Any) -> Any:
    endpoints = [
        {"name": f"chat-{number}", "url": url, "secret": SECRET, "kinds": KINDS} | more
        for number, url in enumerate(urls)
    ]
    return settings_for(new_issuer(), webhooks=json.dumps(endpoints) if urls else "")


async def test_without_endpoints_nobody_is_told() -> None:
    [(_, found, remedy)] = await look(told())
    assert (found, remedy) == ("nobody is told by webhook: WEBHOOKS is empty", "")


async def test_each_endpoint_is_connected_to_and_sent_nothing() -> None:
    async with receiver() as there:
        async with receiver() as gone:
            pass
        fine, wrong = await look(told(there.url, gone.url))
        assert there.got == []
    assert (fine[0], fine[2]) == ("Webhooks: chat-0", "") and "can be connected to" in fine[1]
    assert "cannot be connected to" in wrong[1] and "WEBHOOKS" in wrong[2]
    assert str(gone.port) not in str(wrong)


@pytest.mark.parametrize("host", ["a..example.com", f"{'a' * 64}.example.com"])
async def test_a_name_that_cannot_be_one_is_told_as_all_that_cannot_be_reached(host: str) -> None:
    [(_, found, remedy)] = await look(told(f"https://{host}/x"))
    assert "cannot be connected to" in found and "WEBHOOKS" in remedy
    assert host not in found


async def test_through_a_proxy_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    [(_, found, remedy)] = await look(told("https://hooks.example.com/x"))
    assert "proxy" in found and remedy == ""


async def test_kinds_that_do_not_exist_are_named() -> None:
    async with receiver() as there:
        _, unknown = await look(told(there.url, kinds=["telemachus.made-up.v1"]))
    assert "telemachus.made-up.v1" in unknown[1] and unknown[2]


def test_each_endpoint_has_a_courier_of_its_own_and_without_any_what_was_noted_is_forgotten_all_the_same() -> None:
    settings = told("https://a.example", "https://b.example")
    parts = [work.part for work in works(MemoryStore(), settings, Pulse())]
    assert parts == ["contacts", "webhooks", "webhooks:chat-0", "webhooks:chat-1"]
    assert [work.part for work in works(MemoryStore(), told(), Pulse())] == ["contacts", "webhooks"]
