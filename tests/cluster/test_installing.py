"""Installing, upgrading, going back and uninstalling, under the ``restricted`` pod security standard."""

import json

import pytest

from deploy.services import SERVICES
from tests.cluster.cluster import PREPARE, Cluster, Namespace, refused, succeeded, until
from tests.support.chart import INSTALLATIONS, Manifest, installation, of_kind

NAMES = {service.name for service in SERVICES}
NOT_OURS = {"event", "configmap/kube-root-ca.crt", "serviceaccount/default"}
"""What every namespace holds."""


def what_is_there(namespace: Namespace) -> set[str]:
    """Every object of a namespace, but for what is in each and what Kubernetes makes of others and sweeps itself."""
    told = succeeded(namespace.cluster.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name"))
    kinds = ",".join(kind for kind in told.split() if not kind.startswith("events"))
    told = succeeded(namespace.kubectl("get", kinds, "--output=json", "--ignore-not-found"))
    items = json.loads(told)["items"] if told.strip() else []
    found = {f"{item['kind'].lower()}/{item['metadata']['name']}" for item in items if _stays(item)}
    return found - NOT_OURS


def _stays(item: Manifest) -> bool:
    return "ownerReferences" not in item["metadata"] and "deletionTimestamp" not in item["metadata"]


@pytest.mark.parametrize("chosen", INSTALLATIONS)
def test_the_server_knows_every_field_and_warns_of_nothing(cluster: Cluster, chosen: str) -> None:
    """Strictly validated, pods held against ``restricted``; deprecated APIs would be warned of too."""
    cluster.create_namespace("mentoring")
    cluster.apply(*of_kind(installation(chosen), "ServiceAccount"))  # no pod is taken without its own
    said = json.dumps({"apiVersion": "v1", "kind": "List", "items": installation(chosen)})
    options = ("--server-side", "--dry-run=server", "--validate=strict", "--force-conflicts")
    done = cluster.kubectl("apply", *options, "--filename", "-", said=said)
    assert len(succeeded(done).splitlines()) == len(installation(chosen))
    assert done.stderr == ""


def test_a_new_setting_and_a_new_version_replace_the_pods(with_either_helm: Namespace) -> None:
    with_either_helm.install()
    first = with_either_helm.pods()
    assert len(first) == 2 * len(NAMES)
    with_either_helm.upgrade()
    assert with_either_helm.pods() == first  # nothing changed
    with_either_helm.upgrade({"logLevel": "DEBUG"})
    second = with_either_helm.pods()
    assert not first & second
    with_either_helm.upgrade({"image": {"tag": "9.9.9"}})
    assert not second & with_either_helm.pods()
    assert with_either_helm.images() == {"9.9.9"}
    succeeded(with_either_helm.helm("rollback", "telemachus", "--wait"))
    assert "9.9.9" not in with_either_helm.images()


def test_everything_is_installed_and_upgraded(with_everything: Namespace) -> None:
    with_everything.install()
    kept = {topic["metadata"]["name"] for topic in with_everything.list("kafkatopics")}
    assert kept
    assert len(with_everything.list("kafkausers,scaledobjects,externalsecrets")) > len(NAMES)
    with_everything.upgrade({"image": {"tag": "9.9.9"}})
    assert with_everything.images() == {"9.9.9"}
    succeeded(with_everything.helm("uninstall", "telemachus"))
    jobs = {f"job/telemachus-{name}-prepare" for name in NAMES}
    left = {f"kafkatopic/{name}" for name in kept} | jobs
    until(lambda: what_is_there(with_everything) <= left, f"what is left: {what_is_there(with_everything) - left}")
    assert {f"kafkatopic/{name}" for name in kept} <= what_is_there(with_everything)


def test_topics_that_were_kept_are_taken_over_by_the_next_release(with_everything: Namespace) -> None:
    with_everything.install()
    succeeded(with_everything.helm("uninstall", "telemachus", "--wait"))
    with_everything.install()  # under its own name nothing is in the way
    succeeded(with_everything.helm("uninstall", "telemachus", "--wait"))
    said = refused(with_everything.tell("install", "renamed", {}))
    assert "invalid ownership metadata" in said
    succeeded(with_everything.tell("install", "renamed", {}, "--take-ownership"))
    owners = {
        topic["metadata"]["annotations"]["meta.helm.sh/release-name"] for topic in with_everything.list("kafkatopics")
    }
    assert owners == {"renamed"}


def test_nothing_is_left_but_jobs_that_go_by_themselves(with_either_helm: Namespace) -> None:
    with_either_helm.install({"prepare": {"ttlSecondsAfterFinished": 1}})
    succeeded(with_either_helm.helm("uninstall", "telemachus"))
    until(lambda: what_is_there(with_either_helm) == set(), "an empty namespace")
    with_either_helm.install()


def test_a_job_that_fails_leaves_the_pods_as_they_are_and_says_where_to_look(with_either_helm: Namespace) -> None:
    notes = with_either_helm.install()
    before, tags = with_either_helm.pods(), with_either_helm.images()
    broken = {"image": {"tag": "broken"}, "prepare": {"backoffLimit": 0}}
    said = refused(with_either_helm.tell("upgrade", "telemachus", broken))
    assert "prepare" in said
    assert "BackoffLimitExceeded" in said or "failed" in said
    assert (with_either_helm.pods(), with_either_helm.images()) == (before, tags)
    assert f"describe jobs --show-events --selector {PREPARE}" in notes
    told = succeeded(with_either_helm.kubectl("describe", "jobs", "--show-events", "--selector", PREPARE))
    assert "BackoffLimitExceeded" in told
    succeeded(with_either_helm.helm("rollback", "telemachus", "--wait"))
    assert with_either_helm.pods() == before
    with_either_helm.upgrade({"image": {"tag": "9.9.9"}})
    assert with_either_helm.images() == {"9.9.9"}


def test_a_first_job_that_fails_is_mended_by_installing_again(with_either_helm: Namespace) -> None:
    broken = {"image": {"tag": "broken"}, "prepare": {"backoffLimit": 0}}
    refused(with_either_helm.tell("install", "telemachus", broken))
    assert with_either_helm.list("deployments") == []
    succeeded(with_either_helm.tell("upgrade", "telemachus", {}, "--install"))
    assert len(with_either_helm.pods()) == 2 * len(NAMES)


def test_pods_that_never_get_ready_replace_nobody(with_either_helm: Namespace) -> None:
    with_either_helm.install()
    before = with_either_helm.pods()
    refused(with_either_helm.tell("upgrade", "telemachus", {"image": {"tag": "neverready"}}, seconds=10))
    assert with_either_helm.pods() == before
    succeeded(with_either_helm.helm("rollback", "telemachus", "--wait"))
    assert with_either_helm.pods() == before
