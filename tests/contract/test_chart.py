"""What the chart installs: valid for Kubernetes, confined, reachable by whom it must be, and stopped with patience."""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from kubernetes_validate import utils
from yamllint import linter
from yamllint.config import YamlLintConfig

from deploy.services import SERVICES
from services.matching.solver import worker
from shared import service
from shared.kafka import consumer as bus
from shared.operations import exposition
from shared.running import running
from shared.settings import Settings
from shared.telemetry import spans
from tests.support.chart import (
    CHART,
    EVERYTHING,
    INSTALLATIONS,
    MINIMAL,
    Manifest,
    by_name,
    installation,
    of_kind,
    pods,
    render,
    selects,
)
from tests.support.helm import helm

OLDEST, NEWEST = "1.30", "1.37"
NAMES = sorted(service.name for service in SERVICES)
CUSTOM = {
    "external-secrets.io/v1": {"ExternalSecret"},
    "gateway.networking.k8s.io/v1": {"HTTPRoute"},
    "kafka.strimzi.io/v1": {"KafkaTopic", "KafkaUser"},
    "keda.sh/v1alpha1": {"ScaledObject", "TriggerAuthentication"},
    "monitoring.coreos.com/v1": {"PodMonitor", "PrometheusRule", "ServiceMonitor"},
}
"""What Kubernetes itself does not know; tests/contract/test_chart_custom.py checks these."""
STYLE = """
extends: default
rules: {line-length: {max: 130}, document-start: disable, comments: {min-spaces-from-content: 1}}
"""


@pytest.fixture(scope="module", params=INSTALLATIONS)
def installed(request: pytest.FixtureRequest) -> list[Manifest]:
    """The manifests of each installation."""
    return installation(request.param)


@pytest.fixture(scope="module")
def everything() -> list[Manifest]:
    """The manifests of the installation with everything switched on."""
    return installation("everything")


@pytest.mark.parametrize("values", [MINIMAL, EVERYTHING], ids=lambda path: path.stem)
def test_helm_finds_no_fault(values: Path) -> None:
    done = helm("lint", "--strict", CHART, "--values", values)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_of_values_are_well_formed() -> None:
    config = YamlLintConfig(STYLE)
    for file in (CHART / "values.yaml", CHART / "Chart.yaml", MINIMAL, EVERYTHING):
        assert list(linter.run(file.read_text(), config)) == [], file


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Its schemas are large, and it reads them anew for every object."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "schema_contents", cache(utils.schema_contents))
        yield


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_takes_it(installed: list[Manifest], version: str) -> None:
    for manifest in installed:
        if manifest["kind"] not in CUSTOM.get(manifest["apiVersion"], set()):
            utils.validate(manifest, version, strict=True)


def test_every_custom_resource_is_installed_somewhere() -> None:
    seen = {(m["apiVersion"], m["kind"]) for name in INSTALLATIONS for m in installation(name)}
    assert {(api, kind) for api, kinds in CUSTOM.items() for kind in kinds} <= seen


def test_nothing_optional_is_installed_unless_asked_for() -> None:
    kinds = {manifest["kind"] for manifest in installation("minimal")}
    usual = {
        "ServiceAccount",
        "ConfigMap",
        "Service",
        "PodDisruptionBudget",
        "Deployment",
        "NetworkPolicy",
        "Job",
        "Pod",
    }
    assert kinds == usual


def test_every_service_is_installed(installed: list[Manifest]) -> None:
    for kind in ("Deployment", "Service", "PodDisruptionBudget", "ServiceAccount", "ConfigMap"):
        assert {f"telemachus-{name}" for name in NAMES} <= set(by_name(installed, kind)), kind


def test_pods_are_restricted(installed: list[Manifest]) -> None:
    """As the «restricted» pod security standard demands, and a little more."""
    for name, pod in pods(installed):
        spec = pod["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert {key for v in spec["volumes"] for key in v if key != "name"} <= {
            "configMap",
            "emptyDir",
            "projected",
            "secret",
        }
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
            assert {"cpu", "memory"} <= set(container["resources"]["requests"])


def test_what_selects_finds_its_pods(installed: list[Manifest]) -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(installed)}
    for manifest in of_kind(installed, "Deployment", "PodDisruptionBudget"):
        name = manifest["metadata"]["name"]
        assert [pod for pod in labels if selects(manifest["spec"]["selector"], labels[pod])] == [name]
    for manifest in of_kind(installed, "Service"):
        name, selector = manifest["metadata"]["name"], {"matchLabels": manifest["spec"]["selector"]}
        assert [pod for pod in labels if selects(selector, labels[pod])] == [name]


def test_selectors_never_change_with_a_version() -> None:
    newer = render(MINIMAL, {"image": {"tag": "9.9.9"}, "commonLabels": {"a": "b"}})
    for kind in ("Deployment", "PodDisruptionBudget", "Service"):
        before = {name: m["spec"]["selector"] for name, m in by_name(installation("minimal"), kind).items()}
        assert {name: m["spec"]["selector"] for name, m in by_name(newer, kind).items()} == before


def test_pods_are_replaced_when_their_settings_change() -> None:
    changed = by_name(render(MINIMAL, {"logLevel": "DEBUG"}), "Deployment")
    for name, before in by_name(installation("minimal"), "Deployment").items():
        assert before["spec"]["template"] != changed[name]["spec"]["template"]


def test_a_drain_takes_one_pod_at_a_time(installed: list[Manifest]) -> None:
    for budget in of_kind(installed, "PodDisruptionBudget"):
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_a_pod_is_given_longer_to_stop_than_it_takes(installed: list[Manifest]) -> None:
    """Requests end, the group is left, a round is handed back, the last events and spans go out; each has its limit."""
    requests = int(re.findall(r"stopping=(\d+)", inspect.getsource(service))[0])
    hand_back = producer = 5
    assert "self._process.kill()" in inspect.getsource(worker.Worker.end)  # a round's worker is not waited for
    for deployment in of_kind(installed, "Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        wait = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        takes = wait + requests + bus.LEAVE + hand_back + running.LEAVE + producer + spans.FAREWELL
        assert spec["terminationGracePeriodSeconds"] >= takes + 10


def test_probes_ask_the_right_questions_and_wait_for_the_answers(installed: list[Manifest]) -> None:
    for deployment in of_kind(installed, "Deployment"):
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert container["startupProbe"]["httpGet"]["path"] == "/health/live"
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert container["readinessProbe"]["timeoutSeconds"] > exposition.MEASURED_WITHIN


def test_pods_are_replaced_without_a_gap(installed: list[Manifest]) -> None:
    for deployment in of_kind(installed, "Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_one_autoscaler_owns_the_number_of_pods(installed: list[Manifest]) -> None:
    by_cpu = {m["spec"]["scaleTargetRef"]["name"] for m in of_kind(installed, "HorizontalPodAutoscaler")}
    by_lag = {m["spec"]["scaleTargetRef"]["name"] for m in of_kind(installed, "ScaledObject")}
    assert not by_cpu & by_lag
    for name, deployment in by_name(installed, "Deployment").items():
        assert ("replicas" in deployment["spec"]) is (name not in by_cpu | by_lag)


def test_what_holds_state_in_kafka_scales_on_lag(everything: list[Manifest]) -> None:
    scaled = {m["spec"]["scaleTargetRef"]["name"] for m in of_kind(everything, "ScaledObject")}
    assert scaled == {"telemachus-matching", "telemachus-sessions", "telemachus-feedback"}


def test_no_two_objects_have_the_same_name(installed: list[Manifest]) -> None:
    names = [(m["apiVersion"], m["kind"], m["metadata"]["namespace"], m["metadata"]["name"]) for m in installed]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)


def test_names_are_short_enough_for_a_long_release() -> None:
    for manifest in render(EVERYTHING, {}, release="r" * 53):
        assert len(manifest["metadata"]["name"]) <= 63
        for value in manifest["metadata"].get("labels", {}).values():
            assert len(value) <= 63


def test_nothing_secret_is_written_down(installed: list[Manifest]) -> None:
    secret = {name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secret
    assert not of_kind(installed, "Secret")
    for _, pod in pods(installed):
        assert not secret & {variable["name"] for c in pod["spec"]["containers"] for variable in c.get("env", ())}
    for config in of_kind(installed, "ConfigMap"):
        assert not secret & set(config["data"])


def test_everything_names_its_namespace(installed: list[Manifest]) -> None:
    """So that what Helm renders can be applied by others as it is."""
    for manifest in installed:
        elsewhere = manifest["apiVersion"].startswith("kafka.strimzi.io")
        assert manifest["metadata"]["namespace"] == ("kafka" if elsewhere else "mentoring")


def test_the_cluster_may_choose_the_user() -> None:
    for _, pod in pods(render(MINIMAL, {"defaults": {"user": None}})):
        assert pod["spec"]["securityContext"] == {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
