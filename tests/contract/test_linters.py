"""What the linters of other languages than Python say: hadolint of Dockerfiles, shellcheck of scripts."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
"""Where the development packages have put them."""
SCRIPTS = [path for place in (".ci", "deploy", "tests/containers") for path in sorted((ROOT / place).rglob("*"))]


def verdict(program: str, files: list[Path]) -> str:
    """What it has to say; nothing when all is well."""
    done = subprocess.run([PROGRAMS / program, *files], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def is_script(path: Path) -> bool:
    """Whether a shell runs it."""
    return path.is_file() and path.open("rb").read(64).split(b"\n")[0] in (b"#!/usr/bin/env bash", b"#!/bin/sh")


def test_hadolint_has_nothing_to_say() -> None:
    files = sorted(path for place in ("deploy", "tests") for path in (ROOT / place).rglob("*Dockerfile*"))
    assert len(files) >= 3
    assert verdict("hadolint", files) == ""


def test_shellcheck_has_nothing_to_say() -> None:
    scripts = [path for path in SCRIPTS if is_script(path)]
    assert {path.name for path in scripts} >= {"run", "containers", "build_images"}
    assert verdict("shellcheck", scripts) == ""
