"""Apache Kafka itself on one machine: one KRaft node from Maven's artefacts, run by Java."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from typing_extensions import override

from deploy.local.kafka import TopicSpec, answers, create_topics
from deploy.local.one_at_a_time import one_at_a_time
from deploy.local.ports import HOST, free_port, must_be_free
from deploy.local.program import CannotStart, Program, Server

POM = Path(__file__).with_name("kafka.pom.xml")
JARS = Path(__file__).parents[2] / ".tools" / "kafka"
CLUSTER_ID = "dGVsZW1hY2h1cy1rYWZrYQ"
"""Any 16 bytes in base64; fixed, so that a restart finds its own data."""
OLDEST_JAVA = 17
READY_SECONDS = 120
JVM = (
    *("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),  # starts in two thirds of the time
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)
ONE_NODE = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""
"""What every node says that is alone, whichever doors it has."""
PROPERTIES = (
    ONE_NODE
    + """\
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
broker.heartbeat.interval.ms=1000
broker.session.timeout.ms=6000
"""
)


def find_java() -> str:
    """A Java that runs Kafka; raises CannotStart when there is none or it is too old."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr if java else ""
    version = re.search(r'version "(\d+)', said)
    if java is None or version is None or int(version[1]) < OLDEST_JAVA:
        raise CannotStart(f"Apache Kafka needs Java {OLDEST_JAVA} or newer: apt install openjdk-17-jre-headless.")
    return java


def kafka_jars() -> Path:
    """The directory with Kafka and what it needs; see ``fetched``."""
    return fetched(POM, JARS)


def fetched(pom: Path, jars: Path) -> Path:
    """The directory, filled by Maven once for each state of the pom.

    Raises CannotStart when Maven is missing or cannot fetch.
    """
    stamp = jars / pom.name
    with one_at_a_time(jars):
        if not (stamp.exists() and _asked_for(stamp) == _asked_for(pom)):
            _fill(jars, pom)
    return jars


def _asked_for(pom: Path) -> str:
    """The pom without its comments: they fetch nothing."""
    return re.sub(r"<!--.*?-->\s*", "", pom.read_text(), flags=re.DOTALL)


def _fill(jars: Path, pom: Path) -> None:
    with tempfile.TemporaryDirectory(dir=jars.parent) as new:
        _fetch(pom, Path(new))
        shutil.copy(pom, new)
        shutil.rmtree(jars, ignore_errors=True)
        shutil.copytree(new, jars)


def _fetch(pom: Path, directory: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotStart("Apache Kafka is fetched by Maven: apt install maven.")
    command: list[str | Path] = [
        maven,
        "-q",
        "-B",
        "-f",
        pom,
        "dependency:copy-dependencies",
        f"-DoutputDirectory={directory}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        first = next((line for line in done.stdout.splitlines() if "ERROR" in line), "no reason given")
        raise CannotStart(f"Maven could not fetch Apache Kafka: check its access to a repository ({first}).")


class ApacheKafka(Server):
    """One broker on the loopback interface, with its data in a directory; a context manager.

    It keeps its ports, so it can be killed and started again under the eyes of its clients.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._port, self._controller_port = free_port(), free_port()
        self._program = Program("Apache Kafka", directory / "kafka.log")

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients."""
        return f"{HOST}:{self._port}"

    @override
    def start(self) -> None:
        """Start it and wait until it answers; raises CannotStart with the remedy."""
        must_be_free(self._port, "Apache Kafka")
        java = [find_java(), *JVM, "-cp", f"{kafka_jars()}/*"]
        properties = self._write_properties()
        self._format([*java, "kafka.tools.StorageTool"], properties)
        self._program.start([*java, "kafka.Kafka", str(properties)])
        self._program.wait_until(self._answers, READY_SECONDS, lambda _: None)

    @override
    def stop(self) -> None:
        """End it in good order."""
        self._program.stop()

    def kill(self) -> None:
        """End it as a crash would; ``start`` brings it back with what it had acknowledged."""
        self._program.kill()

    def create_topics(self, specs: Iterable[TopicSpec]) -> None:
        """Create the topics that are missing; raises KafkaException when the broker refuses one."""
        create_topics(self.bootstrap_servers, specs)

    def _answers(self) -> bool:
        return answers(self.bootstrap_servers)

    def _properties(self) -> str:
        """What the broker is told."""
        data = self.directory / "data"
        return PROPERTIES.format(host=HOST, port=self._port, controller_port=self._controller_port, data=data)

    def _format_arguments(self) -> list[str]:
        """What its storage begins with beside the identity of the cluster."""
        return []

    def _write_properties(self) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        properties = self.directory / "server.properties"
        properties.write_text(self._properties())
        return properties

    def _format(self, storage_tool: list[str], properties: Path) -> None:
        if (self.directory / "data" / "meta.properties").exists():
            return
        command = [*storage_tool, "format", "-t", CLUSTER_ID, "-c", str(properties), *self._format_arguments()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(f"Apache Kafka could not prepare {self.directory}: {done.stdout or done.stderr}")
