"""Dockerfile, compose file, front and Prometheus say the same as the code they run and watch."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiokafka.admin import NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from deploy import create_topics
from shared.language.topics import TOPICS, Topic
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/app.py"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()

every_service = pytest.mark.parametrize("name", SERVICES)


def copied() -> list[str]:
    """What the Dockerfile takes from the repository."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_the_image_holds_one_service_only() -> None:
    of_services = [source for source in copied() if source.startswith(("services", "."))]
    assert all("${SERVICE}" in source for source in of_services if source != "services/__init__.py")
    assert {source.split("/")[0] for source in copied()} == {"pyproject.toml", "requirements", "services", "shared"}


def test_the_image_installs_its_services_own_lock_by_hash() -> None:
    locks = [source for source in copied() if source.startswith("requirements")]
    assert locks == ["requirements/sbom.txt", "requirements/${SERVICE}.txt"]
    assert '--require-hashes --requirement "/requirements/${SERVICE}.txt"' in DOCKERFILE


@every_service
def test_every_service_has_what_the_image_copies(name: str) -> None:
    for source in copied():
        assert (ROOT / source.replace("${SERVICE}", name)).exists(), source


def test_the_image_runs_as_nobody_in_particular_and_without_a_shell() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert re.search(r'^ENTRYPOINT \["python", "-m", "services"\]$', DOCKERFILE, re.MULTILINE)


def test_the_image_sets_what_settings_know() -> None:
    environment = re.findall(r"\b(HTTP_\w+|ROOT_\w+)=", DOCKERFILE)
    assert environment
    assert {key.lower() for key in environment} <= set(Settings.model_fields)


def test_every_service_is_composed() -> None:
    built = {
        name: service["build"]["args"]["SERVICE"] for name, service in COMPOSE["services"].items() if "build" in service
    }
    assert built == {name: name for name in SERVICES}


@every_service
def test_what_a_service_is_told_is_what_settings_know(name: str) -> None:
    service = COMPOSE["services"][name]
    told = {key.lower() for key in service["environment"]} - {"secrets_dir"} | set(service["secrets"])
    assert told <= set(Settings.model_fields)
    required = {key for key, field in Settings.model_fields.items() if field.is_required()}
    assert required <= told
    assert service["environment"]["ROOT_PATH"] == f"/{name}"


@every_service
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_secrets_are_files() -> None:
    secrets = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    told = {key.lower() for name in SERVICES for key in COMPOSE["services"][name]["environment"]}
    assert told & secrets == {"mongodb_url"}, "the address of a database without users is no secret"
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())


def test_files_that_are_mounted_exist() -> None:
    mounts = [mount for service in COMPOSE["services"].values() for mount in service.get("volumes", [])]
    sources = [source for source in (mount.split(":")[0] for mount in mounts) if source.startswith(".")]
    assert sources
    assert all((DEPLOY / source).exists() for source in sources)


def test_grafana_begins_with_a_dashboard_that_exists() -> None:
    grafana = COMPOSE["services"]["grafana"]
    folders = {inside: outside for outside, inside, _ in (volume.split(":") for volume in grafana["volumes"])}
    provided = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/telemachus.yml").read_text())["providers"]
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert [one["options"]["path"] for one in provided] == [str(home.parent)]
    assert (DEPLOY / folders[str(home.parent)] / home.name).is_file()


def test_the_front_knows_every_service() -> None:
    lists = re.findall(r"\(([a-z]+(?:\|[a-z]+)+)\)", (DEPLOY / "front" / "nginx.conf").read_text())
    named = [sorted(found.split("|")) for found in lists if "health" not in found]
    assert named == [SERVICES, SERVICES]


def test_prometheus_asks_every_service() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    targets = [target for job in scraped for group in job["static_configs"] for target in group["targets"]]
    port = re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    assert port
    assert sorted(targets) == [f"{name}:{port[1]}" for name in SERVICES]


class Answer:
    """What a broker says about new topics: name, error code, message."""

    def __init__(self, topic_errors: list[tuple[str, int, str]]) -> None:
        self.topic_errors = topic_errors


class Admin:
    """A broker that notes what it is asked for and says the same about every topic."""

    says: type[Exception] = NoError
    asked: list[NewTopic]

    def __init__(self, **_: Any) -> None:
        pass

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def create_topics(self, topics: list[NewTopic]) -> Answer:
        Admin.asked = topics
        return Answer([(topic.name, Admin.says.errno, "") for topic in topics])  # type: ignore[attr-defined]


@pytest.mark.parametrize("says", [NoError, TopicAlreadyExistsError])
async def test_the_job_asks_for_the_topics_of_the_code(says: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_topics, "AIOKafkaAdminClient", Admin)
    monkeypatch.setattr(Admin, "says", says)
    await create_topics.create_topics("anywhere")
    asked = [Topic(topic.name, topic.num_partitions, topic.topic_configs) for topic in Admin.asked]
    assert asked == TOPICS


async def test_the_job_fails_when_the_broker_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_topics, "AIOKafkaAdminClient", Admin)
    monkeypatch.setattr(Admin, "says", TopicAuthorizationFailedError)
    with pytest.raises(TopicAuthorizationFailedError, match=TOPICS[0].name):
        await create_topics.create_topics("anywhere")
