"""An OpenID Connect provider that others have written, in a process of its own: oidc-provider, by npm."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import KeySet, RSAKey

from deploy.local.ports import HOST, free_port
from deploy.local.program import CannotStart
from shared.web.door.provider import CALLBACK, SIGNED_OUT
from tests.support.backends import real_required
from tests.support.npm import npm_package

PACKAGE = "oidc-provider@9.13.3"
PROGRAM = Path(__file__).with_suffix(".mjs")
CLIENT, SECRET = "telemachus-in-browsers", "a secret that only tests know, with % and +"
WITHIN = 60.0
"""Seconds until it answers; machines are shared."""
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "ada": {"name": "Ada Example", "employee_id": "e-1", "roles": ["participant"], "countries": []},
    "max": {"name": "Max Example", "employee_id": "e-m", "roles": ["manager", "cook"], "countries": ["GB", "FR"]},
    "nobody": {"name": "Nobody Example"},
}
"""Whoever gives such a name and any password is them."""


def new_keys(kid: str) -> dict[str, Any]:
    """A key set of one, with its private half."""
    key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})
    return dict(KeySet([key]).as_dict(private=True))


@dataclass
class IdentityProvider:
    """Where it is, and for whom: Telemachus at ``url``."""

    url: str
    port: int = field(default_factory=free_port)
    keys: dict[str, Any] = field(default_factory=lambda: new_keys("first"), repr=False)
    all_in_token: bool = False
    """Whether claims stand in the ID token; otherwise they are asked for, as the standard would have it."""

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://{HOST}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What services are told of it."""
        return {
            "token_issuer": self.issuer,
            "token_keys": f"{self.issuer}/jwks",
            "sign_in_client_id": CLIENT,
            "sign_in_client_secret": SECRET,
            "sign_in_scope": "openid profile work",
            "public_url": self.url,
        }

    def _told(self) -> str:
        client = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [self.url + CALLBACK],
            "post_logout_redirect_uris": [self.url + SIGNED_OUT],
        }
        more = {"keys": self.keys, "people": PEOPLE, "all_in_token": self.all_in_token}
        package = str(npm_package(PACKAGE))
        return json.dumps({"issuer": self.issuer, "port": self.port, "client": client, "package": package, **more})

    @contextmanager
    def running(self) -> Iterator[None]:
        """It answers while inside; skips or fails where Node.js cannot be had."""
        node = shutil.which("node")
        try:
            if node is None:
                raise CannotStart("Signing in is tried with a provider that needs Node.js: apt install nodejs npm.")
            told = self._told()
        except CannotStart as problem:
            (pytest.fail if real_required() else pytest.skip)(str(problem))
        with subprocess.Popen([node, str(PROGRAM), told], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            try:
                _await_up(process)
                yield
            finally:
                process.kill()


def _await_up(process: subprocess.Popen[bytes]) -> None:
    said: list[bytes] = []
    up = threading.Event()

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if line.strip() == b"up":
                up.set()

    threading.Thread(target=listen, daemon=True).start()
    deadline = time.monotonic() + WITHIN
    while not up.wait(0.1):
        assert process.poll() is None and time.monotonic() < deadline, b"".join(said).decode()
