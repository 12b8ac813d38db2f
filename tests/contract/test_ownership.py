"""A right role is not enough: managers reach their countries, participants reach what is theirs."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from shared.language.terms import Terms
from tests.support.apps import client_of, new_issuer, signed_in
from tests.support.backends import Mongo
from tests.support.seeds import (
    ANOTHER_ROUND,
    COMING,
    HELD,
    MENTEE,
    MENTOR,
    PAIR,
    PROGRAMME,
    ROUND,
    TERMS,
    profile,
    seeded,
)

ISSUER = new_issuer()
OF_BOTH = signed_in(ISSUER, "manager", employee_id="e-m", countries=["FR", "GB", "DE"])
OF_ONE = signed_in(ISSUER, "manager", employee_id="e-m", countries=["FR"])
ELSEWHERE = signed_in(ISSUER, "manager", employee_id="e-m", countries=["DE"])
NOWHERE = signed_in(ISSUER, "manager", employee_id="e-m")
THE_MENTOR = signed_in(ISSUER, "participant", employee_id=f"e-{MENTOR}")
THE_MENTEE = signed_in(ISSUER, "participant", employee_id=f"e-{MENTEE}")
A_STRANGER = signed_in(ISSUER, "participant", employee_id="e-stranger")
NAMELESS = signed_in(ISSUER, "participant")

Call = tuple[str, str, str, Any]
APPLICATION = {"name": "A", "email": "a@b.example", "employee_id": f"e-{MENTOR}", "profile": profile("mentor", "FR")}
OF_PROGRAMME: list[Call] = [
    ("registration", "PUT", f"/programmes/{PROGRAMME}/terms", TERMS.model_dump(mode="json")),
    ("registration", "POST", f"/programmes/{PROGRAMME}/open", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/close-registration", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/close", None),
    ("registration", "GET", f"/board/{PROGRAMME}", None),
    ("registration", "GET", f"/board/{PROGRAMME}/live", None),
    ("matching", "POST", f"/programmes/{PROGRAMME}/rounds", None),
    ("matching", "GET", f"/programmes/{PROGRAMME}/rounds", None),
    ("matching", "GET", f"/rounds/{ROUND}", None),
    ("matching", "GET", f"/rounds/{ROUND}/pairs", None),
    ("matching", "GET", f"/rounds/{ROUND}/left-over", None),
    ("matching", "GET", f"/rounds/{ROUND}/compare/{ANOTHER_ROUND}", None),
    ("matching", "POST", f"/rounds/{ROUND}/again", None),
    ("matching", "POST", f"/rounds/{ROUND}/approve", None),
    ("matching", "POST", f"/rounds/{ANOTHER_ROUND}/cancel", None),
    ("matching", "POST", f"/pairs/{PAIR}/approve", None),
    ("sessions", "GET", f"/programmes/{PROGRAMME}/sessions", None),
    ("feedback", "GET", f"/programmes/{PROGRAMME}/summary", None),
    ("feedback", "GET", f"/programmes/{PROGRAMME}/alarms", None),
]
"""What needs a manager of all of the programme's countries."""
OF_PEOPLE: list[Call] = [
    ("registration", "POST", f"/programmes/{PROGRAMME}/participants", APPLICATION),
    ("registration", "POST", f"/programmes/{PROGRAMME}/import", None),
    ("registration", "GET", f"/programmes/{PROGRAMME}/participants", None),
    ("registration", "POST", f"/programmes/{PROGRAMME}/trained", {"participant_ids": [MENTOR]}),
    ("registration", "GET", f"/participants/{MENTOR}", None),
    ("registration", "POST", f"/participants/{MENTOR}/trained", None),
    ("registration", "POST", f"/participants/{MENTOR}/withdraw", {}),
    ("matching", "GET", f"/pairs/{PAIR}", None),
    ("matching", "POST", f"/pairs/{PAIR}/dissolve", {"because": "manager"}),
]
"""What needs a manager of the person's country."""
OF_PAIR: list[Call] = [
    ("matching", "GET", f"/pairs/{PAIR}", None),
    ("matching", "POST", f"/pairs/{PAIR}/dissolve", {"because": "own-wish"}),
    ("sessions", "GET", f"/pairs/{PAIR}/sessions", None),
    ("sessions", "GET", f"/sessions/{COMING}", None),
    ("sessions", "POST", f"/sessions/{HELD}/held", None),
    ("sessions", "POST", f"/sessions/{COMING}/cancel", {"because": "ill"}),
    ("sessions", "POST", f"/sessions/{COMING}/move", {"starts_at": "2030-01-01T10:00:00Z"}),
    ("feedback", "POST", f"/sessions/{HELD}/pulse", {"feeling": 4, "useful": 5}),
    ("feedback", "GET", f"/pairs/{PAIR}/momentum", None),
]
"""What belongs to the two of the pair."""
OWN: list[Call] = [
    ("registration", "GET", f"/participants/{MENTOR}", None),
    ("registration", "POST", f"/participants/{MENTOR}/withdraw", {}),
    ("registration", "POST", f"/programmes/{PROGRAMME}/participants", APPLICATION),
]
"""What belongs to the mentor alone."""


@pytest.fixture
async def apps(mongodb: Mongo, database_name: str) -> AsyncIterator[dict[str, FastAPI]]:
    async with seeded(ISSUER, mongodb, database_name) as apps:
        yield apps


async def _status(apps: dict[str, FastAPI], call: Call, who: Mapping[str, str]) -> int:
    service, method, path, body = call
    async with client_of(apps[service]) as client:
        answer = await client.request(method, path, json=body, headers=dict(who))
    if answer.status_code == 403:
        assert answer.headers["content-type"] == "application/problem+json"
        assert not {MENTOR, MENTEE, "company.example"} & set(answer.text.split('"'))
    return answer.status_code


async def _refused(apps: dict[str, FastAPI], calls: list[Call], *callers: Mapping[str, str]) -> list[Call]:
    """The calls that somebody got through with."""
    return [call for call in calls for who in callers if await _status(apps, call, who) != 403]


async def _let_in(apps: dict[str, FastAPI], calls: list[Call], who: Mapping[str, str]) -> dict[str, int]:
    """What became of the calls; streams go on for ever and are left out."""
    return {
        f"{call[0]} {call[1]} {call[2]}": await _status(apps, call, who)
        for call in calls
        if not call[2].endswith("/live")
    }


async def test_a_manager_of_other_countries_reaches_nothing(apps: dict[str, FastAPI]) -> None:
    everything = OF_PROGRAMME + OF_PEOPLE + [call for call in OF_PAIR if not call[2].endswith("/pulse")]
    assert await _refused(apps, everything, ELSEWHERE, NOWHERE) == []


async def test_a_manager_of_some_countries_does_not_decide_for_all(apps: dict[str, FastAPI]) -> None:
    assert await _refused(apps, OF_PROGRAMME, OF_ONE) == []


async def test_participants_do_not_decide_about_proposals(apps: dict[str, FastAPI]) -> None:
    calls: list[Call] = [("matching", "POST", f"/pairs/{PAIR}/{what}", None) for what in ("approve", "refuse")]
    assert await _refused(apps, calls, THE_MENTOR, THE_MENTEE, ELSEWHERE, OF_ONE) == []


async def test_a_manager_of_some_countries_reaches_their_people(apps: dict[str, FastAPI]) -> None:
    became = await _let_in(apps, [call for call in OF_PEOPLE if "import" not in call[2]], OF_ONE)
    assert {call: status for call, status in became.items() if status not in (200, 201)} == {}
    other = ("registration", "GET", f"/participants/{MENTEE}", None)
    assert await _refused(apps, [other], OF_ONE) == []


async def test_a_manager_of_all_countries_decides(apps: dict[str, FastAPI]) -> None:
    became = await _let_in(apps, OF_PROGRAMME, OF_BOTH)
    assert {call: status for call, status in became.items() if status not in (200, 201, 202)} == {}


async def test_nobody_reaches_what_belongs_to_others(apps: dict[str, FastAPI]) -> None:
    assert await _refused(apps, OF_PAIR, A_STRANGER, NAMELESS) == []
    assert await _refused(apps, OWN, A_STRANGER, NAMELESS, THE_MENTEE) == []


@pytest.mark.parametrize("who", [THE_MENTOR, THE_MENTEE], ids=["mentor", "mentee"])
async def test_the_two_reach_what_is_theirs(apps: dict[str, FastAPI], who: Mapping[str, str]) -> None:
    became = await _let_in(apps, [call for call in OF_PAIR if "move" not in call[2]], who)
    assert {call: status for call, status in became.items() if status not in (200, 201)} == {}


async def test_the_mentor_reaches_what_is_the_mentors(apps: dict[str, FastAPI]) -> None:
    became = await _let_in(apps, [OWN[0], OWN[2], OWN[1]], THE_MENTOR)
    assert set(became.values()) <= {200, 201}


async def test_lists_show_only_who_is_covered(apps: dict[str, FastAPI]) -> None:
    async with client_of(apps["registration"]) as client:
        people = (await client.get(f"/programmes/{PROGRAMME}/participants", headers=OF_ONE)).json()
    assert [each["participant_id"] for each in people] == [MENTOR]
    async with client_of(apps["matching"]) as client:
        path = f"/programmes/{PROGRAMME}/pairs"
        pairs = [(await client.get(path, headers=dict(who))).json() for who in (OF_ONE, ELSEWHERE)]
    assert [[each["pair_id"] for each in seen] for seen in pairs] == [[PAIR], []]


async def test_a_manager_cannot_take_over_a_programme_by_changing_its_countries(apps: dict[str, FastAPI]) -> None:
    taken = Terms.model_validate({**TERMS.model_dump(mode="json"), "countries": ["DE"]}).model_dump(mode="json")
    call: Call = ("registration", "PUT", f"/programmes/{PROGRAMME}/terms", taken)
    assert await _status(apps, call, ELSEWHERE) == 403


async def test_a_manager_answers_no_pulse_for_others(apps: dict[str, FastAPI]) -> None:
    call: Call = ("feedback", "POST", f"/sessions/{HELD}/pulse", {"feeling": 1, "useful": 1})
    both = signed_in(ISSUER, "manager", "participant", employee_id="e-m", countries=["*"])
    assert [await _status(apps, call, who) for who in (OF_BOTH, both)] == [403, 403]
