"""One cluster for the run, and a namespace for each test."""

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from deploy.local.program import CannotStart
from tests.cluster.cluster import Cluster, Namespace, succeeded
from tests.cluster.control_plane import ControlPlane
from tests.cluster.definitions import definitions
from tests.cluster.programs import control_plane, helm_3
from tests.conftest import USED
from tests.support.backends import real_required
from tests.support.chart import EVERYTHING, MINIMAL, Manifest
from tests.support.helm import program

HELMS: dict[str, Callable[[], Path]] = {"helm 3": helm_3, "helm 4": partial(program, "helm")}
TAINT = {"key": "example.com/people", "value": "true", "effect": "NoSchedule"}


def node(number: int) -> Manifest:
    """One of three nodes in three zones, the last of which is for people alone."""
    labels = {"kubernetes.io/arch": "amd64", "topology.kubernetes.io/zone": f"zone-{number}"}
    name = f"node-{number}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels | {"kubernetes.io/hostname": name}},
        "spec": {"taints": [TAINT] if number == 2 else []},
        "status": {"allocatable": {"cpu": 32, "memory": "256Gi", "pods": 110}},
    }


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    """The run's cluster with three nodes and every operator's definitions; nobody acts on these."""
    with tempfile.TemporaryDirectory() as directory:
        try:
            control_plane()
            began = time.monotonic()
            pieces = ControlPlane(Path(directory))
            pieces.start()
        except CannotStart as problem:
            (pytest.fail if real_required() else pytest.skip)(str(problem))
        with_everything = Cluster(pieces.kubeconfig)
        try:
            _furnish(with_everything)
            pytestconfig.stash[USED].append(f"Cluster: ready in {time.monotonic() - began:.1f} s")
            yield with_everything
            pieces.must_run()
        finally:
            pieces.stop()


def _furnish(cluster: Cluster) -> None:
    for path in definitions():
        succeeded(cluster.kubectl("apply", "--server-side", "--filename", path))
    cluster.apply(*(node(number) for number in range(3)))
    priority = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "value": 1000}
    cluster.apply(priority | {"metadata": {"name": "business"}})
    succeeded(cluster.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=120s"))
    succeeded(cluster.kubectl("wait", "--for=condition=Established", "customresourcedefinitions", "--all"))
    cluster.create_namespace("kafka", {})


def _namespace(cluster: Cluster, helm: str, values: Path) -> Iterator[Namespace]:
    name = f"mentoring-{uuid.uuid4().hex[:8]}"
    try:
        helm_program = HELMS[helm]()
    except CannotStart as problem:
        (pytest.fail if real_required() else pytest.skip)(str(problem))
    cluster.create_namespace(name)
    yield Namespace(cluster, name, helm_program, values)
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(params=HELMS)
def with_either_helm(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """A restricted namespace for what nobody can do without, once for each Helm."""
    yield from _namespace(cluster, request.param, MINIMAL)


@pytest.fixture(params=HELMS)
def with_everything(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """A restricted namespace for all that can be switched on, once for each Helm."""
    yield from _namespace(cluster, request.param, EVERYTHING)


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[Namespace]:
    """A restricted namespace for what nobody can do without, with Helm 4."""
    yield from _namespace(cluster, "helm 4", MINIMAL)


@pytest.fixture
def with_helm_3(cluster: Cluster) -> Iterator[Namespace]:
    """The same with Helm 3."""
    yield from _namespace(cluster, "helm 3", MINIMAL)
