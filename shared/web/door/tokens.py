"""Tokens of an OpenID Connect provider: whether one is valid, and what it says."""

import asyncio
import json
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.language.reasons import Failure
from shared.settings import Settings
from shared.web.door.fetching import UNUSABLE, fetched

log = structlog.get_logger()

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
"""Allow-listed here, never taken from the token."""
NO_TOKEN = (ArithmeticError, JoseError, TypeError, ValueError)
"""What reading a token raises that is none: headers and claims of any kind, before anybody has signed for them."""
LEEWAY, KEYS_FOR, ASK_AGAIN_AFTER = 30, 600.0, 10.0


class Unauthenticated(Failure):
    """There is no token, or not a valid one: 401."""


class NoKeys(Failure):
    """The issuer's keys cannot be had, so no token can be checked: 503."""


class Tokens:
    """The provider; its keys are fetched from an address or read from a file, and cached.

    ``audience`` and ``keys`` are those of the settings, unless others are given.
    """

    def __init__(self, settings: Settings, *, audience: str = "", keys: str = "") -> None:
        self._settings = settings
        self._audience, self._where = audience or settings.token_audience, keys or settings.token_keys
        self._keys: KeySet | None = None
        self._asked_at = 0.0

    async def claims(self, token: str) -> dict[str, Any]:
        """What a valid token says; raises Unauthenticated, or NoKeys when that cannot be told at the moment."""
        for fresh in (False, True):
            try:
                decoded = jwt.decode(token, await self._key_set(fresh), algorithms=ALGORITHMS)
                self._registry().validate(decoded.claims)
                float(decoded.claims["exp"])  # one of four hundred digits is a number, too
            except NO_TOKEN as error:
                if fresh or not _may_be_a_new_key(error):
                    raise Unauthenticated("token-not-valid-any-more") from None
            else:
                return decoded.claims
        raise Unauthenticated("token-not-valid")

    async def keys(self) -> KeySet:
        """The issuer's keys; raises NoKeys."""
        return await self._key_set(fresh=False)

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.token_issuer},
            aud={"essential": True, "value": self._audience},
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
        if not self._where.startswith(("https://", "http://")):
            return json.loads(await asyncio.to_thread(Path(self._where).read_text))
        status, found = await fetched(self._where)
        if status != HTTPStatus.OK:
            raise LookupError("the issuer answers with an error")
        return found


def _may_be_a_new_key(error: Exception) -> bool:
    """A key we do not know may have been rolled over since we asked; anything else is simply wrong."""
    return isinstance(error, ValueError) or "key" in type(error).__name__.lower()
