"""What stands around each of these pages: the same part of the other services, and the other parts of this one."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from fastapi import Request, Response

from shared.domain.marking import _
from shared.web.frame.navigation import address_of, service_of
from shared.web.languages.words import SERVICES
from shared.web.pages import Pages

pages = Pages(__package__)


Place = tuple[str, str]
"""Where a page is, and what it is called."""


class Part(Enum):
    """One page each: where it is, and what it is called."""

    OVERVIEW = "/operating", _("How it is")
    STREAMS = "/operating/streams", _("What is heard")
    LETTERS = "/operating/letters", _("Dead letters")
    AGAIN = "/operating/again", _("Said again")
    REBUILDING = "/operating/rebuilding", _("Projections")


MAIL: Place = ("/operating/mail", _("Letters to people"))
WEBHOOKS: Place = ("/operating/webhooks", _("Webhooks"))
"""Of registration alone, both; their words stand with the other tabs."""


def shown(request: Request, part: Part, template: str, **values: Any) -> Response:
    """The page, with the tabs of services and of parts."""
    return pages.page(request, template, **standing(request, part.value), **values)


def standing(request: Request, place: Place) -> Mapping[str, Any]:
    """What the head of a page at that place takes: from a part that one service alone has, others lead to how they
    are."""
    own = service_of(request)
    everywhere: list[Place] = [each.value for each in Part]
    there = place if place in everywhere else Part.OVERVIEW.value
    services = [
        (title, address_of(request, name, place[0] if name == own else there[0]), name == own)
        for name, title in SERVICES.items()
    ]
    parts = [
        (title, address_of(request, own, at), at == place[0])
        for at, title in (*everywhere, *request.app.state.operated)
    ]
    return {"service": SERVICES[own], "services": services, "parts": parts}
