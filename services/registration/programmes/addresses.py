"""An e-mail address that some server takes: the same of people and of contacts."""

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from shared.language.reasons import not_valid
from shared.language.values.accepted import accepted
from shared.language.values.lines import Line

LONGEST, LONGEST_LOCAL = 254, 64
"""Bytes of all of it as it goes over the wire, and of what stands before the @ (RFC 5321, 4.5.3.1)."""
ATOM = r'[^\s\x00-\x1f\x7f"(),.:;<>@\[\\\]]+'
LOCAL = re.compile(rf"{ATOM}(\.{ATOM})*")
"""Letters and marks of any script; no quotation marks, which would let anything in and hardly any server takes."""
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)+(?!\d+$){LABEL}", re.IGNORECASE)
"""A name that can be looked up everywhere, in ASCII; no number of a machine."""


def _address(text: str, info: ValidationInfo) -> str:
    if not (accepted(info) or _can_be_written_to(text)):
        raise not_valid("not-an-email-address")
    return text


def _can_be_written_to(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    try:
        name = domain.encode("idna").decode("ascii")
    except UnicodeError:  # the codec's way to say that there is no such name
        return False
    before = len(local.encode())
    fits = before <= LONGEST_LOCAL and before + len("@") + len(name) <= LONGEST
    return fits and bool(LOCAL.fullmatch(local) and DOMAIN.fullmatch(name))


Email = Annotated[str, Line(LONGEST), AfterValidator(_address)]
