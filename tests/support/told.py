"""An identity provider in this process: what it says can be spoilt at will, and what it was asked is kept."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.local.issuer import CLIENT, ISSUER

ASKING = ("shared.web.door.discovery.fetched", "shared.web.door.provider.fetched", "shared.web.door.tokens.fetched")


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


class Told:
    """The provider. ``claims`` are added to every ID token, None takes one out."""

    def __init__(self) -> None:
        self.key = new_key("first")
        self.document: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "end_session_endpoint": f"{ISSUER}/leave",
        }
        self.claims: dict[str, Any] = {}
        self.info: dict[str, Any] = {}
        self.nonce = ""
        self.given: Any = None
        """Said in the place of tokens."""
        self.status = 200
        self.away = False
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def instead(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ask this one wherever the network would be asked."""
        for name in ASKING:
            monkeypatch.setattr(name, self.fetched)

    def sent_to(self, address: str) -> dict[str, str]:
        """A browser arrives with this; what it was sent with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce = asked.get("nonce", "")
        return asked

    async def fetched(self, url: str, *, method: str = "GET", token: str = "", **asked: Any) -> tuple[int, Any]:
        """As ``shared.web.door.fetching`` has it."""
        self.asked.append((url.removeprefix(ISSUER), {"token": token, **asked}))
        if self.away:
            raise OSError("away")
        match url.removeprefix(ISSUER):
            case "/.well-known/openid-configuration":
                return self.status, self.document
            case "/keys":
                return 200, KeySet([self.key]).as_dict(private=False)
            case "/token":
                given = {"id_token": self.id_token(), "access_token": "opens nothing"}
                return self.status, given if self.given is None else self.given
            case "/info":
                return self.status, self.info
            case _:
                raise OSError(url)

    def id_token(self) -> str:
        """Of somebody who may do much."""
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "s",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "name": "Zoë",
            "employee_id": "e1",
            "roles": ["manager"],
            "countries": ["FR"],
        } | self.claims
        header = {"alg": "ES256", "kid": self.key.kid}
        return jwt.encode(header, {name: value for name, value in said.items() if value is not None}, self.key)
