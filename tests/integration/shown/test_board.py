"""What the live page shows of a programme, and its lists: to whom manages all of it, and to whom manages a country."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.registration.pages.board import listing, reading, watching
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Absent
from shared.language.terms import PairingRules, Training
from tests.integration.shown.conftest import Asking, At, Telling, keep
from tests.integration.shown.programme import (
    ALL_THERE_IS,
    IN_BRITAIN,
    IN_FRANCE,
    NOW,
    PROGRAMME,
    THERE,
    people,
    told,
)
from tests.support.sections import sections

pytestmark = pytest.mark.emptied

BOARD = f"/board/{PROGRAMME}"
NAMES = re.compile("|".join((*IN_FRANCE, *IN_BRITAIN)))
SEEN_BY = {"manager": (*IN_FRANCE, *IN_BRITAIN), "french manager": IN_FRANCE, "british manager": IN_BRITAIN}
YOU_SEE = {
    "manager": "",
    "french manager": " You see the people of these countries, and the pairs they are in: France.",
    "british manager": " You see the people of these countries, and the pairs they are in: United Kingdom.",
}
FUNNEL = {
    "manager": [
        "14 registered 1 stepped back",
        "11 trained 3 to train",
        "10 paired 1 waiting",
        "4 met 6 yet to meet",
    ],
    "french manager": [
        "6 registered 1 stepped back",
        "5 trained 1 to train",
        "4 paired 1 waiting",
        "2 met 2 yet to meet",
    ],
    "british manager": ["8 registered", "6 trained 2 to train", "6 paired", "2 met 4 yet to meet"],
}
LOST_TWO = "2 sessions in a row did not take place · since Tue 17 Feb"
LOST_THREE = "3 sessions in a row did not take place · since Mon 16 Feb"
STANDS = "Write to both today. Session 3 is on Tue 3 Mar: ask whether it stands."
NOTHING = "Nothing is booked next. Offer both a short slot this week, or a new partner."
ALARMS = [
    f"Max & Noa 1: missed 2: missed 3: missed {LOST_THREE} {NOTHING}",
    f"Cyd & Dan 1: missed 2: cancelled 3: to come {LOST_TWO} {STANDS}",
]
BROKEN = [
    "Ida & Jon They no longer share a language. The mentee is no longer senior enough. "
    "Ask both whether they can go on, or end the pair: the waiting list serves both at once.",
]
PAIRS = {
    "p2": "Cyd & Dan 1: missed 2: cancelled 3: to come losing momentum",
    "p6": "Max & Noa 1: missed 2: missed 3: missed losing momentum",
    "p1": "Ann & Bob 1: took place 2: to come 3: to come next Wed 4 Mar",
    "p5": "Ida & Jon 1: to come next Tue 3 Mar",
    "p3": "Gus & Hal 1: took place completed",
    "p4": "Eve & Fay 1: took place 2: to come parted early",
}
UPCOMING = [
    "Tue 3 Mar 10:00 Paris 09:00 London Ida & Jon",
    "Tue 3 Mar 10:30 London Cyd & Dan",
    "Wed 4 Mar 16:00 Paris 15:00 London Ann & Bob",
    "Wed 1 Apr 11:00 Paris 10:00 London Ann & Bob",
]
HAPPENED = [
    "Bob finished the training Sun 1 Mar, 09:00 UTC",
    "Session 3 of Max & Noa was missed Fri 27 Feb, 09:02 UTC",
    "Somebody answered the pulse after a session Fri 27 Feb, 09:01 UTC",
    "Cyd & Dan are losing momentum Tue 24 Feb, 09:01 UTC",
    "Session 2 of Cyd & Dan was cancelled Tue 24 Feb, 09:00 UTC",
    "Max & Noa are losing momentum Sun 22 Feb, 09:02 UTC",
    "The rules were checked again for Ann & Bob Sun 22 Feb, 09:01 UTC",
    "The rules were checked again for Ida & Jon Sun 22 Feb, 09:00 UTC",
    "Session 2 of Max & Noa was missed Sat 21 Feb, 09:01 UTC",
    "Gus & Hal completed the programme Sat 21 Feb, 09:00 UTC",
    "Session 1 of Cyd & Dan was missed Fri 20 Feb, 09:03 UTC",
    "Gus & Hal met for session 1 Fri 20 Feb, 09:02 UTC",
]


def seen_by(who: str, rows: Collection[str]) -> list[str]:
    """Those that are about somebody there or about nobody; whoever is elsewhere has no name."""
    there = SEEN_BY[who]

    def called(name: re.Match[str]) -> str:
        return name[0] if name[0] in there else f"someone ({'France' if name[0] in IN_FRANCE else 'United Kingdom'})"

    about = [(row, set(NAMES.findall(row))) for row in rows]
    return [NAMES.sub(called, row) for row, names in about if not names or not names.isdisjoint(there)]


@pytest.fixture
def app(apps: dict[str, FastAPI]) -> FastAPI:
    return apps["registration"]


@pytest.fixture(autouse=True)
async def story(app: FastAPI, tell: Telling) -> None:
    await keep(app, ALL_THERE_IS, *people())
    for days, minutes, event in told():
        await tell("registration", event, at=NOW + timedelta(days=days, minutes=minutes))
    app.state.store.clock = At(NOW)


def page(who: str) -> dict[str, list[str]]:
    alarms, pairs = seen_by(who, ALARMS), seen_by(who, PAIRS.values())
    need = "2 pairs need you today" if len(alarms) == 2 else "1 pair needs you today"
    return {
        "title": ["Spring", f"2 February 2026 – 31 July 2026 152 days left France, United Kingdom{YOU_SEE[who]}"],
        "alarms": [need, *alarms],
        "broken": ["1 pair breaks a rule since data changed", *seen_by(who, BROKEN)],
        "funnel": FUNNEL[who],
        "pairs": [f"Pairs {len(pairs)}", "took place cancelled missed to come", *pairs],
        "upcoming": ["Next sessions", *seen_by(who, UPCOMING)],
        "happened": ["What just happened", *seen_by(who, HAPPENED)[: reading.HAPPENINGS]],
    }


async def test_the_live_page_shows_the_programme_as_far_as_it_is_the_readers(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def over(*_: Any) -> None:
        raise Absent("no-such", kind="programme", id=PROGRAMME)

    monkeypatch.setattr(watching.Watched, "more", over)
    for who in SEEN_BY:
        found = sections(await ask("registration", BOARD, who))
        around = found.pop("")
        assert found == page(who)
        assert "on track" not in str(around)
        streamed = (await ask("registration", f"{BOARD}/live", who)).splitlines()
        lines = [line.removeprefix("data:") for line in streamed if line.startswith("data:")]
        assert sections("\n".join(lines)) == page(who)


async def test_every_list_holds_its_kind_by_id_page_after_page(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LISTED", 2)

    async def listed(who: str, kind: str) -> tuple[str, list[str]]:
        rows: list[str] = []
        after = ""
        while True:
            html = await ask("registration", f"{BOARD}/list/{kind}{after}", who)
            found = sections(html)
            [_, title] = found["title"]
            heading, *some = found["pairs" if kind == "pairs" else "alarms"]
            assert title.startswith(heading)
            further = re.search(rf'href="{BOARD}/list/{kind}(\?after=[^"]+)" rel="next"', html)
            if further is None:
                return title, rows + some
            assert some[2:] == ["The next ones"]
            rows, after = rows + some[:2], further[1]

    for who in SEEN_BY:
        pairs = seen_by(who, [PAIRS[each] for each in sorted(PAIRS)])
        assert await listed(who, "pairs") == (f"Pairs {len(pairs)}", pairs)
        alarms = seen_by(who, ALARMS[::-1])
        assert await listed(who, "alarms") == (f"Pairs that need you {len(alarms)}", alarms)
        assert await listed(who, "broken") == ("Pairs that break a rule 1", seen_by(who, BROKEN))


async def test_what_there_is_no_room_for_is_counted_and_the_first_are_shown(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, room in (("ALARMS", 1), ("UPCOMING", 2), ("PAIRS", 3), ("HAPPENINGS", 4)):
        monkeypatch.setattr(reading, name, room)
    found = sections(await ask("registration", BOARD))
    assert found["alarms"] == ["2 pairs need you today", ALARMS[0], "See all 2"]
    assert found["broken"] == ["1 pair breaks a rule since data changed", *BROKEN]
    assert found["pairs"][2:] == [*list(PAIRS.values())[:3], "See all 6"]
    assert found["upcoming"][1:] == UPCOMING[:2]
    assert found["happened"][1:] == HAPPENED[:4]


async def test_how_a_round_went_in_all_countries_is_for_whoever_manages_all(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "HAPPENINGS", 100)
    closed = "Registration closed Tue 10 Feb, 09:00 UTC"
    formed = "A matching round formed 6 pairs Sun 15 Feb, 09:07 UTC"
    for who, told_of in (("manager", [formed, closed]), ("french manager", [closed])):
        happened = sections(await ask("registration", BOARD, who))["happened"]
        assert [each for each in happened if each in (formed, closed)] == told_of


async def test_whoever_need_not_be_trained_is_ready_and_waits(app: FastAPI, ask: Asking) -> None:
    def waiting(found: dict[str, list[str]]) -> str:
        return found["funnel"][2]

    for training, said in ((Training.MENTOR, "10 paired 3 waiting"), (Training.NONE, "10 paired 4 waiting")):
        terms = THERE.model_copy(update={"pairing": PairingRules(training=training)})
        await keep(app, replace(ALL_THERE_IS, terms=terms))
        assert waiting(sections(await ask("registration", BOARD))) == said


FIRST_SHOWN = {
    "manager": ["Reverse mentoring", "Spring"],
    "italian manager": [],
    "everybody's manager": ["Roma", "Reverse mentoring", "Spring"],
}
"""By who looks: the programmes of theirs to choose from, the first of which is shown; of one there is no choice."""


async def test_the_programme_that_starts_last_comes_first_of_those_with_a_country_of_the_readers(
    app: FastAPI, ask: Asking
) -> None:
    starts_on = NOW.date() + timedelta(days=36500)
    later = {"title": "Roma", "countries": ("IT",), "starts_on": starts_on, "ends_on": starts_on + timedelta(days=9)}
    await keep(app, Programme(id="roma", terms=THERE.model_copy(update=later), state=Stage.OPEN))
    for who, titles in FIRST_SHOWN.items():
        found = sections(await ask("registration", "/board", who))
        assert found["title"][0] == (titles or ["Roma"])[0]
        assert [each for each in found[""] if each in FIRST_SHOWN["everybody's manager"]] == titles
