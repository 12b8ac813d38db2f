"""Parts of a page that are made from the code, between two marks; everything around them is written by hand."""

import re

MARKED = re.compile(r"<!-- made: (?P<name>[a-z-]+) -->\n.*?<!-- end of (?P=name) -->", re.DOTALL)


def with_parts(text: str, **parts: str) -> str:
    """The page with these parts as they have to be; its other parts stay."""

    def made(mark: re.Match[str]) -> str:
        name = mark["name"]
        return f"<!-- made: {name} -->\n{parts[name]}\n<!-- end of {name} -->" if name in parts else mark[0]

    return MARKED.sub(made, text)
