"""docs/errors.md: every code with its facts, what it is over HTTP, and its sentence in English."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path

from deploy.describing.raises import FIELD, KINDS, ROOT, Raised, raised
from deploy.services import SERVICES
from shared.domain.marking import Addressed, Sentence
from shared.web import problems, refusals
from shared.web.faults import COUNTED, FAULTS
from shared.web.sentences import ByCode

PAGE = ROOT / "docs" / "errors.md"
HEAD = """\
# What a service says no with

Made by `make write` from the code. A problem document (RFC 9457) has, beside `status`, `title` and `detail`, a `code`
and `facts`: the code and the names of its facts are stable, the sentence is in the reader's language
(`Accept-Language`) and may be worded better any day. Programs read codes, people read sentences. Where no status
stands, the reason is not answered but stored or logged: as one line, `code fact=value`, in dead letters, rebuilds and
documents.

Where there are two sentences, the first says “you” to the person it is about, and everybody else reads the second; or
they differ in number, and the first is about one.
"""


def files() -> Mapping[Path, str]:
    """The page."""
    return {PAGE: page()}


def page() -> str:
    """The page as it has to be."""
    everywhere = raised()
    parts = [HEAD, "## Every service\n", _table("shared", refusals.SENTENCES, everywhere), _framework()]
    for service in SERVICES:
        if service.sentences:
            parts += [f"## {service.name.capitalize()}\n", _table(service.name, service.sentences, everywhere)]
    parts += ["## Fields that are not valid (422, in `fields`)\n", _faults()]
    return "\n".join(parts)


def _table(package: str, sentences: ByCode, everywhere: Iterable[Raised]) -> str:
    places: dict[str, list[Raised]] = {}
    for each in everywhere:
        places.setdefault(each.code or "", []).append(each)
    rows = []
    for code, sentence in sorted(sentences.items()):
        here = [each for each in places.get(code, ()) if each.package in (package, "shared")] or places.get(code, [])
        facts = {fact for each in here for fact in each.facts}
        rows.append((f"`{code}`", _statuses(here), _code(facts), _said(sentence)))
    return _rows(("code", "status", "facts", "sentence"), rows)


def _statuses(places: Iterable[Raised]) -> str:
    found = {_status(each.kind) for each in places}
    return ", ".join(sorted(found - {""})) or "–"


def _status(kind: str) -> str:
    if kind == FIELD:
        return "422"
    mro = KINDS[kind].__mro__ if kind in KINDS else ()
    return next((str(problems.KINDS[each][0]) for each in mro if each in problems.KINDS), "")


def _framework() -> str:
    rows = [(f"`{code}`", str(status), said) for status, (code, _, said) in problems.PHRASES.items()]
    rows += [(f"`{code}`", str(status), _shown(detail)) for code, (status, _, detail) in problems.OTHERS.items()]
    rows.append(("`not-valid`", str(HTTPStatus.UNPROCESSABLE_ENTITY.value), "each field with what is wrong with it"))
    return _rows(("code without facts", "status", "sentence"), sorted(rows))


def _faults() -> str:
    rows = []
    for kind, sentence in sorted(FAULTS.items()):
        both = " ".join(variants(sentence))
        named = {COUNTED[kind] if name == "count" else name for name in placeholders(both)}
        rows.append((f"`{kind.replace('_', '-')}`", _code(named), _said(sentence)))
    return _rows(("code", "facts", "sentence"), rows)


def placeholders(text: str) -> set[str]:
    """The facts a sentence names."""
    return {piece.partition(")s")[0] for piece in text.replace("%%", "").split("%(")[1:]}


def variants(sentence: Sentence | Addressed) -> list[str]:
    """Every form it has."""
    if isinstance(sentence, Addressed):
        return [*variants(sentence.you), *variants(sentence.others)]
    return [sentence] if isinstance(sentence, str) else list(sentence)


def _said(sentence: Sentence | Addressed) -> str:
    return " <br> ".join(map(_shown, variants(sentence)))


def _shown(text: str) -> str:
    return text.replace("%(", "‹").replace(")s", "›").replace("%%", "%").replace("|", "\\|")


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _rows(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
