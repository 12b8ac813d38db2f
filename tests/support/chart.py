"""The chart as Helm renders it, for several installations."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from tests.support.helm import ROOT, helm

CHART = ROOT / "deploy" / "chart"
MINIMAL, EVERYTHING = CHART / "ci" / "minimal-values.yaml", CHART / "ci" / "everything-values.yaml"
CERTIFICATES = {
    "kafka": {"securityProtocol": "SSL", "clientCertificates": True},
    "monitoring": {"scrape": "pod"},
    "externalSecrets": {"enabled": False},
    "ingress": {"gateway": {"name": "people", "namespace": "gateways", "sectionName": "https"}},
}
"""Everything, with what excludes parts of it."""

INSTALLATIONS: dict[str, tuple[Path, Mapping[str, Any]]] = {
    "minimal": (MINIMAL, {}),
    "everything": (EVERYTHING, {}),
    "certificates": (EVERYTHING, CERTIFICATES),
}

Manifest = dict[str, Any]


class NotRendered(Exception):
    """What Helm says of values it does not take."""


class Loader(yaml.CSafeLoader):
    """Refuses a key that is there twice, as Kubernetes does, instead of taking the last one."""

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"twice the same key among {keys}"
        return super().construct_mapping(node, deep)


def render_text(values: Path, more: Mapping[str, Any], release: str = "telemachus") -> str:
    """What Helm makes of the chart with that file of values and more of them; raises NotRendered."""
    with tempfile.TemporaryDirectory() as directory:
        rest = Path(directory) / "values.yaml"
        rest.write_text(json.dumps(dict(more)))  # YAML too, and leaves no text without quotes
        done = helm("template", release, CHART, "--namespace", "mentoring", "--values", values, "--values", rest)
    if done.returncode:
        raise NotRendered(done.stderr)
    return done.stdout


def render(values: Path, more: Mapping[str, Any], release: str = "telemachus") -> list[Manifest]:
    """The same as manifests."""
    return [manifest for manifest in yaml.load_all(render_text(values, more, release), Loader) if manifest]


@cache
def installation(name: str) -> list[Manifest]:
    """One of INSTALLATIONS, rendered once."""
    return render(*INSTALLATIONS[name])


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    """Those of these kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def by_name(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    """Those of that kind by their names."""
    return {manifest["metadata"]["name"]: manifest for manifest in of_kind(manifests, kind)}


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """The names of Deployments and Jobs, and the templates of their pods."""
    for manifest in of_kind(manifests, "Deployment", "Job"):
        yield manifest["metadata"]["name"], manifest["spec"]["template"]


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether a selector made of labels alone takes what has these labels."""
    assert set(selector) <= {"matchLabels"}
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
