"""The command ``telemachus`` against everything running, as an operator uses it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from typer.testing import CliRunner

from deploy.cli.answers import CannotAsk, Failed
from deploy.cli.app import app
from deploy.local.kafka import EmbeddedKafka
from deploy.local.mongod import Mongod
from deploy.local.ports import free_port
from deploy.local.scenario.drawing.generator import DEFAULT_SEED, generate
from deploy.local.scenario.playing.gateway import Gateway
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.stage import Stage
from deploy.local.stack import Backends, Stack, running
from shared.language.streams import Stream
from tests.support.serving import until

TODAY = datetime.now(UTC) - timedelta(days=100)
PEOPLE = 24


@dataclass(frozen=True)
class Done:
    """How a command ended and what it showed."""

    code: int
    shown: str
    failed: Failed | None

    @property
    def data(self) -> Any:
        """What it showed, where it was asked for JSON."""
        return json.loads(self.shown)


@dataclass(frozen=True)
class World:
    """Everything, with a programme that has begun."""

    stack: Stack
    stage: Stage
    tokens: Path

    async def telemachus(self, *words: str, persona: str = "operator", **told: str) -> Done:
        """Give the command."""
        environment = {"TELEMACHUS_URL": self.stack.url, "TELEMACHUS_TOKEN_FILE": str(self.tokens / persona), **told}
        result = await asyncio.to_thread(CliRunner(env=environment).invoke, app, words)
        failed = result.exception if isinstance(result.exception, Failed) else None
        if result.exception and not (failed or isinstance(result.exception, SystemExit)):
            raise result.exception
        return Done(failed.exit_code if failed else result.exit_code, result.stdout, failed)


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    directory = tmp_path_factory.mktemp("command-line")
    with Mongod(directory / "mongodb") as mongod, EmbeddedKafka() as kafka:
        found = Backends(kafka.bootstrap_servers, mongod.url, forgets=True)
        async with running(directory, free_port(), found) as stack, Gateway(stack.urls, stack.issuer.token) as gateway:
            stack.clock.move_to(TODAY)
            stage = Stage(scenario=generate("bnp-uk", DEFAULT_SEED, TODAY.date()), gateway=gateway, clock=stack.clock)
            await opening(stage)
            for persona in ("operator", "manager", "participant"):
                (directory / persona).write_text(stack.issuer.token("", [persona], ["*"]))
            yield World(stack, stage, directory)


async def test_lag_is_told_for_each_stream(world: World) -> None:
    done = await world.telemachus("lag", "--json")
    found = {each["service"]: {stream["stream"] for stream in each["streams"]} for each in done.data}
    assert found.keys() == {"registration", "matching", "sessions", "feedback"}
    assert Stream.SESSIONS.value in found["feedback"]
    assert all(stream["messages"] == 0 for each in done.data for stream in each["streams"])
    table = await world.telemachus("lag", "feedback")
    assert table.code == 0
    assert Stream.SESSIONS.value in table.shown


async def test_outboxes_are_told(world: World) -> None:
    boxes = (await world.telemachus("outbox", "--json")).data
    assert {box["pending"] for box in boxes.values()} == {0}
    assert boxes["registration"]["published"] >= PEOPLE
    assert "waiting" in (await world.telemachus("outbox")).shown


async def test_a_replay_can_be_tried_dry_and_is_refused_with_a_reason(world: World) -> None:
    words = ("replay", "registration", "--stream", Stream.PARTICIPANTS.value, "--json")
    every = (await world.telemachus(*words, "--dry-run")).data["events"]
    assert every >= PEOPLE
    none = await world.telemachus(*words, "--dry-run", "--since", "2199-01-01")
    assert none.data["events"] == 0
    [done] = (await world.telemachus(*words)).data["replays"]
    assert (done["state"], done["events"]) == ("done", every)
    other = await world.telemachus("replay", "registration", "--stream", Stream.SESSIONS.value)
    assert other.code == 1
    assert Stream.PARTICIPANTS.value in str(other.failed)
    assert (await world.telemachus("replay", "registration", "--since", "yesterday")).code == 2


async def test_a_dead_letter_is_listed_shown_retried_and_dropped(world: World) -> None:
    await poison(world, Stream.SESSIONS)
    listed = {}

    async def there() -> bool:
        listed.update((await world.telemachus("dead-letters", "list", "feedback", "--json")).data["feedback"])
        return bool(listed["total"])

    await until(there)
    [letter] = listed["dead_letters"]
    shown = await world.telemachus("dead-letters", "show", "feedback", letter["id"][:12])
    assert "not an event at all" in shown.shown
    retried = await world.telemachus("dead-letters", "retry", "feedback", letter["id"], "--json")
    assert (retried.code, type(retried.failed)) == (1, Failed)
    assert (await world.telemachus("dead-letters", "drop", "feedback", "--all")).code == 1, "nobody said yes"
    dropped = await world.telemachus("dead-letters", "drop", "feedback", "--all", "--yes", "--json")
    assert [each["outcome"] for each in dropped.data] == ["dropped"]
    again = await world.telemachus("dead-letters", "drop", "feedback", letter["id"], "--yes", "--json")
    assert (again.code, again.data[0]["outcome"]) == (1, "refused")
    assert not (await world.telemachus("dead-letters", "list", "feedback", "--json")).data["feedback"]["total"]
    assert letter["id"] in (await world.telemachus("dead-letters", "list", "feedback", "--settled", "--json")).shown


async def poison(world: World, stream: Stream) -> None:
    """Something that is no event."""
    producer = Producer({"bootstrap.servers": world.stack.backends.kafka})
    producer.produce(stream.value, b"not an event at all")
    await asyncio.to_thread(producer.flush, 30)


async def test_naming_none_or_both_is_called_wrong(world: World) -> None:
    assert (await world.telemachus("dead-letters", "retry", "feedback")).code == 2
    assert (await world.telemachus("dead-letters", "retry", "feedback", "x", "--all")).code == 2


async def test_an_import_says_line_by_line_what_was_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    good, *_ = lines = world.stage.scenario.csv_text().splitlines()[1:]
    header = world.stage.scenario.csv_text().splitlines()[0]
    file.write_text("\n".join([header, *lines]))
    words = ("import", str(file), "--programme", world.stage.scenario.programme_id)
    same = await world.telemachus(*words, "--json", persona="manager")
    assert (same.code, same.data["unchanged"], same.data["refused"]) == (0, len(lines), 0)
    file.write_text("\n".join([header, good.replace("@", " at ")]))
    wrong = await world.telemachus(*words, "--dry-run", persona="manager")
    assert wrong.code == 1
    assert "1 would be refused" in wrong.shown
    assert "email" in wrong.shown
    missing = await world.telemachus("import", str(tmp_path / "nothing.csv"), "--programme", "p", persona="manager")
    assert missing.code == 2


async def test_a_person_is_exported_and_forgotten(world: World, tmp_path: Path) -> None:
    person = world.stage.scenario.people[0]
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    named = ("--employee", person.employee_id)
    assert (await world.telemachus("export", str(before), *named)).code == 0
    assert before.stat().st_mode & 0o777 == 0o600
    assert person.email in before.read_text()
    assert (await world.telemachus("export", str(before), *named)).code == 1, "nothing is overwritten"
    assert (await world.telemachus("erase", *named)).code == 1, "nobody said yes"
    erased = await world.telemachus("erase", *named, "--yes", "--json")
    assert (erased.code, erased.data["waiting_for"], erased.data["participations"]) == (0, [], 1)
    again = await world.telemachus("erase", *named, "--yes")
    assert erased.data["erasure_id"] in again.shown
    await world.telemachus("export", str(after), *named)
    parts = json.loads(after.read_text())
    assert parts.keys() == {"registration", "matching", "sessions", "feedback"}
    assert person.email not in after.read_text()
    assert not parts["feedback"]["stored"].get("participants")


async def test_projections_are_listed_and_rebuilt(world: World) -> None:
    listed = (await world.telemachus("rebuild", "sessions", "--json")).data
    name = listed[0]["name"]
    assert name in (await world.telemachus("rebuild", "sessions")).shown
    rebuilt = await world.telemachus("rebuild", "sessions", name, "--json")
    assert (rebuilt.code, rebuilt.data["state"], rebuilt.data["replaced"]) == (0, "done", 0)
    assert (await world.telemachus("rebuild", "sessions", "nothing-like-it")).code == 1


async def test_a_halted_consumer_is_told_to_go_on(world: World) -> None:
    resumed = await world.telemachus("resume", "feedback", "--json")
    assert datetime.fromisoformat(resumed.data["until"]) > datetime.now(UTC)


async def test_who_may_not_and_what_does_not_answer_is_said(world: World) -> None:
    forbidden = await world.telemachus("lag", persona="participant")
    assert isinstance(forbidden.failed, CannotAsk)
    nowhere = await world.telemachus("lag", "matching", TELEMACHUS_URL="http://127.0.0.1:9/{service}")
    assert isinstance(nowhere.failed, CannotAsk)
    assert "http://127.0.0.1:9/matching" in str(nowhere.failed)
    nonsense = await world.telemachus("lag", "matching", TELEMACHUS_URL="http://[")
    assert isinstance(nonsense.failed, CannotAsk)
    no_token = await world.telemachus("lag", persona="nobody")
    assert isinstance(no_token.failed, CannotAsk)
    assert nowhere.code == no_token.code == 3


async def test_check_names_what_is_missing_and_the_remedy(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in list(os.environ):
        if name.startswith(("KAFKA_", "MONGODB_")):
            monkeypatch.delenv(name)
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": world.stack.backends.kafka,
        "MONGODB_URL": world.stack.backends.mongodb,
        "TOKEN_ISSUER": "https://login.example.com",
        "TOKEN_KEYS": str(tmp_path / "no-keys.json"),
        "PSEUDONYM_KEY": "for tests only, no secret",
    }
    done = await world.telemachus("check", "matching", "--json", **told)
    wrong = {check["what"] for check in done.data["matching"] if not check["fine"]}
    assert done.code == 1
    assert "Token keys" in wrong
    assert not any("MongoDB" in what for what in wrong)
    table = await world.telemachus("check", "matching", **told)
    assert "TOKEN_KEYS" in table.shown
    assert "for tests only" not in table.shown + done.shown


@pytest.mark.parametrize("words", [(), ("dead-letters",)])
async def test_help_names_every_command(words: tuple[str, ...], invoke: Callable[..., str]) -> None:
    assert "Usage" in invoke(*words, "--help")


@pytest.fixture
def invoke() -> Callable[..., str]:
    """What a command shows that needs nothing running."""
    return lambda *words: CliRunner().invoke(app, words).stdout
