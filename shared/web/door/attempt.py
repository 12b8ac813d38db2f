"""Somebody on the way to the identity provider and back: what only their browser and we know meanwhile."""

import hashlib
import hmac
import re
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from fastapi import Request, Response

from shared.settings import Settings
from shared.web.door.sealing import Seal
from shared.web.door.session import host_cookie

COOKIE = "telemachus_sign_in"
WITHIN = 600
"""Seconds in which somebody comes back: long enough to look for a password."""
MOST = 4
"""Pages on which one browser signs in at once; the cookies of more would be too long for one request."""
STATE = re.compile(r"[\w-]{32}", re.ASCII)


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in; another has its own."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """Comes back with the answer: that it is the answer to this."""
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """Stands in the ID token: that it was made for this."""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    """Shown for the code: that whoever has begun this is who ends it (PKCE, RFC 7636)."""
    then: str = "/"
    """The page of ours that was asked for."""
    begun: int = field(default_factory=lambda: int(time.time()))

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


class Attempts:
    """Each in a sealed cookie of its own, until it is answered or ten minutes have passed."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings, "attempt")
        self._prefix = host_cookie(settings, COOKIE)
        self._secure = settings.public_url.startswith("https:")

    def begin(self, request: Request, response: Response, attempt: Attempt) -> None:
        """Let the browser keep it, and forget those that nobody can be at any more."""
        others = sorted(name for name in request.cookies if name.startswith(self._prefix))
        for name in others[: max(0, len(others) + 1 - MOST)]:
            self._forget(response, name)
        said = {"s": attempt.state, "n": attempt.nonce, "v": attempt.verifier, "t": attempt.then, "b": attempt.begun}
        response.set_cookie(
            self._name(attempt.state),
            self._seal.seal(said),
            max_age=WITHIN,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def answered(self, request: Request, state: str) -> Attempt | None:
        """Which one this answers; None where this browser has begun none like that, or long ago."""
        if not STATE.fullmatch(state):
            return None
        said = self._seal.open(request.cookies.get(self._name(state), ""))
        if said is None or not hmac.compare_digest(said["s"], state) or time.time() - said["b"] > WITHIN:
            return None
        return Attempt(said["s"], said["n"], said["v"], said["t"], said["b"])

    def end(self, response: Response, state: str) -> None:
        """No answer counts twice."""
        if STATE.fullmatch(state):
            self._forget(response, self._name(state))

    def _name(self, state: str) -> str:
        return f"{self._prefix}_{state[:8]}"

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self._secure, httponly=True, samesite="lax")
