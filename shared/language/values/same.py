"""When two texts are the same: one form that is compared. Shown is always what was written.

It is Unicode's ``toNFKC_Casefold``, with white space collapsed: composed and decomposed, full width, no-break and
double spaces, soft hyphens, what has no width, and capitals make no difference. Letters, digits and signs do.
"""

import re
from collections.abc import Callable, Iterable
from unicodedata import normalize

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's property Default_Ignorable_Code_Point."""


def same_number(text: str) -> str:
    """The form in which employee numbers and tokens' subjects are compared: capitals are not small letters there.

    Providers may give out subjects that differ in nothing else; to take two people for one would show each the other's
    data.
    """
    plain = text if text.isascii() else normalize("NFKC", _INVISIBLE.sub("", text))
    return " ".join(plain.split())


def same(text: str) -> str:
    """The form in which all else is compared: units, cities, interests, topics, addresses."""
    if text.isascii():
        return same_number(text.casefold())
    return same_number(same_number(normalize("NFD", text)).casefold())


def each_once(texts: Iterable[str], form: Callable[[str], str] = same) -> tuple[str, ...]:
    """The texts in their order; of those that are the same the first."""
    once: dict[str, str] = {}
    for text in texts:
        once.setdefault(form(text), text)
    return tuple(once.values())
