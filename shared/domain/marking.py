"""Marks sentences for translation where they stand; where they are shown they are put into the reader's language.

The functions bear the names that gettext's tools look for by themselves. Facts stand in a sentence as ``%(name)s``, as
in templates, and are put in by ``shared.web.wording`` alone; a per cent sign is doubled. A sentence that counts
something comes in two forms, which ``%(count)s`` chooses between.
"""

from dataclasses import dataclass
from typing import Protocol

from shared.language.reasons import Fact

Sentence = str | tuple[str, str]
"""A sentence, or one about one and about several."""


class Say(Protocol):
    """Puts a sentence into the reader's language, and its facts into the sentence."""

    def __call__(self, sentence: Sentence, /, **facts: Fact) -> str: ...


@dataclass(frozen=True)
class Addressed:
    """A sentence about somebody, as they read it themselves and as others do."""

    you: Sentence
    others: Sentence

    def to(self, somebody: bool) -> Sentence:
        """The sentence for whoever it is about, or for anybody else."""
        return self.you if somebody else self.others


def _(sentence: str) -> str:
    """Marks a sentence."""
    return sentence


def ngettext(one: str, several: str) -> tuple[str, str]:
    """Marks a sentence about one and its plural."""
    return one, several
