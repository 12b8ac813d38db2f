"""Values nobody thought of: texts that look like numbers, sections taken away, names and labels that do not fit."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from kubernetes_validate import utils

from tests.support.chart import (
    CERTIFICATES,
    CHART,
    EVERYTHING,
    MINIMAL,
    Manifest,
    NotRendered,
    by_name,
    of_kind,
    pods,
    render,
    render_text,
    selects,
)

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
DEFAULTS: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
EVERY: dict[str, Any] = yaml.safe_load(EVERYTHING.read_text())
CUSTOM = (".strimzi.io", "keda.sh", "monitoring.coreos.com", "external-secrets.io", "gateway.networking.k8s.io")
LABEL = r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the schema refers to, with what it says beside that."""
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] | {k: v for k, v in schema.items() if k != "$ref"}
    return schema


def takes(schema: Mapping[str, Any], text: str) -> bool:
    """Whether the schema allows that text there."""
    return bool(Draft202012Validator({"$defs": SCHEMA["$defs"], **schema}).is_valid(text))


def with_text(schema: Mapping[str, Any], values: Any, text: str) -> Any:
    """The same values with every text that may be any as this one."""
    schema = resolved(schema)
    if isinstance(values, dict):
        inner, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        return {key: with_text(inner.get(key, others or {}), value, text) for key, value in values.items()}
    if isinstance(values, list):
        return [with_text(schema.get("items", {}), value, text) for value in values]
    return text if isinstance(values, str) and takes(schema, text) else values


def merged(below: Any, above: Any) -> Any:
    """Values over defaults, as Helm merges them."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: merged(below.get(key), value) for key, value in above.items()}


@pytest.mark.parametrize("more", [{}, CERTIFICATES], ids=["everything", "certificates"])
@pytest.mark.parametrize("text", ["123", "true", "1e3", "0x1f", "null"])
def test_a_text_that_looks_like_something_else_stays_a_text(text: str, more: dict[str, Any]) -> None:
    values = with_text(SCHEMA, merged(merged(DEFAULTS, EVERY), more), text)
    manifests = render(EVERYTHING, values, "r1")
    for manifest in manifests:
        if not any(group in manifest["apiVersion"] for group in CUSTOM):
            utils.validate(manifest, "1.34", strict=True)
    assert [where for manifest in manifests for where in no_texts(manifest)] == []


def no_texts(manifest: Any, path: str = "") -> Iterator[str]:
    """Where names, keys and labels are not texts."""
    if isinstance(manifest, dict):
        for key, value in manifest.items():
            if key in ("name", "key", "secretName", "topic", "host", "ingressClassName", "tls", "namespace") or (
                path.endswith(("labels", "annotations", "matchLabels"))
            ):
                yield from ([] if isinstance(value, str | list) else [f"{path}/{key}"])
            yield from no_texts(value, f"{path}/{key}")
    elif isinstance(manifest, list):
        for number, value in enumerate(manifest):
            yield from no_texts(value, f"{path}/{number}")


def sections(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where values hold others that the chart reads by name."""
    for key, value in values.items():
        inner = resolved(part(path)).get("properties", {})
        if isinstance(value, dict) and key in inner and resolved(inner[key]).get("properties"):
            yield (*path, key)
            yield from sections(value, (*path, key))


def part(path: tuple[str, ...]) -> Mapping[str, Any]:
    """The schema of what stands there."""
    schema: Mapping[str, Any] = SCHEMA
    for key in path:
        schema = resolved(schema)["properties"][key]
    return schema


def nested(path: tuple[str, ...], value: Any) -> Any:
    """The value, where the path leads."""
    for key in reversed(path):
        value = {key: value}
    return value


@pytest.mark.parametrize("path", list(sections(DEFAULTS)), ids=".".join)
def test_a_section_taken_away_is_missed_in_words(path: tuple[str, ...]) -> None:
    try:
        render(EVERYTHING, nested(path, None))
    except NotRendered as refused:
        assert "nil pointer" not in str(refused)
        assert path[-1] in str(refused)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"defaults": {"digest": f"sha256:{'a' * 64}"}}, "defaults.digest: the four images differ"),
        ({"defaults": {"autoscaling": {"minReplicas": 9}}}, r"minReplicas \(9\) is more than maxReplicas \(8\)"),
        (
            {"networkPolicy": {"kafka": {"peers": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}}},
            "networkPolicy.kafka.peers: a peer is either",
        ),
        ({"commonLabels": {"app.kubernetes.io/part-of": "ours"}}, "commonLabels: app.kubernetes.io/part-of is"),
        ({"defaults": {"podLabels": {"app.kubernetes.io/name": "ours"}}}, "podLabels: app.kubernetes.io/name is"),
        ({"monitoring": {"additionalLabels": {"helm.sh/chart": "x"}}}, "additionalLabels: helm.sh/chart is"),
        ({"monitoring": {"dashboards": {"labels": {"strimzi.io/cluster": "x"}}}}, "dashboards.labels: strimzi.io"),
        ({"image": {"tag": "-x"}}, "/image/tag"),
        ({"defaults": {"extraVolumes": [{"name": "tmp"}]}}, "extraVolumes: the name tmp is the chart's own"),
        ({"defaults": {"extraVolumeMounts": [{"mountPath": "/tmp"}]}}, "extraVolumeMounts: the mountPath /tmp is"),
        ({"services": {"matching": {"sidecars": [{"name": "matching"}]}}}, "matching.sidecars: the name matching is"),
        ({"defaults": {"initContainers": [{"name": "prepare"}]}}, "initContainers: the name prepare is"),
        ({"nameOverride": "x" * 64}, "/nameOverride"),
        ({"strimzi": {"cluster": "x" * 64}}, "/strimzi/cluster"),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused_with_a_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(NotRendered, match=said):
        render_text(MINIMAL, values)


def called(ending: str, values: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Wherever annotations, or labels, of one's own can be given."""
    for key, value in values.items() if isinstance(values, dict) else ():
        yield from [(*path, key)] if key.lower().endswith(ending) else called(ending, value, (*path, key))


@pytest.mark.parametrize("path", list(called("annotations", DEFAULTS)), ids=".".join)
@pytest.mark.parametrize("name", ["helm.sh/hook", "meta.helm.sh/release-name"])
def test_nobody_makes_a_hook_of_what_is_to_be_installed(path: tuple[str, ...], name: str) -> None:
    with pytest.raises(NotRendered, match=rf"{path[-1]}: {name} is Helm's own"):
        render_text(MINIMAL, nested(path, {name: "test"}))


@pytest.mark.parametrize(
    "path", [path for path in called("labels", DEFAULTS) if path[0] != "networkPolicy"], ids=".".join
)
@pytest.mark.parametrize("labels", [{"team": "b c"}, {"team": "x" * 64}, {"te am": "b"}], ids=str)
def test_a_label_kubernetes_would_refuse_is_refused_before(path: tuple[str, ...], labels: dict[str, str]) -> None:
    with pytest.raises(NotRendered, match=f"/{path[-1]}"):
        render_text(MINIMAL, nested(path, labels))


@pytest.mark.parametrize("release", ["123", "my.release", "a" * 53, f"{'a' * 41}-b", "r-1"])
def test_names_fit_whatever_the_release_is_called(release: str) -> None:
    manifests = render(EVERYTHING, {}, release)
    assert all(len(name) <= 63 and name[0].isalpha() and "." not in name for name in by_name(manifests, "Service"))
    labels = dict(pods(manifests))
    for name, deployment in by_name(manifests, "Deployment").items():
        assert selects(deployment["spec"]["selector"], labels[name]["metadata"]["labels"])


def test_two_releases_never_share_a_name() -> None:
    alike = ["a" * 50 + "-b", "a" * 50 + "-c", "my.release", "my-release", "1x", "r-1x"]
    names = [frozenset(by_name(render(MINIMAL, {}, release), "Service")) for release in alike]
    assert len(frozenset().union(*names)) == sum(map(len, names))


def test_a_name_of_ones_own_stands_before_everything() -> None:
    manifests = render(EVERYTHING, {"fullnameOverride": "mentoring"})
    assert set(by_name(manifests, "Service")) >= {"mentoring-matching", "mentoring-sessions"}
    (deployment, *_) = of_kind(manifests, "Deployment")
    assert deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/instance"] == "telemachus"


@pytest.mark.parametrize("tag", [f"{'a' * 62}-b", "_x", "v1."])
def test_a_tag_makes_a_label_kubernetes_takes(tag: str) -> None:
    for manifest in render(MINIMAL, {"image": {"tag": tag}}):
        version = manifest["metadata"]["labels"]["app.kubernetes.io/version"]
        assert version.strip("-_.") == version
        assert len(version) <= 63


@cache
def labelled() -> list[Manifest]:
    """With labels and annotations of one's own."""
    own = {"defaults": {"podLabels": {"mesh": "yes", "team": "b"}, "podAnnotations": {"inject": "true"}}}
    return render(MINIMAL, own | {"commonLabels": {"team": "a"}})


def test_jobs_have_the_labels_and_annotations_of_pods() -> None:
    for name, pod in pods(labelled()):
        labels, annotations = pod["metadata"]["labels"], pod["metadata"]["annotations"]
        assert (labels["mesh"], labels["team"], annotations["inject"]) == ("yes", "b", "true"), name


def test_the_monitor_finds_every_service_whatever_labels_are_given() -> None:
    manifests = render(EVERYTHING, {"commonLabels": {"team": "a"}})
    (monitor,) = of_kind(manifests, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    assert all(wanted <= service["metadata"]["labels"].items() for service in of_kind(manifests, "Service"))
