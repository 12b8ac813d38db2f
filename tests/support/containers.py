"""Kafka and MongoDB in containers, for machines with a Docker engine. Ports are fixed, so a restart keeps them.

They are the public images, or with ``TEST_BASE_IMAGE`` small ones built on that base (tests/containers/): from
Maven's artefacts and from the wheel with mongod, where no registry with the public ones can be reached.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.image import DockerImage
from testcontainers.core.network import Network
from typing_extensions import override

from deploy.local.kafka import answers
from deploy.local.mongod import REPLICA_SET, find_mongod, takes_writes
from deploy.local.ports import HOST, free_port
from deploy.local.program import CannotStart, Server
from tests.support.apache_kafka import kafka_jars

KAFKA_IMAGE = "apache/kafka:4.3.1"
MONGODB_IMAGE = "mongo:8.0"
DOCKERFILES = Path(__file__).parents[1] / "containers"
KAFKA_INSIDE = "kafka:9094"
MONGODB_INSIDE = "mongodb:27017"
"""Where other containers find them, on a network they were brought into."""
READY_SECONDS = 90
PING_SECONDS = 2


def docker_answers() -> bool:
    """Whether there is an engine behind the client."""
    try:
        return bool(DockerClient(timeout=PING_SECONDS).client.ping())
    except Exception:
        return False  # no socket, no permission, no answer: whatever it is, there are no containers to be had


def base_image() -> str | None:
    """The base on which images are to be built; None leaves it to the public ones."""
    return os.environ.get("TEST_BASE_IMAGE")


def built(name: str, *parts: tuple[Path, str]) -> str:
    """The tag of tests/containers/NAME, built on the given base with these files or directories beside it."""
    tag = f"telemachus-test-{name}:latest"
    with tempfile.TemporaryDirectory() as directory:
        context = shutil.copytree(DOCKERFILES / name, Path(directory) / name)
        for source, target in parts:
            (shutil.copytree if source.is_dir() else shutil.copy)(source, context / target)
        DockerImage(context, tag=tag, clean_up=False, buildargs={"BASE_IMAGE": base_image()}).build()
    return tag


def publish(container: DockerContainer, inner_port: int, port: int) -> None:
    """Let this machine, and nobody else, reach it there."""
    container.ports[str(inner_port)] = (HOST, port)  # type: ignore[assignment] # with_bind_ports takes no address


class Container(Server):
    """A container that can be killed and started again with what it had stored."""

    def __init__(self, name: str, image: str, inner_port: int) -> None:
        self.name, self.port = name, free_port()
        self._container = DockerContainer(image, hostname=name)
        publish(self._container, inner_port, self.port)
        self._created = False

    def join(self, network: Network) -> None:
        """Let the containers of that network find it by its name."""
        network.connect(self._container.get_container_id(), [self.name])

    def leave(self, network: Network) -> None:
        """Be found there no more; a network that is left by all can be removed."""
        engine = self._container.get_docker_client().client
        engine.networks.get(network.id).disconnect(self._container.get_container_id())

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
        image = built("kafka", (kafka_jars(), "jars")) if base_image() else KAFKA_IMAGE
        super().__init__("kafka", image, 9092)
        for name, value in self._settings().items():
            self._container.with_env(f"KAFKA_{name}", value)

    def _settings(self) -> dict[str, str]:
        return {
            "NODE_ID": "1",
            "PROCESS_ROLES": "broker,controller",
            "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "LISTENERS": "PLAINTEXT://:9092,INSIDE://:9094,CONTROLLER://:9093",
            "ADVERTISED_LISTENERS": f"PLAINTEXT://{self.bootstrap_servers},INSIDE://{KAFKA_INSIDE}",
            "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "INTER_BROKER_LISTENER_NAME": "INSIDE",
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
        image = built("mongodb", (find_mongod(), "mongod")) if base_image() else MONGODB_IMAGE
        super().__init__("mongodb", image, 27017)
        self._container.with_command(["--replSet", REPLICA_SET, "--bind_ip_all", "--wiredTigerCacheSizeGB", "0.25"])

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
