"""Kafka and MongoDB in containers, for machines with a Docker engine. Ports are fixed, so a restart keeps them."""

import time
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from typing_extensions import override

from deploy.local.kafka import answers
from deploy.local.mongod import REPLICA_SET, takes_writes
from deploy.local.ports import HOST, free_port
from deploy.local.program import CannotStart, Server

KAFKA_IMAGE = "apache/kafka:4.3.1"
MONGODB_IMAGE = "mongo:8.0"
READY_SECONDS = 90
PING_SECONDS = 2


def docker_answers() -> bool:
    """Whether there is an engine behind the client."""
    try:
        return bool(DockerClient(timeout=PING_SECONDS).client.ping())
    except Exception:
        return False  # no socket, no permission, no answer: whatever it is, there are no containers to be had


class Container(Server):
    """A container that can be killed and started again with what it had stored."""

    def __init__(self, image: str, inner_port: int) -> None:
        self.port = free_port()
        self._container = DockerContainer(image).with_bind_ports(inner_port, self.port)
        self._created = False

    def ready(self) -> bool:
        """Whether the program inside takes work."""
        raise NotImplementedError

    @override
    def start(self) -> None:
        if self._created:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._created = True
        wait_for(self.ready, self._container.image)

    @override
    def stop(self) -> None:
        self._container.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self._container.get_wrapped_container().kill()


class KafkaContainer(Container):
    """One KRaft node."""

    def __init__(self) -> None:
        super().__init__(KAFKA_IMAGE, 9092)
        for name, value in self._settings().items():
            self._container.with_env(f"KAFKA_{name}", value)

    def _settings(self) -> dict[str, str]:
        return {
            "NODE_ID": "1",
            "PROCESS_ROLES": "broker,controller",
            "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
            "ADVERTISED_LISTENERS": f"PLAINTEXT://{self.bootstrap_servers}",
            "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "AUTO_CREATE_TOPICS_ENABLE": "false",
            "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        }

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients."""
        return f"{HOST}:{self.port}"

    @override
    def ready(self) -> bool:
        return answers(self.bootstrap_servers)


class MongoContainer(Container):
    """A replica set of one."""

    def __init__(self) -> None:
        super().__init__(MONGODB_IMAGE, 27017)
        self._container.with_command(["--replSet", REPLICA_SET, "--bind_ip_all"])

    @property
    def url(self) -> str:
        """The address for clients; direct, because the set knows the node by its address inside."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    @override
    def ready(self) -> bool:
        with MongoClient[dict[str, Any]](self.url, serverSelectionTimeoutMS=200) as client:
            return takes_writes(client, "localhost:27017")


def wait_for(ready: Callable[[], bool], name: str) -> None:
    """Ask until it is ready; raises CannotStart when the time is up."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise CannotStart(f"{name} was not ready after {READY_SECONDS} s: see its container's log.")
        time.sleep(0.1)
