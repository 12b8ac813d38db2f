"""Kafka and MongoDB with TLS, users and rights: what services need they may, and nothing else."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.cimpl import NewPartitions, NewTopic
from fastapi import FastAPI
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from deploy.local.apache_kafka import find_java, kafka_jars
from deploy.local.issuer import ISSUER, Issuer
from deploy.local.mongod import REPLICA_SET
from deploy.local.ports import HOST
from deploy.local.program import CannotStart
from deploy.rights import RIGHTS, Rights
from deploy.services import SERVICES
from shared.checks import check_service
from shared.checks.kafka import Brokers
from shared.clock import MovedClock
from shared.settings import Settings
from shared.topics import TOPICS
from tests.support.apps import PSEUDONYM_KEY, client_of, settings_for, signed_in
from tests.support.backends import real_required
from tests.support.certificates import Authority
from tests.support.secure import SecureKafka, SecureMongod
from tests.support.seeds import TERMS, profile
from tests.support.serving import until

PREFIX = "telemachus"
PATIENCE = 60
"""Seconds for an answer; machines are shared."""
NAMES = [topic.name for topic in TOPICS]
BY_NAME = {rights.service: rights for rights in RIGHTS}
REFUSED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}
UNAUTHORIZED = 13


@dataclass(frozen=True)
class Secure:
    """The two servers, and who vouches for them."""

    kafka: SecureKafka
    mongodb: SecureMongod
    authority: Authority
    issuer: Issuer
    directory: Path

    def settings(self, service: str, **more: Any) -> Settings:
        """What that service is told."""
        user = BY_NAME[service].user
        told = {
            "kafka_bootstrap_servers": self.kafka.bootstrap_servers,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_username": user,
            "kafka_sasl_password": self.kafka.passwords[user],
            "kafka_ssl_ca_file": self.authority.file,
            "mongodb_url": self.mongodb.url_of(user, f"{PREFIX}_{service}"),
            "mongodb_database_prefix": PREFIX,
        }
        return settings_for(self.issuer, **(told | more))


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    try:
        find_java()
        kafka_jars()
    except CannotStart as problem:
        if real_required():
            raise
        pytest.skip(f"needs Apache Kafka: {problem}")
    directory = tmp_path_factory.mktemp("secure")
    authority = Authority(directory / "authority")
    with (
        SecureKafka(directory / "kafka", authority) as kafka,
        SecureMongod(directory / "mongodb", authority) as mongodb,
    ):
        kafka.prepare()
        mongodb.prepare(PREFIX)
        yield Secure(kafka, mongodb, authority, Issuer(directory), directory)


@pytest.fixture(scope="module")
def clock(secure: Secure) -> MovedClock:
    return MovedClock(secure.directory / "clock")


@dataclass(frozen=True)
class Serving:
    """The four services at work."""

    apps: dict[str, FastAPI]
    clients: dict[str, httpx.AsyncClient]
    issuer: Issuer

    async def call(self, service: str, method: str, path: str, body: Any = None, employee: str = "") -> Any:
        """As that employee, or as a manager of everything."""
        who = ["participant"] if employee else ["manager", "operator"]
        headers = signed_in(self.issuer, *who, employee_id=employee or "e-m", countries=[] if employee else ["*"])
        answer = await self.clients[service].request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()

    async def ready(self, service: str) -> bool:
        return (await self.clients[service].get("/health/ready")).status_code == 200


@pytest.fixture(scope="module")
async def serving(secure: Secure, clock: MovedClock) -> AsyncIterator[Serving]:
    async with AsyncExitStack() as stack:
        apps = {service.name: service.app(secure.settings(service.name), clock) for service in SERVICES}
        clients = {}
        for name, app in apps.items():
            await stack.enter_async_context(app.router.lifespan_context(app))
            clients[name] = await stack.enter_async_context(client_of(app))
        found = Serving(apps, clients, secure.issuer)
        for name in apps:
            await until(lambda name=name: found.ready(name))  # type: ignore[misc]
        yield found


async def test_the_four_services_do_their_work(serving: Serving, clock: MovedClock) -> None:
    """From the programme to the first answer after a session: every service hears and says something."""
    call = serving.call
    await call("registration", "POST", "/programmes", {"id": "p", "terms": TERMS.model_dump(mode="json")})
    await call("registration", "POST", "/programmes/p/open")
    for who, role, country in (("a", "mentor", "FR"), ("b", "mentee", "GB")):
        grade = {"mentor": 2, "mentee": 6}[role]
        works = profile(role, country) | {"unit": who, "grade": grade, "wants": [{"topic": "the-web"}]}
        said = {"name": who, "email": f"{who}@company.example", "employee_id": who, "profile": works}
        applied = await call("registration", "POST", "/programmes/p/participants", said)
        await call("registration", "POST", f"/participants/{applied['participant_id']}/trained")
    await until(lambda: _quiet(serving))
    await call("matching", "POST", "/programmes/p/rounds", {})

    async def computed() -> bool:
        [found] = await call("matching", "GET", "/programmes/p/rounds")
        return found["state"] in ("completed", "failed")

    await until(computed)
    assert len(await call("matching", "GET", "/programmes/p/pairs")) == 1, await call(
        "matching", "GET", "/programmes/p/waiting"
    )

    async def planned() -> bool:
        return bool(await call("sessions", "GET", "/programmes/p/sessions"))

    await until(planned)
    session, *_ = await call("sessions", "GET", "/programmes/p/sessions")
    clock.move_to(datetime.fromisoformat(session["ends_at"]) + timedelta(minutes=1))
    await call("sessions", "POST", f"/sessions/{session['session_id']}/held", employee="a")

    async def answered() -> bool:
        try:
            await call("feedback", "POST", f"/sessions/{session['session_id']}/pulse", {"feeling": 4, "useful": 5}, "a")
        except AssertionError:
            return False
        return True

    await until(answered)
    await until(lambda: _quiet(serving))
    for name in serving.apps:
        outbox = serving.apps[name].state.store.db["outbox"]
        assert await outbox.count_documents({"dead_letter": False, "published_at": {"$ne": None}}), name
        assert not await outbox.count_documents({"dead_letter": True}), name


async def _quiet(serving: Serving) -> bool:
    backlogs = [await serving.call(name, "GET", "/operations/backlog") for name in serving.apps]
    return all(backlog["outbox"] == backlog["lag"] == 0 for backlog in backlogs)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_check_finds_all_it_needs(secure: Secure, serving: Serving, service: Any) -> None:
    checks = await check_service(service, secure.settings(service.name))
    assert not [check for check in checks if not check.fine]
    assert {"MongoDB rights", "Certificate of Kafka"} <= {check.what for check in checks}


# What is refused on Kafka: each case is really tried.


class Tries:
    """What one user tries on Kafka; every attempt returns the code of its failure, 0 when it was allowed."""

    def __init__(self, secure: Secure, rights: Rights) -> None:
        self.rights = rights
        self._settings = secure.settings(rights.service)
        told = secure.kafka.client(rights.user)
        self._producer = Producer(told | {"message.timeout.ms": PATIENCE * 1000})
        self.admin = AdminClient(told)

    def write(self, topic: str) -> int:
        failed: list[KafkaError | None] = []
        self._producer.produce(topic, b"x", on_delivery=lambda error, _: failed.append(error))
        self._producer.flush(PATIENCE)
        assert failed, "no answer"
        return failed[0].code() if failed[0] else 0

    async def read(self, topic: str) -> int:
        answer = await self._ask(FetchRequest(100, 0, 1000, 0, [(topic, [(0, 0, 1000)])]))
        return int(answer.topics[0][1][0][1])

    async def commit(self, group: str) -> int:
        """An offset of a topic that may be read."""
        answer = await self._ask(OffsetCommitRequest(group, -1, "", -1, [(self.rights.reads[0], [(0, 0, "")])]))
        return int(answer.topics[0][1][0][1])

    async def _ask(self, question: Any) -> Any:
        async with Brokers(self._settings, self.rights).connection() as connection:
            return await connection.send(question)


def _code(error: KafkaException) -> int:
    code: int = error.args[0].code()
    return code


@pytest.fixture(scope="module")
def tries(secure: Secure) -> dict[str, Tries]:
    return {rights.service: Tries(secure, rights) for rights in RIGHTS}


@pytest.mark.parametrize("service", BY_NAME)
async def test_what_it_needs_is_allowed(tries: dict[str, Tries], service: str) -> None:
    """So that what follows is refused because of rights and nothing else."""
    one, rights = tries[service], BY_NAME[service]
    assert [await one.read(topic) for topic in rights.reads] == [0] * len(rights.reads)
    assert await one.commit(rights.group) not in REFUSED


def cases(allowed: Callable[[Rights], tuple[str, ...]], of: list[str]) -> list[tuple[str, str]]:
    """Every service with everything it has no business with."""
    return [(rights.service, name) for rights in RIGHTS for name in of if name not in allowed(rights)]


@pytest.mark.parametrize(("service", "topic"), cases(lambda rights: rights.reads, NAMES))
async def test_a_topic_it_does_not_hear_is_not_read(tries: dict[str, Tries], service: str, topic: str) -> None:
    assert await tries[service].read(topic) == KafkaError.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize(("service", "topic"), cases(lambda rights: rights.writes, NAMES))
def test_a_topic_it_does_not_speak_on_is_not_written(tries: dict[str, Tries], service: str, topic: str) -> None:
    assert tries[service].write(topic) == KafkaError.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize(
    ("service", "group"), cases(lambda rights: (rights.group,), [*(r.group for r in RIGHTS), "another"])
)
async def test_another_group_is_not_touched(tries: dict[str, Tries], service: str, group: str) -> None:
    assert await tries[service].commit(group) == KafkaError.GROUP_AUTHORIZATION_FAILED


OPERATIONS: dict[str, Callable[[AdminClient, Rights], Any]] = {
    "create a topic": lambda admin, _: admin.create_topics([NewTopic("telemachus.new", 1, 1)]),
    "delete a topic": lambda admin, rights: admin.delete_topics([rights.writes[0]]),
    "add partitions": lambda admin, rights: admin.create_partitions([NewPartitions(rights.writes[0], 50)]),
    "change a topic": lambda admin, rights: admin.incremental_alter_configs([_shorter(rights.writes[0])]),
    "change the brokers": lambda admin, _: admin.alter_configs(
        [ConfigResource("broker", "1", {"log.retention.ms": "1"})]
    ),
    "forget its own group": lambda admin, rights: admin.delete_consumer_groups([rights.group]),
}


def _shorter(name: str, kind: str = "topic") -> ConfigResource:
    setting = "retention.ms" if kind == "topic" else "log.retention.ms"
    entry = ConfigEntry(setting, "1", incremental_operation=AlterConfigOpType.SET)
    return ConfigResource(kind, name, incremental_configs=[entry])


@pytest.mark.parametrize("service", BY_NAME)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_cluster_is_not_for_services_to_change(tries: dict[str, Tries], service: str, operation: str) -> None:
    answers = OPERATIONS[operation](tries[service].admin, BY_NAME[service])
    for answer in answers.values():
        with pytest.raises(KafkaException) as refused:
            answer.result(PATIENCE)
        assert _code(refused.value) in REFUSED


# What is refused on MongoDB.


@pytest.fixture(scope="module")
def databases(secure: Secure) -> Iterator[dict[str, MongoClient[dict[str, Any]]]]:
    clients = {
        name: MongoClient[dict[str, Any]](secure.mongodb.url_of(rights.user, f"{PREFIX}_{name}"))
        for name, rights in BY_NAME.items()
    }
    yield clients
    for client in clients.values():
        client.close()


Act = Callable[[Database[dict[str, Any]]], Any]
ELSEWHERE: dict[str, Act] = {
    "read": lambda database: database["outbox"].find_one({}),
    "write": lambda database: database["outbox"].insert_one({}),
    "change": lambda database: database["outbox"].update_one({}, {"$set": {"a": 1}}),
    "delete": lambda database: database["outbox"].delete_one({}),
    "list": lambda database: database.list_collection_names(),
    "drop": lambda database: database.client.drop_database(database.name),
}
AT_HOME: dict[str, Act] = {
    "drop the database": lambda database: database.client.drop_database(database.name),
    "drop a collection": lambda database: database.drop_collection("outbox"),
    "drop an index": lambda database: database["outbox"].drop_indexes(),
    "rename a collection": lambda database: database["outbox"].rename("other"),
    "change a collection": lambda database: database.command("collMod", "outbox", validator={}),
    "create a user": lambda database: database.command("createUser", "x", pwd="x", roles=[]),
    "create a role": lambda database: database.command("createRole", "x", privileges=[], roles=[]),
    "grant itself more": lambda database: database.command("grantRolesToUser", "x", roles=["dbAdmin"]),
    "see the users": lambda database: database.command("usersInfo"),
    "watch changes": lambda database: database.watch(),
}
OF_ALL: dict[str, Act] = {
    "read the oplog": lambda database: database.client["local"]["oplog.rs"].find_one({}),
    "read users": lambda database: database.client["admin"]["system.users"].find_one({}),
    "see the server": lambda database: database.client["admin"].command("serverStatus"),
    "see the set": lambda database: database.client["admin"].command("replSetGetStatus"),
    "see operations": lambda database: list(database.client["admin"].aggregate([{"$currentOp": {"allUsers": True}}])),
    "change the server": lambda database: database.client["admin"].command("setParameter", 1, logLevel=1),
    "stop the server": lambda database: database.client["admin"].command("shutdown"),
}


def refused(act: Act, database: Database[dict[str, Any]]) -> bool:
    with pytest.raises(OperationFailure) as error:
        act(database)
    return error.value.code == UNAUTHORIZED


@pytest.mark.parametrize("act", ELSEWHERE)
@pytest.mark.parametrize(("service", "other"), [(a, b) for a in BY_NAME for b in (*BY_NAME, "new") if a != b])
def test_another_database_is_not_touched(
    databases: dict[str, MongoClient[dict[str, Any]]], service: str, other: str, act: str
) -> None:
    assert refused(ELSEWHERE[act], databases[service][f"{PREFIX}_{other}"])


@pytest.mark.parametrize("act", AT_HOME | OF_ALL)
@pytest.mark.parametrize("service", BY_NAME)
def test_administration_is_not_for_services(
    databases: dict[str, MongoClient[dict[str, Any]]], service: str, act: str
) -> None:
    assert refused((AT_HOME | OF_ALL)[act], databases[service][f"{PREFIX}_{service}"])


# Who is not let in, and what is said then.

CANARY = "a-word-nobody-may-read"
BY_SERVICE = {service.name: service for service in SERVICES}


async def wrong_of(secure: Secure, **more: Any) -> dict[str, str]:
    """What is not fine for feedback with these settings, and the remedy; no secret is in it."""
    checks = await check_service(BY_SERVICE["feedback"], secure.settings("feedback", **more))
    assert CANARY not in str(checks)
    return {check.what: check.remedy for check in checks if not check.fine}


async def test_another_authority_is_not_trusted(secure: Secure) -> None:
    other = Authority(secure.directory / "other")
    url = (
        secure.settings("feedback").mongodb_url.get_secret_value().replace(str(secure.authority.file), str(other.file))
    )
    wrong = await wrong_of(secure, kafka_ssl_ca_file=other.file, mongodb_url=url)
    assert "KAFKA_SSL_CA_FILE" in wrong["Kafka"]
    assert "tlsCAFile" in wrong["MongoDB"]


async def test_nobody_gets_in_without_tls(secure: Secure) -> None:
    user = BY_NAME["feedback"].user
    url = f"mongodb://{user}:{secure.mongodb.passwords[user]}@{HOST}:{secure.mongodb.port}/?replicaSet={REPLICA_SET}"
    wrong = await wrong_of(secure, kafka_security_protocol="SASL_PLAINTEXT", mongodb_url=url)
    assert "KAFKA_SECURITY_PROTOCOL" in wrong["Kafka"]
    assert "MongoDB" in wrong


async def test_a_certificate_is_enough_where_both_sides_show_one(secure: Secure) -> None:
    foreign = Authority(secure.directory / "foreign")
    mutual = {"kafka_bootstrap_servers": secure.kafka.mutual, "kafka_security_protocol": "SSL"}

    def shown(authority: Authority) -> dict[str, Any]:
        certificate, key = authority.issue(BY_NAME["feedback"].user)
        return mutual | {"kafka_ssl_cert_file": certificate, "kafka_ssl_key_file": key}

    assert set(await wrong_of(secure, **shown(secure.authority))) <= {"MongoDB indexes"}
    refused_when = {"Kafka", "Kafka topics", "Kafka group", "Certificates"}
    assert refused_when <= set(await wrong_of(secure, **shown(foreign)))
    assert refused_when <= set(await wrong_of(secure, **mutual))


def test_a_service_that_is_not_let_in_ends_and_says_which_setting_is_wrong(secure: Secure) -> None:
    user = BY_NAME["feedback"].user
    url = secure.settings("feedback").mongodb_url.get_secret_value().replace(secure.mongodb.passwords[user], CANARY)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "KAFKA_BOOTSTRAP_SERVERS": secure.kafka.bootstrap_servers,
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_USERNAME": user,
        "KAFKA_SASL_PASSWORD": CANARY,
        "KAFKA_SSL_CA_FILE": str(secure.authority.file),
        "MONGODB_URL": url,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_KEYS": str(secure.issuer.keys_file),
        "PSEUDONYM_KEY": CANARY,
        "LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "services.feedback"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD" in said
    assert "correct user, password and authSource in MONGODB_URL" in said
    assert CANARY not in said


async def test_no_secret_is_shown_to_anybody(serving: Serving, secure: Secure) -> None:
    """Neither to people who ask without a token, nor in metrics, descriptions and errors."""
    for name, client in serving.clients.items():
        user = BY_NAME[name].user
        settings = secure.settings(name)
        paths = ("/metrics", "/docs", "/openapi.json", "/asyncapi.json", "/health/ready", "/nowhere")
        shown = [repr(settings), str(settings.model_dump()), *[(await client.get(path)).text for path in paths]]
        for secret in (secure.kafka.passwords[user], secure.mongodb.passwords[user], PSEUDONYM_KEY):
            assert secret not in "".join(shown), name
