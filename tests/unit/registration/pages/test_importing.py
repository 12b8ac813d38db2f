"""A file of HR: tried or taken in by whoever manages people of the programme, and reported cell by cell."""

import io
from typing import Any

import pytest

from services.registration.imports.people_csv import COLUMNS, Row, Sheet
from services.registration.pages import router
from services.registration.pages.importing import routes
from services.registration.pages.importing.columns import IN_WORDS
from services.registration.people.participant import Participant
from services.registration.programmes.programme import Stage
from shared.web.access import Access, Caller
from shared.web.forms.files import UPLOADS
from shared.web.wording import PSEUDO
from tests.support.browsers import HERE as ORIGIN
from tests.support.browsers import signed_in_cookie
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.imports.files import GOOD, file_of
from tests.unit.registration.pages.own import TERMS, VOICES, kept, look, programme

MANAGER, OF_FRANCE = "max~manager", "max@FR~manager"
PAGE = "/everybody/voices/import"
TEMPLATES = {"import.html": PAGE}
ANN: dict[str, str] = {**GOOD, "offers": "", "wants": "", "manager_employee_id": ""}
BRITISH = {**ANN, "employee_id": "E2", "country": "GB", "grade": "none"}


async def give(store: MemoryStore, content: bytes, how: str = "keep", who: str = MANAGER, **headers: str) -> Any:
    """Open the page, choose a file and send it."""
    async with browsing(site(router, store=store), who, **headers) as browser:
        page = await browser.get(PAGE)
        files = {"file": ("anybody.csv", content)} if content else {"file": ("", b"")}
        return await browser.post(PAGE, data={**hidden(page.text), "how": how}, files=files)


def people_of(store: MemoryStore) -> int:
    return len(store.documents(Participant))


async def test_a_file_is_tried_and_nothing_is_kept() -> None:
    store = kept(VOICES)
    answer = await give(store, file_of([ANN]), "try")
    assert answer.status_code == 200 and people_of(store) == 0
    assert "This is what would happen" in answer.text and "<dt>New people</dt><dd>1</dd>" in answer.text
    assert "choose it once more" in answer.text
    assert 'value="keep" checked' in answer.text and "anybody.csv" not in answer.text


async def test_a_file_is_taken_in_and_giving_it_again_changes_nothing() -> None:
    store = kept(VOICES)
    first, again = await give(store, file_of([ANN])), await give(store, file_of([ANN]))
    assert people_of(store) == 1
    assert "This is what has happened" in first.text and "<dt>New people</dt><dd>1</dd>" in first.text
    assert "<dt>New people</dt><dd>0</dd>" in again.text and "<dt>As they were</dt><dd>1</dd>" in again.text
    assert 'href="/everybody/voices">See the people' in first.text


async def test_what_is_wrong_is_told_cell_by_cell_and_good_lines_are_taken() -> None:
    store = kept(VOICES)
    page = (await give(store, file_of([ANN, BRITISH]))).text
    assert people_of(store) == 1 and "<dt>Not taken</dt><dd>1</dd>" in page
    assert "Grade <code>grade</code>" in page and "a whole number from 1" in page and ">none<" in page
    assert '<th scope="row" role="rowheader">3</th>' in page
    assert "nobody is taken in twice" in page


async def test_a_line_is_told_of_as_a_whole() -> None:
    page = (await give(kept(VOICES), file_of([ANN]) + b'"never closed\r\n', "try")).text
    assert "the whole line" in page and "every quotation mark is closed" in page


async def test_what_was_left_out_of_a_line_and_unknown_columns_are_told() -> None:
    columns = [*COLUMNS, "shoe <size>"]
    page = (await give(kept(VOICES), file_of([{**ANN, "trained": "perhaps", "shoe <size>": "42"}], columns))).text
    assert "<code>shoe &lt;size&gt;</code>" in page
    assert "yes or no" in page


async def test_of_many_faults_some_are_listed_and_the_page_stays_small() -> None:
    rows = [{**BRITISH, "employee_id": f"E{number}"} for number in range(300)]
    page = (await give(kept(VOICES), file_of(rows), "try")).text
    assert page.count("Grade <code>grade</code>") == 40 and "260 more are not listed here." in page
    assert len(page.encode()) < 32_000


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "Choose a file."),
        (b"name,grade\nAnn,3\n", 409, "The file lacks the columns"),
        (b" ", 409, "The file lacks the columns"),
        ("name\nZoë\nRenée\n".encode("cp1252"), 409, "The file is not in UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_beside_it(content: bytes, status: int, said: str) -> None:
    store = kept(VOICES)
    answer = await give(store, content)
    assert answer.status_code == status and people_of(store) == 0
    assert f'id="file-fault">{said}' in answer.text
    assert 'value="keep" checked' in answer.text


async def test_a_file_with_nobody_in_it_says_so() -> None:
    assert "nothing stands below the names" in (await give(kept(VOICES), file_of([]), "try")).text


async def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "LARGEST_FILE", 10)
    answer = await give(kept(VOICES), file_of([ANN]))
    assert answer.status_code == 409 and 'id="file-fault">The file is larger than' in answer.text


@pytest.mark.parametrize(("state", "said"), [(Stage.DRAFT, "Open it first"), (Stage.ENDED, "Nobody is brought in")])
async def test_before_and_after_its_time_a_programme_takes_no_file(state: Stage, said: str) -> None:
    store = kept(programme(state=state))
    page = (await look(store, PAGE, MANAGER)).text
    assert said in page and 'type="file"' not in page
    assert (await give(store, file_of([ANN]))).status_code == 409
    assert people_of(store) == 0


async def test_whoever_manages_one_country_brings_in_people_of_that_one() -> None:
    store = kept(VOICES)
    british = {**ANN, "employee_id": "E2", "country": "GB"}
    page = (await give(store, file_of([ANN, british]), who=OF_FRANCE)).text
    assert people_of(store) == 1 and "You do not manage people of this country" in page


@pytest.mark.parametrize("who", ["max@RO~manager", "ann~participant"])
async def test_strangers_see_and_do_nothing(who: str) -> None:
    store = kept(VOICES)
    assert (await look(store, PAGE, who)).status_code == 403
    assert (await look(store, f"{PAGE}/example", who)).status_code == 403
    assert (await give(store, file_of([ANN]), who=who)).status_code == 403
    assert people_of(store) == 0
    assert (await look(store, "/everybody/none/import", MANAGER)).status_code == 404


async def test_somebody_sends_two_files_at_once_and_no_more() -> None:
    caller, store = Caller(None, frozenset(), frozenset(), subject="max"), kept(VOICES)
    with UPLOADS.one_of(caller), UPLOADS.one_of(caller):
        assert (await give(store, file_of([ANN]))).status_code == 429
    assert people_of(store) == 0
    assert (await give(store, file_of([ANN]))).status_code == 200


@pytest.mark.parametrize("state", Stage)
@pytest.mark.parametrize("path", ["/everybody/voices", "/led/voices"])
async def test_pages_lead_there_while_it_takes_files(path: str, state: Stage) -> None:
    page = (await look(kept(programme(state=state)), path, OF_FRANCE)).text
    assert (f'href="{PAGE}"' in page) == (state in (Stage.OPEN, Stage.CLOSED))


@pytest.mark.parametrize(("language", "mark"), [("en", ","), ("de", ";")])
async def test_the_example_would_be_taken(language: str, mark: str) -> None:
    answer = await look(kept(VOICES), f"{PAGE}/example", OF_FRANCE, **{"Accept-Language": language})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="people.csv"'
    file = io.BytesIO(answer.content)
    sheet = Sheet.of(file)
    [row] = sheet.rows(file)
    assert (sheet.separator, sheet.columns) == (mark, tuple(COLUMNS))
    assert isinstance(row, Row) and row.said.profile.country == "FR"
    assert {each.topic for each in row.said.profile.offers} <= set(TERMS.topics)


async def test_every_column_has_its_words() -> None:
    assert IN_WORDS.keys() == COLUMNS.keys()


@pytest.mark.parametrize("origin", [ORIGIN, "http://elsewhere.example"])
async def test_a_form_with_a_file_shows_whose_it_is(origin: str) -> None:
    store = kept(VOICES)
    app = site(router, store=store)
    access: Access = app.state.access
    cookie = signed_in_cookie(access, "manager", countries=["*"])
    async with browsing(app, Cookie=cookie, Origin=origin) as browser:
        del browser.headers["Authorization"]
        shown = hidden((await browser.get(PAGE)).text)
        files, form = {"file": ("people.csv", file_of([ANN]))}, {"once": shown["once"], "how": "keep"}
        assert (await browser.post(PAGE, data=form, files=files)).status_code == 403
        assert people_of(store) == 0
        answer = await browser.post(PAGE, data={**shown, "how": "keep"}, files=files)
    assert people_of(store) == (origin == ORIGIN)
    assert answer.status_code == (200 if origin == ORIGIN else 403)
    assert not UPLOADS._taken


@pytest.mark.parametrize("state", Stage)
@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES)
async def test_no_page_has_plain_english(path: str, state: Stage) -> None:
    html = (await look(kept(programme(state=state)), path, MANAGER, **{"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(html, FACTS) == []


@pytest.mark.parametrize("how", ["try", "keep"])
@pytest.mark.parametrize("rows", [[], [ANN], [BRITISH], [{**ANN, "country": "RO"}, ANN]])
async def test_no_report_has_plain_english(rows: list[dict[str, str]], how: str) -> None:
    content = file_of(rows, [*COLUMNS, "shoes"])
    html = (await give(kept(VOICES), content, how, **{"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(html, FACTS) == []


FACTS = [
    "Telemachus", TERMS.title, "voices", "GB", "FR", "RO", "en", "fr", "none", "E2", "try", "keep",
]  # fmt: skip


async def test_a_form_without_a_file_has_no_room_for_one() -> None:
    async with browsing(site(router, store=kept(VOICES)), MANAGER) as browser:
        large = await browser.post(PAGE, data={"how": "x" * (1024 * 1024)})
    assert large.status_code == 413
