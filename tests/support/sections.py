"""A page as people read it: the texts of each of its sections."""

from html.parser import HTMLParser

from typing_extensions import override

TOGETHER = frozenset({"h1", "h2", "li", "p"})
"""What is read in one breath; of those within each other the outermost."""


class _Sections(HTMLParser):
    """Collects them. A drawing that says something is its label."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._section = ""
        self._within: list[str] = []
        self._words: list[str] = []
        self._is_title = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._is_title = tag == "title"
        if tag == "section":
            self._section = values.get("aria-labelledby") or str(values.get("class")).split()[0]
        elif tag in TOGETHER:
            self._within.append(tag)
        elif tag == "svg" and self._within:
            self._words.append(values.get("aria-label") or "")

    @override
    def handle_endtag(self, tag: str) -> None:
        self._is_title = False
        if tag == "section":
            self._section = ""
        elif tag in TOGETHER:
            self._within.pop()
            self._end()

    def _end(self) -> None:
        text = " ".join(" ".join(self._words).split())
        if not self._within:
            self._words.clear()
        if text and not self._within:
            self.found.setdefault(self._section, []).append(text)

    @override
    def handle_data(self, data: str) -> None:
        if self._within and not self._is_title:
            self._words.append(data)


def sections(html: str) -> dict[str, list[str]]:
    """Section, by what labels it or its first class → what stands in it, in order; "" is what stands in none."""
    page = _Sections()
    page.feed(html)
    return page.found
