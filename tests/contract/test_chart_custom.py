"""What the chart asks of Strimzi, KEDA, the Prometheus operator, Grafana and External Secrets."""

import json
from typing import Any

import pytest
import yaml

from deploy.dashboards.page import RUNBOOKS
from deploy.describing.rights import RIGHTS, acls
from shared.language.topics import TOPICS
from tests.support.chart import CHART, EVERYTHING, INSTALLATIONS, Manifest, by_name, installation, of_kind, render
from tests.support.custom_resources import PACKAGES, faults

ALERTS: dict[str, Any] = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())
HARMLESS = {"Describe", "DescribeConfigs", "Read", "Write"}
"""What creates, alters or deletes no topic and no group."""
DASHBOARDS = sorted((CHART / "files" / "dashboards").glob("*.json"))


@pytest.fixture(scope="module")
def everything() -> list[Manifest]:
    """The manifests of the installation with everything switched on."""
    return installation("everything")


def test_operators_take_it() -> None:
    custom = [m for name in INSTALLATIONS for m in installation(name) if m["apiVersion"].split("/")[0] in PACKAGES]
    assert faults(custom) == []


def test_operators_would_not_take_what_is_wrong(everything: list[Manifest]) -> None:
    """The check itself: an unknown field, a number for a text, a field that is missing."""
    user = json.loads(json.dumps(of_kind(everything, "KafkaUser")[0]))
    user["spec"]["authorization"]["acls"][0]["operation"] = "Read"
    scaled = json.loads(json.dumps(of_kind(everything, "ScaledObject")[0]))
    scaled["spec"]["triggers"][0]["metadata"]["lagThreshold"] = 100
    secret = json.loads(json.dumps(of_kind(everything, "ExternalSecret")[0]))
    del secret["spec"]["data"][0]["remoteRef"]["key"]
    found = faults([user, scaled, secret])
    assert [any(f"check.ts({line}," in fault for fault in found) for line in (1, 2, 3)] == [True, True, True]


def test_topics_are_created_as_the_code_wants_them(everything: list[Manifest]) -> None:
    created = {t["spec"]["topicName"]: t["spec"] for t in of_kind(everything, "KafkaTopic")}
    assert set(created) == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        spec = created[topic.name]
        assert spec["partitions"] == topic.partitions
        assert spec["config"] == topic.config | {"min.insync.replicas": "2"}
        assert spec["replicas"] > int(spec["config"]["min.insync.replicas"])  # one broker may be away


def test_topics_outlive_the_release(everything: list[Manifest]) -> None:
    for topic in of_kind(everything, "KafkaTopic"):
        assert topic["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_users_have_the_rights_of_the_code_and_no_more(everything: list[Manifest]) -> None:
    users = by_name(everything, "KafkaUser")
    assert set(users) == {rights.user for rights in RIGHTS}
    for rights in RIGHTS:
        allowed = users[rights.user]["spec"]["authorization"]["acls"]
        assert allowed == acls(rights)
        may = {(a["resource"]["name"], operation) for a in allowed for operation in a["operations"]}
        assert {name for name, operation in may if operation == "Write"} == set(rights.writes)
        assert {name for name, operation in may if operation == "Read"} == {*rights.reads, rights.group}
        assert {operation for _, operation in may} <= HARMLESS
        assert all(a["resource"]["patternType"] == "literal" for a in allowed)


@pytest.mark.parametrize(("name", "kind"), [("everything", "scram-sha-512"), ("certificates", "tls")])
def test_users_show_who_they_are_as_services_do(name: str, kind: str) -> None:
    for user in of_kind(installation(name), "KafkaUser"):
        assert user["spec"]["authentication"] == {"type": kind}


def test_lag_is_looked_at_in_every_topic_that_is_heard(everything: list[Manifest]) -> None:
    partitions = {topic.name: topic.partitions for topic in TOPICS}
    scaled = by_name(everything, "ScaledObject")
    for rights in RIGHTS:
        if (found := scaled.get(rights.user)) is None:
            continue
        triggers = [trigger["metadata"] for trigger in found["spec"]["triggers"]]
        assert sorted(trigger["topic"] for trigger in triggers) == sorted(rights.reads)
        assert {trigger["consumerGroup"] for trigger in triggers} == {rights.group}
        assert all(isinstance(value, str) for trigger in triggers for value in trigger.values())
        assert found["spec"]["minReplicaCount"] >= 1
        assert found["spec"]["maxReplicaCount"] <= max(partitions[topic] for topic in rights.reads)


def test_no_pod_would_be_without_a_partition() -> None:
    eager = render(EVERYTHING, {"defaults": {"autoscaling": {"maxReplicas": 100}}})
    assert {m["spec"]["maxReplicaCount"] for m in of_kind(eager, "ScaledObject")} == {12}


def test_keda_reaches_kafka_as_the_service_does() -> None:
    for name, parameters in (("everything", {"username", "password", "ca"}), ("certificates", {"ca", "cert", "key"})):
        manifests = installation(name)
        for found in of_kind(manifests, "TriggerAuthentication"):
            spec = found["spec"]
            given = [*spec.get("configMapTargetRef", ()), *spec["secretTargetRef"]]
            assert {one["parameter"] for one in given} == parameters
            for one in spec.get("configMapTargetRef", ()):
                assert one["key"] in by_name(manifests, "ConfigMap")[one["name"]]["data"]
        for scaled in of_kind(manifests, "ScaledObject"):
            for trigger in scaled["spec"]["triggers"]:
                assert trigger["metadata"]["tls"] == "enable"
                assert trigger["metadata"]["sasl"] == ("scram_sha512" if name == "everything" else "none")


def test_every_alert_is_installed_with_its_runbook(everything: list[Manifest]) -> None:
    (installed,) = of_kind(everything, "PrometheusRule")
    assert installed["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    expected = json.loads(json.dumps(ALERTS))
    for group in expected["groups"]:
        for rule in group["rules"]:
            if runbook := rule.get("annotations", {}).get("runbook_url"):
                rule["annotations"]["runbook_url"] = f"https://runbooks.example.com/telemachus/{runbook}"
    assert installed["spec"] == expected
    assert any("alert" in rule for group in expected["groups"] for rule in group["rules"])


def test_every_dashboard_is_installed(everything: list[Manifest]) -> None:
    installed = [m for m in of_kind(everything, "ConfigMap") if "grafana_dashboard" in m["metadata"]["labels"]]
    shown = {name: json.loads(text) for m in installed for name, text in m["data"].items()}
    assert shown
    told = {file: file.read_text().replace(RUNBOOKS, "https://runbooks.example.com/telemachus") for file in DASHBOARDS}
    assert shown == {f"telemachus-{file.name}": json.loads(text) for file, text in told.items()}


@pytest.mark.parametrize(("name", "kind"), [("everything", "ServiceMonitor"), ("certificates", "PodMonitor")])
def test_prometheus_reads_the_services_and_calls_the_job_as_they_are_called(name: str, kind: str) -> None:
    manifests = installation(name)
    (monitor,) = of_kind(manifests, kind)
    spec = monitor["spec"]
    endpoints = spec.get("endpoints") or spec["podMetricsEndpoints"]
    assert endpoints == [{"port": "http", "path": "/metrics", "interval": "30s", "scrapeTimeout": "10s"}]
    services = {rights.service for rights in RIGHTS}
    (condition,) = spec["selector"]["matchExpressions"]
    assert set(condition["values"]) == services
    for service in of_kind(manifests, "Service"):
        assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert service["metadata"]["labels"][spec["jobLabel"]] in services
        assert service["spec"]["ports"][0]["name"] == "http"


def test_secrets_out_of_a_store_are_those_the_pods_want(everything: list[Manifest]) -> None:
    fetched = {
        (m["spec"]["target"]["name"], one["secretKey"])
        for m in of_kind(everything, "ExternalSecret")
        for one in m["spec"]["data"]
    }
    wanted = {
        (source["secret"]["name"], item["key"])
        for deployment in of_kind(everything, "Deployment")
        for volume in deployment["spec"]["template"]["spec"]["volumes"]
        if volume["name"] == "secrets"
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }
    assert fetched == wanted
