"""A Kubernetes of one machine: etcd, API server, controllers, scheduler, and kwok in the place of nodes.

RBAC and pod security are on. Nothing runs in a pod: kwok tells what would have become of it (``stages.yaml``).
"""

import json
import secrets
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from typing_extensions import override

from deploy.local.ports import HOST, free_port
from deploy.local.program import CannotStart, Program, Server
from tests.cluster.programs import GO_MODULE_OF_KWOK, control_plane, go
from tests.support.certificates import Authority

READY_SECONDS = 180
STAGES = ("pod/fast", "node/fast", "node/heartbeat")
OUR_STAGES = Path(__file__).with_name("stages.yaml")


class ControlPlane(Server):
    """All its pieces on the loopback interface, with their data in a directory; a context manager."""

    def __init__(self, directory: Path) -> None:
        self.kubeconfig = directory / "kubeconfig"
        self._directory = directory
        self._url = f"https://{HOST}:{free_port()}"
        self._etcd, self._peers = (f"http://{HOST}:{free_port()}" for _ in range(2))
        self._token = secrets.token_urlsafe()
        self._authority = Authority(directory / "certificates")
        self._started: list[Program] = []

    @override
    def start(self) -> None:
        """Start the pieces in their order; raises CannotStart."""
        self._write_what_they_read()
        try:
            self._start_etcd()
            self._start_api_server()
            for name, arguments in self._followers().items():
                self._run(name, *arguments, f"--kubeconfig={self.kubeconfig}")
        except BaseException:
            self.stop()
            raise

    @override
    def stop(self) -> None:
        """End them, the last one first."""
        while self._started:
            self._started.pop().stop()

    def must_run(self) -> None:
        """Raises CannotStart when one of them has ended."""
        for program in self._started:
            if not program.running:
                raise CannotStart(program.last_words(f"ended with code {program.exit_code}"))

    def _run(self, name: str, *arguments: str) -> Program:
        program = Program(name, self._directory / f"{name}.log")
        program.start([control_plane(), name, *arguments])
        self._started.append(program)
        return program

    def _start_etcd(self) -> None:
        etcd = self._run(
            "etcd",
            f"--data-dir={self._directory / 'etcd'}",
            f"--listen-client-urls={self._etcd}",
            f"--advertise-client-urls={self._etcd}",
            f"--listen-peer-urls={self._peers}",
            f"--initial-advertise-peer-urls={self._peers}",
            f"--initial-cluster=default={self._peers}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )
        etcd.wait_until(lambda: self._answers(f"{self._etcd}/health"), READY_SECONDS, lambda _: None)

    def _start_api_server(self) -> None:
        certificate, key = self._authority.issue("apiserver")
        server = self._run(
            "apiserver",
            f"--etcd-servers={self._etcd}",
            f"--bind-address={HOST}",
            f"--secure-port={self._url.rpartition(':')[2]}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={key}",
            f"--cert-dir={self._directory}",
            f"--token-auth-file={self._directory / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--enable-admission-plugins=PodSecurity",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={key}",
            f"--service-account-key-file={certificate}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--endpoint-reconciler-type=none",
        )
        server.wait_until(lambda: self._answers(f"{self._url}/readyz"), READY_SECONDS, lambda _: None)

    def _followers(self) -> dict[str, list[str]]:
        alone = ["--leader-elect=false", "--secure-port=0"]
        kwok = Path(go("list", "-m", "-f", "{{.Dir}}", GO_MODULE_OF_KWOK).strip())
        directories = [kwok / "kustomize" / "stage" / stage for stage in STAGES]
        stages = [each for directory in directories for each in sorted(directory.glob("[np]o*.yaml"))]
        return {
            "controller-manager": [
                *alone,
                f"--service-account-private-key-file={self._directory / 'certificates' / 'apiserver.key'}",
                f"--root-ca-file={self._authority.file}",
                "--use-service-account-credentials",
            ],
            "scheduler": alone,
            "kwok": ["--manage-all-nodes", *(f"--config={stage}" for stage in (*stages, OUR_STAGES))],
        }

    def _write_what_they_read(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / "tokens.csv").write_text(f'{self._token},admin,admin,"system:masters"\n')
        named = {"cluster": "tests", "user": "admin"}
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "tests",
                    "cluster": {"server": self._url, "certificate-authority": str(self._authority.file)},
                }
            ],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "tests", "context": named}],
            "current-context": "tests",
        }
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(json.dumps(kubeconfig))

    def _answers(self, url: str) -> bool:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self._token}"})
        trusting: ssl.SSLContext = self._authority.context()
        try:
            with urllib.request.urlopen(request, timeout=5, context=trusting) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
