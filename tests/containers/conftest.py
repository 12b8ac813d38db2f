"""The engine, the images of the services, and the network they meet on. ``make containers`` brings an engine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient as Engine
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.network import Network

from deploy.services import SERVICES
from tests.support.containers import base_image, docker_answers

ROOT = Path(__file__).parents[2]
TAG = "test"
NAMES = tuple(service.name for service in SERVICES)


def image_of(name: str, tag: str = TAG) -> str:
    """What the image of a service is called in these tests."""
    return f"telemachus-{name}:{tag}"


def build(*names: str, tag: str = TAG, options: str = "") -> None:
    """Build the images as everybody does."""
    environment = os.environ | {"TAG": tag, "DOCKER_BUILD_OPTIONS": f"--quiet {options}"}
    if base := base_image():
        environment["BASE_IMAGE"] = base
    subprocess.run([ROOT / "deploy" / "build_images", *names], env=environment, check=True)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The Docker engine; without one the tests are skipped."""
    if not docker_answers():
        pytest.skip("needs a Docker engine: start one, or let `make containers` do it as root")
    return DockerClient().client


@pytest.fixture(scope="session")
def images(engine: Engine) -> None:
    """The images of all services, from the sources as they are here."""
    build()


@pytest.fixture(scope="session")
def network(engine: Engine) -> Iterator[Network]:
    """A network of containers."""
    with Network() as network:
        yield network
