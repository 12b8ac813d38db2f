"""Everybody is led to the pages that are theirs, from every service and behind every front."""

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI, Request

from shared.domain.programme import AnyProgramme
from shared.language.terms import Terms
from shared.web.access import Caller
from shared.web.frame.entries import Place, Where
from shared.web.frame.navigation import Link, links, switch

TERMS = Terms(
    title="Digital voices",
    countries=("GB",),
    languages=("en",),
    topics=("social-media",),
    starts_on=date(2026, 2, 1),
    ends_on=date(2026, 8, 30),
)
PLACES = (
    Place("registration", "/", "Programme", ("manager",), Where.MAIN),
    Place("matching", "/rounds", "Rounds", ("manager", "operator"), Where.MAIN),
    Place("registration", "/mine", "My data", ("participant",), Where.OWN),
)


def asked(service: str, root: str = "", route: str = "") -> Request:
    """A request to that service behind a front at that path."""
    app = FastAPI()
    app.state.service = service
    found: Any = type("Route", (), {"path": route})
    return Request({"type": "http", "app": app, "headers": [], "root_path": root, "route": found})


def caller(*roles: str) -> Caller:
    return Caller(None, frozenset(roles), frozenset())


def addresses(request: Request, *roles: str, where: Where = Where.MAIN) -> list[str]:
    return [link.address for link in links(request, caller(*roles), where, PLACES)]


def test_everybody_sees_what_their_roles_allow() -> None:
    request = asked("registration")
    assert addresses(request, "manager") == ["/", "/matching/rounds"]
    assert addresses(request, "operator") == ["/matching/rounds"]
    assert addresses(request, "participant") == []
    assert addresses(request, "participant", where=Where.OWN) == ["/mine"]


@pytest.mark.parametrize(
    ("service", "root", "found"),
    [
        ("registration", "", ["/", "/matching/rounds"]),
        ("registration", "/registration", ["/registration/", "/matching/rounds"]),
        ("matching", "/matching", ["/registration/", "/matching/rounds"]),
        ("matching", "/hr/matching", ["/hr/registration/", "/hr/matching/rounds"]),
        ("", "", ["/registration/", "/matching/rounds"]),
    ],
)
def test_addresses_of_other_services_are_beside_ones_own(service: str, root: str, found: list[str]) -> None:
    assert addresses(asked(service, root), "manager") == found


@pytest.mark.parametrize(
    ("service", "route", "here"),
    [
        ("matching", "/rounds", ["", "page"]),
        ("matching", "/rounds/{round_id}", ["", "true"]),
        ("matching", "/roundsabout", ["", ""]),
        ("registration", "/", ["page", ""]),
        ("registration", "/rounds", ["", ""]),
    ],
)
def test_the_page_one_is_on_is_marked_and_what_it_is_a_part_of(service: str, route: str, here: list[str]) -> None:
    found: list[Link] = links(asked(service, route=route), caller("manager"), Where.MAIN, PLACES)
    assert [link.here for link in found] == here


@pytest.mark.parametrize(
    ("service", "address", "here"),
    [("matching", "/operating", "page"), ("feedback", "/operating", "page"), ("", "/registration/operating", "")],
)
def test_a_page_that_every_service_has_is_that_of_the_one_looked_at(service: str, address: str, here: str) -> None:
    everywhere = (Place("", "/operating", "Operations", ("operator",), Where.MAIN),)
    [link] = links(asked(service, route="/operating"), caller("operator"), Where.MAIN, everywhere)
    assert (link.address, link.here) == (address, here)
    assert links(asked(service), caller("manager"), Where.MAIN, everywhere) == []


def test_from_one_programme_one_comes_to_the_same_page_of_another() -> None:
    request = asked("matching", "/matching")
    request.scope["app"].add_api_route("/desk/{programme_id}", lambda: None, name="desk")
    request.scope.update(router=request.scope["app"].router, server=("telemachus.test", 80))
    programmes = [
        AnyProgramme(id=each, terms=TERMS.model_copy(update={"title": each.upper()})) for each in ("one", "two")
    ]
    assert switch(request, "desk", programmes, "two") == [
        Link("ONE", "/matching/desk/one"),
        Link("TWO", "/matching/desk/two", "page"),
    ]
