"""The table that people translate in: a block a sentence, a line a language, whichever package says the sentence.

``en`` comes twice where something is counted, and a language as often as it has forms of the plural::

    # registration/pages/board/templates/_board.html
    en: %(count)s pair needs you today
    en: %(count)s pairs need you today
    de: %(count)s Paar braucht Sie heute
    de: %(count)s Paare brauchen Sie heute

Blank lines part blocks, ``#`` begins a remark, and what stands empty is not translated yet.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from shared.web.wording import SOURCE

LINE = re.compile(r"(?P<language>[A-Za-z-]+):(?: (?P<text>.*))?")
Forms = tuple[str, ...]
"""One for every form of the plural; one alone where nothing is counted."""


class Unreadable(Exception):
    """A line of the table is none, or its block has no sentence; says which."""


@dataclass(frozen=True)
class Block:
    """A sentence and what it is in each language."""

    source: Forms
    said: Mapping[str, Forms] = field(default_factory=dict)
    where: Forms = ()


def written(blocks: Iterable[Block]) -> str:
    """The table."""
    return "\n".join("".join(f"{line}\n" for line in _lines(block)) for block in blocks)


def _lines(block: Block) -> Iterator[str]:
    yield from (f"# {place}" for place in block.where)
    for language, forms in ((SOURCE, block.source), *block.said.items()):
        yield from (f"{language}: {form}".rstrip() for form in forms)


def read(table: str) -> Iterator[Block]:
    """Its blocks; raises Unreadable."""
    block: dict[str, list[str]] = {}
    for number, line in enumerate([*table.splitlines(), ""], start=1):
        if not line.strip():
            yield from _block(block, number)
            block = {}
        elif not line.startswith("#"):
            found = LINE.fullmatch(line.rstrip())
            if not found:
                raise Unreadable(f"line {number} is neither «language: sentence» nor a remark: {line}")
            block.setdefault(found["language"], []).append(found["text"] or "")


def _block(lines: Mapping[str, list[str]], number: int) -> Iterator[Block]:
    if not lines:
        return
    if SOURCE not in lines:
        raise Unreadable(f"the block before line {number} does not say what it translates: «{SOURCE}: …» is missing")
    said = {language: tuple(forms) for language, forms in lines.items() if language != SOURCE and any(forms)}
    yield Block(tuple(lines[SOURCE]), said)
