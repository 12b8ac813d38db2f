"""What just happened, told once on the next page: sealed in a cookie, so that nobody reads it or makes one up there.

The page that follows an action is another request, which any replica may answer. What is sealed is the marked sentence
and its facts; it is put into words by the page that shows it, in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response

from shared.domain.marking import Sentence
from shared.language.reasons import Fact, Reason
from shared.web.access import Caller
from shared.web.door.sealing import Seal
from shared.web.frame.navigation import service_of

COOKIE = "telemachus_notice"
SHOWN_FOR = 120
"""Seconds after which it is no news any more."""


@dataclass(frozen=True)
class Notice:
    """A marked sentence of the service that leaves it, and its facts: of those a day stays one, a moment does not."""

    sentence: Sentence
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def packed(self) -> dict[str, Any]:
        """As it can be kept."""
        return {"s": self.sentence, "f": str(Reason("facts", **self.facts))}

    @classmethod
    def unpacked(cls, kept: Mapping[str, Any]) -> "Notice":
        """The same again."""
        sentence, reason = kept["s"], Reason.read(kept["f"])
        return cls(sentence if isinstance(sentence, str) else tuple(sentence), reason.facts if reason else {})


def sealed(request: Request, caller: Caller, notice: Notice) -> str:
    """As it is kept, for the next page of this service that the caller sees; empty where browsers do not sign in."""
    said = {**notice.packed(), "w": caller.subject, "n": service_of(request)}
    seal = Seal(request.app.state.settings, "notice")
    return seal.seal(said) if seal else ""


def put(request: Request, response: Response, sealed_notice: str) -> None:
    """Let the page that follows tell it; nothing where that is empty."""
    if sealed_notice:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, sealed_notice, max_age=SHOWN_FOR, secure=secure, httponly=True, samesite="lax")


def left(request: Request, caller: Caller) -> Notice | None:
    """What is to be told on this page, if it is for this caller and by this service."""
    if COOKIE not in request.cookies:
        return None
    said = Seal(request.app.state.settings, "notice").open(request.cookies[COOKIE])
    if said is None or (said["w"], said["n"]) != (caller.subject, service_of(request)):
        return None
    return Notice.unpacked(said)


def told(response: Response) -> None:
    """It was: the browser forgets it."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
