"""The navigation of all pages, gathered from what every service declares beside them.

Services cannot ask each other where their pages are while one of them draws its own, so what all of them have to know
is written down here, with titles that are marked for translation.
"""

from pathlib import Path

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from deploy.services import SERVICES
from shared.operations import pages as operations
from shared.web.frame.entries import Entry

MADE = Path(__file__).parents[2] / "shared/web/frame/made.py"
OF_ALL = ""
"""In the place of a service's name: every service has that page."""
HEAD = '''\
"""Made by make write: every page that the frame leads to, in the order of the navigation."""

from shared.domain.marking import _
from shared.web.frame.entries import Place, Where

PLACES: tuple[Place, ...] = (
'''


class NoSuchPage(Exception):
    """An entry leads nowhere, or to an address with parts that change."""


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    declared = [(entry, service.name, service.pages) for service in SERVICES for entry in service.entries]
    declared += [(entry, OF_ALL, operations.router) for entry in operations.ENTRIES]
    declared.sort(key=lambda each: (each[0].order, each[1], each[0].route))
    places = (_written(name, entry, _path(name, pages, entry)) for entry, name, pages in declared)
    return {MADE: HEAD + "".join(places) + ")\n"}


def _written(service: str, entry: Entry, path: str) -> str:
    roles = ", ".join(f'"{role}"' for role in entry.roles) + ("," if len(entry.roles) == 1 else "")
    return f'    Place("{service}", "{path}", _("{entry.title}"), ({roles}), Where.{entry.where.name}),\n'


def _path(name: str, pages: APIRouter, entry: Entry) -> str:
    for route in iter_route_contexts(pages.routes):
        if route.name == entry.route and "{" not in str(route.path):
            return str(route.path)
    raise NoSuchPage(f"{name}: the navigation leads to «{entry.route}», and no page with a fixed address is called so")
