"""What a service does not need on Kafka: each case is really tried, and refused."""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from confluent_kafka.cimpl import NewPartitions, NewTopic

from deploy.describing.rights import RIGHTS, Rights
from shared.language.topics import TOPICS
from shared.operations.checks.kafka import Brokers
from tests.integration.secured.conftest import ALLOWED_OR_REFUSED_WITHIN, BY_NAME, Secure
from tests.support.secure import ADMIN, every_right

NAMES = [topic.name for topic in TOPICS]
REFUSED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}


class Tries:
    """What one user tries on Kafka; every attempt returns the code of its failure, 0 when it was allowed."""

    def __init__(self, secure: Secure, rights: Rights) -> None:
        self.rights = rights
        self._settings = secure.settings(rights.service)
        told = secure.kafka.client(rights.user)
        self._producer = Producer(told | {"message.timeout.ms": ALLOWED_OR_REFUSED_WITHIN * 1000})
        self.admin = AdminClient(told)

    def write(self, topic: str) -> int:
        failed: list[KafkaError | None] = []
        try:
            self._producer.produce(topic, b"x", on_delivery=lambda error, _: failed.append(error))
        except KafkaException as refused:
            return _code(refused)  # the client has heard of it already, while it asked about another topic
        self._producer.flush(ALLOWED_OR_REFUSED_WITHIN)
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
    "change the brokers": lambda admin, _: admin.incremental_alter_configs([_shorter("1", "broker")]),
    "forget its own group": lambda admin, rights: admin.delete_consumer_groups([rights.group]),
    "grant itself more": lambda admin, rights: admin.create_acls([_all_of(rights.user)]),
    "take rights away": lambda admin, _: admin.delete_acls([every_right()]),
}


def _all_of(user: str) -> AclBinding:
    everything = (ResourceType.TOPIC, "*", ResourcePatternType.LITERAL)
    return AclBinding(*everything, f"User:{user}", "*", AclOperation.ALL, AclPermissionType.ALLOW)


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
            answer.result(ALLOWED_OR_REFUSED_WITHIN)
        assert _code(refused.value) in REFUSED


@pytest.mark.parametrize("service", BY_NAME)
def test_nobody_sees_who_may_what(secure: Secure, tries: dict[str, Tries], service: str) -> None:
    """Where the broker refuses to tell, this client says there is nothing."""
    administrator = AdminClient(secure.kafka.client(ADMIN))
    assert administrator.describe_acls(every_right()).result(ALLOWED_OR_REFUSED_WITHIN)
    assert tries[service].admin.describe_acls(every_right()).result(ALLOWED_OR_REFUSED_WITHIN) == []


@pytest.mark.parametrize("service", BY_NAME)
def test_nobody_begins_a_transaction_of_kafka(secure: Secure, service: str) -> None:
    producer = Producer(secure.kafka.client(BY_NAME[service].user, **{"transactional.id": f"telemachus-{service}"}))
    with pytest.raises(KafkaException) as refused:
        producer.init_transactions(ALLOWED_OR_REFUSED_WITHIN)
    assert _code(refused.value) == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
