"""A whole programme on the images: the four services, Kafka and MongoDB, each in a container on one network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient as Engine
from testcontainers.core.network import Network

from tests.conftest import USED
from tests.containers.conftest import NAMES, image_of
from tests.containers.services import Contained
from tests.support.backends import Kafka, Mongo
from tests.support.playing import broken, is_sane, play, stage_for

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800), pytest.mark.usefixtures("images")]


@pytest.fixture
def services(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path, network: Network
) -> Iterator[Contained]:
    """The four services, ready."""
    with Contained(tmp_path, fresh_kafka, mongodb, database_name, network) as services:
        yield services


async def test_a_programme_is_played_to_its_end(
    services: Contained, engine: Engine, pytestconfig: pytest.Config
) -> None:
    async with stage_for("bnp-uk", services) as stage:
        report = await play(stage)
    assert await broken(services) == []
    assert is_sane(report), report
    pytestconfig.stash[USED] += [figures(engine, services, name) for name in NAMES]


def figures(engine: Engine, services: Contained, name: str) -> str:
    """How large its image is, how soon it was ready, and how much memory it holds after a programme."""
    layers = engine.images.get(image_of(name)).history()
    size = sum(layer["Size"] for layer in layers if "COPY" in layer["CreatedBy"])
    seconds, computing = services.start_up[name]
    return (
        f"{name}: {size / 1e6:.0f} MB on top of the base, ready after {seconds:.1f} s ({computing:.1f} s of a processor), "
        f"holds {services.memory(name) / 1e6:.0f} MB after the programme"
    )
