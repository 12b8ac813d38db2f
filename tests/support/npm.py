"""Packages of npm that tests use, fetched once into ``.tools`` as Maven's are; no part of the product."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.one_at_a_time import one_at_a_time
from deploy.local.program import CannotStart

TOOLS = Path(__file__).parents[2] / ".tools"
AXE = "axe-core@4.14.1"


def npm_package(wanted: str) -> Path:
    """Where ``NAME@VERSION`` is; raises CannotStart without npm, or when that cannot fetch it."""
    name, _, version = wanted.rpartition("@")
    home = TOOLS / name.strip("@").replace("/", "-")
    package = home / "node_modules" / name
    with one_at_a_time(home):
        if _version(package) != version:
            _fetch(wanted, home)
    return package


def _version(package: Path) -> str:
    said = package / "package.json"
    return str(json.loads(said.read_text())["version"]) if said.exists() else ""


def _fetch(wanted: str, home: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotStart(f"{wanted} needs Node.js with npm 20 or newer: apt install npm.")
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "install", *quiet, "--prefix", str(home), wanted],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_UPDATE_NOTIFIER": "1"},
        cwd=home,
    )
    if done.returncode:
        raise CannotStart(f"npm could not fetch {wanted}: {done.stderr.strip()[-400:]}")
