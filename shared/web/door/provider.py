"""The identity provider, asked by registration alone: authorisation code and PKCE, as in OpenID Connect Core 1.0."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus, urlencode

import structlog

from shared.language.reasons import Failure
from shared.settings import Settings
from shared.web.door.attempt import Attempt
from shared.web.door.discovery import Discovered, Discovery
from shared.web.door.fetching import UNUSABLE, fetched
from shared.web.door.tokens import Tokens, Unauthenticated

log = structlog.get_logger()

SIGN_IN = "/registration/sign-in"
"""The door of all services, as people's browsers see it; the provider knows what lies beneath."""
CALLBACK, SIGNED_OUT = f"{SIGN_IN}/callback", "/registration/signed-out"
CODE = re.compile(r"[a-z_]{1,40}")
"""What an error is called; anything else is somebody's own words, and no line of a log."""


class NotSignedIn(Failure):
    """The provider has not said who this is: 400."""


@dataclass(frozen=True)
class SignedIn:
    """Whom the provider tells of."""

    claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False)


class Provider:
    """Where somebody is sent to sign in or out, and what is told of whoever comes back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = settings.sign_in_client_id
        self._secret = settings.sign_in_client_secret.get_secret_value()
        self.discovery = Discovery(settings)
        self._tokens: tuple[str, Tokens] | None = None

    @property
    def _callback(self) -> str:
        return self._settings.public_url + CALLBACK

    async def address(self, attempt: Attempt) -> str:
        """Where this attempt goes on; raises NoProvider."""
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._callback,
            "scope": self._settings.sign_in_scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _with((await self.discovery.document()).authorization_endpoint, asked)

    async def leaving(self, id_token: str) -> str:
        """Where somebody signs out at the provider too; empty where that has no such page. Raises NoProvider."""
        found = (await self.discovery.document()).end_session_endpoint
        asked = {"client_id": self._client, "post_logout_redirect_uri": self._settings.public_url + SIGNED_OUT}
        return found and _with(found, asked | ({"id_token_hint": id_token} if id_token else {}))

    async def who(self, attempt: Attempt, code: str, issuer: str) -> SignedIn:
        """Whom the code stands for; raises NotSignedIn, NoProvider, NoKeys."""
        known = await self.discovery.document()
        if issuer != self._settings.token_issuer and (issuer or known.says_who_answers):
            raise NotSignedIn("answer-of-another-provider")
        given = await self._exchanged(known, attempt, code)
        id_token = given.get("id_token")
        if not isinstance(id_token, str):
            raise NotSignedIn("provider-says-nothing")
        claims = await self._checked(known, attempt, id_token)
        return SignedIn(await self._completed(known, claims, given.get("access_token")), id_token)

    async def _exchanged(self, known: Discovered, attempt: Attempt, code: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": attempt.verifier,
        }
        asked: dict[str, Any] = {"data": form}
        if self._secret and known.takes_basic:
            asked["auth"] = (quote_plus(self._client), quote_plus(self._secret))
        else:
            form |= {"client_id": self._client} | ({"client_secret": self._secret} if self._secret else {})
        try:
            status, given = await fetched(known.token_endpoint, method="POST", **asked)
        except UNUSABLE as error:
            log.warning("identity provider gives no token", because=type(error).__name__)
            raise NotSignedIn("provider-says-nothing") from None
        if status != HTTPStatus.OK or not isinstance(given, dict):
            log.warning("identity provider gives no token", status=status, because=called(given))
            raise NotSignedIn("provider-says-nothing")
        return given

    async def _checked(self, known: Discovered, attempt: Attempt, id_token: str) -> dict[str, Any]:
        """Its claims, once it is sure that it was made by this provider, for us, for this attempt, and now."""
        if self._tokens is None or self._tokens[0] != known.jwks_uri:
            self._tokens = known.jwks_uri, Tokens(self._settings, audience=self._client, keys=known.jwks_uri)
        try:
            claims = await self._tokens[1].claims(id_token)
        except Unauthenticated:
            raise NotSignedIn("id-token-not-valid") from None
        nonce, audience = claims.get("nonce"), claims["aud"]
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), attempt.nonce.encode()):
            raise NotSignedIn("id-token-not-valid")
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", "" if several else self._client) != self._client:
            raise NotSignedIn("id-token-not-valid")
        return claims

    async def _completed(self, known: Discovered, claims: dict[str, Any], access_token: object) -> Mapping[str, Any]:
        """With what the provider tells of somebody only when it is asked once more; it may not be about another."""
        named = (
            self._settings.token_employee_claim,
            self._settings.token_roles_claim,
            self._settings.token_countries_claim,
        )
        if not known.userinfo_endpoint or not isinstance(access_token, str) or all(name in claims for name in named):
            return claims
        try:
            status, told = await fetched(known.userinfo_endpoint, token=access_token)
        except UNUSABLE as error:
            log.warning("identity provider tells no more", because=type(error).__name__)
            return claims
        if status != HTTPStatus.OK or not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            log.warning("identity provider tells no more", status=status, because=called(told))
            return claims
        return {**{name: told[name] for name in (*named, "name") if name in told}, **claims}


def called(answer: object) -> str:
    """What the provider calls its error, if it is a name."""
    error = answer.get("error") if isinstance(answer, dict) else answer
    return error if isinstance(error, str) and CODE.fullmatch(error) else "unknown"


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
