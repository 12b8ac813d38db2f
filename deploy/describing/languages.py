"""The catalogues of every package that speaks, kept up to date by ``make write``.

The pseudo-languages are made, a language that people read is brought up to date: what is new stands in it untranslated,
what is gone goes. ``python -m deploy.describing.languages fr`` begins one.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from deploy.describing.pseudo import mirrored, pseudo
from deploy.services import SERVICES
from shared.web.wording import CATALOGUES, MADE, MIRRORED, PSEUDO, locale

ROOT = Path(__file__).parents[2]
SPEAKING: Mapping[Path, Path] = {
    CATALOGUES: ROOT / "shared",
    **{ROOT / "services" / s.name / CATALOGUES.name: ROOT / "services" / s.name for s in SERVICES},
    ROOT / "deploy" / "local" / CATALOGUES.name: ROOT / "deploy" / "local",
}
"""Folder of catalogues → where its sentences are."""

MAKING: Mapping[str, Callable[[str], str]] = {PSEUDO: pseudo, MIRRORED: mirrored}

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
HEAD = """\
# {what}
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def extracted(folder: Path) -> Catalog:
    """Every sentence that is marked there, in the order of the alphabet."""
    catalogue = Catalog()
    found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS)
    for file, _line, message, _comments, context in sorted(found, key=lambda each: (str(each[2]), each[0])):
        catalogue.add(message, locations=[(Path(folder.name, file).as_posix(), 0)], context=context)
    return catalogue


def pseudo_language(sentences: Catalog, language: str) -> str:
    """Their catalogue in a pseudo-language."""
    told = MAKING[language]
    for message in sentences:
        if message.id:
            message.string = tuple(map(told, message.id)) if message.pluralizable else told(str(message.id))
    head = HEAD.format(what="Made by make write.", language=language, plurals="nplurals=2; plural=(n != 1);")
    return head + _body(sentences)


def brought_up_to_date(sentences: Catalog, language: str, file: Path) -> Catalog:
    """A catalogue that people translate: what they have translated stays, however it was reordered."""
    before = file.read_bytes() if file.exists() else b""
    catalogue = read_po(BytesIO(before), locale=locale(language)) if before else Catalog(locale=locale(language))
    catalogue.update(sentences, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def translated(catalogue: Catalog, language: str) -> str:
    """The file of a catalogue that people translate."""
    what = "Translated by people; make write adds what is new, python -m deploy.translating lists what is missing."
    return HEAD.format(what=what, language=language, plurals=catalogue.plural_forms) + _body(catalogue)


def _body(catalogue: Catalog) -> str:
    written = BytesIO()
    write_po(written, catalogue, omit_header=True, sort_output=True, include_lineno=False, width=116)
    return written.getvalue().decode()


def catalogues(*begun: str) -> Iterator[tuple[Path, str]]:
    """Every catalogue there has to be, and what has to be in it."""
    for folder, speaking in SPEAKING.items():
        for made in MADE:
            yield folder / f"{made}.po", pseudo_language(extracted(speaking), made)
        for language in sorted({path.stem for path in folder.glob("*.po")} - set(MADE) | set(begun)):
            file = folder / f"{language}.po"
            yield file, translated(brought_up_to_date(extracted(speaking), language, file), language)


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return dict(catalogues())


if __name__ == "__main__":
    for path, text in catalogues(*sys.argv[1:]):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
