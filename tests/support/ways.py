"""The same person by either way of signing in: with a program's token, or a browser's cookie and the forms it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from typing_extensions import override

from deploy.local.issuer import Issuer
from shared.settings import Settings
from shared.web.access import Access
from shared.web.door.forgery import READS
from tests.support.apps import signed_in
from tests.support.browsers import HERE, form_token, signed_in_cookie


@dataclass(frozen=True)
class Who:
    """Somebody: what a token says of them, or a sealed session."""

    roles: tuple[str, ...]
    employee_id: str = ""
    countries: tuple[str, ...] = ()


class Filled(dict[str, Any]):
    """A body that is sent as one of our own forms, and not as JSON."""


class Way(Protocol):
    """How somebody signs in."""

    def headers(self, who: Who, method: str) -> Mapping[str, str]:
        """What goes with a request of theirs."""


class ByToken(Way):
    """As programs do."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    @override
    def headers(self, who: Who, method: str) -> Mapping[str, str]:
        return signed_in(self._issuer, *who.roles, employee_id=who.employee_id, countries=who.countries)


class ByCookie(Way):
    """As browsers do: what is not only read carries what our pages have shown to that very session."""

    def __init__(self, settings: Settings) -> None:
        self._access = Access(settings)

    @override
    def headers(self, who: Who, method: str) -> Mapping[str, str]:
        cookie = signed_in_cookie(self._access, *who.roles, employee_id=who.employee_id, countries=who.countries)
        form = {} if method in READS else {"Origin": HERE, "X-CSRF": form_token(self._access, cookie)}
        return {"Cookie": cookie, **form}


def sent(body: Any) -> dict[str, Any]:
    """The body, as httpx takes it."""
    return {"data": body} if isinstance(body, Filled) else {"json": body}
