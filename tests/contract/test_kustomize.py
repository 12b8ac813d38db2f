"""The example of two regions: it renders without a network, is valid, and lets only cross what the code lets cross."""

import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from kubernetes_validate import utils

from deploy.mirroring import GROUPS_PATTERN, TOPICS_PATTERN
from shared.language.streams import CROSSING, Stream
from shared.language.topics import TOPICS
from tests.support.chart import Loader, Manifest, by_name, of_kind, render_text
from tests.support.custom_resources import PACKAGES, faults
from tests.support.helm import ROOT, kubectl

EXAMPLE = ROOT / "deploy" / "kustomize"
regions = pytest.mark.parametrize("region", ["eu", "us"])


@cache
def overlay(region: str) -> list[Manifest]:
    """What ``kubectl kustomize`` makes of the rendered chart for that region."""
    with TemporaryDirectory() as directory:
        copy = Path(directory) / "kustomize"
        shutil.copytree(EXAMPLE, copy)
        own = yaml.safe_load((EXAMPLE / region / "values.yaml").read_text())
        (copy / region / "stack" / "telemachus.yaml").write_text(render_text(EXAMPLE / "values.yaml", own))
        done = kubectl("kustomize", copy / region)
    assert not done.returncode, done.stderr
    return [manifest for manifest in yaml.load_all(done.stdout, Loader) if manifest]


def is_custom(manifest: Manifest) -> bool:
    return str(manifest["apiVersion"]).partition("/")[0] in PACKAGES


@regions
def test_kubernetes_and_strimzi_take_it(region: str) -> None:
    for manifest in overlay(region):
        if not is_custom(manifest):
            utils.validate(manifest, "1.34", strict=True)
    assert faults([manifest for manifest in overlay(region) if is_custom(manifest)]) == []


@regions
def test_a_region_has_its_name_its_namespace_and_its_host(region: str) -> None:
    stack = [manifest for manifest in overlay(region) if not is_custom(manifest)]
    assert {manifest["metadata"]["namespace"] for manifest in stack} == {f"mentoring-{region}"}
    assert {manifest["data"]["REGION"] for manifest in of_kind(stack, "ConfigMap")} == {region}
    assert len(of_kind(stack, "Deployment")) == 4
    (ingress,) = of_kind(stack, "Ingress")
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [f"mentoring.{region}.example.com"]


def test_pods_are_replaced_when_a_setting_of_their_region_changes() -> None:
    checksums = [
        {
            pod["metadata"]["annotations"]["checksum/config"]
            for pod in (deployment["spec"]["template"] for deployment in of_kind(overlay(region), "Deployment"))
        }
        for region in ("eu", "us")
    ]
    assert len(checksums[0] | checksums[1]) == 8


def test_the_mirror_takes_exactly_what_may_cross_regions() -> None:
    (mirror,) = of_kind(overlay("us"), "KafkaMirrorMaker2")
    (flow,) = mirror["spec"]["mirrors"]
    assert (flow["topicsPattern"], flow["groupsPattern"]) == (TOPICS_PATTERN, GROUPS_PATTERN)
    taken = {topic.name for topic in TOPICS if re.fullmatch(flow["topicsPattern"], topic.name)}
    assert taken == {stream.value for stream in CROSSING} == {Stream.STATISTICS.value}
    assert not re.fullmatch(flow["groupsPattern"], "telemachus-feedback")
    assert "IdentityReplicationPolicy" in flow["sourceConnector"]["config"]["replication.policy.class"]


def test_nothing_is_mirrored_back() -> None:
    assert not of_kind(overlay("eu"), "KafkaMirrorMaker2")


def test_the_mirrors_user_can_read_nothing_else() -> None:
    user = by_name(overlay("eu"), "KafkaUser")["telemachus-mirror"]
    acls = user["spec"]["authorization"]["acls"]
    assert {acl["resource"]["name"] for acl in acls} == {stream.value for stream in CROSSING}
    assert {operation for acl in acls for operation in acl["operations"]} == {"Describe", "DescribeConfigs", "Read"}
