"""What ``check`` finds wrong with topics and groups, and what it says is to be done, without a broker."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    KafkaConnectionError,
    KafkaError,
)
from aiokafka.errors import UnknownTopicOrPartitionError as Missing
from typing_extensions import override

from shared.language.streams import Stream
from shared.language.topics import TOPICS
from shared.operations.checks.kafka import Brokers, explain
from shared.operations.checks.protocol import OPERATIONS, allowed
from shared.operations.checks.result import Check
from shared.operations.rights import GROUP, READ, Rights
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

STREAM = Stream.SESSIONS.value
TOPIC = next(topic for topic in TOPICS if topic.name == STREAM)
AWAY = "broker-2:9092"
RIGHTS = Rights("ledger", (STREAM,), (), "telemachus-ledger")


def bits(*operations: str) -> int:
    return sum(1 << OPERATIONS[operation] for operation in operations)


class Told(Brokers):
    """Brokers that give these answers, one after the other, the last for ever."""

    def __init__(self, *answers: Any) -> None:
        super().__init__(settings_for(ISSUED_BY, kafka_bootstrap_servers="localhost:1"), RIGHTS)
        self.answers, self.asked = list(answers), 0
        self.cipher: tuple[str, str, int] | None = None

    @override
    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        yield self

    @override
    @asynccontextmanager
    async def _connected(self, place: str) -> AsyncIterator[Any]:
        if place == AWAY:
            raise KafkaConnectionError
        yield self

    @property
    def _writer(self) -> Any:
        return SimpleNamespace(get_extra_info={"cipher": self.cipher}.get)

    async def send(self, _: Any) -> Any:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def test_every_broker_is_asked_where_the_cluster_says_it_is() -> None:
    brokers = Told(SimpleNamespace(brokers=[(1, "broker-1", 9092, None), (2, "broker-2", 9092, None)]))
    one, other = await brokers.reachable()
    assert (one.what, one.fine, one.found) == ("Kafka broker broker-1:9092", True, "answers, without TLS")
    assert (other.what, other.fine, other.found) == ("Kafka broker broker-2:9092", False, "the broker hangs up")
    assert "KAFKA_SECURITY_PROTOCOL" in other.remedy


async def test_a_broker_says_how_it_is_encrypted() -> None:
    brokers = Told(SimpleNamespace(brokers=[(1, "broker-1", 9092, None)]))
    brokers.cipher = ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)
    assert [check.found for check in await brokers.reachable()] == ["answers, TLSv1.3"]


async def topic(
    code: int = 0,
    partitions: int = TOPIC.partitions,
    rights: int = bits(*READ),
    config: Mapping[str, str] | None = None,
) -> Check:
    found = SimpleNamespace(topics=[(code, STREAM, False, [0] * partitions, rights)])
    entries = [(name, value, False) for name, value in (dict(TOPIC.config) | dict(config or {})).items()]
    settings = SimpleNamespace(resources=[(0, None, 2, STREAM, entries)])
    [check] = await Told(found, settings).topics()
    return check


async def test_a_topic_as_it_should_be_is_fine() -> None:
    check = await topic()
    assert (check.fine, check.remedy) == (True, "")
    assert check.found.startswith(f"{TOPIC.partitions} partitions, ")


async def test_a_topic_that_is_missing_is_to_be_created() -> None:
    check = await topic(code=Missing.errno)
    assert (check.fine, check.found) == (False, "is missing")
    assert check.remedy.startswith(f"create it with {TOPIC.partitions} partitions, ")


@pytest.mark.parametrize("lacks", READ)
async def test_a_right_that_is_missing_is_named(lacks: str) -> None:
    check = await topic(rights=bits(*(each for each in READ if each != lacks)))
    assert (check.fine, check.found) == (False, f"user lacks {lacks}")
    assert check.remedy == "give telemachus-ledger Describe, DescribeConfigs, Read on it"


async def test_a_topic_nothing_is_told_of_lacks_every_right() -> None:
    """The bits of such an answer mean nothing."""
    check = await topic(code=29, rights=bits(*READ))
    assert (check.fine, check.found) == (False, "user lacks Describe, DescribeConfigs, Read")


@pytest.mark.parametrize("partitions", [TOPIC.partitions - 1, TOPIC.partitions + 1])
async def test_other_partitions_tear_the_order_of_keys(partitions: int) -> None:
    check = await topic(partitions=partitions)
    assert (check.fine, check.found) == (False, f"has {partitions} partitions instead of {TOPIC.partitions}")


async def test_a_setting_that_differs_is_told_with_what_it_should_be() -> None:
    name, value = next(iter(TOPIC.config.items()))
    check = await topic(config={name: "other"})
    assert (check.fine, check.found) == (False, f"{name}=other")
    assert f"{name}={value}" in check.remedy


def coordinator(code: int) -> Any:
    return SimpleNamespace(error_code=code, host="localhost", port=1)


def group(rights: int) -> Any:
    return SimpleNamespace(groups=[("", "", rights)])


async def test_a_group_that_is_ours_is_fine() -> None:
    [check] = await Told(coordinator(0), group(bits(*GROUP))).group()
    assert (check.fine, check.found) == (True, "rights held")


@pytest.mark.parametrize("lacks", GROUP)
async def test_a_right_on_the_group_that_is_missing_is_named(lacks: str) -> None:
    [check] = await Told(coordinator(0), group(bits(*set(GROUP) - {lacks}))).group()
    assert (check.fine, check.found) == (False, f"lacks {lacks}")


async def test_a_group_that_is_not_even_told_of_lacks_every_right() -> None:
    [check] = await Told(coordinator(GroupAuthorizationFailedError.errno)).group()
    assert (check.fine, check.found) == (False, "lacks Describe, Read")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long was waited, without waiting."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", wait)
    return waits


async def test_a_young_cluster_is_asked_again_for_its_broker_of_the_group(slept: list[float]) -> None:
    young = [coordinator(GroupCoordinatorNotAvailableError.errno)] * 7
    [check] = await Told(*young, coordinator(0), group(bits(*GROUP))).group()
    assert (check.fine, slept) == (True, [1] * 7)


async def test_a_cluster_that_never_names_one_is_given_up_and_told_so(slept: list[float]) -> None:
    never = Told(coordinator(GroupCoordinatorNotAvailableError.errno))
    with pytest.raises(KafkaError) as given_up:
        await never.group()
    assert (never.asked, len(slept)) == (8, 8)
    assert explain(given_up.value)[0] == "the cluster names no broker for the group"


def test_operations_have_the_bits_that_kafka_gives_them() -> None:
    """AclOperation of the protocol: 3, 4, 8 and 10."""
    assert allowed(0b0000_0101_0001_1000) == {"Read", "Write", "Describe", "DescribeConfigs"}
    assert [allowed(1 << bit) for bit in range(13)] == [
        *[set()] * 3,
        {"Read"},
        {"Write"},
        *[set()] * 3,
        {"Describe"},
        set(),
        {"DescribeConfigs"},
        *[set()] * 2,
    ]
