"""The embedded default's own tokens, for demo personas on this machine only; real stacks bring a provider."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.local.kept import keep, kept

ISSUER = "https://telemachus.invalid/demo"
AUDIENCE = "telemachus"
CLIENT = "telemachus-in-browsers"
"""What pages are called at the provider: an ID token for them is no bearer token."""
PROVIDER = "/provider"
"""Where the demonstration has its provider, beneath its own address."""
LIFETIME = 12 * 3600
KEYS = "issuer.keys.json"


def _new_key() -> str:
    key = ECKey.generate_key("P-256", {"kid": "demo", "use": "sig", "alg": "ES256"})
    return json.dumps(key.as_dict(private=True))


class Issuer:
    """Signs tokens with a key that is made once and kept in ``directory``, readable by its owner only."""

    def __init__(self, directory: Path, name: str = ISSUER) -> None:
        self.name = name
        self.keys_file = directory / KEYS
        self._key = ECKey.import_key(json.loads(kept(directory / "issuer.key.json", _new_key)))
        keep(self.keys_file, json.dumps(self.public_keys()))

    def public_keys(self) -> dict[str, Any]:
        """With which its tokens are checked."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def token(self, employee_id: str, roles: Iterable[str], countries: Iterable[str] = (), **more: Any) -> str:
        """A token for somebody of that employee number; valid for half a day. ``more`` are other claims."""
        now = int(time.time())
        claims = {
            "iss": self.name,
            "aud": AUDIENCE,
            "sub": employee_id or "demo",
            "iat": now,
            "exp": now + LIFETIME,
            "employee_id": employee_id,
            "roles": list(roles),
            "countries": list(countries),
        }
        return jwt.encode({"alg": "ES256", "kid": "demo"}, claims | more, self._key)
