"""Asked in the pseudo-language, no page and no problem document says a word of plain English, but for facts."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import AfterValidator, BaseModel, TypeAdapter

from deploy.describing.raises import FIELD, KINDS, ROOT, Raised
from deploy.services import SERVICES
from shared.language.reasons import Fact, Reason, not_valid
from shared.service import Service
from shared.web import problems
from shared.web.faults import COUNTED, FAULTS, MORE, explained
from shared.web.problems import explain_errors
from shared.web.sentences import Sentences
from shared.web.wording import PSEUDO
from tests.contract.test_sentences import CODED
from tests.support.apps import client_of, settings_for
from tests.support.plain_english import plain_words, plain_words_of_page
from tests.support.tokens import ISSUED_BY

ANSWERED = [each for each in CODED if set(problems.KINDS) & set(getattr(KINDS.get(each.kind), "__mro__", ()))]
NAMES = {"shared": Sentences(), **{service.name: service.spoken for service in SERVICES}}
IN_PSEUDO = {"Accept-Language": PSEUDO}
TEMPLATES = [path for part in ("shared", "services") for path in sorted((ROOT / part).rglob("templates/*.html"))]
MARKED_OR_CODE = re.compile(r"{% trans\b.*?{% endtrans %}|{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


def made_up(each: Raised) -> Iterator[dict[str, Fact]]:
    """Facts without a letter of their own, for one and for several; words are words of ours."""
    words = NAMES[each.package].words
    for count in (1, 2):
        yield {name: count if name == "count" else next(iter(words.get(name, {"‹1›": ""}))) for name in each.facts}


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == PSEUDO
    assert "Accept-Language" in answer.headers["vary"]
    problem: dict[str, Any] = answer.json()
    assert plain_words(problem["title"]) == []
    return problem


@pytest.fixture(scope="module")
def refusing() -> FastAPI:
    """Raises what it is given."""
    app = FastAPI()
    explain_errors(app, settings_for(ISSUED_BY))

    @app.get("/")
    def refused() -> None:
        raise app.state.error

    return app


@pytest.mark.parametrize("each", ANSWERED, ids=lambda each: f"{each.code} {each.where}")
async def test_no_problem_document_has_plain_english(refusing: FastAPI, each: Raised) -> None:
    for facts in made_up(each):
        for about in (None, "somebody"):
            refusing.state.error = KINDS[each.kind](str(each.code), about=about, **facts)
            refusing.state.sentences = NAMES[each.package]
            async with client_of(refusing) as client:
                problem = told(await client.get("/", headers=IN_PSEUDO))
            assert problem["code"] == each.code
            assert problem["facts"] == facts
            assert plain_words(problem["detail"]) == []


@pytest.mark.parametrize("each", CODED, ids=lambda each: f"{each.code} {each.where}")
def test_no_reason_has_plain_english_whoever_reads_it(each: Raised) -> None:
    for facts in made_up(each):
        for you in (True, False):
            said = NAMES[each.package].explain(Reason(str(each.code), **facts), PSEUDO, you=you)
            assert plain_words(said) == []
            assert "%(" not in said


@pytest.mark.parametrize("package", NAMES)
def test_no_word_is_plain_english(package: str) -> None:
    sentences = NAMES[package]
    for words in sentences.words.values():
        for word in words.values():
            assert plain_words(sentences.say(PSEUDO)(word)) == []


@pytest.mark.parametrize("kind", FAULTS)
def test_no_fault_of_a_field_has_plain_english(kind: str) -> None:
    names = ("class_name", "count", "encoding", "encoding_error", "error", "expected_tags", "tag", "discriminator")
    more = ("expected", "expected_schemas", "expected_schemes", "expected_version", "ge", "gt", "le", "lt", "pattern")
    context: dict[str, Any] = dict.fromkeys((*names, *more, "multiple_of", "tz_actual", "tz_expected"), "‹1›")
    context |= {"field_type": "List", "actual_length": None, COUNTED.get(kind, "count"): 2}
    said = explained({"type": kind, "ctx": context, "msg": ""}, Sentences(), PSEUDO)["problem"]
    assert plain_words(said) == []
    assert "%(" not in said and MORE not in said


@pytest.mark.parametrize("each", [each for each in CODED if each.kind == FIELD], ids=lambda each: each.code)
async def test_no_field_that_is_not_valid_has_plain_english(each: Raised) -> None:
    def wrong(_: int) -> int:
        raise not_valid(str(each.code), **dict.fromkeys(each.facts, "‹1›"))

    class Body(BaseModel):
        x1: Annotated[int, AfterValidator(wrong)]
        x2: int

    body = TypeAdapter(Body)
    app = FastAPI()
    explain_errors(app, settings_for(ISSUED_BY), NAMES[each.package])
    app.post("/")(_asking_for(body._type))
    async with client_of(app) as client:
        problem = told(await client.post("/", headers=IN_PSEUDO, json={"x1": 1}))
    assert (problem["code"], [each["field"] for each in problem["fields"]]) == ("not-valid", ["x1", "x2"])
    assert problem["fields"][0]["code"] == each.code
    assert problem["fields"][0]["facts"] == dict.fromkeys(each.facts, "‹1›")
    assert plain_words(problem["detail"], ["x1", "x2"]) == []


def _asking_for(body: Any) -> Any:
    def asked(body: Any) -> None: ...

    asked.__annotations__["body"] = body
    return asked


@pytest.fixture
async def sessions() -> AsyncIterator[httpx.AsyncClient]:
    service = next(service for service in SERVICES if service.name == "sessions")
    async with client_of(service.app(settings_for(ISSUED_BY))) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("DELETE", "/sessions/x/held", 405, "method-not-allowed"),
        ("GET", "/sessions/x", 401, "no-token"),
    ],
)
async def test_what_the_framework_answers_by_itself_is_told_too(
    sessions: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await sessions.request(method, path, headers=IN_PSEUDO)
    problem = told(answer)
    assert (answer.status_code, problem["code"], problem["facts"]) == (status, code, {})
    assert plain_words(problem["detail"]) == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_the_page_of_events_has_no_plain_english(service: Service) -> None:
    async with client_of(service.app(settings_for(ISSUED_BY))) as client:
        answer = await client.get("/asyncapi", headers=IN_PSEUDO)
    assert f'lang="{PSEUDO}"' in answer.text
    assert plain_words_of_page(answer.text, ["Telemachus", service.name, service.name.capitalize()]) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_no_branch_of_a_template_has_prose_that_is_not_marked(template: Path) -> None:
    """Whatever is shown only now and then, too."""
    assert plain_words_of_page(MARKED_OR_CODE.sub(" ", template.read_text()), ["Telemachus", "UTC"]) == []


def test_every_page_is_looked_at() -> None:
    """Those of services beside their other tests, and with one of them the page of an error; docs.html has no words.

    Letters are looked at beside what writes them.
    """
    here = {"asyncapi.html", "docs.html", "frame.html", "problem.html"}
    letters = ROOT / "services/registration/mail/templates"
    pages = {path for path in TEMPLATES if not path.name.startswith("_") and path.name not in here}
    pages -= set(letters.iterdir())
    for page in pages:
        unit, (floor, name, *_) = Path(__file__).parents[1] / "unit", page.relative_to(ROOT).parts
        beside = unit / ("" if floor != "shared" else floor) / name / "pages"
        links = unit / "shared/web/links"
        tests = [test.read_text() for folder in (beside, links) for test in folder.rglob("test_*.py")]
        assert any(page.name in test and "plain_words_of_page" in test for test in tests), page
