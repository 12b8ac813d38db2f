"""``prepare`` and ``check``, the two words a service understands beside serving."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.issuer import ISSUER, Issuer
from deploy.services import SERVICES
from shared.domain.clock import SystemClock
from shared.operations.checks import indexes_needed
from shared.operations.checks.mongodb import Database
from shared.operations.commands import obey
from shared.running.running import Running
from shared.service import Service
from tests.support.apps import NOWHERE, new_issuer, settings_for
from tests.support.backends import Kafka, Mongo

ROOT = Path(__file__).parents[2]
SECRET = "a word nobody may read"
every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int | None
    out: str
    err: str

    @property
    def checks(self) -> dict[str, Any]:
        """What was found by what was looked at, where it was told as JSON."""
        return {check["what"]: check for check in json.loads(self.out)}


Tell = Callable[..., Ended]
"""Tells a service these words, with these settings changed; None takes one out."""


@pytest.fixture
def tell(
    kafka: Kafka,
    mongodb: Mongo,
    database_name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Tell:
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "MONGODB_URL": mongodb.url,
        "MONGODB_DATABASE_PREFIX": database_name,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_KEYS": str(Issuer(tmp_path).keys_file),
        "PSEUDONYM_KEY": SECRET,
    }

    def told(service: Service, *words: str, **changed: str | None) -> Ended:
        for name, value in (settings | changed).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        capfd.readouterr()
        code = obey(service, words)
        out, err = capfd.readouterr()
        assert SECRET not in out + err
        return Ended(code, out, err)

    return told


@pytest.mark.real
@every_service
def test_a_service_that_was_prepared_finds_all_it_needs(service: Service, tell: Tell) -> None:
    before = tell(service, "check", "--json")
    assert before.code == 1
    assert [what for what, check in before.checks.items() if not check["fine"]] == ["MongoDB indexes"]
    assert "prepare" in before.checks["MongoDB indexes"]["remedy"]

    assert [tell(service, "prepare").code for _ in range(2)] == [0, 0]
    after = tell(service, "check", "--json")
    assert after.code == 0, after.out
    assert {f"Kafka topic {stream.value}" for stream in service.streams} <= set(after.checks)


def test_a_process_obeys_and_ends() -> None:
    command = [sys.executable, "-m", "services.feedback", "check"]
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 1
    assert "WRONG  Setting KAFKA_BOOTSTRAP_SERVERS" in ended.stdout
    assert not ended.stderr


@every_service
async def test_check_looks_for_every_index_that_is_made(service: Service, mongodb: Mongo, database_name: str) -> None:
    more = {"mongodb_url": mongodb.url, "mongodb_database_prefix": database_name}
    running = Running(service, settings_for(new_issuer(), **more), SystemClock())
    await running.prepare()
    await running.store.close()
    with MongoClient[dict[str, Any]](mongodb.url) as client:
        database = client[f"{database_name}_{service.name}"]
        indexes = [(name, one) for name in database.list_collection_names() for one in database[name].list_indexes()]
    made = {(collection, tuple(index["key"])) for collection, index in indexes if index["name"] != "_id_"}
    assert made == {(index.collection, index.keys) for index in indexes_needed(service)}


async def test_an_index_that_is_not_needed_any_more_is_named_and_nothing_is_wrong(
    mongodb: Mongo, database_name: str
) -> None:
    service = SERVICES[0]
    more = {"mongodb_url": mongodb.url, "mongodb_database_prefix": database_name}
    running = Running(service, settings_for(new_issuer(), **more), SystemClock())
    await running.prepare()
    looked_at = Database(running.store, indexes_needed(service))
    [before] = await looked_at.indexes()
    await running.store.db["people"].create_index("of_long_ago")
    [after] = await looked_at.indexes()
    await running.store.close()
    assert before.fine and "not needed" not in before.found
    assert after.fine and after.found.endswith("not needed: people.of_long_ago_1")


def test_everything_is_looked_at_although_nothing_answers(tell: Tell) -> None:
    nowhere = {"KAFKA_BOOTSTRAP_SERVERS": NOWHERE, "MONGODB_URL": f"mongodb://somebody:{SECRET}@{NOWHERE}/"}
    ended = tell(SERVICES[0], "check", "--json", TOKEN_KEYS="/nowhere", CLOCK_FILE="/nowhere", **nowhere)
    assert ended.code == 1
    assert {what: check["fine"] for what, check in ended.checks.items()} == {
        "Configuration": True,
        "MongoDB": False,
        "MongoDB transactions": False,
        "MongoDB rights": False,
        "MongoDB indexes": False,
        "Kafka": False,
        "Kafka topics": False,
        "Kafka group": False,
        "Sign-in": True,
        "Token keys": False,
        "Mail server": True,
        "Webhooks": True,
        "Clock": True,
        "Time zones": True,
    }
    named = {check["remedy"].split(" ")[1] for check in ended.checks.values() if not check["fine"]}
    assert named == {"MONGODB_URL", "KAFKA_BOOTSTRAP_SERVERS", "TOKEN_KEYS"}


def test_settings_that_are_missing_are_checks_too(tell: Tell) -> None:
    ended = tell(SERVICES[0], "check", "--json", TOKEN_KEYS=None)
    assert ended.code == 1
    assert set(ended.checks) == {"Setting TOKEN_KEYS"}


def test_a_moved_clock_is_found(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("86400")
    ended = tell(SERVICES[0], "check", "--json", CLOCK_FILE=str(tmp_path / "clock"))
    assert not ended.checks["Clock"]["fine"]


def test_settings_that_need_each_other_are_looked_at_together(tell: Tell) -> None:
    half = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME": "a", "KAFKA_SSL_CERT_FILE": "/nowhere"}
    ended = tell(SERVICES[0], "check", "--json", **half)
    found = ended.checks["Configuration"]["found"]
    assert all(word in found for word in ("KAFKA_SASL_PASSWORD", "KAFKA_SSL_KEY_FILE", "KAFKA_SSL_CERT_FILE names no"))
    assert "KAFKA_SASL_USERNAME" not in found


def test_people_read_a_line_for_each_check(tell: Tell) -> None:
    ended = tell(SERVICES[0], "check", KAFKA_BOOTSTRAP_SERVERS=NOWHERE)
    assert "WRONG  Kafka: does not answer  →  correct KAFKA_BOOTSTRAP_SERVERS" in ended.out
    assert all(line.startswith(("fine   ", "WRONG  ")) for line in ended.out.splitlines())


@pytest.mark.parametrize("words", [("serv",), ("check", "--xml"), ("prepare", "now")])
def test_words_it_does_not_know_are_answered_with_those_it_knows(tell: Tell, words: tuple[str, ...]) -> None:
    ended = tell(SERVICES[0], *words)
    assert ended.code == 2
    assert "prepare" in ended.err
    assert "--json" in ended.err


@pytest.mark.parametrize("url", [f"mongodb://somebody:{SECRET}@{NOWHERE}/", f"mongodb://x:{SECRET}@a:b"])
def test_prepare_says_which_setting_is_wrong(tell: Tell, url: str) -> None:
    ended = tell(SERVICES[0], "prepare", MONGODB_URL=url)
    assert ended.code == 1
    assert "MONGODB_URL" in ended.err
