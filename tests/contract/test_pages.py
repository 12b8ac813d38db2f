"""What holds for every page of every service, whatever it shows: nothing inline, nothing from elsewhere, and small."""

import re
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from deploy.services import SERVICES
from shared.service import Service
from shared.web.frame.made import PLACES
from shared.web.pages import POLICY
from shared.web.static import FILES
from tests.contract.test_access import asked_roles, routes
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

ROOT = Path(__file__).parents[2]
TEMPLATES = [
    path for part in ("shared", "services", "deploy") for path in sorted((ROOT / part).rglob("templates/*.html"))
]
STYLES = sorted((ROOT / "shared/web/static").rglob("*.css"))
ON_EVERY_PAGE, ROOM = ("style.css", "htmx.js", "emblem.svg"), 68_000
"""What each page loads, and how many bytes that may be, so that a page of 30 kB stays under 100."""

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:src|href|action|url\()\s*=?\s*[\"']?(?:https?:)?//", re.IGNORECASE)
OF_ONE_SIDE = re.compile(
    r"(?:margin|padding|border)-(?:left|right|top|bottom)|(?:^|[;{\s])(?:left|right|top|bottom)\s*:"
    r"|text-align:\s*(?:left|right)|float:\s*(?:left|right)"
)
A_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(", re.IGNORECASE)
SHADES = "rgb(0 0 0 / 18%)", "rgb(10 20 28 / 45%)"
"""The shadow of what lies above the page, and what dims the page beneath."""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_anything_inline_or_from_elsewhere(template: Path) -> None:
    text = template.read_text()
    assert INLINE.findall(text) == []
    assert ELSEWHERE.findall(text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_form_that_changes_something_says_whose_it_is(template: Path) -> None:
    """All but those that somebody may send who has not signed in."""
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", template.read_text(), re.DOTALL)
    unsigned = {"_languages.html", "personas.html", "offer.html"}
    assert template.name in unsigned or all('name="csrf"' in form for form in forms)


def test_what_every_page_loads_leaves_room_for_the_page() -> None:
    assert sum(len(FILES[file]) for file in ON_EVERY_PAGE) < ROOM


def test_pages_may_load_and_send_to_nothing_but_ourselves() -> None:
    said = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert said["default-src"] == "'none'"
    assert set(said.values()) == {"'none'", "'self'"}
    assert {"script-src", "style-src", "form-action", "base-uri", "frame-ancestors"} <= said.keys()


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_styles_know_no_left_and_right_and_no_colour_of_their_own(style: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)
    for shade in SHADES:
        text = text.replace(shade, "")
    assert OF_ONE_SIDE.findall(text) == []
    assert style.name == "10-tokens.css" or A_COLOUR.findall(text) == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_navigation_leads_nobody_to_a_closed_door(service: Service) -> None:
    allowed = {
        route.path: asked_roles(route)
        for route in iter_route_contexts(service.pages.routes)
        if "GET" in (route.methods or ())
    }
    for place in (place for place in PLACES if place.service == service.name):
        assert not allowed[place.path] or set(place.roles) <= set(allowed[place.path] or ())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_link_to_a_page_leads_to_no_other_route_of_that_name(service: Service) -> None:
    paths: dict[str, set[str]] = {}
    pages = set()
    for route in routes(service.app(settings_for(ISSUED_BY))):
        paths.setdefault(str(route.name), set()).add(str(route.path))
        pages |= set() if getattr(route, "include_in_schema", True) else {str(route.name)}
    assert {name: paths[name] for name in pages if len(paths[name]) > 1} == {}
