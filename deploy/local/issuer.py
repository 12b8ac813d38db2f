"""The embedded default's own token issuer, for demo personas on this machine only; real stacks bring a provider."""

import json
import time
from collections.abc import Iterable
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "https://telemachus.invalid/demo"
AUDIENCE = "telemachus"
LIFETIME = 12 * 3600


class Issuer:
    """Signs tokens with a key that is made once and kept in ``directory``, readable by its owner only."""

    def __init__(self, directory: Path) -> None:
        private, self.keys_file = directory / "issuer.key.json", directory / "issuer.keys.json"
        if not private.exists():
            directory.mkdir(parents=True, exist_ok=True)
            private.touch(mode=0o600)
            key = ECKey.generate_key("P-256", {"kid": "demo", "use": "sig", "alg": "ES256"})
            private.write_text(json.dumps(key.as_dict(private=True)))
        self._key = ECKey.import_key(json.loads(private.read_text()))
        self.keys_file.write_text(json.dumps(KeySet([self._key]).as_dict(private=False)))

    def token(self, employee_id: str, roles: Iterable[str], countries: Iterable[str] = ()) -> str:
        """A token for somebody of that employee number; valid for half a day."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": employee_id or "demo",
            "iat": now,
            "exp": now + LIFETIME,
            "employee_id": employee_id,
            "roles": list(roles),
            "countries": list(countries),
        }
        return jwt.encode({"alg": "ES256", "kid": "demo"}, claims, self._key)
