"""What a service says: a sentence for every code, a word for every fact that is one, in every language it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from shared.delivery.dead_letters import REFUSED
from shared.domain.marking import Addressed, Sentence, _
from shared.language.reasons import Reason
from shared.web import refusals
from shared.web.wording import CATALOGUES, SOURCE, Say, Words, saying

ByCode = Mapping[str, Sentence | Addressed]

GENERAL = _("This is not possible (%(code)s).")
"""For a code of tomorrow, or of another version."""


@dataclass(frozen=True)
class Sentences:
    """The sentences of shared and of one service, whose own come first."""

    by_code: ByCode = field(default_factory=lambda: refusals.SENTENCES)
    words: Words = field(default_factory=lambda: refusals.WORDS)
    catalogues: tuple[Path, ...] = (CATALOGUES,)

    @classmethod
    def of(cls, by_code: ByCode, words: Words, package: Path) -> Self:
        """Those of the service in that folder."""
        both = {name: {**refusals.WORDS.get(name, {}), **of_name} for name, of_name in words.items()}
        return cls(
            {**refusals.SENTENCES, **by_code}, {**refusals.WORDS, **both}, (package / CATALOGUES.name, CATALOGUES)
        )

    @cached_property
    def _spoken(self) -> dict[str, Say]:
        return {}

    def say(self, language: str = SOURCE) -> Say:
        """``say`` in that language."""
        if language not in self._spoken:
            self._spoken[language] = saying(language, *self.catalogues, words=self.words)
        return self._spoken[language]

    def explain(self, reason: Reason, language: str = SOURCE, *, you: bool = False) -> str:
        """The reason in words; ``you``: they are read by the very person they are about."""
        say = self.say(language)
        sentence = self.by_code.get(reason.code)
        if sentence is None:
            return say(GENERAL, code=reason.code)
        facts = dict(reason.facts)
        if isinstance(why := facts.get("why"), str):  # a reason within the reason
            facts["why"] = self.retell(why, language)
        return say(sentence.to(you) if isinstance(sentence, Addressed) else sentence, **facts)

    def retell(self, line: str, language: str = SOURCE) -> str:
        """What a stored line says; the words of an earlier version stay as they are."""
        if line.startswith(REFUSED):
            return self.say(language)(refusals.REFUSED, why=self.retell(line.removeprefix(REFUSED), language))
        reason = Reason.read(line)
        return self.explain(reason, language) if reason and reason.code in self.by_code else line
