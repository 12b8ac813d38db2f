"""What Prometheus stores of the services: names, labels, and the values of labels that are there from the start."""

from functools import cache
from itertools import chain

from deploy.describing.metrics import families
from deploy.services import SERVICES

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "info": ("_info",), "histogram": ("_bucket", "_sum", "_count")}
Labels = dict[str, set[str]]


@cache
def exposed(job: str = "") -> dict[str, Labels]:
    """Name as Prometheus stores it → label → values; of one service or all."""
    found: dict[str, Labels] = {}
    services = [service for service in SERVICES if job in ("", service.name)]
    for family in chain.from_iterable(map(families, services)):
        for suffix in SUFFIXES[family.type]:
            labels = found.setdefault(family.name + suffix, {})
            for name, value in ((n, v) for sample in family.samples for n, v in sample.labels.items()):
                if name != "le" or suffix == "_bucket":
                    labels.setdefault(name, set()).add(value)
    return found
