"""The tables of docs/operations.md, made from what the code declares."""

import ast
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from deploy.describing.made import with_parts
from deploy.describing.operating.values import CHART, described, table
from deploy.describing.rights import RIGHTS
from deploy.services import SERVICES
from shared.language.streams import CROSSING
from shared.language.topics import TOPICS
from shared.operations.checks import indexes_needed
from shared.operations.rights import DATABASE, GROUP, READ, WRITE
from shared.settings import Settings
from shared.store.indexes import COLLECTIONS

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"


def _rows(heading: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(names: Iterable[str], between: str = ", ") -> str:
    return between.join(f"`{name}`" for name in names)


def topics() -> str:
    """Every topic, with what it is created with."""
    crossing = {stream.value for stream in CROSSING}
    rows = (
        (
            f"`{topic.name}`",
            str(topic.partitions),
            _code(f"{name}={value}" for name, value in topic.config.items()),
            "may" if topic.name in crossing else "never",
        )
        for topic in TOPICS
    )
    return _rows(("topic", "partitions", "settings", "leaves the region"), rows)


def users() -> str:
    """Kafka's users and rights."""
    heading = ("user", "group", f"reads ({', '.join(READ)})", f"writes ({', '.join(WRITE)})")
    rows = (
        (f"`{rights.user}`", f"`{rights.group}` ({', '.join(GROUP)})", _code(rights.reads), _code(rights.writes))
        for rights in RIGHTS
    )
    return _rows(heading, rows)


def databases() -> str:
    """MongoDB's databases and users: one role each."""
    rows = ((f"`{rights.database}`", f"`{rights.user}`", _code(DATABASE)) for rights in RIGHTS)
    return _rows(("database", "user", "actions on all its collections"), rows)


def indexes() -> str:
    """Every collection with its indexes."""
    rows = []
    for service in SERVICES:
        of: dict[str, list[str]] = {name: [] for name in (*COLLECTIONS, *(k.collection for k in service.aggregates))}
        for index in indexes_needed(service):
            kind = " (sparse)" if index.sparse else " (partial)" if index.where else ""
            kind = " (sparse, removed then)" if index.expires else kind
            of.setdefault(index.collection, []).append(f"`{', '.join(index.keys)}`{kind}")
        rows += [(service.name, f"`{name}`", "; ".join(keys)) for name, keys in sorted(of.items())]
    return _rows(("service", "collection", "indexes beside `_id`"), rows)


def settings() -> str:
    """Every variable of a service's environment."""
    said = said_of_settings()
    rows = ((f"`{name.upper()}`", said[name], _default(field)) for name, field in Settings.model_fields.items())
    return _rows(("variable", "what it is", "default"), rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    others = [other for other in get_args(field.annotation) if isinstance(other, str) and other != field.default]
    instead = f"; or {_code(others)}" if others else ""
    return f"`{field.default}`{instead}" if str(field.default or "") else "–"


def said_of_settings() -> dict[str, str]:
    """Setting → the sentence below it; raises KeyError later where there is none."""
    (kind,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(kind, ast.ClassDef)  # noqa: S101 - that is what was parsed
    found: dict[str, str] = {}
    for field, below in zip(kind.body, kind.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            found[ast.unparse(field.target)] = inspect.cleandoc(ast.literal_eval(below.value))
    return found


def _chart() -> dict[str, Any]:
    import yaml  # whoever only installs the chart need not have it

    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return values


def secrets() -> str:
    """Every secret: what names it, what is in it, who reads it, how it is renewed."""
    chart = _chart()
    common = chart["secrets"]["common"]
    rows = [(f"`{common}`", "`secrets.common`", "`pseudonym_key`", "all services", "never, while the data live")]
    rolled = "two rolling restarts: the new one behind the old, then alone"
    rows.append((f"`{common}`", "`secrets.common`", "`session_keys`, with `publicUrl`", "all services", rolled))
    for path, key, how in (
        ("signIn", "client_secret", "rolling restart"),
        ("mail", "smtp_password", "itself: read before each connection"),
        ("webhooks", "webhooks", "rolling restart"),
    ):
        rows.append(("as you name it", f"`secrets.{path}`", f"`{key}`", "registration", how))
    for name, service in chart["services"].items():
        mongodb, kafka = (service["secrets"][kind] for kind in ("mongodb", "kafka"))
        at = f"services.{name}.secrets"
        rows.append((f"`{mongodb}`", f"`{at}.mongodb`", "`mongodb_url`", name, "rolling restart"))
        keys = "`password`, or `user.crt` and `user.key`"
        rows.append((f"`{kafka}`", f"`{at}.kafka`", keys, name, "rolling restart; certificates by themselves"))
    for path in ("kafka.caSecret", "mongodb.caSecret"):
        key = chart[path.partition(".")[0]]["caKey"]
        rows.append(("as you name it", f"`{path}`", f"`{key}`", "all services", "rolling restart"))
    listed = {row[1].strip("`") for row in rows}
    for value in described():
        last = value.path.rpartition(".")[2].lower()
        if last.endswith(("secret", "secrets")) and value.path not in listed:
            rows.append(("as you name it", f"`{value.path}`", "as Kubernetes has it", "the cluster", value.description))
    return _rows(("secret", "named by", "keys", "read by", "renewed by"), rows)


def ports() -> str:
    """Every port and path through the network."""
    rows = [("in", f"`{Settings.model_fields['http_port'].default}`", "people (`networkPolicy.ingress.peers`)")]
    rows.append(("in", rows[0][1], "Prometheus (`networkPolicy.prometheus.peers`), and the kubelet's probes"))
    for name, rule in _chart()["networkPolicy"].items():
        if isinstance(rule, Mapping) and "ports" in rule:
            rows.append(("out", _code(map(str, rule["ports"])), f"{name} (`networkPolicy.{name}.peers`)"))
    rows.append(("out", "`smtpPort`", "the mail server, from registration alone (`networkPolicy.mail.peers`)"))
    return _rows(("direction", "port", "who, and the value that says where"), rows)


def firing() -> dict[str, set[str]]:
    """Every alert → its severities."""
    import yaml  # whoever only installs the chart need not have it

    groups = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text())["groups"]
    found: dict[str, set[str]] = {}
    for rule in (rule for group in groups for rule in group["rules"] if "alert" in rule):
        found.setdefault(rule["alert"], set()).add(rule["labels"]["severity"])
    return found


def alerts() -> str:
    """Every alert with its runbook."""
    rows = ((f"[{name}](runbooks/{name}.md)", ", ".join(sorted(of))) for name, of in firing().items())
    return _rows(("alert and runbook", "severity"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "topics": topics,
    "users": users,
    "databases": databases,
    "indexes": indexes,
    "secrets": secrets,
    "ports": ports,
    "settings": settings,
    "values": table,
    "alerts": alerts,
}


def page() -> str:
    """The page with its tables as they have to be."""
    return with_parts(PAGE.read_text(), **{name: make() for name, make in PARTS.items()})


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {PAGE: page()}
