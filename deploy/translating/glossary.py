"""Which word stands for which, from the pages of docs/languages, and sentences that do not keep to it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.translating.table import Forms

PAGES = Path(__file__).parents[2] / "docs" / "languages"
TERM = re.compile(r"\| (?P<english>[^|]+) \| (?P<word>[^|]+) \| (?P<stems>[^|]+) \|")
OTHERWISE = re.compile(r"- (?P<english>[^:]+): (?P<sentence>.+)")
HEADINGS = ("English", "---")
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True)
class Glossary:
    """A language's words: English term → stems, one of which stands in its place; and where none does."""

    stems: Mapping[str, Forms]
    otherwise: frozenset[tuple[str, str]]
    """Term and English sentence."""

    def not_kept(self, source: Forms, said: Forms) -> Iterator[str]:
        """The terms of this sentence that its translation says in another way."""
        text = "\n".join(said).casefold()
        for english, stems in self.stems.items():
            if _has(english, source) and not any(stem.casefold() in text for stem in stems):
                yield english


def _has(english: str, source: Forms) -> bool:
    plural = f"{english[:-1]}ies" if english.endswith("y") else f"{english}s"
    term = re.compile(rf"(?<![\w-])(?:{re.escape(english)}|{re.escape(plural)})(?![\w-])", re.IGNORECASE)
    return any(term.search(PLACEHOLDER.sub("", form)) for form in source)


@cache
def glossary(language: str) -> Glossary:
    """As its page has it."""
    lines = (PAGES / f"{language}.md").read_text(encoding="utf-8").splitlines()
    rows = [found for line in lines if (found := TERM.fullmatch(line)) and found["english"] not in HEADINGS]
    otherwise = [found for line in lines if (found := OTHERWISE.fullmatch(line))]
    return Glossary(
        {row["english"]: tuple(row["stems"].split(", ")) for row in rows},
        frozenset((each["english"], each["sentence"]) for each in otherwise),
    )
