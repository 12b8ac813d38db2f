"""What the chart tells pods and jobs is enough for the services themselves, on a real database."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from deploy.local.ports import HOST, free_port
from deploy.local.program import Program
from tests.support.backends import Kafka, Mongo
from tests.support.chart import EVERYTHING, MINIMAL, Manifest, by_name, render
from tests.support.helm import ROOT

SECONDS = 60
SECRETS = {"pseudonym_key": "for tests only, no secret", "kafka_sasl_password": "not used", "session_keys": "k" * 32}


@pytest.fixture
def secrets(tmp_path: Path, mongodb: Mongo) -> Path:
    """The directory where a pod's secrets would be mounted."""
    for name, secret in {**SECRETS, "mongodb_url": mongodb.url}.items():
        (tmp_path / name).write_text(secret)
    return tmp_path


def surroundings(told: dict[str, str], secrets: Path) -> dict[str, str]:
    """An environment that holds what the chart tells and nothing else, but with the files of this machine."""
    ours = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    there = {name: value for name, value in told.items() if name != "SSL_CERT_FILE"}
    return ours | there | {"SECRETS_DIR": str(secrets)}


def test_the_job_of_an_upgrade_prepares_the_database(secrets: Path, mongodb: Mongo, database_name: str) -> None:
    jobs = by_name(render(EVERYTHING, {"mongodb": {"databasePrefix": database_name}}), "Job")
    container: dict[str, Any] = jobs["telemachus-matching-prepare"]["spec"]["template"]["spec"]["containers"][0]
    told = {variable["name"]: variable["value"] for variable in container["env"]}
    command = [sys.executable, "-m", "services.matching", *container["args"]]
    environment = surroundings(told, secrets)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    with MongoClient[dict[str, Any]](mongodb.url) as client:
        assert "outbox" in client[f"{database_name}_matching"].list_collection_names()


def test_a_pod_gets_ready_and_ends_in_good_order(
    secrets: Path, kafka: Kafka, database_name: str, tmp_path: Path
) -> None:
    more: Manifest = {
        "kafka": {"bootstrapServers": kafka.bootstrap_servers, "securityProtocol": "PLAINTEXT"},
        "mongodb": {"databasePrefix": database_name},
    }
    manifests = render(MINIMAL, more)
    told = by_name(manifests, "ConfigMap")["telemachus-feedback"]["data"]
    pod = by_name(manifests, "Deployment")["telemachus-feedback"]["spec"]["template"]["spec"]
    port, probe = free_port(), pod["containers"][0]["readinessProbe"]
    program = Program("feedback", tmp_path / "feedback.log")
    environment = surroundings(told, secrets) | {"HTTP_PORT": str(port)}
    told_only = ["env", "-i", *(f"{name}={value}" for name, value in environment.items())]
    program.start([*told_only, sys.executable, "-m", "services.feedback"])
    url = f"http://{HOST}:{port}{probe['httpGet']['path']}"
    program.wait_until(lambda: _ready(url, probe["timeoutSeconds"]), SECONDS, lambda _: None)
    program.stop()
    assert program.exit_code == -signal.SIGTERM
    assert '"stopped"' in program.output


def _ready(url: str, seconds: float) -> bool:
    try:
        return httpx.get(url, timeout=seconds).is_success
    except httpx.TransportError:
        return False
