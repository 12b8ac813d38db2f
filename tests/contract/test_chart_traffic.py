"""Who may speak to whom: everything is denied but what the services are there for."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.services import SERVICES
from shared.web.frame.entries import Place
from shared.web.frame.made import PLACES
from tests.support.chart import (
    EVERYTHING,
    INSTALLATIONS,
    MINIMAL,
    Manifest,
    NotRendered,
    installation,
    of_kind,
    pods,
    render,
    selects,
)

NAMES = sorted(service.name for service in SERVICES)
LONG = 600
"""Seconds: what the command line waits for, and what reading a file of 64 MB may take."""


@pytest.fixture(scope="module", params=INSTALLATIONS)
def installed(request: pytest.FixtureRequest) -> list[Manifest]:
    """The manifests of each installation."""
    return installation(request.param)


def policies_of(manifests: list[Manifest], labels: dict[str, str]) -> list[Manifest]:
    """What holds for pods with these labels, without what denies everything."""
    found = [m["spec"] for m in of_kind(manifests, "NetworkPolicy") if selects(m["spec"]["podSelector"], labels)]
    return [spec for spec in found if spec["podSelector"]]


def allowed(rules: list[Manifest], side: str) -> dict[int | str, list[Any]]:
    """Port → the peers on that side of it."""
    return {port["port"]: rule.get(side, ["anywhere"]) for rule in rules for port in rule["ports"]}


def is_registration(labels: dict[str, str]) -> bool:
    """Whether these are the labels of the one service that the others ask, for names."""
    return labels.get("app.kubernetes.io/name") == "registration"


def test_others_in_the_namespace_are_left_alone_unless_they_are_to_be_denied() -> None:
    found = [
        [m["spec"] for m in of_kind(installation(name), "NetworkPolicy") if not m["spec"]["podSelector"]]
        for name in ("minimal", "everything")
    ]
    assert found == [[], [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]]


def test_every_pod_has_one_policy_for_both_directions(installed: list[Manifest]) -> None:
    for name, pod in pods(installed):
        (policy,) = policies_of(installed, pod["metadata"]["labels"])
        assert policy["policyTypes"] == ["Ingress", "Egress"], name


def test_every_port_of_a_service_is_open_to_people_and_prometheus_only(installed: list[Manifest]) -> None:
    for deployment in of_kind(installed, "Deployment"):
        pod = deployment["spec"]["template"]
        (policy,) = policies_of(installed, pod["metadata"]["labels"])
        opened = allowed(policy["ingress"], "from")
        assert set(opened) == {port["name"] for c in pod["spec"]["containers"] for port in c["ports"]}
        others = [peer for peer in opened["http"] if set(peer) == {"podSelector"}]
        assert bool(others) is is_registration(pod["metadata"]["labels"])
        selectors = [peer["namespaceSelector"]["matchLabels"] for peer in opened["http"] if peer not in others]
        namespaces = {found["kubernetes.io/metadata.name"] for found in selectors}
        assert namespaces - {"ingress"} == {"monitoring"}
        assert ("ingress" in namespaces) is bool(of_kind(installed, "Ingress", "HTTPRoute"))


def test_services_ask_registration_for_names_and_nobody_for_anything_else(installed: list[Manifest]) -> None:
    """Other rules have none of our own pods as a peer: neither by their labels nor as the whole namespace."""
    for policy in of_kind(installed, "NetworkPolicy"):
        found = policy["spec"]
        for side, rule in [("in", r) for r in found.get("ingress", ())] + [("out", r) for r in found.get("egress", ())]:
            for peer in [*rule.get("from", ()), *rule.get("to", ())]:
                if set(peer) == {"podSelector"}:
                    assert [port["port"] for port in rule["ports"]] == ["http"]
                    assert "app.kubernetes.io/instance" in peer["podSelector"]["matchLabels"]
                    asked = found["podSelector"]["matchLabels"] if side == "in" else peer["podSelector"]["matchLabels"]
                    assert is_registration(asked)
                else:
                    assert "ipBlock" in peer or peer.get("namespaceSelector")
                    assert "app.kubernetes.io/instance" not in str(peer)


def test_services_reach_what_they_are_told_of_and_nothing_else() -> None:
    manifests = installation("everything")
    for deployment in of_kind(manifests, "Deployment"):
        name, pod = deployment["metadata"]["name"], deployment["spec"]["template"]
        (policy,) = policies_of(manifests, pod["metadata"]["labels"])
        opened = allowed(policy["egress"], "to")
        (told,) = [m["data"] for m in of_kind(manifests, "ConfigMap") if m["metadata"]["name"] == name]
        broker = int(told["KAFKA_BOOTSTRAP_SERVERS"].rpartition(":")[2])
        collector = urlsplit(told["OTEL_EXPORTER_OTLP_ENDPOINT"]).port
        proxy = urlsplit(told["HTTPS_PROXY"]).port
        asks = {int(told["SMTP_PORT"])} if is_registration(pod["metadata"]["labels"]) else {"http"}
        assert set(opened) == {53, broker, 27017, 443, proxy, collector} | asks
        assert told["NAMES_URL"] == "http://telemachus-registration:8000"
        assert all("anywhere" not in peers for peers in opened.values())


def test_without_a_collector_nothing_may_go_there() -> None:
    for policy in of_kind(installation("minimal"), "NetworkPolicy"):
        assert 4318 not in allowed(policy["spec"].get("egress", []), "to")


def test_jobs_reach_names_and_the_database_only(installed: list[Manifest]) -> None:
    for job in of_kind(installed, "Job"):
        (policy,) = policies_of(installed, job["spec"]["template"]["metadata"]["labels"])
        assert "ingress" not in policy
        assert set(allowed(policy["egress"], "to")) == {53, 27017}


def test_nobody_is_let_in_when_nobody_is_named() -> None:
    """An empty list of peers would mean everybody to Kubernetes."""
    nobody = render(MINIMAL, {"networkPolicy": {"ingress": {"peers": []}, "prometheus": {"peers": []}}})
    for policy in of_kind(nobody, "NetworkPolicy"):
        peers = [peer for rule in policy["spec"].get("ingress", ()) for peer in rule["from"]]
        assert [set(peer) for peer in peers] == (
            [{"podSelector"}] if is_registration(policy["metadata"]["labels"]) else []
        )


def test_policies_can_be_left_to_others() -> None:
    assert not of_kind(render(MINIMAL, {"networkPolicy": {"enabled": False}}), "NetworkPolicy")
    shared = render(MINIMAL, {"networkPolicy": {"denyNamespace": False}})
    assert all(policy["spec"]["podSelector"] for policy in of_kind(shared, "NetworkPolicy"))


def answered(manifests: list[Manifest], path: str) -> tuple[str, str] | None:
    """The service that a path reaches from outside, and what that service sees of it."""
    if routes := of_kind(manifests, "HTTPRoute"):
        return _routed(routes[0]["spec"]["rules"], path)
    (ingress,) = of_kind(manifests, "Ingress")
    assert ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/rewrite-target"] == "/$1"
    (rule,) = ingress["spec"]["rules"]
    for one in rule["http"]["paths"]:
        if found := re.match(one["path"], path):
            return one["backend"]["service"]["name"], f"/{found[1]}"
    return None


def _routed(rules: list[Manifest], path: str) -> tuple[str, str] | None:
    """As the Gateway API has it: exact before prefix, the longest prefix first, whole segments only."""
    matches = [(match["path"], rule) for rule in rules for match in rule["matches"]]
    for match, rule in sorted(matches, key=lambda m: (m[0]["type"] == "Exact", len(m[0]["value"])), reverse=True):
        prefix = match["value"]
        if path == prefix or (match["type"] == "PathPrefix" and path.startswith(f"{prefix}/")):
            seen = _seen(rule, path.removeprefix(prefix))
            return (rule["backendRefs"][0]["name"], seen) if seen else None
    return None


def _seen(rule: Manifest, rest: str) -> str | None:
    """What the service sees; None for the address it does not have."""
    for one in rule.get("filters", ()):
        if one["urlRewrite"]["path"]["type"] == "ReplaceFullPath":
            assert one["urlRewrite"]["path"]["replaceFullPath"] == "/only-inside"
            return None
        assert one["urlRewrite"]["path"]["replacePrefixMatch"] == "/"
    return f"/{rest.removeprefix('/')}"


ROADS = pytest.mark.parametrize("road", ["everything", "certificates"], ids=["Ingress", "HTTPRoute"])


@ROADS
@pytest.mark.parametrize("name", NAMES)
def test_people_reach_a_service_under_its_name(name: str, road: str) -> None:
    manifests = installation(road)
    for path in ("/programmes/p-1/sessions", "/docs", "/", "/healthy-people", "/programmes/health"):
        assert answered(manifests, f"/{name}{path}") == (f"telemachus-{name}", path)
    (told,) = [m["data"] for m in of_kind(manifests, "ConfigMap") if m["metadata"]["name"] == f"telemachus-{name}"]
    assert told["ROOT_PATH"] == f"/{name}"


@ROADS
def test_the_live_page_is_what_people_meet_first(road: str) -> None:
    assert answered(installation(road), "/") == ("telemachus-registration", "/")


@ROADS
@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready", "/health", "/operations/lag"])
def test_people_do_not_reach_what_is_for_those_inside(path: str, road: str) -> None:
    manifests = installation(road)
    assert [answered(manifests, f"/{name}{path}") for name in NAMES] == [None] * len(NAMES)
    assert answered(manifests, path) is None


@ROADS
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.service + place.path)
def test_nobody_is_led_to_what_they_do_not_reach(place: Place, road: str) -> None:
    names = [place.service] if place.service else NAMES
    found = [answered(installation(road), f"/{name}{place.path}") for name in names]
    assert found == [(f"telemachus-{name}", place.path) for name in names]


def test_a_large_file_is_waited_for() -> None:
    (ingress,) = of_kind(installation("everything"), "Ingress")
    assert int(ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-read-timeout"]) >= LONG
    (route,) = of_kind(installation("certificates"), "HTTPRoute")
    paths = {match["path"]["value"]: rule for rule in route["spec"]["rules"] for match in rule["matches"]}
    assert [paths[f"/{name}"]["timeouts"] for name in NAMES] == [{"request": "0s"}] * len(NAMES)


@pytest.mark.parametrize("gateway", ["", "people"], ids=["Ingress", "HTTPRoute"])
def test_operators_are_let_in_when_asked_for(gateway: str) -> None:
    manifests = render(EVERYTHING, {"ingress": {"exposeOperations": True, "gateway": {"name": gateway}}})
    assert answered(manifests, "/matching/operations/lag") == ("telemachus-matching", "/operations/lag")
    assert answered(manifests, "/matching/metrics") is None


def test_an_address_that_nobody_could_reach_is_refused() -> None:
    with pytest.raises(NotRendered, match=r"networkPolicy\.ingress\.peers: say which pods"):
        render(MINIMAL, {"ingress": {"enabled": True, "host": "mentoring.example.com"}})
