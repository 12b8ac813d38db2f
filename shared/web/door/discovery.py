"""What an OpenID Connect provider says of itself: where it is asked what, by its discovery document."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import structlog

from shared.language.reasons import Failure
from shared.settings import Settings
from shared.web.door.fetching import UNUSABLE, fetched

log = structlog.get_logger()

WELL_KNOWN = "/.well-known/openid-configuration"
KNOWN_FOR, ASK_AGAIN_AFTER = 600.0, 5.0
"""Seconds for which an answer counts, and after which somebody who was away is asked once more."""


class NoProvider(Failure):
    """The identity provider cannot be asked, so nobody can sign in: 503."""


class NotThatProvider(ValueError):
    """The document is another's, or leads to where passwords would be read by others."""


@dataclass(frozen=True)
class Discovered:
    """Addresses, and what the provider can; empty for what it has not."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    says_who_answers: bool
    """Whether its answers name the issuer (RFC 9207): then one that does not is somebody else's."""
    takes_basic: bool
    """Whether a client's secret goes into a header, as by default; else into the body."""

    @classmethod
    def of(cls, document: Mapping[str, Any], issuer: str) -> Self:
        """As the document says it; raises NotThatProvider, LookupError."""
        if document["issuer"] != issuer:
            raise NotThatProvider("the document is of another issuer")
        ways = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return cls(
            authorization_endpoint=_address(document["authorization_endpoint"], issuer),
            token_endpoint=_address(document["token_endpoint"], issuer),
            jwks_uri=_address(document["jwks_uri"], issuer),
            userinfo_endpoint=_address(document.get("userinfo_endpoint") or "", issuer),
            end_session_endpoint=_address(document.get("end_session_endpoint") or "", issuer),
            says_who_answers=document.get("authorization_response_iss_parameter_supported") is True,
            takes_basic="client_secret_basic" in ways,
        )


def _address(found: object, issuer: str) -> str:
    """Never without TLS where the issuer has it."""
    if not isinstance(found, str):
        raise NotThatProvider("an address is no text")
    if (
        found
        and not found.startswith("https://")
        and not (issuer.startswith("http://") and found.startswith("http://"))
    ):
        raise NotThatProvider("an address is without TLS")
    return found


class Discovery:
    """The document of the issuer of tokens, cached; a provider that is away leaves us with what we know."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.token_issuer
        self._known: Discovered | None = None
        self._asked_at = -KNOWN_FOR
        self._asking: asyncio.Task[None] | None = None

    async def document(self) -> Discovered:
        """Raises NoProvider; everybody who waits waits for the same answer."""
        age = time.monotonic() - self._asked_at
        if self._asking is None and age > (KNOWN_FOR if self._known else ASK_AGAIN_AFTER):
            self._asking = asyncio.create_task(self._ask())
        if self._asking is not None and self._known is None:
            await asyncio.shield(self._asking)
        if self._known is None:
            raise NoProvider("no-provider")
        return self._known

    async def _ask(self) -> None:
        try:
            status, document = await fetched(self._issuer.rstrip("/") + WELL_KNOWN)
            if status == HTTPStatus.OK:
                self._known = Discovered.of(document, self._issuer)
            else:
                log.warning("identity provider has no discovery document", status=status)
        except UNUSABLE as error:
            log.warning("identity provider cannot be asked", because=type(error).__name__)
        finally:
            self._asked_at = time.monotonic()
            self._asking = None
