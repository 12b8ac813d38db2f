"""What a service is told by its surroundings, and keeps to itself."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.settings import Settings

TOLD = {
    "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
    "MONGODB_URL": "mongodb://user:hunter2@mongodb/?replicaSet=rs0",
    "TOKEN_ISSUER": "https://issuer.example",
    "TOKEN_KEYS": "https://issuer.example/keys",
    "PSEUDONYM_KEY": "a-key-nobody-may-see",
    "KAFKA_SASL_PASSWORD": "swordfish",
}
SECRETS = ("hunter2", "a-key-nobody-may-see", "swordfish")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in TOLD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_everything_comes_from_the_environment(told: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert settings.kafka_bootstrap_servers == "kafka:9092"
    assert settings.mongodb_url.get_secret_value() == TOLD["MONGODB_URL"]
    assert settings.http_port == 8000


def test_secrets_are_in_no_text_of_the_settings(told: pytest.MonkeyPatch) -> None:
    settings = Settings()
    for text in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PSEUDONYM_KEY", "hunter2"),
        ("TOKEN_KEYS", None),
        ("MONGODB_URL", None),
        ("HTTP_PORT", "hunter2"),
        ("REGION", "X"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_no_secret_with_it(
    told: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        told.delenv(name)
    else:
        told.setenv(name, value)
    with pytest.raises(ValidationError) as error:
        Settings()

    text = str(error.value)
    assert name.lower() in text
    assert not [secret for secret in SECRETS if secret in text]


def test_secrets_may_be_files_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "mongodb_url").write_text("mongodb://from-file\n")
    (tmp_path / "pseudonym_key").write_text("sixteen characters and more\n")
    (tmp_path / "token_issuer").write_text("https://from-file")
    environment = {name: value for name, value in TOLD.items() if name not in ("MONGODB_URL", "PSEUDONYM_KEY")}
    told = _printed({**environment, "SECRETS_DIR": str(tmp_path)})

    assert told == ["mongodb://from-file", "sixteen characters and more", TOLD["TOKEN_ISSUER"]]


def test_a_directory_of_secrets_that_is_missing_is_no_failure(tmp_path: Path) -> None:
    assert _printed({**TOLD, "SECRETS_DIR": str(tmp_path / "none")})[0] == TOLD["MONGODB_URL"]


def _printed(environment: dict[str, str]) -> list[str]:
    """A process of its own: the directory is read when the module is loaded."""
    code = (
        "from shared.settings import Settings; s = Settings();"
        "print(s.mongodb_url.get_secret_value(), s.pseudonym_key.get_secret_value(), s.token_issuer, sep='\\n')"
    )
    kept: dict[str, Any] = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3])}
    ended = subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True, check=True
    )
    return ended.stdout.splitlines()
