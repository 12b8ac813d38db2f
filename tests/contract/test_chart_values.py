"""The values of the chart: every setting can be given, nothing unknown is taken, and all of them are described."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.describing.operating.values import described
from deploy.services import SERVICES
from shared.settings import Settings
from tests.support.chart import (
    CHART,
    EVERYTHING,
    INSTALLATIONS,
    MINIMAL,
    Manifest,
    NotRendered,
    by_name,
    installation,
    of_kind,
    pods,
    render,
    render_text,
)

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
ONLY_FOR_DEMONSTRATIONS = {"clock_file"}
NOT_OURS = {"HTTPS_PROXY", "SECRETS_DIR", "SSL_CERT_FILE"}
"""Variables that Python and its libraries know, or that say where the settings are."""
SECRETS = "/run/secrets/telemachus"


def secret_files(pod: Manifest) -> set[str]:
    """The files a pod has where its secrets are."""
    (volume,) = [volume for volume in pod["spec"]["volumes"] if volume["name"] == "secrets"]
    return {item["path"] for source in volume["projected"]["sources"] for item in source["secret"]["items"]}


def told(manifests: list[Manifest]) -> Iterator[tuple[Manifest, dict[str, str]]]:
    """The pods of services and jobs, and their variables."""
    configured = by_name(manifests, "ConfigMap")
    for name, pod in pods(manifests):
        (container,) = pod["spec"]["containers"]
        if "env" in container:
            yield pod, {variable["name"]: variable["value"] for variable in container["env"]}
        else:
            yield pod, configured[name]["data"]


def test_every_setting_can_be_given_and_nothing_else_is() -> None:
    given: set[str] = set()
    for name in INSTALLATIONS:
        for pod, variables in told(installation(name)):
            ours = {variable.lower() for variable in variables if not variable.startswith("OTEL_")}
            given |= (ours - {name.lower() for name in NOT_OURS}) | secret_files(pod)
    assert given == set(Settings.model_fields) - ONLY_FOR_DEMONSTRATIONS


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_the_settings_of_every_pod_are_complete(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would find them: variables from its environment, secrets from its files."""
    for number, (pod, variables) in enumerate(told(installation(name))):
        assert variables["SECRETS_DIR"] == SECRETS
        directory = tmp_path / str(number)
        directory.mkdir()
        for file in secret_files(pod):
            (directory / file).write_text("[]" if file == "webhooks" else f"a secret for {file} that is long enough")
        with monkeypatch.context() as patch:
            for variable, value in variables.items():
                assert isinstance(value, str)
                patch.setenv(variable, value)
            settings = Settings(_secrets_dir=str(directory))
        assert settings.region == "eu"
        assert settings.mongodb_url.get_secret_value() == "a secret for mongodb_url that is long enough"
        assert settings.http_host == "0.0.0.0"


def test_a_large_number_is_told_as_a_whole_one() -> None:
    manifests = render(MINIMAL, {"outboxKeepDays": 1_000_000})
    assert {variables["OUTBOX_KEEP_DAYS"] for _, variables in told(manifests)} == {"1000000"}


@pytest.mark.parametrize("name", INSTALLATIONS)
def test_files_that_are_named_are_mounted(name: str) -> None:
    for pod, variables in told(installation(name)):
        (container,) = pod["spec"]["containers"]
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        files = {
            f"{mounts[volume['name']]}/{item['path']}" for volume in pod["spec"]["volumes"] for item in items_of(volume)
        }
        assert {value for key, value in variables.items() if key.endswith("_FILE")} <= files


def items_of(volume: Manifest) -> list[Manifest]:
    """The files of a volume."""
    sources = volume.get("projected", {}).get("sources", [])
    parts = [volume.get("secret"), volume.get("configMap"), *(source["secret"] for source in sources)]
    return [item for part in parts if part for item in part["items"]]


def test_each_service_has_secrets_of_its_own() -> None:
    """Only what makes people the same to all services is shared."""
    for name in INSTALLATIONS:
        used = [
            source["secret"]["name"]
            for deployment in of_kind(installation(name), "Deployment")
            for volume in deployment["spec"]["template"]["spec"]["volumes"]
            if volume["name"] == "secrets"
            for source in volume["projected"]["sources"]
        ]
        assert {secret for secret in used if used.count(secret) > 1} == {"telemachus-common"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"regio": "eu"}, "regio"),
        ({"region": "EU West"}, "region"),
        ({"services": {"matching": {"replica": 2}}}, "replica"),
        ({"services": {"mentoring": {}}}, "mentoring"),
        ({"defaults": {"replicas": "two"}}, "replicas"),
        ({"defaults": {"resources": {"limits": {"memroy": "1Gi"}}}}, "memroy"),
        ({"defaults": {"terminationGracePeriodSeconds": 10}}, "terminationGracePeriodSeconds"),
        ({"kafka": {"bootstrapServers": "kafka"}}, "bootstrapServers"),
        ({"kafka": {"password": "secret"}}, "password"),
        ({"environment": {"MONGODB_URL": "mongodb://user:password@host"}}, "MONGODB_URL"),
        ({"environment": {"LOG_LEVEL": "DEBUG"}}, "LOG_LEVEL"),
        ({"networkPolicy": {"kafka": {"peers": [{"cidr": "10.0.0.0/8"}]}}}, "cidr"),
        ({"strimzi": {"enabled": "yes"}}, "enabled"),
    ],
    ids=str,
)
def test_what_is_not_known_or_wrong_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(NotRendered, match=said):
        render_text(MINIMAL, wrong)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"region": ""}, "region: say where"),
        ({"image": {"registry": ""}}, "image.registry: say where"),
        ({"kafka": {"bootstrapServers": ""}}, "kafka.bootstrapServers: say where"),
        ({"identity": {"issuer": ""}}, "identity.issuer: say"),
        ({"identity": {"keys": ""}}, "identity.keys: say where"),
        ({"services": {"matching": {"secrets": {"mongodb": ""}}}}, "services.matching.secrets.mongodb: name"),
        ({"services": {"matching": {"secrets": {"kafka": ""}}}}, "services.matching.secrets.kafka: name"),
        ({"strimzi": {"enabled": True}}, "strimzi.cluster: name"),
        ({"monitoring": {"rules": True}}, "monitoring.runbooksUrl: say where"),
        ({"ingress": {"enabled": True}}, "ingress.host: name"),
        ({"externalSecrets": {"enabled": True}}, "externalSecrets.store: name"),
    ],
    ids=str,
)
def test_what_is_missing_is_asked_for(missing: dict[str, Any], said: str) -> None:
    with pytest.raises(NotRendered, match=said):
        render_text(MINIMAL, missing)


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with where it is."""
    yield path, schema
    inner = {**schema.get("properties", {}), **schema.get("$defs", {})}
    for name, part in inner.items():
        yield from parts(part, f"{path}/{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from parts(schema[name], f"{path}/{name}")


def test_the_schema_describes_everything_and_allows_nothing_else() -> None:
    for path, part in parts(SCHEMA):
        assert "description" in part or "$ref" in part, path
        if part.get("type") == "object" and path != "/global":
            assert "additionalProperties" in part, path
            assert part["additionalProperties"] is not True, path


def test_further_variables_are_none_that_the_chart_sets_itself() -> None:
    """Two of the same name would be a riddle, and secrets have no business there."""
    variables = {v for name in INSTALLATIONS for _, told_ in told(installation(name)) for v in told_}
    refused = set(SCHEMA["properties"]["environment"]["propertyNames"]["not"]["enum"])
    assert refused >= {name.upper() for name in Settings.model_fields} | variables - {"HTTPS_PROXY"}


def test_values_and_schema_say_the_same() -> None:
    for value in described():
        assert value.comment == value.description, value.path


def test_every_service_of_the_product_has_its_values() -> None:
    assert set(SCHEMA["properties"]["services"]["required"]) == {service.name for service in SERVICES}


def test_what_one_service_says_wins_over_the_defaults() -> None:
    more = {
        "defaults": {"replicas": 3},
        "services": {"matching": {"replicas": 5, "resources": {"limits": {"memory": "4Gi"}}}},
    }
    found = by_name(render(MINIMAL, more), "Deployment")
    assert found["telemachus-matching"]["spec"]["replicas"] == 5
    assert found["telemachus-feedback"]["spec"]["replicas"] == 3
    resources = found["telemachus-matching"]["spec"]["template"]["spec"]["containers"][0]["resources"]
    assert resources["limits"] == {"memory": "4Gi"}
    assert resources["requests"]["memory"] == "320Mi"


def test_images_can_be_pinned_by_digest() -> None:
    digest = f"sha256:{'a' * 64}"
    pinned = by_name(render(EVERYTHING, {"services": {"matching": {"digest": digest}}}), "Deployment")
    image = pinned["telemachus-matching"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == f"registry.example.com/telemachus/telemachus-matching:0.1.0@{digest}"
