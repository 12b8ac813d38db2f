"""What each service may do on Kafka and MongoDB: chart, documentation and tests derive their users from here."""

from pathlib import Path
from typing import Any

from deploy.services import SERVICES
from shared.language.topics import TOPICS
from shared.operations.rights import DATABASE, GROUP, READ, WRITE, Rights, rights_of

__all__ = ["DATABASE", "GROUP", "READ", "RIGHTS", "WRITE", "Rights", "acls", "files", "for_chart", "rights_of"]

FILE = Path(__file__).parents[1] / "chart" / "files" / "kafka.yaml"
"""Where the chart finds topics and users."""

RIGHTS = tuple(rights_of(service) for service in SERVICES)
"""The four services, for whoever runs or describes all of them."""


def acls(rights: Rights) -> list[dict[str, Any]]:
    """The rights of one service as Strimzi's KafkaUser has them."""
    allowed = {("topic", topic): operations for topic, operations in rights.topics.items()}
    allowed["group", rights.group] = GROUP
    return [
        {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": list(operations)}
        for (kind, name), operations in sorted(allowed.items())
    ]


def for_chart() -> str:
    """Topics and users as the chart reads them: YAML."""
    import yaml  # whoever only asks for rights need not have it

    topics = [{"name": topic.name, "partitions": topic.partitions, "config": dict(topic.config)} for topic in TOPICS]
    users = [
        {
            "service": rights.service,
            "user": rights.user,
            "group": rights.group,
            "reads": list(rights.reads),
            "writes": list(rights.writes),
            "acls": acls(rights),
        }
        for rights in RIGHTS
    ]
    head = "# Made from shared/language/topics.py and shared/operations/rights.py by make write\n"
    return head + yaml.safe_dump({"topics": topics, "users": users}, sort_keys=False, width=120)


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {FILE: for_chart()}
