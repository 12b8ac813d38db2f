"""Tokens good and bad, signed with the key of the tests' own issuer."""

import time
from typing import Any

from joserfc import jwt

from deploy.local.issuer import AUDIENCE, ISSUER
from tests.support.apps import new_issuer

ISSUED_BY = new_issuer()
ROLES = ("participant", "manager", "operator", "data-protection")


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a manager, with some changed; None takes one out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "s",
        "iat": now,
        "exp": now + 600,
        "employee_id": "e1",
        "roles": list(ROLES),
        "countries": ["*"],
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(said: dict[str, Any], key: Any = None, **header: Any) -> str:
    return jwt.encode({"alg": "ES256", "kid": "demo"} | header, said, key or ISSUED_BY._key)
