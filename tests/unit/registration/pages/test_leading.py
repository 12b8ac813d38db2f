"""A manager's programmes: listed, opened, closed for applications and ended by whoever manages all their countries."""

import pytest

from services.registration.programmes.programme import Programme, Stage
from shared.language.terms import Approval, PairingRules, Training
from shared.web.wording import PSEUDO
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import TERMS, VOICES, kept, look, programme, send

MANAGER, OF_FRANCE = "max~manager", "max@FR~manager"
ONE = "/led/voices"
TEMPLATES = {"programmes.html": "/led", "programme.html": ONE}
STEPS = [
    (Stage.DRAFT, "open", Stage.OPEN),
    (Stage.OPEN, "close-registration", Stage.CLOSED),
    (Stage.OPEN, "end", Stage.ENDED),
    (Stage.CLOSED, "end", Stage.ENDED),
]


async def stage_of(store: MemoryStore) -> Stage:
    return (await store.unit().get(Programme, "voices")).state


async def test_programmes_of_ones_countries_are_listed() -> None:
    store = kept(VOICES, programme("elsewhere", title="In Romania", countries=("RO",)))
    page = (await look(store, "/led", OF_FRANCE)).text
    assert "Digital &lt;voices&gt;" in page and "In Romania" not in page
    assert (await look(store, "/led/elsewhere", OF_FRANCE)).status_code == 403
    assert "No programme yet" in (await look(kept(), "/led", OF_FRANCE)).text


@pytest.mark.parametrize(("before", "step", "after"), STEPS)
async def test_each_step_is_taken_once_and_leads_back(before: Stage, step: str, after: Stage) -> None:
    store = kept(programme(state=before))
    answer = await send(store, f"{ONE}/{step}", {}, MANAGER, shown=ONE)
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert await stage_of(store) is after


@pytest.mark.parametrize(("before", "step", "after"), STEPS)
async def test_whoever_manages_a_part_of_it_may_look_and_no_more(before: Stage, step: str, after: Stage) -> None:
    store = kept(programme(state=before))
    page = await look(store, ONE, OF_FRANCE)
    assert page.status_code == 200 and f"/{step}" not in page.text
    assert (await send(store, f"{ONE}/{step}", {}, OF_FRANCE, shown=ONE)).status_code == 403
    assert await stage_of(store) is before


async def test_two_steps_of_one_page_are_two_whatever_they_have_in_common() -> None:
    store, shown = kept(VOICES), {"once": "of-one-page"}
    for step, after in (("close-registration", Stage.CLOSED), ("end", Stage.ENDED)):
        await send(store, f"{ONE}/{step}", shown, MANAGER)
        assert await stage_of(store) is after


async def test_what_cannot_be_is_told_on_the_page() -> None:
    store = kept(programme(state=Stage.DRAFT, ends_on=TERMS.starts_on))
    answer = await send(store, f"{ONE}/open", {}, MANAGER, shown=ONE)
    assert answer.status_code == 409 and "last day" in answer.text
    assert await stage_of(store) is Stage.DRAFT


@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("state", Stage)
@pytest.mark.parametrize("who", [MANAGER, OF_FRANCE])
async def test_no_page_has_plain_english(path: str, state: Stage, who: str) -> None:
    rules = PairingRules(training=Training(("both", "mentor", "none")[len(state) % 3]), approval=Approval.MANAGER)
    html = (await look(kept(programme(state=state, pairing=rules)), path, who, **{"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(html, ["Telemachus", TERMS.title, "voices", "GB", "FR", "en", "fr"]) == []
