"""What operators would bring into a cluster: the definitions of their resources, from their own Go modules."""

from collections.abc import Iterator
from pathlib import Path

from tests.cluster.programs import modules

OF_MODULES = {
    "sigs.k8s.io/gateway-api@v1.6.3": "config/crd/standard/gateway.networking.k8s.io_*.yaml",
    "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases/*.yaml",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd/*.yaml",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases/external-secrets.io_*.yaml",
}
"""Module → its files. Go compares what it fetches with the public checksum database."""
STRIMZI = Path(__file__).with_name("strimzi.yaml")
"""Strimzi is no Go module: its kinds with any fields, which tests/contract holds against Strimzi's types."""
KINDS = (
    "httproutes",
    "scaledobjects",
    "triggerauthentications",
    "servicemonitors",
    "podmonitors",
    "prometheusrules",
    "externalsecrets",
)


def definitions() -> Iterator[Path]:
    """The files that define what the chart and the example of two regions use."""
    for module, directory in modules(*OF_MODULES).items():
        found = sorted(directory.glob(OF_MODULES[module]))
        yield from (path for path in found if path.stem.rpartition("_")[2] in KINDS)
    yield STRIMZI
