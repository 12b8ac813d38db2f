"""A form is checked, shown again with what was typed, and acted upon once."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import Field

from services.registration.pages.style.routes import DAYS, pages, router
from services.registration.pages.style.wish import WISH, Wish
from shared.domain.errors import Refused
from shared.domain.work import Unit
from shared.language.values.value import Sent
from shared.store.indexes import indexes_of
from shared.web.access import Caller, allow
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.once import Submitted
from shared.web.forms.showing import Filled, filled
from shared.web.frame.notices import COOKIE
from shared.web.guarded import Guarded
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore

VALID = {"topic": "short videos", "level": "new", "days": ["mon", "fri"], "length": "45", "minutes": "60"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def app(store: MemoryStore) -> FastAPI:
    return site(router, store=store)


@pytest.fixture
async def ann(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app) as client:
        yield client


async def test_a_form_that_is_valid_leads_on_with_a_notice_that_is_told_once(ann: httpx.AsyncClient) -> None:
    answer = await ann.post("/style", data=VALID)
    assert (answer.status_code, answer.headers["location"]) == (303, "/style")

    told, again = await ann.get("/style"), await ann.get("/style")
    assert "Thank you: your wish for “short videos” could be kept now." in told.text
    assert 'class="notice"' not in again.text


async def test_what_was_typed_is_shown_again_with_what_is_wrong_beside_it(ann: httpx.AsyncClient) -> None:
    answer = await ann.post(
        "/style", data={**VALID, "topic": "<b>x</b>", "minutes": "many", "more": "a\r\nb", "level": ""}
    )

    assert answer.status_code == 422
    assert 'value="&lt;b&gt;x&lt;/b&gt;"' in answer.text
    assert "<textarea" in answer.text and ">\na\nb</textarea>" in answer.text
    assert '<input type="number" value="many"' in answer.text
    assert '<p class="fault" id="minutes-fault">Must be a whole number</p>' in answer.text
    assert 'aria-describedby="minutes-help minutes-fault" aria-invalid="true"' in answer.text
    assert '<a href="#field-minutes">Minutes a week – Must be a whole number</a>' in answer.text
    assert '<a href="#field-level-new">How much do you know about it? – Choose one.</a>' in answer.text
    assert 'id="field-days-mon" name="days" value="mon" checked' in answer.text
    assert 'id="field-days-tue" name="days" value="tue">' in answer.text
    assert '<option value="45" selected>' in answer.text
    assert 'class="faults" role="alert" tabindex="-1" autofocus' in answer.text


async def test_an_empty_form_says_of_every_needed_field_that_it_is_and_of_no_other(ann: httpx.AsyncClient) -> None:
    answer = await ann.post("/style", content=b"", headers=FORM)
    assert answer.text.count('class="fault"') == sum(WISH.is_needed(name) for name in WISH.names)
    assert "Fill this in." in answer.text
    assert "Choose at least one." in answer.text


async def test_a_refusal_is_told_beside_the_field_it_is_about(ann: httpx.AsyncClient) -> None:
    answer = await ann.post("/style", data={**VALID, "topic": "nothing"})
    assert answer.status_code == 409
    assert '<p class="fault" id="topic-fault">There is always something to learn: name one thing.</p>' in answer.text
    assert 'value="nothing"' in answer.text
    assert COOKIE not in answer.cookies


async def test_what_nobody_asked_for_is_left_alone(ann: httpx.AsyncClient) -> None:
    assert (await ann.post("/style", data={**VALID, "role": "operator", "_": "x"})).status_code == 303


@pytest.mark.parametrize("content", [b"{}", b"\xff=\xfe", b"topic", b"topic=%00&level=new", b"=" * 400])
async def test_whatever_is_sent_is_answered_with_the_form(ann: httpx.AsyncClient, content: bytes) -> None:
    answer = await ann.post("/style", content=content, headers=FORM)
    assert (answer.status_code, "<form" in answer.text) == (422, True)


async def test_more_fields_than_any_form_has_are_refused(ann: httpx.AsyncClient) -> None:
    answer = await ann.post("/style", content=b"&".join([b"days=mon"] * 501), headers=FORM)
    assert answer.status_code == 400
    assert "<h1>" in answer.text


class Note(Sent):
    """Something to keep."""

    text: Annotated[str, Field(max_length=9)]


NOTE = Form(Note, (Asked("text", "Text"),), button="Keep")


class Deeds:
    """Counts what was done, and may be told to refuse."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.refusing = False

    @property
    def pages(self) -> APIRouter:
        """A form whose deeds are counted."""
        routes = APIRouter(route_class=Guarded)

        @routes.post("/note", name="note")
        @routes.post("/other-note", name="note")
        async def note(request: Request, caller: Annotated[Caller, allow("manager")]) -> Response:
            async def keep(sent: Note, _: Unit) -> Done:
                if self.refusing:
                    raise Refused("programme-has-ended")
                await asyncio.sleep(0)
                self.done.append(sent.text)
                return Done(f"/notes/{len(self.done)}")

            return await act(request, caller, NOTE, keep, partial(self._shown, request))

        return routes

    async def _shown(self, request: Request, form: Filled) -> Response:
        return pages.page(request, "asked.html", form=form)


@pytest.fixture
def deeds() -> Deeds:
    return Deeds()


@pytest.fixture
def noted(deeds: Deeds, store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    def page(request: Request, _template: str, form: Filled) -> Response:
        return Response("; ".join([*form.faults, *(each.fault for each in form), form.once]))

    monkeypatch.setattr(pages, "page", page)
    return site(deeds.pages, store=store)


async def test_a_form_that_is_sent_twice_acts_once_and_leads_to_the_same_page(noted: FastAPI, deeds: Deeds) -> None:
    async with browsing(noted) as ann:
        first = await ann.post("/note", data={"text": "a", "once": "x"})
        second = await ann.post("/note", data={"text": "a", "once": "x"})
    assert [each.headers["location"] for each in (first, second)] == ["/notes/1", "/notes/1"]
    assert deeds.done == ["a"]


async def test_a_form_that_is_sent_twice_at_the_same_moment_acts_once(noted: FastAPI, store: MemoryStore) -> None:
    async with browsing(noted) as ann:
        both = await asyncio.gather(*(ann.post("/note", data={"text": "a", "once": "x"}) for _ in range(2)))
    [kept] = store.documents(Submitted).values()
    assert [each.headers["location"] for each in both] == [kept["address"]] * 2


@pytest.mark.parametrize(
    ("who", "path", "sent"),
    [
        ("ann~manager", "/note", {"text": "a", "once": "y"}),
        ("ann~manager", "/note", {"text": "b", "once": "x"}),
        ("ann~manager", "/other-note", {"text": "a", "once": "x"}),
        ("bob~manager", "/note", {"text": "a", "once": "x"}),
    ],
    ids=["shown again", "changed since", "of another thing on the same page", "somebody else's"],
)
async def test_it_acts_again_for_what_is_another(
    noted: FastAPI, deeds: Deeds, who: str, path: str, sent: dict[str, str]
) -> None:
    async with browsing(noted) as ann, browsing(noted, who) as other:
        await ann.post("/note", data={"text": "a", "once": "x"})
        answer = await other.post(path, data=sent)
    assert answer.headers["location"] == "/notes/2"


async def test_without_a_mark_every_time_counts(noted: FastAPI, deeds: Deeds) -> None:
    async with browsing(noted) as ann:
        for _ in range(2):
            await ann.post("/note", data={"text": "a"})
    assert deeds.done == ["a", "a"]


async def test_what_was_refused_can_be_sent_again_as_it_stands(noted: FastAPI, deeds: Deeds) -> None:
    deeds.refusing = True
    async with browsing(noted) as ann:
        refused = await ann.post("/note", data={"text": "a", "once": "x"})
        deeds.refusing = False
        then = await ann.post("/note", data={"text": "a", "once": refused.text.rpartition("; ")[2]})
    assert refused.status_code == 409
    assert "The programme has ended and no longer changes." in refused.text
    assert (then.status_code, deeds.done) == (303, ["a"])


async def test_what_is_remembered_names_nobody_and_is_forgotten_after_a_day(noted: FastAPI, store: MemoryStore) -> None:
    async with browsing(noted) as ann:
        await ann.post("/note", data={"text": "secret", "once": "x"})
    [kept] = store.documents(Submitted).values()
    assert (kept["due_at"] - store.stopped.moment).total_seconds() == 24 * 3600
    assert [each.options for each in indexes_of([Submitted])] == [{"expireAfterSeconds": 0, "sparse": True}]
    assert not any(word in str(kept) for word in ("ann", "secret"))


async def test_a_form_of_a_field_that_the_body_does_not_know_is_none() -> None:
    with pytest.raises(LookupError, match="Note has no field sort"):
        Form(Note, (Asked("sort", "Sort"),), button="Keep")
    with pytest.raises(LookupError, match="Note has no field day"):
        Form(Note, (Asked("text", "Text"),), button="Keep", beside={"too-late": "day"})


def test_a_browser_is_told_the_limits_that_the_body_has() -> None:
    assert WISH.limits("minutes") == {"min": "5", "max": "120"}
    assert WISH.limits("topic")["maxlength"] == "60"


async def test_a_form_is_filled_with_what_is_known_already(app: FastAPI) -> None:
    request: Any = Request({"type": "http", "app": app, "headers": [], "state": {}})
    shown = filled(request, WISH, {"topic": "known", "days": ["mon"]}).offering({"length": {"30": "short"}})
    assert (shown.of("topic").value, shown.of("days").value) == ("known", ["mon"])
    assert shown.of("length").options == {"30": "short"}
    assert not shown.is_faulty
    assert shown.once != filled(request, WISH).once
    assert issubclass(Wish, Sent)


async def test_a_form_carries_what_tells_one_showing_from_another(ann: httpx.AsyncClient) -> None:
    first, second = [hidden((await ann.get("/style")).text) for _ in range(2)]
    assert first.keys() == {"csrf", "once"}
    assert first["once"] != second["once"]


async def test_options_that_people_have_written_are_escaped_and_those_of_ours_translated() -> None:
    other = APIRouter(route_class=Guarded)

    @other.get("/other")
    async def show(request: Request, caller: Annotated[Caller, allow("manager")]) -> Response:
        shown = filled(request, WISH).offering({"level": {"mean": "<b>100%</b>"}})
        return pages.page(request, "style.html", form=shown, **DAYS)

    async with browsing(site(other, router)) as client:
        page = (await client.get("/other")).text
    assert "<b>100%</b>" not in page
    assert "&lt;b&gt;100%&lt;/b&gt;" in page


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "undefined", "idna"])
async def test_a_form_in_an_encoding_that_no_browser_sends_is_none(noted: FastAPI, charset: str) -> None:
    part = '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n+2AA-\\ud800\r\n--b--\r\n'
    said = {"Content-Type": f"multipart/form-data; charset={charset}; boundary=b"}
    async with browsing(noted) as ann:
        assert (await ann.post("/note", content=part, headers=said)).status_code == 403
        usual, short = (
            {"Content-Type": "multipart/form-data; charset=UTF-8; boundary=b"},
            part.replace("+2AA-\\ud800", "a"),
        )
        assert (await ann.post("/note", content=short, headers=usual)).status_code == 303


async def test_a_field_has_an_end(noted: FastAPI) -> None:
    async with browsing(noted) as ann:
        parts = {"text": (None, "x" * 70_000)}
        assert (await ann.post("/note", files=parts)).status_code == 400
