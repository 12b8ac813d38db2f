"""A real Prometheus for a test: it scrapes the services that run as processes and evaluates the product's rules.

To ask something of it after a scenario has been played in front of it, put the test into ``tests/integration/watched/``
and take the fixture ``watched``: services, Prometheus and one run of ``bnp-uk`` are shared by all tests there. ::

    async def test_a_panel_shows_something(watched: Watched) -> None:
        assert watched.prometheus.query("sum by (job) (telemachus_events_total)")

Windows of rules are shortened there by ``FASTER`` (recorded names stay the same), and it scrapes every four and a half
seconds: write ``[20s]`` where a dashboard says ``$__rate_interval``.

What it knows is as old as its last scrape, and on a busy machine it misses some: await ``scraped`` before and after
what is to be counted, and look for what may be wrong for a moment with ``what_remains``.
"""

import asyncio
import contextlib
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from typing_extensions import override

from deploy.local.ports import HOST, free_port
from deploy.local.program import Program, Server
from tests.support.backends import real_required
from tests.support.serving import until

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "chart" / "files" / "alerts.yaml"
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("Telemachus*.md"))
FASTER = 12
"""How many times shorter every window, ``for`` and interval of the rules becomes: two minutes become ten seconds.

Not more: the shortest window has to hold a few scrapes.
"""
SCRAPE = "4500ms"
"""Interval and patience of a scrape: a service gives its database four seconds before it answers without, and one that
was not waited for counts as down."""
READY_SECONDS = 30
DURATION = re.compile(r"(?<=\[)\d+[smhd](?=\])|(?<=offset )\d+[smhd]")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
TWICE = 2
"""``increase()`` and ``rate()`` count from one scrape to another: what was there before the first is not in them."""
Labels = Mapping[str, str]
Found = TypeVar("Found", bound=Sized)


def program(name: str) -> str:
    """Where ``prometheus`` or ``promtool`` is; skips the test without it, fails it when nothing may be skipped."""
    if found := shutil.which(name):
        return found
    missing = f"{name} is not here: apt install prometheus (its service need not run)"
    if real_required():
        pytest.fail(missing)
    pytest.skip(missing)


def faster(rules: Path, by: int = FASTER) -> str:
    """The rules with every duration divided: ``[5m]`` and ``offset 5m``, ``for: 5m`` and ``interval: 30s``."""
    document = yaml.safe_load(rules.read_text())
    for group in document["groups"]:
        group["interval"] = _shorter(group["interval"], by)
        for rule in group["rules"]:
            rule["expr"] = DURATION.sub(lambda found: _shorter(found[0], by), rule["expr"])
            if "for" in rule:
                rule["for"] = _shorter(rule["for"], by)
    return yaml.safe_dump(document)


def seconds(duration: str) -> int:
    """Prometheus' ``5m`` as a number."""
    return int(duration[:-1]) * SECONDS[duration[-1]]


def asked_in(page: Path) -> list[str]:
    """The expressions a runbook shows; what is indented goes on from the line before."""
    blocks = re.findall(r"```promql\n(.+?)```", page.read_text(), re.DOTALL)
    return [expression for block in blocks for expression in re.split(r"\n(?! )", block.strip())]


def _shorter(duration: str, by: int) -> str:
    return f"{seconds(duration) * 1000 // by}ms"


@dataclass(frozen=True)
class Alert:
    """One alert as Prometheus sees it now; ``state`` is «pending» or «firing»."""

    name: str
    state: str
    labels: Labels
    annotations: Labels


class Prometheus(Server):
    """Its own data, a free port, a configuration it writes itself; a context manager.

    ``targets`` is job → address of a service (``http://host:port``); ``rules`` is the text of a rule file.
    """

    def __init__(self, directory: Path, targets: Mapping[str, str], rules: str) -> None:
        self._directory, self.targets, self._rules = directory, targets, rules
        self._binary = program("prometheus")
        self.url = f"http://{HOST}:{free_port()}"
        self._client = httpx.Client(base_url=self.url, timeout=30, trust_env=False, verify=False)
        self._program = Program("Prometheus", directory / "prometheus.log")

    @override
    def start(self) -> None:
        """Start it and wait until it answers; raises CannotStart."""
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / "rules.yaml").write_text(self._rules)
        config = self._directory / "prometheus.yaml"
        config.write_text(yaml.safe_dump(self._configuration()))
        self._program.start(
            [
                self._binary,
                f"--config.file={config}",
                f"--storage.tsdb.path={self._directory / 'data'}",
                f"--web.listen-address={urlsplit(self.url).netloc}",
                "--log.level=warn",
            ]
        )
        self._program.wait_until(self._ready, READY_SECONDS, lambda _: None)

    @override
    def stop(self) -> None:
        """End it in good order."""
        self._client.close()
        self._program.stop()

    def _configuration(self) -> dict[str, Any]:
        jobs = [
            {"job_name": name, "static_configs": [{"targets": [urlsplit(url).netloc]}]}
            for name, url in self.targets.items()
        ]
        every = {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": "1s"}
        return {"global": every, "rule_files": ["rules.yaml"], "scrape_configs": jobs}

    def _ready(self) -> bool:
        try:
            return self._client.get("/-/ready", timeout=1).is_success
        except httpx.TransportError:
            return False

    def _ask(self, path: str, **parameters: str) -> Any:
        body = self._client.get(f"/api/v1/{path}", params=parameters).json()
        if body["status"] != "success":
            raise ValueError(f"{parameters}: {body['error']}")
        return body["data"]

    def query(self, expression: str) -> list[tuple[Labels, float]]:
        """The labels and the value of every series now; raises ValueError when the expression cannot be evaluated."""
        found = self._ask("query", query=expression)
        if found["resultType"] == "scalar":
            return [({}, float(found["result"][1]))]
        return [(series["metric"], float(series["value"][1])) for series in found["result"]]

    def scrapes(self, since: float) -> dict[str, int]:
        """Job → how many scrapes that began after that moment (seconds since 1970) it has answered."""
        return {
            series["metric"]["job"]: sum(at > since and value == "1" for at, value in series["values"])
            for series in self._ask("query", query="up[1h]")["result"]
        }

    def alerts(self) -> list[Alert]:
        """Those that are pending or firing now."""
        return [
            Alert(found["labels"].pop("alertname"), found["state"], found["labels"], found["annotations"])
            for found in self._ask("alerts")["alerts"]
        ]

    def firing(self) -> list[Alert]:
        """Those that fire now."""
        return [alert for alert in self.alerts() if alert.state == "firing"]

    def unhealthy(self) -> dict[str, str]:
        """Targets that cannot be scraped and rules that cannot be evaluated, with what Prometheus says of them."""
        targets = {each["scrapePool"]: each["lastError"] for each in self._ask("targets")["activeTargets"]}
        rules = {rule["name"]: rule.get("lastError", "") for g in self._ask("rules")["groups"] for rule in g["rules"]}
        return {name: error for name, error in (targets | rules).items() if error}


async def scraped(prometheus: Prometheus, times: int = TWICE) -> None:
    """Wait until every service has answered so many scrapes from now on; raises TimeoutError after a long while."""
    since = time.time()

    async def all_of_them() -> bool:
        scrapes = await asyncio.to_thread(prometheus.scrapes, since)
        return all(scrapes.get(job, 0) >= times for job in prometheus.targets)

    await until(all_of_them)


async def what_remains(look: Callable[[], Found]) -> Found:
    """What is seen once there is nothing to be seen, or after a long while: for faults that may be a missed scrape."""
    found = await asyncio.to_thread(look)

    async def nothing() -> bool:
        nonlocal found
        found = await asyncio.to_thread(look)
        return not found

    with contextlib.suppress(TimeoutError):
        await until(nothing)
    return found
