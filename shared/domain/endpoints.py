"""Where a customer's own tools are told of events by webhook: checked when a service starts, and shown to nobody."""

import base64
from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError
from pydantic_core import PydanticKnownError

MOST = 20
HERE = ("127.0.0.1", "::1", "localhost")
MARK = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, as Standard Webhooks has them."""


def _reachable(url: SecretStr) -> SecretStr:
    """Encrypted, or on this very machine; nobody is signed in by an address."""
    try:
        parts = urlsplit(url.get_secret_value())
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.username is not None or parts.fragment:
        raise PydanticKnownError("url_parsing", {"error": "such as https://hooks.example.com/telemachus"})
    if parts.scheme != "https" and not (parts.scheme == "http" and host in HERE):
        raise PydanticKnownError("url_scheme", {"expected_schemes": "https"})
    return url


def _signing(secret: SecretStr) -> SecretStr:
    if not keys_in(secret) or not all(SHORTEST <= len(key) <= LONGEST for key in keys_in(secret)):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": "whsec_ and 24 to 64 bytes in base64"})
    return secret


def keys_in(secret: SecretStr) -> list[bytes]:
    """The keys, the one that counts first; empty where one of them is none."""
    written = [each.strip() for each in secret.get_secret_value().split(",")]
    if not all(each.startswith(MARK) for each in written):
        return []
    try:
        return [base64.b64decode(each.removeprefix(MARK), validate=True) for each in written]
    except ValueError:  # no base64, or letters that are in none
        return []


Word = Annotated[str, Field(min_length=1, max_length=80)]


class Endpoint(BaseModel):
    """One address, what it is told, and what that is signed with.

    ``name`` stands in lists, logs and metrics, because the address of a chat is a secret itself. ``secret`` may hold
    several, with commas between: all of them sign, so that one can be replaced without an interruption. ``kinds`` are
    types of events; without ``programmes`` it is told of all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    url: Annotated[SecretStr, Field(max_length=2000), AfterValidator(_reachable)]
    secret: Annotated[SecretStr, Field(max_length=1000), AfterValidator(_signing)]
    kinds: Annotated[tuple[Word, ...], Field(min_length=1, max_length=100)]
    programmes: Annotated[tuple[Word, ...], Field(max_length=1000)] = ()

    @property
    def keys(self) -> list[bytes]:
        """What signs: all of them."""
        return keys_in(self.secret)


def _of_one_name_each(endpoints: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
    if len({each.name for each in endpoints}) < len(endpoints):
        raise PydanticKnownError("value_error", {"error": "each needs a name of its own"})
    return endpoints


_ALL: TypeAdapter[tuple[Endpoint, ...]] = TypeAdapter(
    Annotated[tuple[Endpoint, ...], Field(max_length=MOST), AfterValidator(_of_one_name_each)]
)


def endpoints_in(text: SecretStr) -> tuple[Endpoint, ...]:
    """Those that are written there as JSON; raises PydanticKnownError, which tells none of it."""
    if not text.get_secret_value().strip():
        return ()
    try:
        return _ALL.validate_json(text.get_secret_value())
    except ValidationError as error:
        what = "; ".join(map(_fault, error.errors(include_input=False, include_url=False, include_context=False)))
        raise PydanticKnownError("value_error", {"error": what}) from None


def _fault(fault: Any) -> str:
    return f"{_place(fault['loc'])}: {fault['msg']}" if fault["loc"] else str(fault["msg"])


def _place(where: Iterable[str | int]) -> str:
    return ".".join(map(str, where))
