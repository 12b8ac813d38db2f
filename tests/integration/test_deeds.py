"""What a programme leaves in the log: a line for everything somebody did, and nobody in it."""

import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.kafka import EmbeddedKafka
from deploy.local.mongod import Mongod
from deploy.local.ports import free_port
from deploy.local.scenario.drawing.generator import DEFAULT_SEED, generate
from deploy.local.scenario.playing.gateway import Gateway, participant
from deploy.local.scenario.playing.opening import opening, participants
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage
from deploy.local.stack import Backends, running
from shared.telemetry.logs import configure_logs

BEGAN = timedelta(days=30)
TITLE, COMMENT = "Programme Marker-4711", "Comment Marker-4711"
BAD = frozenset({404, 409, 422})


@dataclass(frozen=True)
class World:
    """Everything, with a programme that has begun, and all it has logged."""

    stage: Stage
    stream: io.StringIO

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, operation: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("operation") == operation]

    async def did(
        self, operation: str, path: str, body: Any = None, *, service: str, who: Any = None
    ) -> dict[str, Any]:
        """Do it, and the one line that it left."""
        before = len(self.lines())
        await self.stage.gateway.ask(who or self.stage.manager, "POST", service, path, json=body, accept=BAD)
        [line] = [line for line in self.lines()[before:] if "operation" in line]
        assert line["operation"] == operation
        return line


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logs("INFO", stream)
    yield stream
    configure_logs("WARNING")


@pytest.fixture
async def world(tmp_path: Path, logged: io.StringIO) -> AsyncIterator[World]:
    today = datetime.now(UTC) - BEGAN
    made = generate("bnp-uk", DEFAULT_SEED, today.date())
    scenario = replace(made, terms=made.terms.model_copy(update={"title": TITLE}))
    with Mongod(tmp_path / "mongodb") as mongod, EmbeddedKafka() as kafka:
        found = Backends(kafka.bootstrap_servers, mongod.url, forgets=True)
        async with running(tmp_path, free_port(), found) as stack, Gateway(stack.urls, stack.issuer.token) as gateway:
            stack.clock.move_to(today)
            yield World(Stage(scenario=scenario, gateway=gateway, clock=stack.clock), logged)


async def test_everything_that_was_done_has_one_line_and_nobody_is_in_it(world: World) -> None:
    stage = world.stage
    scenario, programme = stage.scenario, stage.scenario.programme_id
    await opening(stage)

    applied = len(scenario.applicants)
    times = Counter(line["operation"] for line in world.lines() if line["event"] == "done")
    assert times == {
        "make_programme": 1,
        "open_programme": 1,
        "import_people": 1,
        "apply": applied,
        "group_trained": 1,
        "close_registration": 1,
        "request_round": 1,
    }
    [imported] = world.of("import_people")
    figures = imported["programme_id"], imported["rows"], imported["imported"], imported["refused"], imported["roles"]
    assert figures == (programme, len(scenario.imported), len(scenario.imported), 0, ["manager"])
    assert imported["said"]["ParticipantRegistered"] == len(scenario.imported)
    [computed] = [line for line in world.lines() if line["event"] == "round computed"]
    [completed] = [line for line in world.lines() if line.get("type") == "MatchingRoundCompleted"]
    assert computed["round_id"] == completed["round_id"] == f"{programme}-round-1"
    assert computed["pairs"] == completed["pairs"] > 0
    assert len(world.lines()) < 50, "a line for what somebody decides, not for what follows from it"

    await _go_on(world)

    told = world.stream.getvalue()
    for person in scenario.people:
        for word in (person.employee_id, person.name, person.email):
            assert word not in told
    assert "Marker-4711" not in told
    assert "person_id" not in told
    assert "person-" not in told


async def _go_on(world: World) -> None:
    """A pair ends, somebody leaves, is told what is known, and forgotten; operators look after it."""
    stage = world.stage
    everybody = await participants(stage)
    [pair, *_] = await stage.gateway.all(stage.manager, "matching", f"{stage.programme}/pairs")
    ended = await world.did(
        "dissolve", f"/pairs/{pair['pair_id']}/dissolve", {"because": "manager"}, service="matching"
    )
    assert (ended["event"], ended["pair_id"], ended["said"]["PairDissolved"]) == ("done", pair["pair_id"], 1)
    again = await world.did(
        "dissolve", f"/pairs/{pair['pair_id']}/dissolve", {"because": "declined"}, service="matching"
    )
    assert (again["event"], again["code"], "pair_id" in again) == ("refused", "decline-instead", False)

    person, row = everybody[pair["mentor_id"]]
    own = participant(person.employee_id, person.profile.country)
    leaving = f"/participants/{row['participant_id']}/withdraw"
    because = {"because": "own-wish"}
    told = await world.did("withdraw", leaving, because | {"comment": COMMENT}, service="registration", who=own)
    assert (told["event"], told["code"]) == ("refused", "not-valid"), "nobody is asked for more than the category"
    left = await world.did("withdraw", leaving, because, service="registration", who=own)
    assert (left["event"], left["roles"]) == ("done", ["participant"])
    named = {"employee_id": person.employee_id}
    exported = await world.did("export_person", "/people/export", named, service="registration", who=stage.operator)
    assert exported["documents"] >= 2
    erased = await world.did("erase_person", "/people/erase", named, service="registration", who=stage.operator)
    assert (erased["event"], erased["participations"]) == ("done", 1)
    await settle(stage.gateway, stage.operator)
    confirmed = [line for line in world.lines() if line.get("type") == "ErasureConfirmed"]
    assert {line["service"] for line in confirmed} == {"registration", "matching", "sessions", "feedback"}
    assert {line["erasure_id"] for line in confirmed} == {erased["erasure_id"]}

    replayed = await world.did("replay", "/operations/replay", {}, service="sessions", who=stage.operator)
    assert replayed["stream"] == "all"
    await world.did("resume", "/operations/consumer/resume", service="sessions", who=stage.operator)
    dropped = await world.did("drop", "/operations/dead-letters/none/drop", service="sessions", who=stage.operator)
    assert (dropped["event"], dropped["code"]) == ("refused", "no-such-dead-letter")
    closed = await world.did("close_programme", f"{stage.programme}/close", service="registration")
    assert (closed["event"], closed["said"]) == ("done", {"ProgrammeClosed": 1})
