"""A programme is made and changed by a form: what it asks, what it keeps, and what it refuses beside which field."""

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from typing_extensions import override

from services.registration.pages.planning.options import SPOKEN
from services.registration.programmes.programme import Programme, Stage
from shared.language.terms import Objective, PairingRules, Terms, Weights
from shared.language.values.places import COUNTRIES
from shared.web.wording import PSEUDO
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import TERMS, VOICES, kept, look, programme, send

MANAGER, OF_FRANCE = "max~manager", "max@FR~manager"
NEW, ONE, LED = "/new-programme", "/led/voices/terms", "/led/voices"
TEMPLATES = {"terms.html": NEW}
TYPED: dict[str, Any] = {
    "title": "Été des voix",
    "countries": ["FR"],
    "languages": ["fr"],
    "topics": ["social-media"],
    "more_topics": "Cloud basics, Café culture",
    "starts_on": "2026-04-01",
    "ends_on": "2026-12-01",
    "sessions": "8",
    "cadence_days": "21",
    "minutes": "45",
    "confirm_within_days": "4",
    "grade_gap": "2",
    "same_unit": "avoid",
    "training": "mentor",
    "goal": "best-total",
    "minimum_score": "",
    "approval": "manager",
    "decline_within_days": "7",
    "topics_weight": "20",
    "reciprocity_weight": "5",
    "interests_weight": "2",
    "units_weight": "2",
    "overlap_weight": "2",
    "city_weight": "3",
    "waiting_weight": "1",
    "alarm_after": "3",
    "objective_ids": ["", "", ""],
    "objective_titles": ["Confidence with data", "", ""],
    "objective_scales": ["1-5", "1-5", "1-5"],
    "objective_baselines": ["2,5", "", ""],
    "objective_targets": ["4", "", ""],
}
CONFIDENCE = Objective(id="confidence", title="Confidence", scale="percentage", baseline=12.5, target=1234567)
RICH = programme(objectives=(CONFIDENCE,), topics=("social-media", "own-topic"), languages=("en", "sq"))


class _Fields(HTMLParser):
    """What a browser would send with the fields it meets."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._list = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        ticks = values.get("type") in ("checkbox", "radio")
        if tag == "input" and "name" in values and (not ticks or "checked" in values):
            self.sent.setdefault(values["name"], []).append(values["value"])
        elif tag == "select":
            self._list = values["name"]
        elif tag == "option" and "selected" in values:
            self.sent.setdefault(self._list, []).append(values["value"])


def typed_of(html: str) -> dict[str, list[str]]:
    """The form as it is shown."""
    fields = _Fields()
    fields.feed(html[html.index("<fieldset") :].split("</form>")[0])
    return fields.sent


async def terms_of(store: MemoryStore, identity: str = "voices") -> Terms:
    return (await store.unit().get(Programme, identity)).terms


async def make(store: MemoryStore, who: str = OF_FRANCE, **other: Any) -> Any:
    return await send(store, NEW, {**TYPED, **other}, who)


async def change(store: MemoryStore, who: str = MANAGER, **other: Any) -> Any:
    typed = typed_of((await look(store, ONE, who)).text)
    return await send(store, ONE, {**typed, **other}, who)


async def test_a_programme_may_be_for_the_whole_world() -> None:
    store = kept()
    assert (await make(store, MANAGER, countries=sorted(COUNTRIES))).status_code == 303
    assert set((await store.unit().get(Programme, "ete-des-voix")).terms.countries) == COUNTRIES


async def test_a_draft_is_made_of_what_was_typed() -> None:
    store = kept()
    answer = await make(store, public_call="true")
    assert (answer.status_code, answer.headers["location"]) == (303, "/led/ete-des-voix")
    assert "Confidence with data" in (await look(store, "/led/ete-des-voix", OF_FRANCE)).text
    made = await store.unit().get(Programme, "ete-des-voix")
    assert made.state is Stage.DRAFT and not store.said
    terms = made.terms
    assert (terms.title, terms.countries, terms.languages) == ("Été des voix", ("FR",), ("fr",))
    assert terms.topics == ("social-media", "cloud-basics", "cafe-culture")
    assert (terms.starts_on, terms.ends_on, terms.public_call) == (date(2026, 4, 1), date(2026, 12, 1), True)
    assert terms.plan.model_dump() == {"sessions": 8, "cadence_days": 21, "minutes": 45, "confirm_within_days": 4}
    assert terms.pairing == PairingRules(
        grade_gap=2,
        same_unit="avoid",
        training="mentor",
        goal="best-total",
        approval="manager",
        decline_within_days=7,
        weights=Weights(topics=20, city=3),
    )
    assert terms.momentum.alarm_after == 3
    [objective] = terms.objectives
    assert objective == Objective(
        id="confidence-with-data", title="Confidence with data", scale="1-5", baseline=2.5, target=4
    )


async def test_a_title_that_is_taken_leads_to_another_address() -> None:
    store = kept(programme("ete-des-voix", countries=("RO",)))
    assert (await make(store)).headers["location"] == "/led/ete-des-voix-2"


async def test_what_is_sent_twice_makes_one_programme() -> None:
    store = kept()
    for _ in range(2):
        assert (await make(store, once="of-one-page")).headers["location"] == "/led/ete-des-voix"
    assert len(store.documents(Programme)) == 1


async def test_what_has_proved_good_stands_there_already() -> None:
    page = (await look(kept(), NEW, OF_FRANCE)).text
    shown = typed_of(page)
    assert (shown["sessions"], shown["cadence_days"], shown["minutes"]) == (["6"], ["28"], ["30"])
    assert (shown["countries"], shown["languages"]) == (["FR"], ["en"])
    assert "France" in page and "Germany" not in page and "more_countries" not in page


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"title": ""}, "title", "Fill this in."),
        ({"countries": []}, "countries", "Choose at least one."),
        ({"topics": [], "more_topics": ""}, "topics", "Choose at least one."),
        ({"more_topics": "x"}, "more_topics", "Must be a few words"),
        ({"ends_on": "2026-04-01"}, "ends_on", "Must come after the first day ("),
        ({"sessions": "60"}, "sessions", "Must be at most 52"),
    ],
)
async def test_what_is_not_valid_is_told_beside_it_and_kept(typed: dict[str, Any], field: str, said: str) -> None:
    store = kept()
    answer = await make(store, **typed)
    assert answer.status_code == 422 and not store.documents(Programme)
    assert f'id="{field}-fault">{said}' in answer.text
    assert 'value="Confidence with data"' in answer.text and 'value="2,5"' in answer.text


@pytest.mark.parametrize("typed", [("Growth", "", "4"), ("Growth", "much", "4"), ("", "1", "4"), ("Gr", "1", "4")])
async def test_half_an_objective_is_told_of_by_its_line(typed: tuple[str, str, str]) -> None:
    columns = dict(zip(("objective_titles", "objective_baselines", "objective_targets"), typed, strict=True))
    answer = await make(kept(), OF_FRANCE, **{name: [TYPED[name][0], cell, ""] for name, cell in columns.items()})
    assert answer.status_code == 422
    assert 'id="objectives-fault">Must have a title' in answer.text and "number 2 lacks" in answer.text


async def test_whoever_manages_every_country_names_others() -> None:
    store = kept()
    answer = await make(store, MANAGER, more_countries="ireland, Belgium")
    assert answer.status_code == 303
    assert (await terms_of(store, "ete-des-voix")).countries == ("FR", "IE", "BE")
    answer = await make(store, MANAGER, more_countries="Irland", countries=[])
    assert answer.status_code == 409
    assert 'id="more_countries-fault">We do not know these countries: Irland.' in answer.text


async def test_terms_are_shown_as_they_are_and_kept_as_they_were() -> None:
    store = kept(RICH)
    page = await look(store, ONE, MANAGER)
    assert "Own topic" in page.text and "Albanian" in page.text
    answer = await change(store)
    assert (answer.status_code, answer.headers["location"]) == (303, LED)
    assert await terms_of(store) == RICH.terms and not store.said


async def test_terms_are_changed_and_an_objective_keeps_its_id() -> None:
    store = kept(RICH)
    titles = {"objective_titles": ["Confidence at work", "Confidence", "", ""]}
    figures = {"objective_baselines": ["1", "2", "", ""], "objective_targets": ["3", "4", "", ""]}
    await change(store, MANAGER, title="Other voices", **titles, **figures)
    terms = await terms_of(store)
    assert terms.title == "Other voices"
    assert [(each.id, each.title) for each in terms.objectives] == [
        ("confidence", "Confidence at work"),
        ("confidence-2", "Confidence"),
    ]
    empty = {name: [""] * 5 for name in (*titles, *figures)}
    await change(store, MANAGER, **empty)
    assert (await terms_of(store)).objectives == ()


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"countries": ["GB"]}, "countries", "Countries can be added, not taken away."),
        ({"starts_on": "2026-02-02"}, "starts_on", "The programme began on"),
        ({"ends_on": "2026-03-01"}, "ends_on", "has passed"),
    ],
)
async def test_what_was_promised_stays_and_is_told_beside_it(typed: dict[str, Any], field: str, said: str) -> None:
    store = kept(VOICES)
    answer = await change(store, **typed)
    assert answer.status_code == 409 and said in answer.text.split(f'id="{field}-fault">')[1][:150]
    assert await terms_of(store) == TERMS
    draft = kept(programme(state=Stage.DRAFT))
    assert (await change(draft, **typed)).status_code == 303


async def test_nothing_changes_once_it_has_ended() -> None:
    store = kept(programme(state=Stage.ENDED))
    assert (await look(store, ONE, MANAGER)).status_code == 409
    assert (await send(store, ONE, TYPED, MANAGER, shown=LED)).status_code == 409
    assert ONE not in (await look(store, LED, MANAGER)).text


@pytest.mark.parametrize("who", [OF_FRANCE, "max@RO~manager", "ann~participant"])
async def test_whoever_does_not_manage_all_countries_changes_nothing(who: str) -> None:
    store = kept(VOICES)
    assert (await look(store, ONE, who)).status_code == 403
    assert (await send(store, ONE, TYPED, who, shown="/led")).status_code == 403
    assert await terms_of(store) == TERMS
    assert ONE not in (await look(store, LED, who)).text


async def test_nobody_makes_a_programme_in_a_country_of_others() -> None:
    store = kept()
    assert (await make(store, countries=["FR", "RO"])).status_code == 403
    assert (await make(store, more_countries="Romania")).status_code == 403
    assert (await look(store, NEW, "ann~participant")).status_code == 403
    assert (await send(store, NEW, TYPED, "ann~participant")).status_code == 403
    assert not store.documents(Programme)


async def test_pages_lead_there() -> None:
    store = kept(VOICES)
    assert f'href="{NEW}"' in (await look(store, "/led", OF_FRANCE)).text
    assert f'href="{ONE}"' in (await look(store, LED, MANAGER)).text


async def test_a_page_is_small() -> None:
    everywhere = programme("everywhere", countries=tuple(sorted(COUNTRIES)))
    for path in (NEW, ONE):
        assert len((await look(kept(RICH, everywhere), path, MANAGER)).content) < 40_000


FACTS = [
    *SPOKEN, "Telemachus", TERMS.title, "Own topic", "voices", "DE", "ES", "FR", "GB", "IT", "RO",
]  # fmt: skip


@pytest.mark.parametrize("path", [*TEMPLATES.values(), ONE])
@pytest.mark.parametrize("state", [Stage.DRAFT, Stage.OPEN])
async def test_no_page_has_plain_english(path: str, state: Stage) -> None:
    store = kept(programme(state=state, objectives=(CONFIDENCE,), topics=RICH.terms.topics))
    html = (await look(store, path, MANAGER, **{"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(html, FACTS) == []


async def test_more_objectives_than_a_programme_may_have_are_told_of_beside_them() -> None:
    many: dict[str, Any] = {"objective_titles": [f"Objective {each}" for each in range(51)], "objective_ids": [""] * 51}
    figures: dict[str, Any] = {
        "objective_baselines": ["1"] * 51,
        "objective_targets": ["2"] * 51,
        "objective_scales": ["1-5"] * 51,
    }
    answer = await make(kept(), **many, **figures)
    assert answer.status_code == 422
    assert 'id="objectives-fault">' in answer.text and "Objective 50" in answer.text
