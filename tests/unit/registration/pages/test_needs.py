"""What needs a manager, each with one way to where it is done; and, where nothing does, that all is well."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from services.registration.board.card import AtRisk, PairCard
from services.registration.board.feed import Feed, Happening
from services.registration.pages.home.needs import Needed, read_led
from services.registration.programmes.programme import Programme, Stage
from shared.domain.aggregate import Aggregate
from shared.language.matching import PairState
from shared.language.terms import PairingRules, Training
from shared.web.access import Caller
from shared.web.wording import PSEUDO
from tests.support.memory import MemoryStore
from tests.support.memory_unit import MemoryUnit
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import (
    HERE,
    NOW,
    PEOPLE,
    PROFILE,
    TERMS,
    THERE,
    VOICES,
    kept,
    look,
    meeting,
    pair,
    part,
    programme,
)

MANAGER, OF_FRANCE, OF_ROMANIA, BOTH = "max~manager", "max@FR~manager", "max@RO~manager", "ann~participant~manager"
TODAY, DAY = NOW.date(), timedelta(days=1)
TEMPLATES = {"home.html": "/"}
CALM = programme(starts_on=TODAY - 40 * DAY)
LOSING = pair(at_risk=AtRisk(since=NOW, sessions_lost=2))
BREAKING = replace(pair(broken=("language",)), id="pair-2")
NEW = part(CALM, trained=False)


def heard(*events: str) -> Feed:
    """The newest first."""
    told = [Happening(event=each, at=NOW - number * DAY, number=3) for number, each in enumerate(events)]
    return Feed(id="voices", programme_id="voices", happenings=tuple(told))


async def home(*things: Aggregate, who: str = MANAGER, **headers: str) -> str:
    answer = await look(kept(*things), "/", who, **headers)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("things", "said", "address"),
    [
        ((CALM, LOSING), "1 pair needs you today", "/feedback/alarms/voices"),
        ((CALM, BREAKING), "1 pair breaks a rule since data changed", "/board/voices/list/broken"),
        ((CALM, NEW), "1 person waits for training.", "/everybody/voices?stand=to-train"),
        ((CALM, heard("MatchingRoundProposed")), "waits for your decision", "/matching/desk/programmes/voices"),
        ((CALM, heard("ProgrammeChanged", "MatchingRoundFailed")), "has failed", "/matching/desk/programmes/voices"),
        ((programme(state=Stage.DRAFT),), "nobody can apply yet. Its first day is 1 February 2026.", "/led/voices"),
        ((programme(starts_on=TODAY + 9 * DAY),), "It begins on 11 March 2026. Close registration", "/led/voices"),
        ((programme(starts_on=TODAY - 9 * DAY),), "has begun and still takes applications", "/led/voices"),
        ((programme(ends_on=TODAY + 9 * DAY, state=Stage.CLOSED),), "Its last day is 11 March 2026.", "/led/voices"),
        (
            (programme(ends_on=TODAY - DAY, state=Stage.CLOSED),),
            "Its last day, 1 March 2026, has passed",
            "/led/voices",
        ),
    ],
)
async def test_what_needs_somebody_leads_to_where_it_is_done(
    things: tuple[Aggregate, ...], said: str, address: str
) -> None:
    page = await home(*things)
    assert said in page and f'<a href="{address}"' in page.partition('id="needs"')[2]
    assert "Nothing needs you today" not in page


@pytest.mark.parametrize(
    "things",
    [
        (CALM, HERE, THERE, pair(meeting(1, 3)), *PEOPLE),
        (CALM, replace(LOSING, state=PairState.DISSOLVED)),
        (CALM, heard("MatchingRoundCompleted", "MatchingRoundProposed")),
        (CALM, heard("MatchingRoundCancelled", "MatchingRoundFailed")),
        (programme(starts_on=TODAY - 40 * DAY, pairing=PairingRules(training=Training.NONE)), NEW),
        (programme(state=Stage.ENDED), replace(LOSING, id="ended")),
        (programme(state=Stage.DRAFT, ends_on=TODAY),),
        (programme(starts_on=TODAY + 40 * DAY),),
    ],
)
async def test_where_all_is_well_that_is_said(things: tuple[Aggregate, ...]) -> None:
    page = await home(*things)
    ended = any(getattr(each, "state", None) is Stage.ENDED for each in things)
    assert ("No programme yet" if ended else "Nothing needs you today") in page


async def test_whoever_manages_a_part_is_told_of_their_own_people_alone() -> None:
    things = (programme(ends_on=TODAY + DAY), NEW, THERE, LOSING, heard("MatchingRoundProposed"))
    page = await home(*things, who=OF_FRANCE)
    assert "1 pair needs you today" in page and 'href="/board/voices/list/alarms"' in page
    assert "waits for training" not in page and "your decision" not in page and "Its last day" not in page
    assert "No programme yet" in await home(*things, who=OF_ROMANIA)
    abroad: Any = PairCard(id="pair-3", programme_id="voices", mentor_id=HERE.id, mentee_id=HERE.id)
    assert "Nothing needs you" in await home(CALM, HERE, replace(abroad, at_risk=LOSING.at_risk), who=OF_FRANCE)


async def test_what_is_most_pressing_comes_first() -> None:
    page = await home(programme(ends_on=TODAY + DAY), NEW, LOSING, BREAKING)
    places = [page.index(said) for said in ("needs you today", "breaks a rule", "waits for training", "Its last day")]
    assert places == sorted(places)


async def test_whoever_also_takes_part_keeps_what_is_next_for_them() -> None:
    page = await home(VOICES, HERE, THERE, *PEOPLE, replace(LOSING, meetings=(meeting(1, 3),)), who=BOTH)
    assert page.index("You meet Ben Example") < page.index("1 pair needs you today") < page.index("My programmes")
    alone = await home(VOICES, HERE, THERE, *PEOPLE, LOSING, who="ann~manager")
    assert "My programmes" not in alone and "You do not take part" not in alone and "You can apply now" not in alone
    assert "What needs you" not in await home(VOICES, HERE, THERE, LOSING, who="ann~participant")


def losing_in(of: Programme, identity: str, *countries: str) -> tuple[Aggregate, ...]:
    """A pair with an alarm, and both of it, who live there."""
    both = [
        part(of, profile=PROFILE.model_copy(update={"country": country}), person=f"{identity}-{number}", trained=False)
        for number, country in enumerate(countries)
    ]
    card = replace(LOSING, id=identity, programme_id=of.id, mentor_id=both[0].id, mentee_id=both[1].id)
    return card, *both


async def test_each_programme_is_counted_by_itself_and_by_the_countries_managed_of_it() -> None:
    whole, partly = programme("whole", starts_on=TODAY - 40 * DAY), programme("partly", countries=("FR", "RO"))
    store = kept(
        whole,
        partly,
        *losing_in(whole, "one", "FR", "GB"),
        *losing_in(whole, "two", "GB", "GB"),
        *losing_in(partly, "three", "RO", "FR"),
        *losing_in(partly, "four", "RO", "RO"),
        *losing_in(partly, "moved", "GB", "GB"),
    )
    caller = Caller(None, frozenset({"manager"}), frozenset({"GB", "FR"}))
    led = {
        each.programme.id: [(need.what, need.count) for need in each.needs] for each in await read_led(store, caller)
    }
    assert led["whole"][:2] == [(Needed.ALARMS, 2), (Needed.TRAINING, 4)]
    assert led["partly"] == [(Needed.ALARMS, 1), (Needed.TRAINING, 1)]


class Asked(MemoryStore):
    """Counts what it is asked."""

    times = 0

    @override
    def unit(self) -> MemoryUnit:
        self.times += 1
        return super().unit()

    @override
    def _find(self, *asked: Any, **more: Any) -> list[dict[str, Any]]:
        self.times += 1
        return super()._find(*asked, **more)


@pytest.mark.parametrize("who", [MANAGER, OF_FRANCE])
async def test_many_programmes_take_no_more_questions_than_one(who: str) -> None:
    asked = []
    for count in (1, 12):
        of = [programme(f"number-{number}") for number in range(count)]
        store = Asked(*of, *(each for one in of for each in losing_in(one, one.id, "GB", "FR")), now=NOW)
        assert (await look(store, "/", who)).text.count("1 pair needs you today") == count
        asked.append(store.times)
    assert asked[0] == asked[1]


EVERYTHING = [
    (programme(ends_on=TODAY + DAY), NEW, LOSING, BREAKING, heard("MatchingRoundProposed")),
    (programme(ends_on=TODAY - DAY, starts_on=TODAY - 9 * DAY), heard("MatchingRoundFailed")),
    (programme(state=Stage.DRAFT),),
    (programme(starts_on=TODAY + DAY),),
    (CALM,),
    (),
]


@pytest.mark.parametrize("things", EVERYTHING)
@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES)
async def test_no_page_has_plain_english(path: str, things: tuple[Aggregate, ...]) -> None:
    html = (await look(kept(*things), path, MANAGER, **{"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(html, ["Telemachus", TERMS.title]) == []
