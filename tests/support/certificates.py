"""Certificates of an authority of the tests' own, as files."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy.local.ports import HOST


class Authority:
    """Signs certificates; they and their keys are kept in ``directory``."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._authority = trustme.CA()
        self.file = directory / "ca.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def issue(self, name: str, days: float = 90) -> tuple[Path, Path]:
        """The files of a certificate for this machine, which lasts so long, and of its key (PKCS 8)."""
        ends = datetime.now(UTC) + timedelta(days=days)
        issued = self._authority.issue_cert(HOST, "localhost", common_name=name, not_after=ends)
        certificate, key = self._directory / f"{name}.pem", self._directory / f"{name}.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        private = load_pem_private_key(issued.private_key_pem.bytes(), None)
        key.touch(mode=0o600)
        key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, key

    def both(self, name: str) -> Path:
        """The same in one file, key first, as Kafka and MongoDB want it."""
        certificate, key = self.issue(name)
        together = self._directory / f"{name}.both.pem"
        together.touch(mode=0o600)
        together.write_bytes(key.read_bytes() + certificate.read_bytes())
        return together

    def context(self) -> ssl.SSLContext:
        """Trusts nobody else."""
        return ssl.create_default_context(cafile=self.file)
