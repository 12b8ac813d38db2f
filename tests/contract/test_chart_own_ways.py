"""What experienced teams bring of their own lands where it should: one row a value, looked for in every service."""

import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.services import SERVICES
from tests.support.chart import EVERYTHING, MINIMAL, Manifest, NotRendered, by_name, of_kind, render, render_text
from tests.support.helm import ROOT, found

NAMES = [f"telemachus-{service.name}" for service in SERVICES]
VOLUME = {"name": "own", "emptyDir": {}}
MOUNT = {"name": "own", "mountPath": "/own"}
FROM_SECRET = {"name": "OWN", "valueFrom": {"secretKeyRef": {"name": "own", "key": "key"}}}
SPREAD = {"maxSkew": 2, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule"}
NEAR: dict[str, Any] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
ALIAS = {"ip": "10.0.0.1", "hostnames": ["kafka-1"]}
HELPER = {"name": "helper", "image": "registry.example.com/helper:1"}

Look = Callable[[Manifest], Any]


def of_pod(*path: str) -> Look:
    def look(workload: Manifest) -> Any:
        found = workload["spec"]["template"]["spec"]
        for name in path:
            found = found[name]
        return found

    return look


def of_container(name: str) -> Look:
    return lambda workload: workload["spec"]["template"]["spec"]["containers"][0][name]


def holds(found: Any, value: Any) -> bool:
    return value in found if isinstance(found, list) else bool(found == value)


OF_PODS: list[tuple[str, Any, Look, Any]] = [
    ("affinity", NEAR, of_pod("affinity"), NEAR),
    ("runtimeClassName", "gvisor", of_pod("runtimeClassName"), "gvisor"),
    ("dnsPolicy", "None", of_pod("dnsPolicy"), "None"),
    ("dnsConfig", {"nameservers": ["10.0.0.2"]}, of_pod("dnsConfig"), {"nameservers": ["10.0.0.2"]}),
    ("hostAliases", [ALIAS], of_pod("hostAliases"), ALIAS),
    ("env", [FROM_SECRET], of_container("env"), FROM_SECRET),
    ("envFrom", [{"secretRef": {"name": "own"}}], of_container("envFrom"), {"secretRef": {"name": "own"}}),
    ("extraVolumes", [VOLUME], of_pod("volumes"), VOLUME),
    ("extraVolumeMounts", [MOUNT], of_container("volumeMounts"), MOUNT),
    ("initContainers", [HELPER], of_pod("initContainers"), HELPER),
]
"""Value of ``defaults`` → where pods of services and of jobs have it."""


@pytest.mark.parametrize(("name", "value", "look", "expected"), OF_PODS, ids=[row[0] for row in OF_PODS])
def test_pods_of_services_and_jobs_have_it(name: str, value: Any, look: Look, expected: Any) -> None:
    manifests = render(MINIMAL, {"defaults": {name: value}})
    workloads = of_kind(manifests, "Deployment", "Job")
    assert len(workloads) == 2 * len(NAMES)
    for workload in workloads:
        assert holds(look(workload), expected), workload["metadata"]["name"]


def test_what_only_a_service_has_is_in_no_job() -> None:
    values = {"defaults": {"sidecars": [HELPER], "topologySpreadConstraints": [SPREAD]}}
    manifests = render(MINIMAL, values)
    for deployment in of_kind(manifests, "Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        assert spec["containers"][1:] == [HELPER]
        own = deployment["spec"]["selector"]
        assert spec["topologySpreadConstraints"] == [SPREAD | {"labelSelector": own}], "without one it spreads nothing"
    for job in of_kind(manifests, "Job"):
        assert len(job["spec"]["template"]["spec"]["containers"]) == 1, "a job would not end beside it"


def test_a_selector_of_ones_own_stays_as_it_is() -> None:
    given = SPREAD | {"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}
    manifests = render(MINIMAL, {"defaults": {"topologySpreadConstraints": [given, SPREAD]}})
    for deployment in of_kind(manifests, "Deployment"):
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert spread == [given, SPREAD | {"labelSelector": deployment["spec"]["selector"]}]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("deploymentAnnotations", "Deployment"),
        ("serviceAnnotations", "Service"),
        ("serviceAccountAnnotations", "ServiceAccount"),
    ],
)
def test_an_object_has_its_annotations(name: str, kind: str) -> None:
    found = by_name(render(MINIMAL, {"defaults": {name: {"own": "1"}}}), kind)
    assert {each: found[each]["metadata"]["annotations"] for each in NAMES} == {each: {"own": "1"} for each in NAMES}


def test_every_object_has_the_common_annotations_beside_its_own() -> None:
    manifests = render(EVERYTHING, {"commonAnnotations": {"owner": "people"}})
    without = [m for m in manifests if m["metadata"].get("annotations", {}).get("owner") != "people"]
    assert [(m["kind"], m["metadata"]["name"]) for m in without] == []
    (topic, *_) = of_kind(manifests, "KafkaTopic")
    assert topic["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    plain = by_name(render(EVERYTHING, {}), "Deployment")
    for name, deployment in by_name(manifests, "Deployment").items():
        assert deployment["spec"]["template"] == plain[name]["spec"]["template"], "pods are not replaced for them"


def test_a_variable_the_chart_sets_itself_is_refused() -> None:
    with pytest.raises(NotRendered, match="env: LOG_LEVEL has a value of the chart's own"):
        render_text(MINIMAL, {"defaults": {"env": [{"name": "LOG_LEVEL", "value": "DEBUG"}]}})


def test_objects_of_ones_own_are_templates() -> None:
    own = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-own"}},
        "apiVersion: v1\nkind: Secret\nmetadata: {name: also-own}\n",
    ]
    manifests = render(MINIMAL, {"extraObjects": own})
    assert "telemachus-own" in by_name(manifests, "ConfigMap")
    assert "also-own" in by_name(manifests, "Secret")


def test_a_chart_around_this_one_says_where_images_are() -> None:
    wide = {"imageRegistry": "mirror.example.com/all", "imagePullSecrets": [{"name": "one"}, "two"]}
    for workload in of_kind(render(EVERYTHING, {"global": wide}), "Deployment", "Job"):
        spec = workload["spec"]["template"]["spec"]
        assert spec["containers"][0]["image"].startswith("mirror.example.com/all/telemachus-")
        assert spec["imagePullSecrets"] == [{"name": "registry"}, {"name": "one"}, {"name": "two"}]


@pytest.mark.parametrize(("scrape", "endpoints"), [("service", "endpoints"), ("pod", "podMetricsEndpoints")])
def test_targets_and_samples_are_relabelled(scrape: str, endpoints: str) -> None:
    rules = {"relabelings": [{"targetLabel": "a"}], "metricRelabelings": [{"action": "drop"}]}
    manifests = render(MINIMAL, {"monitoring": {"scrape": scrape, **rules}, "nameOverride": "mentoring"})
    (monitor,) = of_kind(manifests, "ServiceMonitor", "PodMonitor")
    (endpoint,) = monitor["spec"][endpoints]
    assert endpoint.items() >= rules.items()
    wanted = monitor["spec"]["selector"]["matchLabels"].items()
    assert all(wanted <= service["metadata"]["labels"].items() for service in of_kind(manifests, "Service"))


def test_alerts_can_be_left_out_one_by_one() -> None:
    def alerts(*off: str) -> list[str]:
        (rule,) = of_kind(render(EVERYTHING, {"monitoring": {"disabledAlerts": list(off)}}), "PrometheusRule")
        return [each["alert"] for group in rule["spec"]["groups"] for each in group["rules"] if "alert" in each]

    every = alerts()
    off = ("TelemachusLoopHeld", every[0])
    assert alerts(*off) == [each for each in every if each not in off]
    assert len(alerts(*off)) < len(every)


def test_several_hosts_lead_to_the_same_place() -> None:
    more = {"ingress": {"extraHosts": ["m.example.org"]}}
    (ingress,) = of_kind(render(EVERYTHING, more), "Ingress")
    first, second = ingress["spec"]["rules"]
    assert [first["host"], second["host"]] == ["mentoring.example.com", "m.example.org"]
    assert first["http"] == second["http"]
    assert ingress["spec"]["tls"][0]["hosts"] == ["mentoring.example.com", "m.example.org"]
    more["ingress"]["gateway"] = {"name": "people", "annotations": {"own": "1"}}  # type: ignore[assignment]
    (route,) = of_kind(render(EVERYTHING, more), "HTTPRoute")
    assert route["spec"]["hostnames"] == ["mentoring.example.com", "m.example.org"]
    assert route["metadata"]["annotations"] == {"own": "1"}


def test_helm_test_lets_every_service_look_at_what_it_needs() -> None:
    checks = {name: pod for name, pod in by_name(render(EVERYTHING, {}), "Pod").items() if name.endswith("-check")}
    assert set(checks) == {f"{name}-check" for name in NAMES}
    for name, pod in checks.items():
        assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
        (container,) = pod["spec"]["containers"]
        assert (container["args"], pod["spec"]["restartPolicy"]) == (["check"], "Never")
        assert container["envFrom"][0]["configMapRef"]["name"] == name.removesuffix("-check")
        assert pod["metadata"]["labels"]["app.kubernetes.io/name"] == "check", "no Service may send people there"


def test_the_package_holds_what_its_readme_links_to_and_says_where_it_is_from(tmp_path: Path) -> None:
    program = ROOT / "deploy" / "package_chart"
    home = "https://git.example.com/people/telemachus"
    done = subprocess.run(
        [program, home],
        cwd=tmp_path,
        env={"HELM": str(found("helm")), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (package,) = tmp_path.glob("telemachus-*.tgz")
    with tarfile.open(package) as opened:
        names = set(opened.getnames())
        chart = opened.extractfile("telemachus/Chart.yaml").read().decode()  # type: ignore[union-attr]
    assert {"telemachus/ci/minimal-values.yaml", "telemachus/ci/everything-values.yaml"} <= names
    assert f"home: {home}" in chart
