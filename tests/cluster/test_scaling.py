"""Who says how many pods there are: the values, an autoscaler that is switched on and off, or somebody by hand."""

from typing import Any

from tests.cluster.cluster import Namespace, refused, succeeded, until

AUTOSCALED: dict[str, Any] = {"defaults": {"autoscaling": {"enabled": True}}}
DEBUG: dict[str, Any] = {"logLevel": "DEBUG"}


def test_an_autoscaler_begins_with_the_pods_there_are(with_either_helm: Namespace) -> None:
    with_either_helm.install({"defaults": {"replicas": 6}})
    before = with_either_helm.pods()
    with_either_helm.upgrade(AUTOSCALED)
    assert len(with_either_helm.list("horizontalpodautoscalers")) == 4
    assert with_either_helm.replicas() == {6}
    assert with_either_helm.pods() == before


def test_an_upgrade_leaves_what_the_autoscaler_has_made(with_either_helm: Namespace) -> None:
    with_either_helm.install(AUTOSCALED)
    until(lambda: with_either_helm.replicas() == {2}, "the autoscaler's least")
    scale(with_either_helm, 5)
    with_either_helm.upgrade(AUTOSCALED | DEBUG)
    assert with_either_helm.replicas() == {5}


def test_without_the_autoscaler_the_values_say_the_number_again(with_either_helm: Namespace) -> None:
    with_either_helm.install({"defaults": {"replicas": 6}})
    with_either_helm.upgrade(AUTOSCALED)
    with_either_helm.upgrade({"defaults": {"replicas": 3}})
    assert with_either_helm.list("horizontalpodautoscalers") == []
    assert with_either_helm.replicas() == {3}


def test_keda_is_left_the_pods_there_are(with_either_helm: Namespace) -> None:
    """What it scales; registration hears nothing and keeps its number."""
    with_either_helm.install({"defaults": {"replicas": 6}})
    with_either_helm.upgrade({"keda": {"enabled": True}, "defaults": {"replicas": 6}})
    assert len(with_either_helm.list("scaledobjects")) == 3
    assert with_either_helm.replicas() == {6}


def test_helm_4_takes_no_number_from_somebody_who_scaled_by_hand(namespace: Namespace) -> None:
    """As the chart's README says, with the remedy it names."""
    namespace.install()
    scale(namespace, 4)
    said = refused(namespace.tell("upgrade", "telemachus", {}))
    assert 'conflict with "kubectl"' in said
    assert ".spec.replicas" in said
    by_values: dict[str, Any] = {"defaults": {"replicas": 4}}
    succeeded(namespace.tell("upgrade", "telemachus", by_values, "--force-conflicts"))
    namespace.upgrade(by_values | DEBUG)
    assert namespace.replicas() == {4}


def test_helm_3_takes_the_number_of_the_values(with_helm_3: Namespace) -> None:
    with_helm_3.install()
    scale(with_helm_3, 4)
    with_helm_3.upgrade(DEBUG)
    assert with_helm_3.replicas() == {2}


def scale(namespace: Namespace, replicas: int) -> None:
    """By the same way an autoscaler takes."""
    succeeded(namespace.kubectl("scale", "deployments", "--all", f"--replicas={replicas}"))
    succeeded(namespace.kubectl("rollout", "status", "deployments", "--timeout=120s"))
