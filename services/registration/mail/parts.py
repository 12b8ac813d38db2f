"""What a letter consists of, written as HTML and as plain text at once: a template is gone through once."""

from collections.abc import Callable, Iterable
from string import Template

from markupsafe import Markup, escape
from mjml import mjml2html

MJML = {
    "text": '<mj-text css-class="said">$words</mj-text>',
    "button": '<mj-button css-class="next" href="$address">$words</mj-button>',
    "items": '<mj-text css-class="said"><ul>$words</ul></mj-text>',
    "aside": '<mj-text css-class="said" padding="0 28px 14px"><a href="$address">$words</a></mj-text>',
}
BODY, CUT = "<mj-raw>$body</mj-raw>", "<mj-raw>@cut@</mj-raw>"
"""Where parts stand in the frame of all letters, and what they are cut out between."""
LINE = Template("$words")
LINK = Template('<a href="$address">$words</a>')
ITEM = Template("<li>$words</li>")


class Look:
    """How letters look: MJML becomes HTML once, with places for what is said, and not once a letter."""

    def __init__(self, frame: str) -> None:
        """``frame`` is MJML that holds ``BODY``, $foot, $subject and $preview."""
        self.whole = Template(mjml2html(frame))
        self.parts = {name: Template(_cut_out(frame, part)) for name, part in MJML.items()}


def _cut_out(frame: str, part: str) -> str:
    return mjml2html(frame.replace(BODY, f"{CUT}{part}{CUT}")).split("@cut@")[1]


class Parts:
    """Those of one letter; its template calls them one after the other."""

    def __init__(self, look: Look) -> None:
        self._look = look.parts
        self.html: list[str] = []
        self.plain: list[str] = []

    def text(self, caller: Callable[[], str]) -> str:
        """A paragraph."""
        words = escape(caller())
        return self._add(self._look["text"], words, plain_of(words).strip())

    def button(self, words: str, address: str) -> str:
        """What one would do next."""
        return self._leads(self._look["button"], words, address)

    def aside(self, words: str, address: str) -> str:
        """What one could do as well."""
        return self._leads(self._look["aside"], words, address)

    def items(self, lines: Iterable[str]) -> str:
        """A list."""
        all_of_them = [escape(line) for line in lines]
        words = "".join(ITEM.substitute(words=line) for line in all_of_them)
        return self._add(self._look["items"], words, "\n".join(f"- {plain_of(line)}" for line in all_of_them))

    def line(self, words: str) -> str:
        """Of the foot."""
        return self._add(LINE, escape(words), plain_of(words))

    def link(self, words: str, address: str) -> str:
        """Of the foot, a line that leads somewhere."""
        return self._leads(LINK, words, address)

    def _leads(self, look: Template, words: str, address: str) -> str:
        return self._add(look, escape(words), f"{plain_of(words)}:\n{plain_of(address)}", address)

    def _add(self, look: Template, words: str, plain: str, address: str = "") -> str:
        self.html.append(look.substitute(words=words, address=escape(address)))
        self.plain.append(plain)
        return ""


def plain_of(words: str) -> str:
    """Without what HTML needs; what is no HTML stays as it is."""
    return words.unescape() if isinstance(words, Markup) else words
