"""What a company's cluster asks of whoever installs there: rights, quotas, labels; and names that are not ours."""

import json

import pytest

from tests.cluster.cluster import PREPARE, Cluster, Namespace, refused, succeeded, until
from tests.contract.test_kustomize import overlay
from tests.support.chart import Manifest

POLICY = "admissionregistration.k8s.io/v1"
LABELLED = {
    "apiVersion": POLICY,
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "labelled"},
    "spec": {
        "matchConstraints": {
            "resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
            ]
        },
        "validations": [{"expression": "'example.com/team' in object.metadata.?labels.orValue({})"}],
    },
}


CONTAINER = {
    "name": "bare",
    "image": "bare",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
BARE: Manifest = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "bare"},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [CONTAINER],
    },
}
"""A pod without labels, which ``restricted`` allows."""


def enforce_labels(namespace: Namespace) -> None:
    """No pod without a team in this namespace, from the moment that the server knows of it."""
    there = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace.name}}}
    binding = {"policyName": "labelled", "validationActions": ["Deny"], "matchResources": there}
    metadata = {"name": namespace.name}
    namespace.cluster.apply(
        LABELLED,
        {"apiVersion": POLICY, "kind": "ValidatingAdmissionPolicyBinding", "metadata": metadata, "spec": binding},
    )
    bare = ["--namespace", namespace.name, "create", "--dry-run=server", "--filename", "-"]
    until(
        lambda: "labelled" in namespace.cluster.kubectl(*bare, said=json.dumps(BARE)).stderr, "the policy is enforced"
    )


def test_labels_that_a_policy_asks_for_reach_pods_and_jobs(namespace: Namespace) -> None:
    enforce_labels(namespace)
    namespace.install({"defaults": {"podLabels": {"example.com/team": "people"}}})
    assert len(namespace.pods()) == 8


def test_a_quota_on_limits_is_met_by_the_values(namespace: Namespace) -> None:
    """Without a limit the job has no pod and says why, as the chart's README tells."""
    quota: Manifest = {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"limits.cpu": "100"}}}
    namespace.cluster.apply(quota | {"metadata": {"name": "quota", "namespace": namespace.name}})
    until(lambda: "hard" in namespace.list("resourcequotas")[0].get("status", {}), "the quota counts")
    refused(namespace.tell("install", "telemachus", {}, seconds=5))
    describe = ["describe", "jobs", "--selector", PREPARE]
    until(lambda: "must specify limits.cpu" in succeeded(namespace.kubectl(*describe)), "the job says why")
    limited = {"defaults": {"resources": {"limits": {"cpu": "1"}}}}
    succeeded(namespace.tell("upgrade", "telemachus", limited, "--install"))
    assert len(namespace.pods()) == 8


def test_whoever_administers_the_namespace_may_install(with_either_helm: Namespace) -> None:
    """No right beyond Kubernetes' own role ``admin`` there, and none elsewhere."""
    namespace = with_either_helm
    succeeded(namespace.kubectl("create", "rolebinding", "team", "--clusterrole=admin", "--user=team"))
    succeeded(namespace.tell("install", "telemachus", {}, "--kube-as-user=team"))
    autoscaled = {"defaults": {"autoscaling": {"enabled": True}}}
    succeeded(namespace.tell("upgrade", "telemachus", autoscaled, "--kube-as-user=team"))


@pytest.mark.parametrize("release", ["123", "true", "people.and.culture", "a" * 53])
def test_a_release_may_be_called_what_helm_allows(namespace: Namespace, release: str) -> None:
    namespace.install(release=release)
    namespace.upgrade({"logLevel": "DEBUG"}, release)
    succeeded(namespace.helm("uninstall", release))


def test_two_releases_with_long_names_live_in_one_namespace(namespace: Namespace) -> None:
    names = [f"{'mentoring-of-all-people-everywhere-' * 2}"[:42] + ending for ending in ("-eu", "-us")]
    for name in names:
        namespace.install(release=name)
    assert len(namespace.list("deployments")) == 8
    assert len(namespace.list("services")) == 8
    for service in namespace.list("services"):  # each reaches its own pods and nobody else's
        selector = ",".join(f"{label}={value}" for label, value in service["spec"]["selector"].items())
        assert len(namespace.list("pods", selector)) == 2


@pytest.mark.parametrize("region", ["eu", "us"])
def test_the_example_of_two_regions_is_applied(cluster: Cluster, region: str) -> None:
    cluster.create_namespace(f"mentoring-{region}")
    cluster.apply(*overlay(region))
    waiting = ["wait", "--for=condition=Available", "deployments", "--all", "--timeout=120s"]
    succeeded(cluster.kubectl("--namespace", f"mentoring-{region}", *waiting))
