"""docs/operations.md misses nothing: its tables are as the code makes them, and its links lead somewhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.describing.made import MARKED
from deploy.describing.operating.reference import PAGE, PARTS
from deploy.describing.operating.values import CHART, described
from deploy.describing.rights import RIGHTS
from deploy.services import SERVICES
from shared.language.topics import TOPICS
from shared.operations.checks import indexes_needed
from shared.settings import Settings
from shared.store.indexes import COLLECTIONS
from tests.support.chart import INSTALLATIONS, installation, pods
from tests.support.helm import ROOT

TEXT = PAGE.read_text()
TABLES = {mark["name"]: mark[0] for mark in MARKED.finditer(TEXT)}


def test_every_table_has_its_place() -> None:
    assert TABLES.keys() == PARTS.keys()


def test_every_setting_is_explained() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+) \| .+ \|$", TABLES["settings"], re.MULTILINE)
    assert [name for name, _ in rows] == [name.upper() for name in Settings.model_fields]
    assert all(said.endswith(".") for _, said in rows)


def test_every_value_is_there() -> None:
    assert all(f"| `{value.path}` |" in TABLES["values"] for value in described())


def test_every_topic_user_and_right_is_there() -> None:
    assert all(f"| `{topic.name}` | {topic.partitions} |" in TABLES["topics"] for topic in TOPICS)
    for rights in RIGHTS:
        (row,) = [line for line in TABLES["users"].splitlines() if line.startswith(f"| `{rights.user}` |")]
        _, _, group, reads, writes, _ = row.split("|")
        assert rights.group in group
        assert set(re.findall(r"`(.+?)`", reads)) == set(rights.reads)
        assert set(re.findall(r"`(.+?)`", writes)) == set(rights.writes)
        assert f"| `{rights.database}` | `{rights.user}` |" in TABLES["databases"]


def test_only_what_may_cross_regions_is_said_to() -> None:
    assert re.findall(r"^\| `(.+?)` .*\| may \|$", TABLES["topics"], re.MULTILINE) == ["telemachus.statistics"]


def test_every_index_is_there() -> None:
    for service in SERVICES:
        for index in indexes_needed(service):
            (row,) = [r for r in TABLES["indexes"].splitlines() if f"| {service.name} | `{index.collection}` |" in r]
            assert f"`{', '.join(index.keys)}`" in row


def secrets_in(part: Any) -> Iterator[str]:
    """The names of all secrets that pods are given, at any depth."""
    for name, inner in part.items() if isinstance(part, dict) else enumerate(part if isinstance(part, list) else ()):
        if name in ("secret", "secretKeyRef", "secretRef"):
            yield inner.get("secretName") or inner["name"]
        yield from secrets_in(inner)


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_every_secret_and_port_of_an_installation_is_there(name: str) -> None:
    values = yaml.safe_load(INSTALLATIONS[name][0].read_text())
    named = {str(value) for part in values.values() if isinstance(part, dict) for value in part.values()}
    for _, template in pods(installation(name)):
        for found in secrets_in(template):
            assert f"`{found}`" in TABLES["secrets"] or found in named, found
        for port in re.findall(r"'containerPort': (\d+)", str(template)):
            assert f"`{port}`" in TABLES["ports"]


def test_every_alarm_is_there() -> None:
    groups = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())["groups"]
    alarms = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
    assert set(re.findall(r"^\| \[(\w+)\]", TABLES["alerts"], re.MULTILINE)) == alarms


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (PAGE.parent / link).exists(), link


def test_of_every_collection_it_is_said_what_bounds_it() -> None:
    """Those of aggregates, and those the services share: also what no aggregate is in has to end somewhere."""
    table = TEXT.partition("### What grows, and what bounds it")[2].partition("Streams are kept")[0]
    named = {
        (service, collection)
        for row in re.findall(r"^\| (.+?) \| ", table, re.MULTILINE)
        for part in re.split(r"; |, (?=[a-z]+ `)", row)
        for service in re.findall(r"^(\w+)", part)
        for collection in re.findall(r"`(\w+)`", part)
    }
    of_all = {"erased", "submitted", "followed_links"}
    own = {(service.name, kind.collection) for service in SERVICES for kind in service.aggregates}
    own = {each for each in own if each[1] not in of_all}
    used = {name for path in (ROOT / "shared").rglob("*.py") for name in re.findall(r'db\["(\w+)"\]', path.read_text())}
    shared = {("all", name) for name in used | set(COLLECTIONS) | of_all if name not in {each for _, each in own}}
    assert own | shared == named - {("collection", "collection")}
