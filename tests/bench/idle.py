"""What four services cost while nothing happens, and how soon the next event is dealt with.

    python -m tests.bench.idle SECONDS [EVENTS]

prints one object: processor time and wake-ups of each service, alone and asked as Kubernetes and Prometheus ask, what
MongoDB was asked a second, and milliseconds from an event's writing until what it changes can be read. Processor time
stands for itself also where the machine has other work; milliseconds do not.
"""

import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from confluent_kafka import Producer
from pymongo import MongoClient
from typing_extensions import override

from tests.chaos.test_memory import PARTICIPANT
from tests.support.backends import Kafka, choose_kafka, choose_mongo, create_our_topics
from tests.support.processes import NAMES, Processes

SETTLED = 15.0
"""Seconds until a service that has just started is left alone."""
PROBED, SCRAPED = 10.0, 15.0
"""Seconds between two questions of the chart's probes, and between two scrapes."""
HEARD_WITHIN = 30.0


class ByTheMachinesClock(Processes):
    """As they are deployed: a clock that may be moved is looked at four times a second."""

    @override
    def _shared_settings(self, directory: Path) -> dict[str, str]:
        return {name: told for name, told in super()._shared_settings(directory).items() if name != "CLOCK_FILE"}


def processor_seconds(pid: int) -> float:
    """What all threads of that process have computed, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def wake_ups(pid: int) -> int:
    """How often its threads have gone to sleep."""
    statuses = [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(line.split()[1]) for status in statuses for line in status.splitlines() if _voluntary(line))


def _voluntary(line: str) -> bool:
    return line.startswith("voluntary_ctxt_switches")


def operations(client: "MongoClient[dict[str, Any]]") -> dict[str, int]:
    """What MongoDB has been asked so far."""
    counters = client.admin.command("serverStatus")["opcounters"]
    return {name: counters[name] for name in ("query", "getmore", "command", "insert", "update", "delete")}


def left_alone(processes: Processes, client: "MongoClient[dict[str, Any]]", seconds: float) -> dict[str, Any]:
    """Per cent of a processor and wake-ups a second of each service, and operations of MongoDB a second."""
    pids = {name: processes.pid(name) or 0 for name in NAMES}
    computed, woken = ({name: of(pid) for name, pid in pids.items()} for of in (processor_seconds, wake_ups))
    asked, began = operations(client), time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    percent = {name: 100 * (processor_seconds(pid) - computed[name]) / took for name, pid in pids.items()}
    return {
        "percent": {name: round(each, 2) for name, each in percent.items()},
        "wake_ups": {name: round((wake_ups(pid) - woken[name]) / took, 1) for name, pid in pids.items()},
        "mongodb": {name: round((now - asked[name]) / took, 2) for name, now in operations(client).items()},
    }


@contextmanager
def asked(processes: Processes) -> Iterator[None]:
    """Probes and scrapes beside what happens inside."""
    over = threading.Event()

    def ask(path: str, every: float) -> None:
        while not over.wait(every):
            for url in processes.urls.values():
                httpx.get(url + path, timeout=10, trust_env=False)

    questions = [("/health/live", PROBED), ("/health/ready", PROBED), ("/metrics", SCRAPED)]
    threads = [threading.Thread(target=ask, args=question) for question in questions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def latencies(kafka: Kafka, changes: Any, events: int) -> list[float]:
    """Milliseconds from writing an event, after a while of nothing, until what it changes is seen; in order."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "linger.ms": 0, "log_level": 3})
    draw = random.Random(1)
    found = []
    for number in range(events + 1):
        time.sleep(draw.uniform(0.2, 1.2))
        began = time.perf_counter()
        _write(producer, f"idle-{number}")
        _await(changes, f"idle-{number}")
        found.append(1000 * (time.perf_counter() - began))
    return sorted(found[1:])  # nobody waits for the first of a process


def _write(producer: Producer, identity: str) -> None:
    body = {**json.loads(PARTICIPANT.value or b"{}"), "participant_id": identity, "person_id": identity}
    headers = dict(PARTICIPANT.headers) | {"ce_id": identity.encode(), "ce_subject": identity.encode()}
    producer.produce(PARTICIPANT.topic, json.dumps(body), identity, headers=[(n, v or b"") for n, v in headers.items()])
    producer.flush()


def _await(changes: Any, identity: str) -> None:
    deadline = time.monotonic() + HEARD_WITHIN
    while time.monotonic() < deadline:
        change = changes.try_next()
        if change and change.get("documentKey", {}).get("_id") == identity:
            return
    raise TimeoutError(identity)


def main(seconds: float, events: int) -> None:
    """Start everything, measure, say it."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka, mongodb = choose_kafka(directory / "kafka"), choose_mongo(directory / "mongodb")
        for start, stop in ((kafka.start, kafka.server.stop), (mongodb.start, mongodb.server.stop)):
            stack.callback(stop)
            start()
        if kafka.real:
            create_our_topics(kafka.bootstrap_servers)
        client: MongoClient[dict[str, Any]] = stack.enter_context(MongoClient(mongodb.url))
        processes = stack.enter_context(ByTheMachinesClock(directory, kafka, mongodb, "idle"))
        print(json.dumps(_measure(kafka, client, processes, seconds, events), indent=1))


def _measure(
    kafka: Kafka, client: "MongoClient[dict[str, Any]]", processes: Processes, seconds: float, events: int
) -> dict[str, Any]:
    time.sleep(SETTLED)
    alone = left_alone(processes, client, seconds)
    with asked(processes):
        as_deployed = left_alone(processes, client, seconds)
    with client["idle_matching"].watch(max_await_time_ms=1000) as changes:
        found = latencies(kafka, changes, events)
    cuts = statistics.quantiles(found, n=100)
    milliseconds = {"median": round(cuts[49], 1), "p99": round(cuts[98], 1), "longest": round(found[-1], 1)}
    return {"kafka": kafka.kind, "alone": alone, "asked": as_deployed, "milliseconds": milliseconds}


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
