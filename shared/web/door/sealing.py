"""What a browser keeps for us, so that it can neither be read nor made up there: sealed with keys that are rolled."""

import hashlib
import json
from typing import Any, Literal

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.settings import Settings

Purpose = Literal["session", "attempt", "hint", "notice", "link"]
"""A seal is of one purpose: what is sealed for another is not opened, wherever a browser puts it."""

ALGORITHM, ENCRYPTION = "dir", "A256GCM"
LONGEST = 4096
"""Bytes of a cookie with its name and attributes, at most: browsers drop a longer one, and nobody reads one here."""
NOT_OURS = (ArithmeticError, JoseError, LookupError, TypeError, ValueError)
"""What opening raises for whatever somebody else has made."""


class Seal:
    """The first key seals, all of them open: a new one is made known to every service before it comes first."""

    def __init__(self, settings: Settings, purpose: Purpose) -> None:
        self._keys = [_key(secret, purpose) for secret in settings.keys_of_sessions]

    def __bool__(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._keys)

    def seal(self, said: dict[str, Any]) -> str:
        """A text in letters that cookies may have; raises IndexError where there is no key."""
        key = self._keys[0]
        header = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": key.kid}
        return jwe.encrypt_compact(header, json.dumps(said, ensure_ascii=False, separators=(",", ":")), key)

    def open(self, sealed: str) -> dict[str, Any] | None:
        """What was sealed; None for whatever was not sealed here, for this, by a key that still counts."""
        if not sealed or len(sealed) > LONGEST:
            return None
        try:
            opened = jwe.decrypt_compact(sealed, self._of, algorithms=[ALGORITHM, ENCRYPTION])
            said = json.loads(opened.plaintext or b"")
        except NOT_OURS:
            return None
        return said if isinstance(said, dict) else None

    def _of(self, sealed: Any) -> OctKey:
        wanted = sealed.headers().get("kid")
        for key in self._keys:
            if key.kid == wanted:
                return key
        raise LookupError("sealed with a key that does not count")


def _key(secret: str, purpose: str) -> OctKey:
    """One of 256 bits for that purpose alone; its name tells nothing of the secret."""
    derived = hashlib.blake2b(secret.encode(), digest_size=32, person=purpose.encode()).digest()
    name = hashlib.blake2b(derived, digest_size=6, person=b"name").hexdigest()
    return OctKey.import_key(derived, {"kid": name})
