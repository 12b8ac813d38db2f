"""What a page is given for what stands around it, made for whoever looks."""

from dataclasses import dataclass, field

from fastapi import Request

from shared.web.access import Access, Caller, csrf
from shared.web.door.forgery import READS
from shared.web.door.tokens import Unauthenticated
from shared.web.frame.entries import Where
from shared.web.frame.navigation import Link, address_of, links
from shared.web.frame.notices import Notice, left
from shared.web.refusals import WORDS


@dataclass(frozen=True)
class Frame:
    """Titles and words are marked and not translated yet; a page of somebody who is not signed in has few of them."""

    home: str
    is_known: bool = False
    name: str = field(default="", repr=False)
    roles: list[str] = field(default_factory=list)
    places: list[Link] = field(default_factory=list)
    own: list[Link] = field(default_factory=list)
    below: list[Link] = field(default_factory=list)
    notice: Notice | None = None
    csrf: str = ""
    switch_language: str = ""
    """Where the choice of a language is kept with whoever has signed in as somebody."""
    sign_out: str = ""
    """Empty for whoever has not signed in with a browser."""


def frame_of(request: Request) -> Frame:
    """The frame of the page that answers this request."""
    home = address_of(request, "registration", "/")
    caller = _looking(request)
    if caller is None:
        return Frame(home)
    return Frame(
        home,
        is_known=True,
        name=caller.session.name if caller.session else "",
        roles=[word for role, word in WORDS["roles"].items() if role in caller.roles],
        places=links(request, caller, Where.MAIN),
        own=links(request, caller, Where.OWN),
        below=links(request, caller, Where.BELOW),
        notice=left(request, caller),
        csrf=csrf(request),
        switch_language=_switch(request, caller),
        sign_out=address_of(request, "registration", "/sign-out") if caller.session else "",
    )


def _switch(request: Request, caller: Caller) -> str:
    known = caller.session and caller.given and caller.known_roles
    return address_of(request, "registration", "/my-language") if known else ""


def _looking(request: Request) -> Caller | None:
    """Who looks: also at a page that anybody may see, and at what there is none of."""
    caller: Caller | None = getattr(request.state, "caller", None)
    access = getattr(request.app.state, "access", None)
    if caller or not isinstance(access, Access) or request.method not in READS:
        return caller
    try:
        caller = request.state.caller = access.visitor(request)
    except Unauthenticated:
        return None
    return caller
