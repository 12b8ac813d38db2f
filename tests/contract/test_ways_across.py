"""Where a page of one service leads to another's, there is a page for the same people."""

from typing import Any

import pytest
from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import Match

from deploy.services import SERVICES
from services.feedback.pages.alarms.standing import Elsewhere
from services.registration.pages.home.elsewhere import elsewhere
from tests.contract.test_access import app_of, asked_roles
from tests.support.browsers import asking

APPS = {service.name: app_of(service) for service in SERVICES}
LEADS_TO = {
    "sessions": "participant",
    "partner": "participant",
    "session": "participant",
    "alarms": "manager",
    "desk": "manager",
}
"""What home leads to, and who goes there."""


@pytest.mark.parametrize("name", LEADS_TO)
def test_home_leads_to_pages_that_are_there(name: str) -> None:
    found = elsewhere(_asked_of("registration"))[name]
    assert LEADS_TO[name] in _asked_at(found("s1") if callable(found) else found)


def test_alarms_lead_to_pages_that_are_there() -> None:
    found = Elsewhere(_asked_of("feedback"), "p1")
    assert [_asked_at(each) for each in (found.person("a1"), found.pair("pair-1"))] == [("manager",)] * 2


def _asked_of(service: str) -> Request:
    request = asking("GET", "")
    request.scope["app"] = APPS[service]
    return request


def _asked_at(address: str) -> tuple[str, ...]:
    """The roles that the page at this address asks for."""
    _, service, path = address.split("/", 2)
    scope = {"type": "http", "method": "GET", "path": f"/{path}", "root_path": "", "headers": []}
    routes = [each for each in iter_route_contexts(APPS[service].routes) if _answers(each, scope)]
    return asked_roles(routes[0]) or ()


def _answers(route: Any, scope: dict[str, Any]) -> bool:
    original = getattr(route, "original_route", route)
    matched, _ = original.matches(scope)
    return bool(matched is Match.FULL)
