"""The four services as containers of our images, hardened as in production, beside Kafka and MongoDB in theirs."""

import time
from pathlib import Path
from typing import Any

from docker.errors import NotFound
from docker.models.containers import Container as Made
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from typing_extensions import override

from tests.containers.conftest import image_of
from tests.support.backends import Kafka, Mongo
from tests.support.containers import KAFKA_INSIDE, MONGODB_INSIDE, Container, publish
from tests.support.processes import LAST_LINES, NAMES, Processes

HTTP_PORT = 8000
STAGE = "/stage"
"""Where containers find keys and clock."""
HARDENED: dict[str, Any] = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}


class Contained(Processes):
    """As ``Processes``, but each service is a container. Kafka and MongoDB have to be containers too."""

    def __init__(self, directory: Path, kafka: Kafka, mongodb: Mongo, prefix: str, network: Network) -> None:
        super().__init__(directory, kafka, mongodb, prefix)
        directory.chmod(0o755)  # those in the containers are somebody else
        self._network = network
        self._servers = [server for server in (kafka.server, mongodb.server) if isinstance(server, Container)]
        assert len(self._servers) == 2, "the services could not reach them from their network"
        for server in self._servers:
            server.join(network)
        self._containers = {name: self._container(name, directory) for name in NAMES}
        self.start_up: dict[str, tuple[float, float]] = {}
        """Service → seconds from its start until it was ready; those in which it computed."""

    def _container(self, name: str, directory: Path) -> DockerContainer:
        settings = self._environment | {
            "KAFKA_BOOTSTRAP_SERVERS": KAFKA_INSIDE,
            "MONGODB_URL": f"mongodb://{MONGODB_INSIDE}/?directConnection=true",
            "TOKEN_KEYS": f"{STAGE}/{self.issuer.keys_file.name}",
            "CLOCK_FILE": f"{STAGE}/clock",
        }
        container = DockerContainer(image_of(name), network=self._network, **HARDENED).with_tmpfs_mount("/tmp")
        container.with_volume_mapping(directory, STAGE)
        for key in settings.keys() - {"HTTP_HOST", "PYTHONPATH"}:
            container.with_env(key, settings[key])
        publish(container, HTTP_PORT, self._ports[name])
        return container

    @override
    def start(self, *names: str) -> None:
        for name in names or NAMES:
            began = time.monotonic()
            self._containers[name].start()
            self.wait_until_ready([name])
            self.start_up[name] = (
                time.monotonic() - began,
                self._stats(name)["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9,
            )

    def told(self, name: str, *words: str) -> str:
        """What another container of that image prints, beside the one that serves; raises when it ends with a fault."""
        container = self._containers[name]
        volumes = {host: {"bind": mount["bind"], "mode": "ro"} for host, mount in container.volumes.items()}
        more = HARDENED | {"environment": container.env, "volumes": volumes, "tmpfs": container.tmpfs}
        run = self.made(name).client.containers.run
        return bytes(run(image_of(name), list(words), network=self._network.name, remove=True, **more)).decode()

    def memory(self, name: str) -> int:
        """Bytes its processes hold, as ``docker stats`` counts them."""
        told = self._stats(name)["memory_stats"]
        files = told["stats"].get("total_inactive_file", told["stats"].get("inactive_file", 0))
        return int(told["usage"] - files)

    def _stats(self, name: str) -> Any:
        return self.made(name).stats(stream=False)

    def made(self, name: str) -> Made:
        """The container as the engine knows it."""
        return self._containers[name].get_wrapped_container()

    @override
    def stop(self, name: str) -> None:
        if self._containers[name].status != "not_started":
            self.made(name).stop(timeout=20)
            self._containers[name].stop()

    @override
    def kill(self, name: str) -> None:
        self.made(name).kill()

    @override
    def running(self, name: str) -> bool:
        try:
            self.made(name).reload()
        except NotFound:
            return False
        return bool(self.made(name).status == "running")

    @override
    def _leave(self, error: BaseException | None) -> None:
        super()._leave(error)
        for server in self._servers:
            server.leave(self._network)

    @override
    def last_words(self) -> str:
        started = [name for name in NAMES if self._containers[name].status != "not_started"]
        return "\n".join(f"--- {name}\n{self.made(name).logs(tail=LAST_LINES).decode()}" for name in started)
