"""Every code has a sentence and every sentence a code; all are marked, translated, and name the facts they get."""

import ast
from collections.abc import Iterable
from gettext import NullTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from deploy.describing.errors import placeholders, variants
from deploy.describing.languages import SPEAKING
from deploy.describing.pseudo import PLAIN
from deploy.describing.raises import ROOT, Raised, raised
from deploy.services import SERVICES
from shared.domain.marking import Addressed, Sentence
from shared.language.reasons import CODE
from shared.service import Service
from shared.web import faults, problems, refusals, sentences, wording
from shared.web.wording import CATALOGUES, PSEUDO, translations

RAISED = raised()
CODED = [each for each in RAISED if each.code and " " not in each.code]
"""What has a code, and no sentence in its place."""
PACKAGES = {"shared": refusals.SENTENCES, **{service.name: service.sentences for service in SERVICES}}
EVERY = [(package, code, sentence) for package, of in PACKAGES.items() for code, sentence in of.items()]
every_sentence = pytest.mark.parametrize(
    ("package", "code", "sentence"), EVERY, ids=[f"{package} {code}" for package, code, _ in EVERY]
)
every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def sentence_of(each: Raised) -> Sentence | Addressed | None:
    """What is said where that is raised; shared's codes may be raised by anybody."""
    return PACKAGES[each.package].get(each.code or "") or refusals.SENTENCES.get(each.code or "")


def test_whatever_is_raised_has_a_code_and_no_sentence() -> None:
    assert [each.where for each in RAISED if not CODE.fullmatch(each.code or "")] == []


def test_every_code_that_is_raised_has_a_sentence() -> None:
    assert [(each.where, each.code) for each in CODED if sentence_of(each) is None] == []


def test_every_sentence_has_a_code_that_is_raised() -> None:
    anywhere = {each.code for each in CODED}
    own = {(each.package, each.code) for each in CODED}
    assert set(refusals.SENTENCES) <= anywhere
    assert {(service.name, code) for service in SERVICES for code in service.sentences} <= own


@every_service
def test_a_code_means_the_same_everywhere_in_a_service(service: Service) -> None:
    assert not service.sentences.keys() & refusals.SENTENCES.keys()


@pytest.mark.parametrize("each", CODED, ids=lambda each: f"{each.code} {each.where}")
def test_a_sentence_names_the_facts_it_is_given_and_no_others(each: Raised) -> None:
    sentence = sentence_of(each)
    assert sentence is not None
    named = [placeholders(variant) for variant in variants(sentence)]
    assert set().union(*named) == each.facts
    counted = [sentence.you, sentence.others] if isinstance(sentence, Addressed) else [sentence]
    assert all(isinstance(one, tuple) for one in counted) is ("count" in each.facts)


@every_sentence
def test_whatever_is_counted_has_a_plural(package: str, code: str, sentence: Sentence | Addressed) -> None:
    for one in [sentence.you, sentence.others] if isinstance(sentence, Addressed) else [sentence]:
        if isinstance(one, tuple):
            assert "count" in placeholders(one[1])
        else:
            assert "count" not in placeholders(one)


def catalogue_of(package: str) -> NullTranslations:
    return translations(PSEUDO, CATALOGUES if package == "shared" else ROOT / "services" / package / CATALOGUES.name)


def untranslated(package: str, said: Iterable[str | Sentence | Addressed]) -> list[str]:
    catalogue = catalogue_of(package)
    plain = [variant for sentence in said for variant in variants(sentence)]
    several = {text: catalogue.ngettext(text, text, 1) for text in plain}
    return [text for text in plain if catalogue.gettext(text) == text and several[text] == text]


@every_sentence
def test_every_sentence_is_marked_and_in_the_catalogue_of_its_package(
    package: str, code: str, sentence: Sentence | Addressed
) -> None:
    catalogue = catalogue_of(package)
    for one in [sentence.you, sentence.others] if isinstance(sentence, Addressed) else [sentence]:
        if isinstance(one, tuple):
            assert catalogue.ngettext(*one, 1) != one[0]
            assert catalogue.ngettext(*one, 2) != one[1]
        else:
            assert catalogue.gettext(one) != one


def test_every_word_and_title_is_in_the_catalogue_too() -> None:
    titles = [title for _, title in problems.KINDS.values()] + [
        said for _, *both in problems.PHRASES.values() for said in both
    ]
    others = [text for _, *texts in problems.OTHERS.values() for text in texts]
    frame: list[Sentence | Addressed] = [
        problems.NOT_VALID,
        problems.LEFT_OUT,
        sentences.GENERAL,
        refusals.REFUSED,
        faults.ONE_OF,
    ]
    words = [word for of in refusals.WORDS.values() for word in of.values()]
    assert untranslated("shared", [*titles, *others, *frame, *words]) == []
    for service in SERVICES:
        assert untranslated(service.name, [word for of in service.words.values() for word in of.values()]) == []


@every_service
def test_there_is_a_word_for_whatever_can_be_missing(service: Service) -> None:
    kinds = {kind.__name__.lower() for kind in service.aggregates if kind.__module__.startswith("services.")}
    assert kinds <= service.spoken.words["kind"].keys()


def test_no_field_is_called_wrong_in_plain_english() -> None:
    """What pydantic and the web framework would show as it is."""
    files = [file for package in ("shared", "services") for file in sorted((ROOT / package).rglob("*.py"))]
    found = [
        f"{file.relative_to(ROOT)} {node.func.id}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in UNCODED
    ]
    assert found == ["shared/language/reasons.py PydanticCustomError", "shared/language/reasons.py ValueError"]


UNCODED = {"ValueError", "AssertionError", "HTTPException", "PydanticCustomError"}


def _forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text) if isinstance(text, list | tuple) else []


@pytest.mark.parametrize("folder", SPEAKING, ids=lambda folder: folder.parent.name)
def test_the_pseudo_language_has_everything_accented_longer_and_in_brackets(folder: Path) -> None:
    with (folder / f"{PSEUDO}.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    assert len(messages) > 3
    for message in messages:
        for told, shown in zip(_forms(message.id), _forms(message.string), strict=True):
            assert shown.startswith("⟦") and shown.endswith("⟧")
            assert placeholders(shown) == placeholders(told)
            plain = told.replace("%(", "").replace(")s", "")
            assert len(shown) - len(told) >= sum(each in PLAIN for each in plain) // 4


def test_the_pseudo_language_is_offered_to_nobody() -> None:
    assert PSEUDO not in wording.languages()
    for accepted in ("en", "en-US,en;q=0.9", "en-AU", "fr,en-XA;q=0.1", "*"):
        assert wording.negotiate(accepted) != PSEUDO
    assert wording.negotiate(PSEUDO) == PSEUDO
