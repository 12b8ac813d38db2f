"""Lists of all services: page by page or line by line everything comes once, and nobody sees more by walking."""

import gzip
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.lists import LINES, BrokenOff, whole
from services.matching.members.member import Member
from shared.language.profile import Profile
from shared.store.documents import to_document
from shared.web.guarded import AtOnce
from shared.web.lists import lines
from shared.web.lists.paging import MOST, USUAL
from tests.support.apps import client_of, signed_in
from tests.support.asking import ISSUER, problem_of
from tests.support.backends import Mongo
from tests.support.crowd import NOW, crowded
from tests.support.lists import next_of, pages, told
from tests.support.seeds import PROGRAMME, ROUND, profile

EVERYTHING = signed_in(ISSUER, "manager", "operator", "participant", employee_id="e-m", countries=["*"])
FRENCH = signed_in(ISSUER, "manager", employee_id="e-f", countries=["FR"])
IDS = {
    f"/programmes/{PROGRAMME}/participants": ("registration", "participant_id", 40),
    "/programmes": ("registration", "id", 1),
    "/erasures": ("registration", "erasure_id", 0),
    f"/programmes/{PROGRAMME}/pairs": ("matching", "pair_id", 20),
    f"/programmes/{PROGRAMME}/waiting": ("matching", "participant_id", 40),
    f"/programmes/{PROGRAMME}/rounds": ("matching", "round_id", 2),
    f"/rounds/{ROUND}/pairs": ("matching", "pair_id", 20),
    f"/rounds/{ROUND}/left-over": ("matching", "participant_id", 40),
    f"/programmes/{PROGRAMME}/sessions": ("sessions", "session_id", 80),
    f"/programmes/{PROGRAMME}/alarms": ("feedback", "pair_id", 20),
}
"""List → its service, what names an item of it, and how many there are at least."""
PARTICIPANTS, PAIRS = f"/programmes/{PROGRAMME}/participants", f"/programmes/{PROGRAMME}/pairs"
WAITING = f"/programmes/{PROGRAMME}/waiting"
IN_ONE_GO = 5


@pytest.fixture(scope="module")
async def apps(mongodb: Mongo) -> AsyncIterator[dict[str, FastAPI]]:
    async with crowded(mongodb, "test_lists", 40) as apps:
        yield apps
    mongodb.drop("test_lists")


async def _pages(app: FastAPI, address: str, limit: int, who: Mapping[str, str] = EVERYTHING) -> list[Any]:
    async with client_of(app) as client:
        return await pages(client, address, who, limit)


async def _get(app: FastAPI, address: str, who: Mapping[str, str] = EVERYTHING, **headers: str) -> httpx.Response:
    async with client_of(app) as client:
        return await client.get(address, headers={**who, **headers})


@pytest.mark.parametrize("address", IDS)
async def test_all_ways_lead_to_the_same_list(apps: dict[str, FastAPI], address: str) -> None:
    service, identity, least = IDS[address]
    walked = await _pages(apps[service], address, limit=7)
    items = [each for page in walked for each in page]
    assert [len(page) for page in walked[:-1]] == [7] * (len(walked) - 1)
    assert [items] == await _pages(apps[service], address, limit=MOST)
    async with client_of(apps[service]) as client:
        assert await told(client, address, EVERYTHING) == items
    assert len({each[identity] for each in items}) == len(items) >= least


async def test_a_page_is_as_long_as_usual_unless_another_length_is_asked_for(apps: dict[str, FastAPI]) -> None:
    answer = await _get(apps["sessions"], f"/programmes/{PROGRAMME}/sessions")
    assert len(answer.json()) == USUAL > 80 or not next_of(answer)
    assert problem_of(await _get(apps["registration"], f"{PARTICIPANTS}?limit={MOST + 1}"), 422)
    assert problem_of(await _get(apps["registration"], f"{PARTICIPANTS}?limit=0"), 422)


async def test_what_picks_a_part_stays_on_the_next_page(apps: dict[str, FastAPI]) -> None:
    first = await _get(apps["matching"], f"{PAIRS}?state=formed&limit=3")
    assert "state=formed" in next_of(first)
    assert "limit=3" in next_of(first)
    both = await _pages(apps["matching"], f"{PAIRS}?state=formed", limit=3)
    assert {each["state"] for page in both for each in page} == {"formed"}


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("registration", "/programmes"),
        ("registration", "/programmes/another/participants"),
        ("matching", PARTICIPANTS.replace("participants", "waiting")),
        ("matching", f"{PAIRS}?state=formed"),
        ("feedback", f"/programmes/{PROGRAMME}/alarms"),
    ],
)
async def test_a_cursor_is_good_for_its_own_list_alone(apps: dict[str, FastAPI], service: str, address: str) -> None:
    lists = {"registration": PARTICIPANTS, "matching": PAIRS, "feedback": PARTICIPANTS}
    first = await _get(apps["registration" if service == "feedback" else service], f"{lists[service]}?limit=3")
    cursor = httpx.QueryParams(next_of(first)[1:])["after"]
    joined = "&" if "?" in address else "?"
    refused = problem_of(await _get(apps[service], f"{address}{joined}after={cursor}"), 422)
    assert [(each["field"], each["code"]) for each in refused["fields"]] == [("query.after", "no-cursor")]


@pytest.mark.parametrize("cursor", ["x", "crowd-00003", "é", "A" * 40, "WyJjcm93ZC0wMDAwMyJd", '{"$gt":""}'])
async def test_a_cursor_that_was_not_made_here_is_refused(apps: dict[str, FastAPI], cursor: str) -> None:
    async with client_of(apps["registration"]) as client:
        answer = await client.get(PARTICIPANTS, params={"after": cursor}, headers=dict(EVERYTHING))
    assert problem_of(answer, 422)["fields"][0]["code"] == "no-cursor"


async def test_pages_of_another_size_go_on_in_the_same_list(apps: dict[str, FastAPI]) -> None:
    [everybody] = await _pages(apps["registration"], PARTICIPANTS, limit=MOST)
    cursor = httpx.QueryParams(next_of(await _get(apps["registration"], f"{PARTICIPANTS}?limit=3"))[1:])["after"]
    rest = await _get(apps["registration"], f"{PARTICIPANTS}?limit=9&after={cursor}")
    assert rest.json() == everybody[3:12]


async def test_a_manager_of_one_country_walks_through_its_people_alone(apps: dict[str, FastAPI]) -> None:
    walked = await _pages(apps["registration"], PARTICIPANTS, 7, FRENCH)
    people = [each for page in walked for each in page]
    [everybody] = await _pages(apps["registration"], PARTICIPANTS, MOST)
    assert people == [each for each in everybody if each["profile"]["country"] == "FR"]
    assert 0 < len(people) < len(everybody)
    cursor = httpx.QueryParams(next_of(await _get(apps["registration"], f"{PARTICIPANTS}?limit=1"))[1:])["after"]
    carried = await _get(apps["registration"], f"{PARTICIPANTS}?limit=500&after={cursor}", FRENCH)
    assert {each["profile"]["country"] for each in carried.json()} == {"FR"}


async def _keep(app: FastAPI, *members: Member) -> None:
    documents = [{**to_document(each), "_revision": 1, "_said": 0} for each in members]
    await app.state.store.collection(Member).insert_many(documents)


async def test_the_waiting_list_goes_by_its_order_and_numbers_each_role(apps: dict[str, FastAPI]) -> None:
    app, since = apps["matching"], NOW.replace(microsecond=500)
    some = [
        ("w-later", "mentor", since + timedelta(hours=1), False),
        ("w-soon", "mentee", since - timedelta(hours=1), False),
        ("w-back", "mentor", since + timedelta(hours=2), True),
        ("w-unseen-back", "mentee", None, True),
        ("w-unseen", "mentor", None, False),
    ]
    members = [
        Member(
            id=who,
            programme_id="queue",
            person_id=who,
            profile=Profile.model_validate(profile(role, "FR")),
            waiting_since=at,
            returning=back,
        )
        for who, role, at, back in some
    ]
    paired = Member(
        id="w-paired",
        programme_id="queue",
        person_id="x",
        profile=Profile.model_validate(profile("mentor", "FR")),
        pairs=("p",),
    )
    gone = Member(
        id="w-gone",
        programme_id="queue",
        person_id="y",
        profile=Profile.model_validate(profile("mentor", "FR")),
        withdrawn=True,
    )
    programmes = app.state.store.db["programmes"]
    known = await programmes.find_one({"_id": PROGRAMME})
    await programmes.insert_one({**known, "_id": "queue"})
    await _keep(app, *members, paired, gone)
    for limit in (1, 2, 3, 5):
        walked = await _pages(app, "/programmes/queue/waiting", limit)
        assert [(each["participant_id"], each["place"]) for page in walked for each in page] == [
            ("w-back", 1),
            ("w-unseen-back", 1),
            ("w-soon", 2),
            ("w-later", 2),
            ("w-unseen", 3),
        ]


async def test_a_list_that_breaks_off_says_so_in_its_last_line(
    apps: dict[str, FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = apps["registration"].state.store
    page, asked = store.page, list[Any]()

    async def failing(*args: Any, **more: Any) -> Any:
        asked.append(more["after"])
        if len(asked) == 3:
            raise TimeoutError
        return await page(*args, **{**more, "limit": IN_ONE_GO})

    monkeypatch.setattr(store, "page", failing)
    answer = await _get(apps["registration"], PARTICIPANTS, Accept=LINES)
    said = answer.text.splitlines()
    assert (answer.status_code, len(said)) == (200, 2 * IN_ONE_GO + 1)
    with pytest.raises(BrokenOff, match="Part of the system does not answer"):
        whole(said)


async def test_what_fails_before_the_first_line_is_answered_like_anything_else(
    apps: dict[str, FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: Any, **__: Any) -> Any:
        raise TimeoutError

    monkeypatch.setattr(apps["registration"].state.store, "page", failing)
    assert problem_of(await _get(apps["registration"], PARTICIPANTS, Accept=LINES), 503)["code"] == "away"


async def test_lines_end_with_the_token(apps: dict[str, FastAPI], monkeypatch: pytest.MonkeyPatch) -> None:
    store = apps["registration"].state.store
    page = store.page

    async def short(*args: Any, **more: Any) -> Any:
        return await page(*args, **{**more, "limit": IN_ONE_GO})

    monkeypatch.setattr(store, "page", short)
    monkeypatch.setattr("shared.web.access.Caller.is_over", True)
    said = (await _get(apps["registration"], PARTICIPANTS, Accept=LINES)).text.splitlines()
    assert len(said) == IN_ONE_GO + 1
    with pytest.raises(BrokenOff, match="token is not valid"):
        whole(said)


async def test_nobody_is_told_more_lists_at_once_than_are_allowed(
    apps: dict[str, FastAPI], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "STREAMS", AtOnce(of_each=0, of_all=9))
    assert problem_of(await _get(apps["registration"], PARTICIPANTS, Accept=LINES), 429)["code"] == "too-many-of-yours"
    assert (await _get(apps["registration"], PARTICIPANTS)).status_code == 200


async def test_what_is_long_is_compressed_for_whoever_accepts_it(apps: dict[str, FastAPI]) -> None:
    async with client_of(apps["registration"]) as client:
        accepting = {**EVERYTHING, "Accept-Encoding": "gzip"}
        async with client.stream("GET", PARTICIPANTS, headers=accepting) as answer:
            packed = b"".join([piece async for piece in answer.aiter_raw()])
        assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
        plain = await client.get(PARTICIPANTS, headers={**EVERYTHING, "Accept-Encoding": "identity"})
        short = await client.get("/erasures", headers=accepting)
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 4
    assert "content-encoding" not in {*plain.headers, *short.headers}
