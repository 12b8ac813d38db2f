"""Who is calling, and what they may do: bearer tokens of an OpenID Connect provider, deny by default."""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.language.reasons import AnyOf, Failure
from shared.settings import Settings

log = structlog.get_logger()

RoleName = Literal["participant", "manager", "operator"]
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
"""Allow-listed here, never taken from the token."""
UNUSABLE = (httpx.HTTPError, OSError, JoseError, LookupError, TypeError, ValueError)
"""What fetching and reading keys raises when the issuer is away, or answers something else."""
LEEWAY, KEYS_FOR, ASK_AGAIN_AFTER = 30, 600.0, 10.0
COOKIE = "telemachus_token"
BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of your identity provider.")
"""Tells OpenAPI what is wanted; the token is taken by ``_token``, from the cookie too."""


class Unauthenticated(Failure):
    """There is no token, or not a valid one: 401."""


class Forbidden(Failure):
    """The token is valid, but does not allow this: 403."""


class NoKeys(Failure):
    """The issuer's keys cannot be had, so no token can be checked: 503."""


@dataclass(frozen=True)
class Caller:
    """Somebody with a valid token."""

    person_id: str | None
    roles: frozenset[str]
    countries: frozenset[str]

    def has(self, role: RoleName) -> bool:
        """Whether the token gives this role."""
        return role in self.roles

    def covers(self, countries: Iterable[str]) -> bool:
        """Whether the caller manages all these countries («*» manages every one)."""
        return "*" in self.countries or self.countries.issuperset(countries)

    def must_cover(self, countries: Iterable[str]) -> None:
        """Raises Forbidden unless the caller is a manager of all these countries."""
        wanted = sorted(countries)
        if not self.has("manager") or not self.covers(wanted):
            raise Forbidden("needs-a-manager-of", countries=wanted)

    def must_be(self, *person_ids: str) -> None:
        """Raises Forbidden unless the caller is one of these people."""
        if self.person_id is None or self.person_id not in person_ids:
            raise Forbidden("of-somebody-else")


def person_id(employee_id: str, key: str) -> str:
    """The opaque id of a person in all services: a keyed hash, so that nobody without the key can test guesses."""
    digest = hashlib.blake2b(employee_id.strip().encode(errors="replace"), key=key.encode()[:64], digest_size=12)
    return f"person-{digest.hexdigest()}"


class Access:
    """Validates tokens with the issuer's keys, fetched from an address or read from a file, and cached."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._asked_at = 0.0

    async def caller(self, token: str) -> Caller:
        """Who holds this token; raises Unauthenticated, or NoKeys when that cannot be told at the moment."""
        claims = await self._claims(token)
        settings = self._settings
        employee = claims.get(settings.token_employee_claim)
        key = settings.pseudonym_key.get_secret_value()
        return Caller(
            person_id(str(employee), key) if employee else None,
            frozenset(_strings(claims.get(settings.token_roles_claim))),
            frozenset(_strings(claims.get(settings.token_countries_claim))),
        )

    async def keys(self) -> KeySet:
        """The issuer's keys; raises NoKeys."""
        return await self._key_set(fresh=False)

    async def _claims(self, token: str) -> dict[str, Any]:
        for fresh in (False, True):
            try:
                decoded = jwt.decode(token, await self._key_set(fresh), algorithms=ALGORITHMS)
                self._registry().validate(decoded.claims)
            except (JoseError, ValueError) as error:
                if fresh or not _may_be_a_new_key(error):
                    raise Unauthenticated("token-not-valid-any-more") from None
            else:
                return decoded.claims
        raise Unauthenticated("token-not-valid")

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.token_issuer},
            aud={"essential": True, "value": self._settings.token_audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def _key_set(self, fresh: bool) -> KeySet:
        """The issuer's keys; an issuer that is away leaves us with those we have."""
        now = time.monotonic()
        due = self._keys is None or now - self._asked_at > (ASK_AGAIN_AFTER if fresh else KEYS_FOR)
        if due:
            self._asked_at = now
            try:
                self._keys = KeySet.import_key_set(await self._fetch())
            except UNUSABLE as error:
                log.warning("issuer's keys cannot be had", because=type(error).__name__)
                if self._keys is None:
                    raise NoKeys("no-keys") from error
        assert self._keys is not None  # noqa: S101 - either fetched now or kept from before
        return self._keys

    async def _fetch(self) -> Any:
        where = self._settings.token_keys
        if not where.startswith(("https://", "http://")):
            return json.loads(await asyncio.to_thread(Path(where).read_text))
        async with httpx.AsyncClient(timeout=5) as client:
            response = await client.get(where)
            return response.raise_for_status().json()


def _may_be_a_new_key(error: Exception) -> bool:
    """A key we do not know may have been rolled over since we asked; anything else is simply wrong."""
    return isinstance(error, ValueError) or "key" in type(error).__name__.lower()


def _strings(claim: object) -> list[str]:
    if isinstance(claim, str):
        return claim.split()
    return [str(item) for item in claim] if isinstance(claim, list) else []


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    # A cookie is enough to look, never to change something: another site can make a browser send it.
    if request.method in ("GET", "HEAD") and COOKIE in request.cookies:
        return request.cookies[COOKIE]
    raise Unauthenticated("no-token")


class _Allow:
    """What a route declares; kept as an object so that a test can walk all routes and read it."""

    def __init__(self, roles: tuple[RoleName, ...]) -> None:
        self.roles = roles

    async def __call__(self, request: Request, _: Annotated[object, Depends(BEARER)]) -> Caller:
        access: Access = request.app.state.access
        caller = await access.caller(_token(request))
        request.state.caller = caller  # whom a refusal is said to
        if caller.roles.isdisjoint(self.roles):
            raise Forbidden("needs-a-role", roles=AnyOf(self.roles))
        return caller


def allow(*roles: RoleName) -> Any:
    """The dependency every route has: a caller with one of these roles, or 401 / 403."""
    return Depends(_Allow(roles))


Somebody = Annotated[Caller, allow("participant", "manager")]
"""Whoever takes part, or manages those who do."""
Manager = Annotated[Caller, allow("manager")]


def _anyone() -> None:
    """Nothing to check."""


def anyone() -> Any:
    """The dependency of the few routes that need no token: health, metrics and the descriptions of interfaces."""
    return Depends(_anyone)
