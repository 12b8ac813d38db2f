"""Who may call what: every route says so, and says no to everybody else."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from joserfc.jwk import ECKey

from deploy.services import SERVICES
from shared.service import Service
from shared.web.access import allow, anyone
from shared.web.guarded import Guarded
from tests.support.apps import bearer, client_of, settings_for, signed_in
from tests.support.tokens import ISSUED_BY, ROLES, claims, signed

PUBLIC = {
    "/asyncapi",
    "/asyncapi.json",
    "/do/{token}",
    "/docs",
    "/health/live",
    "/health/ready",
    "/language",
    "/metrics",
    "/openapi.json",
    "/static-offline-docs",
    "/static/{version}/{file}",
}
THE_DOOR = {"/sign-in", "/sign-in/callback", "/sign-out", "/signed-out"}
"""Of registration: where one comes from without a token, or leaves without one that is good any more."""
THE_CALL = {"/call/{programme_id}"}
"""Of registration: for everybody where the programme's terms say so; the page looks itself."""
DESCRIPTIONS = {"/openapi.json", "/static-offline-docs"}
"""FastAPI's own routes; they tell what stands in this repository."""


ALLOWING, ANYONE = type(allow().dependency), anyone().dependency


def app_of(service: Service) -> FastAPI:
    """Its application, not started."""
    return service.app(settings_for(ISSUED_BY))


def routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every route, also those of routers within routers."""
    return iter(iter_route_contexts(app.routes))


def declared(dependant: Dependant) -> Iterator[tuple[str, ...]]:
    """What ``allow`` and ``anyone`` say in a route's dependencies, at any depth."""
    if dependant.call is ANYONE:
        yield ()
    if isinstance(dependant.call, ALLOWING):
        yield dependant.call.roles
    for inner in dependant.dependencies:
        yield from declared(inner)


def asked_roles(route: RouteContext) -> tuple[str, ...] | None:
    """The roles one of which is needed: none for a public route, None when nothing is declared."""
    dependant = getattr(route, "dependant", None)
    said = list(declared(dependant)) if dependant else []
    assert len(said) <= 1, f"{route.path} declares twice who may call it"
    return said[0] if said else None


GUARDED = [
    pytest.param(service, method, route.path, asked_roles(route), id=f"{service.name} {method} {route.path}")
    for service in SERVICES
    for route in routes(app_of(service))
    if asked_roles(route)
    for method in sorted(route.methods or ())
]
guarded = pytest.mark.parametrize(("service", "method", "path", "roles"), GUARDED)


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    return {service.name: app_of(service) for service in SERVICES}


def test_every_service_is_walked_through() -> None:
    found = {(p.values[0].name, p.values[2]) for p in GUARDED}  # type: ignore[union-attr]
    assert ("registration", "/programmes/{programme_id}/import") in found
    assert ("registration", "/board/{programme_id}/live") in found
    assert ("matching", "/pairs/{pair_id}/dissolve") in found
    assert ("sessions", "/sessions/{session_id}/move") in found
    assert ("feedback", "/sessions/{session_id}/pulse") in found
    assert all((service.name, "/operations/backlog") in found for service in SERVICES)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_route_says_who_may_call_it_and_the_public_ones_are_known(service: Service) -> None:
    found = {getattr(route, "path", ""): asked_roles(route) for route in routes(app_of(service))}
    silent = {path for path, roles in found.items() if roles is None}
    public = {path for path, roles in found.items() if not roles}

    assert silent == DESCRIPTIONS
    assert public == PUBLIC | (THE_DOOR | THE_CALL if service.name == "registration" else set())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_route_asks_for_the_token_before_it_reads_the_body(service: Service) -> None:
    unguarded = {route.path for route in routes(app_of(service)) if not isinstance(route.original_route, Guarded)}
    assert unguarded == DESCRIPTIONS


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_only_roles_that_exist_are_asked_for(service: Service) -> None:
    for route in routes(app_of(service)):
        assert set(asked_roles(route) or ()) <= set(ROLES)


def address(path: str) -> str:
    """The path with something in the place of every parameter."""
    return path.replace("{", "").replace("}", "")


@guarded
async def test_without_a_token_nobody_comes_in(
    apps: dict[str, FastAPI], service: Service, method: str, path: str, roles: tuple[str, ...]
) -> None:
    async with client_of(apps[service.name]) as client:
        answer = await client.request(method, address(path))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@guarded
async def test_another_role_is_not_enough(
    apps: dict[str, FastAPI], service: Service, method: str, path: str, roles: tuple[str, ...]
) -> None:
    others = [role for role in (*ROLES, "administrator") if role not in roles]
    async with client_of(apps[service.name]) as client:
        for given in ([], others):
            headers = signed_in(ISSUED_BY, *given, employee_id="e1", countries=["*"])
            answer = await client.request(method, address(path), headers=headers)
            assert answer.status_code == 403, given
            assert answer.json()["facts"]["roles"] == list(roles)


def unsigned(said: dict[str, Any], algorithm: str = "none", **header: Any) -> str:
    """A token without a signature, made by hand: no library makes one."""
    head = {"alg": algorithm, "kid": "demo"} | header
    return ".".join(_part(json.dumps(part).encode()) for part in (head, said)) + "."


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _signed_with_the_public_key() -> str:
    """The old trick: the public key, which everybody has, taken as a shared secret."""
    pem = ISSUED_BY._key.as_pem(private=False)
    token = unsigned(claims(), "HS256")
    return token + _part(hmac.digest(pem, token[:-1].encode(), "sha256"))


def _with_other_claims() -> str:
    header, _, signature = signed(claims(roles=[])).split(".")
    return f"{header}.{_part(json.dumps(claims()).encode())}.{signature}"


REFUSED = {
    "no token at all": "x",
    "three parts of nothing": "..",
    "not base64": "a.b.c",
    "expired": signed(claims(exp=int(time.time()) - 3600)),
    "not valid yet": signed(claims(nbf=int(time.time()) + 3600)),
    "never expires": signed(claims(exp=None)),
    "expires some day": signed(claims(exp="tomorrow")),
    "for another audience": signed(claims(aud="another-product")),
    "for no audience": signed(claims(aud=None)),
    "by another issuer": signed(claims(iss="https://elsewhere.invalid")),
    "by no issuer": signed(claims(iss=None)),
    "of nobody": signed(claims(sub=None)),
    "not signed": unsigned(claims()),
    "not signed, shouting": unsigned(claims(), "NONE"),
    "signed with the public key": _signed_with_the_public_key(),
    "signed by somebody else": signed(claims(), ECKey.generate_key("P-256")),
    "signed by somebody unknown": signed(claims(), ECKey.generate_key("P-256"), kid="other"),
    "changed afterwards": _with_other_claims(),
    "cut off": signed(claims())[:-5],
    "expires when no clock can show it": signed(claims(exp=10**400)),
}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_wrong_token_is_none(apps: dict[str, FastAPI], service: Service, why: str) -> None:
    async with client_of(apps[service.name]) as client:
        answer = await client.get("/operations/backlog", headers=bearer(REFUSED[why]))

    assert answer.status_code == 401
    assert "token" in answer.json()["detail"]
    assert REFUSED[why] not in answer.text or len(REFUSED[why]) < 5


@pytest.mark.parametrize(
    "name", ["alg", "kid", "crit", "b64", "typ", "cty", "jwk", "jku", "x5c", "x5t", "zip", "enc", "epk", "p2c"]
)
async def test_a_token_with_an_odd_header_is_none(apps: dict[str, FastAPI], name: str) -> None:
    async with client_of(apps["registration"]) as client:
        odds: tuple[Any, ...] = (None, True, 1, 1.5, "\ud800", "", [], [[]], [None], {}, {"a": []})
        for odd in odds:
            token = unsigned(claims(), **{name: odd})
            answer = await client.get("/operations/backlog", headers=bearer(token))
            assert answer.status_code == 401, odd


async def test_a_right_token_gets_past_the_door(apps: dict[str, FastAPI]) -> None:
    async with client_of(apps["registration"]) as client:
        answer = await client.post("/programmes", headers=bearer(signed(claims())), json={})

    assert answer.status_code == 422
