"""Somebody signed in with a browser: a sealed cookie that every service reads without asking anybody."""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from fastapi import Request, Response

from shared.settings import Settings
from shared.web.door.sealing import Seal
from shared.web.door.tokens import Unauthenticated

COOKIE = "telemachus"
RENEWED_AFTER = 300
"""Seconds. A younger session is left as it is: a cookie with every answer would be written for nothing."""
LONGEST_NAME, MOST_COUNTRIES = 60, 300
"""What of them is kept: the cookie of a manager of every country there is has to fit as well."""


@dataclass(frozen=True, slots=True)
class Session:
    """What is kept of somebody until they sign out; times are seconds since 1970."""

    subject: str
    """Tells people apart; not what the provider calls them, which may be an address."""
    person_id: str | None
    before: str | None
    roles: frozenset[str]
    countries: frozenset[str]
    name: str = field(repr=False)
    """As the provider writes it, for the reader's own eyes; empty where it does not."""
    secret: str = field(repr=False)
    """Random, and in every form that this session is shown: see ``forgery``."""
    begun: int
    renewed: int

    def packed(self) -> dict[str, Any]:
        """As it is sealed: few letters, for there is little room in a cookie."""
        return {
            "s": self.subject,
            "p": self.person_id,
            "o": self.before,
            "r": sorted(self.roles),
            "c": sorted(self.countries)[:MOST_COUNTRIES],
            "n": self.name[:LONGEST_NAME],
            "x": self.secret,
            "b": self.begun,
            "u": self.renewed,
        }

    @classmethod
    def unpacked(cls, said: Mapping[str, Any]) -> Self:
        """The same again; raises LookupError for what another version has sealed."""
        return cls(
            subject=said["s"],
            person_id=said["p"],
            before=said["o"],
            roles=frozenset(said["r"]),
            countries=frozenset(said["c"]),
            name=said["n"],
            secret=said["x"],
            begun=said["b"],
            renewed=said["u"],
        )


class Sessions:
    """Begins, reads, renews and ends them."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings, "session")
        self._idle, self._longest = settings.session_idle_minutes * 60, settings.session_longest_hours * 3600
        self._secure = settings.public_url.startswith("https:")
        self.origin = settings.public_url
        """Where people open us, as browsers say it; empty where nobody signs in with one."""
        self.cookie = host_cookie(settings, COOKIE)

    def of(self, request: Request) -> Session:
        """Whose browser that is; raises Unauthenticated, also when the session has ended meanwhile."""
        sealed = request.cookies.get(self.cookie) if self.origin else None
        if sealed is None:
            raise Unauthenticated("no-token")
        return self.opened(sealed)

    def opened(self, sealed: str) -> Session:
        """Whose session that is; raises Unauthenticated, also when it has ended meanwhile."""
        session = self._read(sealed)
        if session is None or self.ends(session) <= time.time():
            raise Unauthenticated("session-over")
        return session

    def _read(self, sealed: str) -> Session | None:
        said = self._seal.open(sealed)
        try:
            return Session.unpacked(said) if said else None
        except LookupError:
            return None

    def ends(self, session: Session) -> int:
        """When it ends unless it is used again, in seconds since 1970; never later than its longest age."""
        return min(session.renewed + self._idle, session.begun + self._longest)

    def begin(self, response: Response, *, subject: str, **whose: Any) -> None:
        """Sign somebody in whom the provider calls that; ``whose`` is what else Session keeps of them."""
        now, short = int(time.time()), hashlib.blake2b(subject.encode(errors="replace"), digest_size=12).hexdigest()
        session = Session(subject=short, **whose, secret=secrets.token_urlsafe(16), begun=now, renewed=now)
        self._put(response, session)

    def renewed(self, session: Session) -> Session:
        """The same, used just now; itself where that was noted a moment ago."""
        now = int(time.time())
        return replace(session, renewed=now) if now - session.renewed >= RENEWED_AFTER else session

    def keep(self, response: Response, before: Session) -> None:
        """Let whoever was answered stay signed in, unless the answer itself says otherwise."""
        session = self.renewed(before)
        said = any(cookie.startswith(f"{self.cookie}=") for cookie in response.headers.getlist("set-cookie"))
        if session is not before and not said:
            self._put(response, session)

    def end(self, response: Response) -> None:
        """Sign out: the browser forgets it."""
        response.delete_cookie(self.cookie, secure=self._secure, httponly=True, samesite="lax")

    def _put(self, response: Response, session: Session) -> None:
        response.set_cookie(
            self.cookie,
            self._seal.seal(session.packed()),
            max_age=self.ends(session) - int(time.time()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )


def host_cookie(settings: Settings, name: str) -> str:
    """What a cookie is called: with TLS no other host of the domain can set it, and it goes over nothing else."""
    return f"__Host-{name}" if settings.public_url.startswith("https:") else name
