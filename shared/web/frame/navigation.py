"""Where somebody can go from here: what the pages of all services have declared, as far as their roles go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import Request

from shared.domain.programme import AnyProgramme
from shared.web.access import Caller
from shared.web.frame.entries import Place, Where
from shared.web.frame.made import PLACES

HOME = "registration"
"""The service that one is led to from where there is none."""


@dataclass(frozen=True)
class Link:
    """A place as a page shows it; the title is marked and not translated yet."""

    title: str
    address: str
    here: str = ""
    """In the words of aria-current: «page» for this very page, «true» for what it is a part of."""


def switch(request: Request, route: str, programmes: Iterable[AnyProgramme], here: str) -> list[Link]:
    """From one programme's page to the same page of another; the frame shows them as ``programmes``."""
    return [
        Link(each.terms.title, request.url_for(route, programme_id=each.id).path, "page" if each.id == here else "")
        for each in programmes
    ]


def links(request: Request, caller: Caller, where: Where, places: Iterable[Place] = PLACES) -> list[Link]:
    """Those of one list, for this caller."""
    return list(_links(request, caller, [place for place in places if place.where is where]))


def _links(request: Request, caller: Caller, places: Iterable[Place]) -> Iterator[Link]:
    for place in places:
        if not caller.roles.isdisjoint(place.roles):
            service = place.service or service_of(request) or HOME
            yield Link(place.title, address_of(request, service, place.path), _here(request, service, place))


def _here(request: Request, service: str, place: Place) -> str:
    path = getattr(request.scope.get("route"), "path", "")
    if service != service_of(request):
        return ""
    if path == place.path:
        return "page"
    return "true" if place.path != "/" and path.startswith(f"{place.path}/") else ""


def address_of(request: Request, service: str, path: str) -> str:
    """A path of any service, as the reader's browser finds it: service NAME is at /NAME behind the common front.

    One's own pages are where this request has found them, which may be without a front.
    """
    own = service_of(request)
    root = request.scope.get("root_path", "").rstrip("/")
    if service == own:
        return f"{root}{path}"
    return f"{root.removesuffix(f'/{own}') if own else root}/{service}{path}"


def service_of(request: Request) -> str:
    """The name of the service that is asked; empty for what is none, such as the demonstration's front."""
    name: str = getattr(request.app.state, "service", "")
    return name
