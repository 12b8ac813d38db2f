"""What of a series could not be planned: a code and facts, as it is stored."""

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from shared.language.reasons import Reason

_DAY, _NUMBER = r"\d{4}-\d\d-\d\d", r"\d+"
_SENTENCES = {
    "programme-ends-first": rf"No session: the programme ends on (?P<ends_on>{_DAY}), before the two could meet\.",
    "never-in-common": r"No session: the working hours of the two never have "
    rf"(?P<minutes>{_NUMBER}) minutes in common before (?P<last_day>{_DAY})\.",
    "nothing-free-in-common": r"No session: the two have no "
    rf"(?P<minutes>{_NUMBER}) minutes free in common before (?P<last_day>{_DAY})\.",
    "too-few-sessions": rf"(?P<made>{_NUMBER}) of (?P<count>{_NUMBER}) sessions: "
    rf"there is no further common free slot before (?P<last_day>{_DAY})\.",
    "late-first-session": rf"All (?P<count>{_NUMBER}) sessions, but the two have no common free slot "
    rf"within the first (?P<within>{_NUMBER}) days\.",
    "somebody-gone": r"One of the two is no longer there\.",
}
"""As documents of version 1 have it: an English sentence."""


def _read(stored: object) -> object:
    """From the line of today, or the sentence of before; nothing is an empty text, as it always was."""
    if not isinstance(stored, str):
        return stored
    return (Reason.read(stored) or _of_sentence(stored)) if stored else None


def _of_sentence(text: str) -> Reason | None:
    for code, pattern in _SENTENCES.items():
        if found := re.fullmatch(pattern, text):
            facts = "".join(f" {name}={value}" for name, value in found.groupdict().items())
            return Reason.read(code + facts)
    return Reason("not-all-planned")


Shortfall = Annotated[Reason | None, BeforeValidator(_read), PlainSerializer(lambda reason: str(reason or ""))]
"""Why a series is not what the programme asks for; None when it is."""
