"""What a link may do: declared by the service that does it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from shared.domain.marking import Say, Sentence
from shared.domain.work import Unit
from shared.language.reasons import Fact
from shared.web.links.link import Link


@dataclass(frozen=True)
class Offer:
    """What the page of a link says and asks: what would happen, in one sentence, and at most one question."""

    sentence: Sentence
    facts: Mapping[str, Fact] = field(default_factory=dict)
    question: Sentence = ""
    options: Mapping[str, str] = field(default_factory=dict)
    """What can be answered → its words, in the reader's language."""
    help: Sentence = ""
    """Beside the question: who reads the answer, for one."""


Offering: TypeAlias = Callable[[Link, Unit, Say, str], Awaitable[Offer]]
"""What it would do now, for a reader of that language; raises Refused or Absent where it would do nothing."""
Doing: TypeAlias = Callable[[Link, str, Unit], Awaitable[None]]
"""Does it, with the answer that was chosen; raises Refused and Absent. May run more than once, as every work."""


@dataclass(frozen=True)
class Deed:
    """One thing that links do."""

    offer: Offering
    do: Doing
    button: Sentence
    done: Sentence
    """What is told afterwards."""
