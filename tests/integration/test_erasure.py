"""Somebody is erased: everywhere, for good, also when a service is down, and proved by searching everything stored."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.matching.markets.outcome import LeftOver, Opening
from services.matching.members.member import Member
from services.matching.rounds.proposing import Attempt, save_places
from services.matching.rounds.report import Place, Report
from services.matching.rounds.round import Round, RoundState
from services.registration.metrics import Metrics
from shared.delivery.dead_letters import dead_letter
from shared.delivery.parking import Parked
from shared.domain.errors import Conflict
from shared.language.envelope import Record, open_envelope
from shared.language.registration import ParticipantErased
from shared.store.unit import Unit
from tests.support.apps import signed_in
from tests.support.backends import Mongo
from tests.support.loop import ISSUER, MANAGER, OPERATOR, PAIR, Loop, application, loop, participant, person_of
from tests.support.oddities import ADDRESS, COMMENT, INTEREST, JUNIOR, NAME, SENIOR, THANKS, TRACES, UNIT, met_once
from tests.support.outcomes import outcome_of
from tests.support.saying import said_again
from tests.support.seeds import PROGRAMME

pytestmark = pytest.mark.emptied

FILE = (
    "employee_id,name,email,role,country,time_zone,languages,unit,grade\n"
    f"{JUNIOR},{NAME},{ADDRESS},mentor,FR,Europe/Paris,en,{UNIT},3\n"
    "employee-0001,Somebody Else,else@company.example,mentee,FR,Europe/Paris,en,u,9\n"
)


@pytest.fixture
async def here(mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[Loop]:
    async with met_once(mongodb, database_name, tmp_path) as one:
        yield one


async def erase(here: Loop, **whom: str) -> Any:
    return await here.ask("registration", "POST", "/people/erase", OPERATOR, json=whom, expect=202)


async def erasure(here: Loop, erasure_id: str) -> Any:
    return await here.ask("registration", "GET", f"/erasures/{erasure_id}", MANAGER)


async def found(here: Loop, *traces: str) -> set[tuple[str, str, str]]:
    """Service, collection and trace, wherever one of them stands in anything that is stored."""
    return {
        (service, collection, trace)
        for service, collections in (await here.everything()).items()
        for collection, documents in collections.items()
        for trace in traces
        if trace in str(documents) or trace.encode().hex() in str(documents)
    }


async def test_nothing_is_left_of_somebody_who_was_erased(here: Loop) -> None:
    """And nothing waits or is dead because of it. First: the search does find what is there."""
    where = await found(here, *TRACES)
    assert {trace for _, _, trace in where} == set(TRACES)
    assert {
        ("registration", "people", NAME),
        ("feedback", "pulses", COMMENT),
        ("registration", "outbox", UNIT),
    } <= where
    assert ("matching", "members", INTEREST) in where

    assert (await erase(here, employee_id=JUNIOR))["state"] == "waiting"
    await here.carry()

    assert await found(here, *TRACES, person_of(JUNIOR)) == set()
    [receipt] = await here.ask("registration", "GET", "/erasures", OPERATOR)
    assert (receipt["state"], receipt["waiting_for"], receipt["participations"]) == ("complete", [], 1)
    assert {each["service"] for each in receipt["receipt"]} == {"registration", "matching", "sessions", "feedback"}

    for name, collections in (await here.everything()).items():
        assert collections.get("parked", []) == [], name
        assert [row for row in collections["outbox"] if row["dead_letter"]] == [], name


async def test_the_partner_is_free_and_keeps_what_is_theirs(here: Loop) -> None:
    """Figures stay what they were."""
    summary = f"/programmes/{PROGRAMME}/summary"
    before = await here.ask("feedback", "GET", summary, MANAGER)
    await erase(here, employee_id=JUNIOR)
    await here.carry()

    pair = await here.ask("matching", "GET", f"/pairs/{PAIR}", participant(SENIOR))
    assert (pair["state"], pair["criteria"], pair["teaches"]) == ("dissolved", [], [])
    sessions = (await here.ask("sessions", "GET", f"/pairs/{PAIR}/sessions", participant(SENIOR)))["sessions"]
    assert {each["state"] for each in sessions} == {"held", "cancelled"}
    [pulse] = [each async for each in here.database("feedback")["pulses"].find({"answer.comment": {"$ne": ""}})]
    assert pulse["answer"]["comment"] == THANKS
    assert (await here.ask("feedback", "GET", summary, MANAGER))["pulses"] == before["pulses"]


async def test_it_waits_for_a_service_that_is_down_and_completes_when_it_is_back(here: Loop) -> None:
    asked = await erase(here, employee_id=JUNIOR)
    await here.carry(down=["feedback"])

    waits = await erasure(here, asked["erasure_id"])
    assert (waits["state"], waits["waiting_for"]) == ("waiting", ["feedback"])
    assert {each["service"] for each in waits["receipt"]} == {"registration", "matching", "sessions"}
    assert await found(here, COMMENT) == {("feedback", "pulses", COMMENT)}

    await here.carry()
    done = await erasure(here, asked["erasure_id"])
    assert done["state"] == "complete"
    assert done["completed_at"] >= max(each["at"] for each in waits["receipt"])
    assert await found(here, COMMENT) == set()


async def test_what_waits_is_counted(here: Loop) -> None:
    def shown(metrics: Metrics) -> list[float | None]:
        names = ("pending", "oldest_timestamp_seconds")
        return [metrics.registry.get_sample_value(f"telemachus_erasures_{name}") for name in names]

    metrics, store = Metrics(), here.apps["registration"].state.store
    await metrics.measure(store)
    assert shown(metrics) == [0, 0]
    await erase(here, employee_id=JUNIOR)
    await metrics.measure(store)
    pending, oldest = shown(metrics)
    assert pending == 1
    assert oldest is not None
    assert abs(oldest - here.clock.now().timestamp()) < 60
    await here.carry()
    await metrics.measure(store)
    assert shown(metrics) == [0, 0]


async def test_asking_again_is_the_same_erasure(here: Loop) -> None:
    first = await erase(here, employee_id=JUNIOR)
    again = await erase(here, person_id=person_of(JUNIOR))
    assert again == first
    await here.carry()
    done = await erase(here, employee_id=JUNIOR)
    assert (done["erasure_id"], done["state"]) == (first["erasure_id"], "complete")


async def test_neither_an_import_nor_an_application_brings_them_back(here: Loop) -> None:
    await erase(here, employee_id=JUNIOR)
    await here.carry()
    path = f"/programmes/{PROGRAMME}/import"
    report = await here.ask("registration", "POST", path, MANAGER, content=FILE)
    [fault] = report["errors"]
    assert (report["imported"], report["refused"], fault["line"], fault["column"]) == (1, 1, 2, "employee_id")
    assert "erased" in fault["expected"]

    said = application(NAME, ADDRESS, "mentor", "FR")
    refused = await here.ask(
        "registration", "POST", f"/programmes/{PROGRAMME}/participants", participant(JUNIOR), json=said, expect=409
    )
    assert "erased" in refused["detail"]
    await here.carry()
    assert await found(here, *TRACES) == set()


async def test_a_replay_says_nothing_of_them_to_anybody(here: Loop) -> None:
    await erase(here, employee_id=JUNIOR)
    await here.carry()
    for app in here.apps.values():
        await said_again(app.state.running.replaying)
    heard_before = len(here.said)
    await here.carry()

    again = str(here.said[heard_before:])
    assert not [trace for trace in (*TRACES, person_of(JUNIOR)) if trace in again]
    assert await found(here, *TRACES, person_of(JUNIOR)) == set()


async def test_whoever_hears_it_all_for_the_first_time_hears_of_nobody(
    here: Loop, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    """A service that begins anew, fed by replays alone."""
    await erase(here, employee_id=JUNIOR)
    await here.carry()
    for app in here.apps.values():
        await said_again(app.state.running.replaying)
    heard_before = len(here.said)
    await here.carry()
    async with loop(mongodb, f"{database_name}_new", tmp_path) as new:
        new.said = here.said[heard_before:]
        await new.carry(down=["registration"])
        everything = await new.everything()
        assert [(name, docs["parked"]) for name, docs in everything.items() if docs.get("parked")] == []
        assert await found(new, *TRACES, person_of(JUNIOR)) == set()


async def test_a_backup_brings_them_back_for_a_moment_only(here: Loop) -> None:
    """Registration's database is restored to before the erasure, and hears the streams again from then on."""
    database = here.database("registration")
    backup = (await here.everything())["registration"]
    heard = here.heard["registration"]
    await erase(here, employee_id=JUNIOR)
    await here.carry()
    for name in await database.list_collection_names():
        await database[name].delete_many({})
        if backup.get(name):
            await database[name].insert_many(backup[name])
    assert await found(here, NAME) == {("registration", "people", NAME)}

    here.heard["registration"] = heard
    await here.carry()
    assert await found(here, *TRACES, person_of(JUNIOR)) == set()
    [receipt] = await here.ask("registration", "GET", "/erasures", OPERATOR)
    assert receipt["state"] == "complete"


async def test_another_services_backup_is_erased_again_by_a_replay(here: Loop) -> None:
    database = here.database("feedback")
    backup = (await here.everything())["feedback"]
    await erase(here, employee_id=JUNIOR)
    await here.carry()
    for name in await database.list_collection_names():
        await database[name].delete_many({})
        if backup.get(name):
            await database[name].insert_many(backup[name])
    assert await found(here, COMMENT) == {("feedback", "pulses", COMMENT)}

    await said_again(here.apps["registration"].state.running.replaying)
    await here.carry()
    assert await found(here, *TRACES, person_of(JUNIOR)) == set()


async def test_a_manager_erases_people_of_their_countries_and_nobody_nobody(here: Loop) -> None:
    answer = await here.ask(
        "registration", "POST", "/people/erase", OPERATOR, json={"employee_id": "nobody"}, expect=404
    )
    assert "nobody" not in answer["detail"]
    for body in ({}, {"employee_id": "a", "person_id": "b"}, {"name": "x"}):
        await here.ask("registration", "POST", "/people/erase", OPERATOR, json=body, expect=422)

    whom = {"employee_id": JUNIOR}
    of_others = signed_in(ISSUER, "manager", employee_id="e-m", countries=["GB"])
    await here.ask("registration", "POST", "/people/erase", of_others, json=whom, expect=403)
    of_theirs = signed_in(ISSUER, "manager", employee_id="e-m", countries=["FR"])
    await here.ask("registration", "POST", "/people/erase", of_theirs, json=whom, expect=202)


async def test_a_participant_nobody_knows_is_confirmed_at_once(here: Loop) -> None:
    """Every service answers, or an erasure would wait for ever for those that never heard of somebody."""
    for name in here.apps:
        event = ParticipantErased(programme_id="another", participant_id="unknown")
        unit = here.apps[name].state.store.unit()
        for handler in here.apps[name].state.running.inbox._dealing._handlers[ParticipantErased]:
            await handler.handle(event, unit)
        await unit.commit()
        assert await here.database(name)["erased"].find_one({"_id": f"{name}-unknown"})


async def test_what_a_round_knows_of_them_goes_and_does_not_come_back(here: Loop) -> None:
    """Also when a round that had begun before writes what it found only afterwards."""
    store = here.apps["matching"].state.store
    [member] = await store.all(Member, {"person_id": person_of(JUNIOR)})
    report = replace(Report.of(outcome_of(), {}), left_out={member.id: "profile.grade: missing", "other": "x"})
    known = Round(
        id="round", programme_id=PROGRAMME, requested_at=here.clock.now(), state=RoundState.RUNNING, report=report
    )
    opening = LeftOver(because=("topic",), openings=(Opening(rule="topic", value=INTEREST, doors=3),))
    attempt = Attempt("round", 1)

    async def begin(unit: Unit) -> None:
        unit.save(known)
        await save_places(unit, attempt, [(member.id, opening)])

    await store.run(begin)
    assert await store.count(Place, {}) == 1
    late = store.unit()
    late.save(await late.get(Round, "round"))
    await save_places(late, Attempt("round", 2), [(member.id, opening)])

    await erase(here, employee_id=JUNIOR)
    await here.carry()

    with pytest.raises(Conflict):
        await late.commit()
    await store.run(lambda unit: save_places(unit, attempt, [(member.id, opening)]))
    assert await store.count(Place, {}) == 0
    [left] = await store.all(Round, {})
    assert left.report.left_out == {"other": "x"}
    assert await found(here, *TRACES) == set()


def is_of(record: Record, kind: str, trace: str) -> bool:
    headers = dict(record.headers)
    return (headers["ce_type"] or b"").endswith(kind.encode()) and trace.encode() in (record.value or b"")


async def test_dead_letters_and_parked_copies_of_theirs_go(here: Loop) -> None:
    store = here.apps["feedback"].state.store
    [told] = [record for record in here.said if is_of(record, "participant-registered.v1", UNIT)]
    envelope, now = open_envelope(told), here.clock.now()
    headerless = replace(told, headers=())
    parked = Parked(f"{envelope.position}/99", envelope.position, 99, "something", told)

    async def keep(unit: Unit) -> None:
        for record, opened in ((told, envelope), (headerless, None)):
            unit.rows.append(dead_letter(record, opened, "for the test", store.origin, now))

    await store.run(keep)
    await store.db["parked"].bulk_write([parked.upsert()])
    assert await found(here, UNIT) >= {("feedback", "outbox", UNIT), ("feedback", "parked", UNIT)}

    await erase(here, employee_id=JUNIOR)
    await here.carry()
    assert await found(here, *TRACES) == set()


async def test_two_programmes_are_one_erasure(here: Loop) -> None:
    await here.opened("another")
    await here.applies(JUNIOR, {**application(NAME, ADDRESS, "mentor", "FR"), "employee_id": JUNIOR}, "another")
    await here.carry()
    assert (await erase(here, employee_id=JUNIOR))["participations"] == 2
    await here.carry()

    assert await found(here, *TRACES, person_of(JUNIOR)) == set()
    [receipt] = await here.ask("registration", "GET", "/erasures", OPERATOR, params={"state": "complete"})
    assert (receipt["participations"], len(receipt["receipt"])) == (2, 4)
    assert await here.ask("registration", "GET", "/erasures", OPERATOR, params={"state": "waiting"}) == []


async def test_of_an_application_and_an_erasure_at_once_one_starts_over(here: Loop) -> None:
    """Neither leaves half a person behind."""
    await here.opened("another")
    said = {**application(NAME, ADDRESS, "mentor", "FR"), "employee_id": JUNIOR}
    path = "/programmes/another/participants"
    applies = here.clients["registration"].post(path, json=said, headers=participant(JUNIOR))
    erases = here.clients["registration"].post("/people/erase", json={"employee_id": JUNIOR}, headers=dict(OPERATOR))
    applied, asked = await asyncio.gather(applies, erases)
    assert (applied.status_code in (201, 409), asked.status_code) == (True, 202)
    await here.carry()
    assert await found(here, *TRACES, person_of(JUNIOR)) == set()


async def test_a_pair_of_somebody_who_was_erased_is_given_no_sessions(
    mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    """Streams are not ordered against each other: the pair may be heard of after its mentor was erased."""
    async with loop(mongodb, database_name, tmp_path) as here:
        await here.opened()
        said = {**application(NAME, ADDRESS, "mentor", "FR"), "employee_id": JUNIOR}
        mentor = await here.applies(JUNIOR, said)
        mentee = await here.applies(SENIOR, application("S", "s@company.example", "mentee", "GB"))
        await here.carry()
        await here.pair(mentor, mentee)
        await here.carry(down=["sessions"])
        await erase(here, employee_id=JUNIOR)
        await here.carry(down=["sessions"])
        here.said.sort(key=lambda record: not record.topic.endswith("participants"))
        here.heard["sessions"] = 0
        await here.carry()

        series = await here.ask("sessions", "GET", f"/pairs/{PAIR}/sessions", participant(SENIOR))
        assert (series["sessions"], series["ended"]) == ([], True)
        assert "no longer there" in series["shortfall"]
        await here.ask("sessions", "GET", f"/pairs/{PAIR}/sessions", participant(JUNIOR), expect=403)
        assert await here.database("sessions")["diaries"].distinct("_id") == [person_of(SENIOR)]
        assert await here.database("sessions")["parked"].count_documents({}) == 0
