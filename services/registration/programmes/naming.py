"""Ids that are made from titles: they stand in addresses, and stay whatever the title becomes."""

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import count

from shared.language.values.same import same

LONGEST = 60
"""Letters of a title that are taken; a number may follow."""


def id_of(title: str, otherwise: str) -> str:
    """The title in small letters without accents, with hyphens between its words; ``otherwise`` where none remains."""
    apart = unicodedata.normalize("NFKD", same(title))
    words = re.findall("[a-z0-9]+", "".join(each for each in apart if not unicodedata.combining(each)))
    return "-".join(words)[:LONGEST].strip("-") or otherwise


def ids_of(title: str, otherwise: str) -> Iterator[str]:
    """The same, and what may be taken where somebody else has it already."""
    first = id_of(title, otherwise)
    yield first
    yield from (f"{first}-{number}" for number in count(2))


def free_id(title: str, otherwise: str, taken: Container[str]) -> str:
    """The first that is not taken."""
    return next(each for each in ids_of(title, otherwise) if each not in taken)
