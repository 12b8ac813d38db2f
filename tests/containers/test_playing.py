"""A whole programme on the images: the four services, Kafka and MongoDB, each in a container on one network."""

import json
from collections.abc import Iterator

import pytest
from docker import DockerClient as Engine
from testcontainers.core.network import Network

from tests.conftest import USED
from tests.containers.conftest import NAMES, image_of
from tests.containers.services import Contained
from tests.support.backends import Kafka, Mongo
from tests.support.playing import broken, is_sane, play, stage_for

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800), pytest.mark.usefixtures("images")]


@pytest.fixture(scope="module")
def services(
    kafka: Kafka, mongodb: Mongo, tmp_path_factory: pytest.TempPathFactory, network: Network
) -> Iterator[Contained]:
    """The four services, ready."""
    kafka.empty()
    with Contained(tmp_path_factory.mktemp("stage"), kafka, mongodb, "contained", network) as services:
        yield services
    mongodb.drop("contained")


@pytest.mark.parametrize("name", NAMES)
def test_the_words_beside_serving_are_obeyed(services: Contained, name: str) -> None:
    assert "has its collections and indexes" in services.told(name, "prepare")
    checks = json.loads(services.told(name, "check", "--json"))
    assert checks
    assert [check for check in checks if not check["fine"]] == []


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
        f"{name}: {size / 1e6:.0f} MB on top of the base, ready after {seconds:.1f} s "
        f"({computing:.1f} s of a processor), holds {services.memory(name) / 1e6:.0f} MB after the programme"
    )
