"""Apache Kafka's own MirrorMaker 2, which copies what may cross regions from one Kafka into another."""

from pathlib import Path

from typing_extensions import override

from deploy.local.program import Program, Server
from deploy.mirroring import GROUPS_PATTERN, TOPICS_PATTERN
from tests.support.apache_kafka import JVM, fetched, find_java

POM = Path(__file__).with_name("mirror_maker.pom.xml")
JARS = Path(__file__).parents[2] / ".tools" / "mirror-maker"
FLOW = {
    "clusters": "source, target",
    "source->target.enabled": "true",
    "source->target.topics": TOPICS_PATTERN.replace("\\", "\\\\"),  # a properties file takes one for itself
    "source->target.groups": GROUPS_PATTERN,
    "replication.policy.class": "org.apache.kafka.connect.mirror.IdentityReplicationPolicy",
    "refresh.topics.interval.seconds": "1",
    "offset-syncs.topic.location": "target",
    "emit.heartbeats.enabled": "false",
    "emit.checkpoints.enabled": "false",
    "sync.topic.acls.enabled": "false",
    "sync.topic.configs.enabled": "false",
    "replication.factor": "1",
    "offset-syncs.topic.replication.factor": "1",
    "config.storage.replication.factor": "1",
    "offset.storage.replication.factor": "1",
    "status.storage.replication.factor": "1",
    "offset.storage.partitions": "1",
    "status.storage.partitions": "1",
}


class MirrorMaker(Server):
    """It runs beside the target and asks nothing of the source but to read."""

    def __init__(self, directory: Path, source: str, target: str) -> None:
        self._told = FLOW | {"source.bootstrap.servers": source, "target.bootstrap.servers": target}
        self._directory = directory
        self._program = Program("MirrorMaker", directory / "mirror-maker.log")

    @override
    def start(self) -> None:
        """Start it; what it copies arrives some seconds later. Raises CannotStart with the remedy."""
        self._directory.mkdir(parents=True, exist_ok=True)
        properties = self._directory / "mirror-maker.properties"
        properties.write_text("".join(f"{name} = {value}\n" for name, value in self._told.items()))
        command = [find_java(), *JVM, "-cp", f"{fetched(POM, JARS)}/*", "org.apache.kafka.connect.mirror.MirrorMaker"]
        self._program.start([*command, str(properties), "--clusters", "target"])

    @override
    def stop(self) -> None:
        """End it."""
        self._program.stop()
