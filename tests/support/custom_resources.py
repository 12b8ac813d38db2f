"""Whether operators take what we would give them: their resources as types, against which TypeScript checks ours.

Unlike the schemas a cluster is given, types also find fields that do not exist.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.local.one_at_a_time import one_at_a_time
from deploy.local.program import CannotStart
from tests.support.backends import real_required
from tests.support.helm import ROOT

LOCK = Path(__file__).with_name("custom_resources") / "package-lock.json"
TOOLS = ROOT / ".tools" / "custom-resources"
PACKAGES = {
    "external-secrets.io": "external-secrets",
    "gateway.networking.k8s.io": "gateway-api",
    "kafka.strimzi.io": "strimzi-kafka-operator",
    "keda.sh": "keda",
    "monitoring.coreos.com": "prometheus-operator",
}
"""Group of an API → the package of @kubernetes-models that knows it."""
STRICT = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext")
SECONDS = 300


def faults(manifests: Sequence[dict[str, Any]]) -> list[str]:
    """What their operators would not take, a line each; skips or fails where npm cannot be had."""
    try:
        tools = _installed()
    except CannotStart as problem:
        (pytest.fail if real_required() else pytest.skip)(str(problem))
    with tempfile.TemporaryDirectory(dir=tools) as directory:
        program = Path(directory) / "check.ts"
        program.write_text("\n".join(_constant(number, manifest) for number, manifest in enumerate(manifests)))
        done = _run([str(tools / "node_modules" / ".bin" / "tsc"), *STRICT, str(program)], tools)
    assert done.returncode == 0 or "error" in done.stdout, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line]


def _constant(number: int, manifest: dict[str, Any]) -> str:
    """The manifest as a constant of its type, on one line."""
    kind, api = manifest["kind"], manifest["apiVersion"]
    package = PACKAGES[api.split("/")[0]]
    imported = f'import type {{I{kind} as T{number}}} from "@kubernetes-models/{package}/{api}/{kind}";'
    return f"{imported} export const m{number}: T{number} = {json.dumps(manifest)};"


def _installed() -> Path:
    """Where the packages are, installed once for each state of the lock; raises CannotStart."""
    stamp = TOOLS / LOCK.name
    with one_at_a_time(TOOLS):
        if not (stamp.exists() and stamp.read_bytes() == LOCK.read_bytes()):
            _fill()
    return TOOLS


def _fill() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotStart("Custom resources are checked with packages of npm: apt install nodejs npm.")
    with tempfile.TemporaryDirectory(dir=TOOLS.parent) as directory:
        fetched = shutil.copytree(LOCK.parent, Path(directory) / "fetched")
        done = _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], fetched)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise CannotStart(f"Packages that check custom resources cannot be fetched: check the network ({last}).")
        shutil.rmtree(TOOLS, ignore_errors=True)
        fetched.rename(TOOLS)


def _run(command: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=SECONDS)
