"""What a cluster is made of, built once from Go modules: its control plane (``server/``), and Helm 3."""

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from deploy.local.one_at_a_time import one_at_a_time
from deploy.local.program import CannotStart
from tests.support.helm import ROOT

SOURCES = Path(__file__).with_name("server")
TOOLS = ROOT / ".tools" / "cluster"
KUBERNETES = "v1.36.3"
HELM_3 = "helm.sh/helm/v3/cmd/helm@v3.22.0"
GO_MODULE_OF_KWOK = "sigs.k8s.io/kwok"
SECONDS = 3600
"""A first build takes minutes on two cores, and longer beside other work."""


def control_plane() -> Path:
    """The program with the subcommands of ``server/main.go``, built once for each state of it; raises CannotStart."""
    stamp = sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))).hexdigest()
    linked = f"-s -w -X k8s.io/component-base/version.gitVersion={KUBERNETES}"
    return _built(f"kubernetes-{stamp[:16]}", "build", "-trimpath", "-buildvcs=false", "-ldflags", linked, "-o")


def helm_3() -> Path:
    """The Helm before the one that the tests use everywhere; raises CannotStart."""
    name = f"helm-{HELM_3.rpartition('@')[2]}"
    return _built(name, "install", HELM_3)


def _built(name: str, what: str, *arguments: str) -> Path:
    program = TOOLS / name
    with one_at_a_time(TOOLS):
        if not program.exists():
            print(f"Building {program.relative_to(ROOT)} (once; the control plane takes 6 to 15 minutes) …", flush=True)
            _build(program, what, *arguments)
    return program


def _build(program: Path, what: str, *arguments: str) -> None:
    """Beside its place first: what was broken off is not there."""
    kept, _, _ = program.name.partition("-")
    unfinished = TOOLS / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    go(what, *arguments, *([str(unfinished / kept)] if what == "build" else []), GOBIN=str(unfinished))
    (unfinished / kept).replace(program)


def modules(*wanted: str) -> dict[str, Path]:
    """Where the files of Go modules are, each given and found as path@version; raises CannotStart."""
    told = go("mod", "download", "-json", *wanted)
    found: dict[str, Path] = {}
    decoder, rest = json.JSONDecoder(), told.strip()
    while rest:
        module, end = decoder.raw_decode(rest)
        found[f"{module['Path']}@{module['Version']}"] = Path(module["Dir"])
        rest = rest[end:].strip()
    return found


def go(*arguments: str, **more: str) -> str:
    """Run Go among the sources and give what it says; raises CannotStart."""
    program = shutil.which("go")
    if program is None:
        raise CannotStart("A cluster is built with Go: install Go 1.26 or newer (https://go.dev/dl).")
    done = subprocess.run(
        [program, *arguments],
        cwd=SOURCES,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=os.environ | more,
    )
    if done.returncode:
        raise CannotStart(f"`go {' '.join(arguments)}` failed: {done.stderr.strip()[-500:]}")
    return done.stdout


if __name__ == "__main__":
    try:
        control_plane(), helm_3()
    except CannotStart as problem:
        raise SystemExit(str(problem)) from None
