"""What tests do in a cluster: in a namespace of their own, with one of two Helms."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.chart import CHART, Manifest
from tests.support.helm import found

Done = subprocess.CompletedProcess[str]
SECONDS = 180
"""Generous: what comes about does so within seconds on an idle machine."""
POLL_SECONDS = 0.2
RESTRICTED = {f"pod-security.kubernetes.io/{what}": "restricted" for what in ("enforce", "warn", "audit")}
PREPARE = "app.kubernetes.io/name=prepare"
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Cluster:
    """A cluster, by what its clients read."""

    kubeconfig: Path

    def kubectl(self, *arguments: str | Path, said: str | None = None) -> Done:
        """Run kubectl as an administrator; ``said`` is what it reads."""
        return run([found("kubectl"), "--kubeconfig", self.kubeconfig, *arguments], said)

    def apply(self, *manifests: Manifest) -> None:
        """Create or change these, each field checked."""
        said = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
        succeeded(self.kubectl("apply", "--server-side", "--validate=strict", "--filename", "-", said=said))

    def create_namespace(self, name: str, labels: Mapping[str, str] = RESTRICTED) -> None:
        """A namespace, with its service account, without which no pod comes about."""
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        until(lambda: not self.kubectl("--namespace", name, "get", "serviceaccount/default").returncode, name)


@dataclass(frozen=True)
class Namespace:
    """A namespace of the cluster, and the Helm that installs there."""

    cluster: Cluster
    name: str
    helm_program: Path
    values: Path

    def helm(self, *arguments: str | Path) -> Done:
        """Run Helm there, away from anybody's own configuration."""
        with tempfile.TemporaryDirectory() as home:
            homes = {f"HELM_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")}
            there: list[str | Path] = ["--kubeconfig", self.cluster.kubeconfig, "--namespace", self.name]
            return run([self.helm_program, *arguments, *there], environment=os.environ | homes)

    def tell(self, what: str, release: str, more: Mapping[str, Any], *options: str, seconds: int = SECONDS) -> Done:
        """``helm install`` or ``helm upgrade``, and wait until all is ready, so long at most."""
        with tempfile.TemporaryDirectory() as directory:
            rest = Path(directory) / "values.yaml"
            rest.write_text(json.dumps({"strimzi": {"namespace": self.name}} | dict(more)))
            files: list[str | Path] = ["--values", self.values, "--values", rest]
            return self.helm(what, release, CHART, *files, "--wait", f"--timeout={seconds}s", *options)

    def install(self, more: Mapping[str, Any] = NOTHING, release: str = "telemachus") -> str:
        """Install, and give what Helm says of it."""
        return succeeded(self.tell("install", release, more))

    def upgrade(self, more: Mapping[str, Any] = NOTHING, release: str = "telemachus") -> str:
        """Upgrade, and give what Helm says of it."""
        return succeeded(self.tell("upgrade", release, more))

    def kubectl(self, *arguments: str | Path) -> Done:
        """Run kubectl there."""
        return self.cluster.kubectl("--namespace", self.name, *arguments)

    def list(self, kinds: str, selector: str = "") -> Sequence[Manifest]:
        """What there is of these kinds."""
        told = succeeded(self.kubectl("get", kinds, "--selector", selector, "--output=json", "--ignore-not-found"))
        items: Sequence[Manifest] = json.loads(told)["items"] if told.strip() else []
        return items

    def replicas(self) -> set[int]:
        """How many pods the Deployments want."""
        return {deployment["spec"]["replicas"] for deployment in self.list("deployments")}

    def pods(self) -> set[str]:
        """Those of services that are ready and stay, by their ids."""
        return {
            pod["metadata"]["uid"]
            for pod in self.list("pods", "app.kubernetes.io/name notin (prepare)")
            if "deletionTimestamp" not in pod["metadata"]
            and {"type": "Ready", "status": "True"}.items()
            <= next(each for each in pod["status"]["conditions"] if each["type"] == "Ready").items()
        }

    def images(self) -> set[str]:
        """The tags of the images of ready pods."""
        ready = self.pods()
        return {
            pod["spec"]["containers"][0]["image"].partition("@")[0].rpartition(":")[2]
            for pod in self.list("pods")
            if pod["metadata"]["uid"] in ready
        }


def run(command: Sequence[str | Path], said: str | None = None, environment: Mapping[str, str] | None = None) -> Done:
    """Run it to its end."""
    return subprocess.run(
        list(map(str, command)),
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * SECONDS,
        env=environment,
    )


def succeeded(done: Done) -> str:
    """What it says, once it has succeeded."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(done: Done) -> str:
    """What it says, when it has not."""
    assert done.returncode != 0, done.stdout
    return done.stderr


def until(holds: Callable[[], bool], what: str) -> None:
    """Ask until it holds; fails when the time is up."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not in {SECONDS} s: {what}"
        time.sleep(POLL_SECONDS)
