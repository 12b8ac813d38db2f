"""An installation and an upgrade: what comes first, what Helm refuses, and what it says afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.services import SERVICES
from tests.support.chart import CHART, EVERYTHING, INSTALLATIONS, MINIMAL, Manifest, installation, of_kind, render
from tests.support.helm import helm

NAMES = sorted(service.name for service in SERVICES)


@pytest.fixture(scope="module", params=INSTALLATIONS)
def installed(request: pytest.FixtureRequest) -> list[Manifest]:
    """The manifests of each installation."""
    return installation(request.param)


def secrets_of(volume: Manifest) -> Iterator[str]:
    """The secrets in a volume, by name."""
    if "secret" in volume:
        yield volume["secret"]["secretName"]
    for source in volume.get("projected", {}).get("sources", ()):
        yield source["secret"]["name"]


def test_the_jobs_come_before_the_pods_and_may_be_repeated(installed: list[Manifest]) -> None:
    jobs = of_kind(installed, "Job")
    assert len(jobs) == len(NAMES)
    for manifest in jobs:
        hooks = manifest["metadata"]["annotations"]
        assert "pre-upgrade" in hooks["helm.sh/hook"]
        assert hooks["helm.sh/hook-delete-policy"] == "before-hook-creation"
        assert manifest["spec"]["template"]["spec"]["containers"][0]["args"] == ["prepare"]


def test_what_a_first_job_needs_is_there_before_it() -> None:
    """Hooks run before the rest of a release is there."""
    minimal = installation("minimal")
    early = {
        (m["kind"], m["metadata"]["name"])
        for m in minimal
        if "pre-install" in m["metadata"].get("annotations", {}).get("helm.sh/hook", "")
    }
    for job in of_kind(minimal, "Job"):
        pod = job["spec"]["template"]["spec"]
        assert ("ServiceAccount", pod["serviceAccountName"]) in early
        assert "envFrom" not in json.dumps(pod)
        assert not any("configMap" in volume for volume in pod["volumes"])
    with_store = {m["metadata"]["annotations"]["helm.sh/hook"] for m in of_kind(installation("everything"), "Job")}
    assert with_store == {"post-install,pre-upgrade"}  # the store's secrets come with the release


def test_an_older_kubernetes_is_refused() -> None:
    done = helm("template", "telemachus", CHART, "--values", MINIMAL, "--kube-version", "1.29.0")
    assert done.returncode != 0
    assert "requires kubeVersion: >=1.30.0-0" in done.stderr


@pytest.mark.parametrize("values", [MINIMAL, EVERYTHING], ids=lambda path: path.stem)
def test_helm_says_what_to_do_next(values: Path) -> None:
    """Every secret the pods wait for, and how to see whether all is well."""
    done = helm("install", "telemachus", CHART, "--namespace", "mentoring", "--values", values, "--dry-run=client")
    notes = done.stdout.partition("NOTES:")[2]
    for deployment in of_kind(render(values, {}), "Deployment"):
        wanted = {name for volume in deployment["spec"]["template"]["spec"]["volumes"] for name in secrets_of(volume)}
        assert wanted
        assert all(f"{secret}: " in notes for secret in wanted)
        assert f"exec deploy/{deployment['metadata']['name']} -- python -m services check" in notes
    assert ("https://mentoring.example.com/" in notes) is (values == EVERYTHING)
    open_to_all = [f"networkPolicy.{to}.peers" for to in ("kafka", "mongodb", "identity")]
    assert [peers in notes for peers in open_to_all] == [values == MINIMAL] * 3
