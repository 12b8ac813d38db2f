"""What the catalogues hold, and a filled table taken into them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from deploy.describing.languages import SPEAKING, brought_up_to_date, extracted, translated
from deploy.translating.table import Block, Forms
from shared.web.wording import SOURCE, languages

LANGUAGES = tuple(language for language in languages() if language != SOURCE)


@dataclass(frozen=True)
class Entry:
    """One sentence in one language, as one package says it; ``said`` is empty where nobody has translated it."""

    language: str
    package: str
    source: Forms
    said: Forms
    places: Forms


def entries() -> Iterator[Entry]:
    """All there have to be."""
    for folder in SPEAKING:
        for language in LANGUAGES:
            for message in catalogue(folder, language):
                if message.id:
                    places = tuple(place for place, _ in message.locations)
                    yield Entry(language, folder.parent.name, _forms(message.id), _said(message), places)


def catalogue(folder: Path, language: str) -> Catalog:
    """A catalogue with every sentence that there is now."""
    return brought_up_to_date(_sentences(SPEAKING[folder]), language, folder / f"{language}.po")


@cache
def _sentences(speaking: Path) -> Catalog:
    return extracted(speaking)


def _forms(text: object) -> Forms:
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, list | tuple) else ()


def _said(message: Message) -> Forms:
    said = _forms(message.string)
    return said if all(said) else ("",) * len(said)


def missing() -> list[Block]:
    """Every sentence that some language does not say, once, with the files where it is marked."""
    lacking: dict[Forms, dict[str, Forms]] = {}
    places: dict[Forms, set[str]] = {}
    for entry in entries():
        if not any(entry.said):
            lacking.setdefault(entry.source, {})[entry.language] = entry.said
            places.setdefault(entry.source, set()).update(entry.places)
    return [Block(said, lacking[said], tuple(sorted(places[said]))) for said in sorted(lacking)]


def take(blocks: list[Block]) -> list[Forms]:
    """Put them into every catalogue that has the sentence; gives the sentences that nobody says."""
    nowhere = {block.source for block in blocks}
    for folder in SPEAKING:
        for language in LANGUAGES:
            known = catalogue(folder, language)
            nowhere -= {block.source for block in blocks if _take(known, language, block)}
            (folder / f"{language}.po").write_text(translated(known, language))
    return sorted(nowhere)


def _take(known: Catalog, language: str, block: Block) -> bool:
    message = known.get(block.source[0])
    if message is None or _forms(message.id) != block.source:
        return False
    if said := block.said.get(language):
        message.string = said if message.pluralizable else said[0]
    return True
