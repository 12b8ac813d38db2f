"""Who is calling, and what they may do: bearer tokens of an OpenID Connect provider, or a session; deny by default."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.security import HTTPBearer

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent
from shared.domain.people import pseudonym
from shared.domain.work import Unit
from shared.language.reasons import AnyOf
from shared.language.values.places import canonical
from shared.language.values.same import same_number
from shared.settings import Settings
from shared.web.door.caller import ROLES, Caller, Forbidden, RoleName
from shared.web.door.claims import number_in, words_in
from shared.web.door.forgery import READS, masked, must_be_shown_to, must_stand_here
from shared.web.door.queries import must_be_known
from shared.web.door.session import Session, Sessions
from shared.web.door.tokens import Tokens

__all__ = ["ROLES", "Access", "Caller", "Forbidden", "RoleName", "allow", "anyone", "csrf", "known_to"]

A = TypeVar("A", bound=Aggregate)

BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of your identity provider.")
"""Tells OpenAPI what is wanted; ``Access`` takes it, or the session of a browser."""


async def known_to(caller: Caller, unit: Unit, kind: type[A], identity: str, *, called: str = "") -> A:
    """The aggregate, where whoever calls has yet to show that it is theirs; raises Absent, or Forbidden.

    Ids of people can be worked out from one another, so whether there is one is told to those alone who manage every
    country: others hear what they hear of somebody else's.
    """
    found = await unit.find(kind, identity)
    if found is None and caller.covers(["*"]):
        raise Absent("no-such", kind=called or kind.__name__.lower(), id=identity)
    if found is None:
        raise Forbidden("of-somebody-else")
    return found


class Access:
    """Tells who holds a token, or whose browser it is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.tokens = Tokens(settings)
        self.sessions = Sessions(settings)

    async def caller(self, token: str) -> Caller:
        """Who holds this token; raises Unauthenticated, or NoKeys when that cannot be told at the moment."""
        return self.named(await self.tokens.claims(token))

    def named(self, claims: Mapping[str, Any]) -> Caller:
        """Whom the provider tells of."""
        settings = self._settings
        number = number_in(claims.get(settings.token_employee_claim))
        given = pseudonym(number, settings.pseudonym_key.get_secret_value()) if same_number(number) else None
        return Caller(
            given.id if given else None,
            frozenset(words_in(claims.get(settings.token_roles_claim))),
            canonical(words_in(claims.get(settings.token_countries_claim))),
            given.before if given and given.before != given.id else None,
            subject=str(claims["sub"]),
            expires_at=float(claims["exp"]),
        )

    def visitor(self, request: Request) -> Caller:
        """Whose browser asks; raises Unauthenticated, and Forged for what it would not send from a page of ours."""
        session = self.sessions.of(request)
        if request.method not in READS:
            must_stand_here(request, self.sessions.origin)
        return replace(self._signed_in(session), session=session)

    def represented(self, sealed: str) -> Caller:
        """For whom another service of ours asks: it shows, as a token, what their browser has shown to it.

        No browser sends that by itself, so nothing of what a cookie has to show besides is asked for.
        """
        return self._signed_in(self.sessions.opened(sealed))

    def _signed_in(self, session: Session) -> Caller:
        return Caller(
            session.person_id,
            session.roles,
            session.countries,
            session.before,
            subject=session.subject,
            expires_at=self.sessions.ends(self.sessions.renewed(session)),
        )

    def welcome(self, response: Response, caller: Caller, name: str) -> None:
        """Sign the caller in with a browser; of roles those alone are kept that are ours."""
        self.sessions.begin(
            response,
            subject=caller.subject,
            person_id=caller.person_id,
            before=caller.before,
            roles=caller.known_roles,
            countries=caller.countries,
            name=name,
        )


def csrf(request: Request) -> str:
    """What forms on the page that is being answered carry, as ``csrf`` or ``X-CSRF``; empty where nobody needs it."""
    caller: Caller | None = getattr(request.state, "caller", None)
    return masked(caller.session) if caller and caller.session else ""


async def must_mean_it(caller: Caller, request: Request) -> None:
    """Raises Forged where a browser sends what somebody has not been shown as a form."""
    if caller.session and request.method not in READS:
        await must_be_shown_to(caller.session, request)


def stay_signed_in(caller: Caller, request: Request, response: Response) -> None:
    """Whoever is answered is there."""
    if caller.session:
        access: Access = request.app.state.access
        access.sessions.keep(response, caller.session)


async def _asking(request: Request) -> Caller:
    access: Access = request.app.state.access
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await access.caller(token.strip())
    if scheme.lower() == "session" and token:
        return access.represented(token.strip())
    return access.visitor(request)


class Allow:
    """What a route declares; kept as an object so that a test can walk all routes and read it."""

    def __init__(self, roles: tuple[RoleName, ...]) -> None:
        self.roles = roles

    async def __call__(self, request: Request, _: Annotated[object, Depends(BEARER)]) -> Caller:
        known: Caller | None = getattr(request.state, "caller", None)  # asked before the body was read
        caller = request.state.caller = known or await _asking(request)  # whom a refusal is said to
        if caller.roles.isdisjoint(self.roles):
            raise Forbidden("needs-a-role", roles=AnyOf(self.roles))
        must_be_known(request)
        return caller


def allow(*roles: RoleName) -> Any:
    """The dependency every route has: a caller with one of these roles, or 401 / 403."""
    return Depends(Allow(roles))


Somebody = Annotated[Caller, allow("participant", "manager")]
"""Whoever takes part, or manages those who do."""
Manager = Annotated[Caller, allow("manager")]


def _anyone() -> None:
    """Nothing to check."""


def anyone() -> Any:
    """The dependency of the few routes that need no token: health, metrics and the descriptions of interfaces."""
    return Depends(_anyone)
