"""What of an answer in the pseudo-language is plain English still: sentences that were not translated."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from typing_extensions import override

from shared.web.wording import PSEUDO

SAID_IN = ("alt", "aria-label", "placeholder", "title")
"""Attributes people read or hear."""
NOT_PROSE = frozenset({"code", "pre", "script", "style"})
VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
WORD = re.compile(r"[A-Za-z]{2,}")
DATE = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d{1,2} [A-Z][a-z]+( \d{4})?)\b")
"""As English is dated: of dates nothing is translated by a catalogue."""


class _Prose(HTMLParser):
    """Collects what people read, but for code and what says itself that it is in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._within: list[bool] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.said += [text for name in SAID_IN if (text := values.get(name))]
        if tag not in VOID:
            prose = tag not in NOT_PROSE and values.get("lang", PSEUDO) == PSEUDO
            self._within.append(prose and (not self._within or self._within[-1]))

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._within.pop()

    @override
    def handle_data(self, data: str) -> None:
        if self._within and self._within[-1]:
            self.said.append(data)


def plain_words(text: str, facts: Iterable[str] = ()) -> list[str]:
    """The English words in it that are no facts."""
    for fact in sorted(facts, key=len, reverse=True):
        text = text.replace(fact, " ")
    return WORD.findall(DATE.sub(" ", text))


def plain_words_of_page(html: str, facts: Iterable[str] = ()) -> list[str]:
    """The same of a page: its text, and the attributes people read."""
    prose = _Prose()
    prose.feed(html)
    return [word for said in prose.said for word in plain_words(said, facts)]
