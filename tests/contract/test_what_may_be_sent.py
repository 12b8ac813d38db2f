"""How long, how many and how much anybody may send, and what counts where they say nothing: as clients were told."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.services import SERVICES
from shared.service import Service
from tests.contract.test_access import app_of

EVERYWHERE = {
    "GET /operations/dead-letters settled": "else False",
    "Replay.dry_run": "else False",
    "Whom.employee_id": "1 to 80 letters",
}
WEIGHTS = {
    f"Weights.{name}": f"0 to 100, else {default}"
    for name, default in {
        "topics": 10,
        "reciprocity": 5,
        "interests": 2,
        "units": 2,
        "overlap": 2,
        "city": 0,
        "waiting": 1,
    }.items()
}
PAIRING = WEIGHTS | {
    "PairingRules.grade_gap": "0 to 20, else 1",
    "PairingRules.same_unit": "else forbid",
    "PairingRules.training": "else both",
    "PairingRules.goal": "else most-people",
    "PairingRules.minimum_score": "0 to 100000",
    "PairingRules.approval": "else automatic",
    "PairingRules.decline_within_days": "0 to 30, else 5",
}
TERMS = PAIRING | {
    "Terms.title": "3 to 120 letters",
    "Terms.countries": "1 to 300 items",
    "Terms.languages": "1 to 50 items",
    "Terms.topics": "1 to 200 items",
    "Terms.objectives": "0 to 50 items",
    "WorkPlan.sessions": "1 to 52, else 6",
    "WorkPlan.cadence_days": "1 to 92, else 28",
    "WorkPlan.minutes": "else 30",
    "WorkPlan.confirm_within_days": "1 to 30, else 3",
    "MomentumRules.alarm_after": "1 to 10, else 2",
    "Objective.title": "3 to 200 letters",
    "Objective.scale": "else 1-5",
}
PEOPLE = {
    "Application.name": "1 to 120 letters",
    "Application.email": "1 to 254 letters",
    "Application.employee_id": "1 to 80 letters",
    "ProfileSaid.languages": "1 to 20 items",
    "ProfileSaid.unit": "1 to 80 letters",
    "ProfileSaid.grade": "1 to 40",
    "ProfileSaid.city": "0 to 80 letters",
    "ProfileSaid.offers": "0 to 50 items",
    "ProfileSaid.wants": "0 to 50 items",
    "ProfileSaid.interests": "0 to 50 items",
    "ProfileSaid.interests each": "1 to 40 letters",
    "ProfileSaid.capacity": "1 to 2, else 1",
    "ProfileSaid.cross_border": "else True",
    "ProfileSaid.managers": "0 to 50 items",
    "HoursSaid.start": "else 09:00",
    "HoursSaid.end": "else 17:30",
    "HoursSaid.days": "0 to 7 items, else [0, 1, 2, 3, 4]",
    "HoursSaid.days each": "0 to 6",
    "Skill.level": "0 to 5",
    "Wish.level": "0 to 5, else 0",
    "Wish.priority": "1 to 3, else 2",
}
OF_PROGRAMME = "/programmes/{programme_id}"
OUTGOING = {"letters": "letter_id", "webhooks": "webhook_id"}
LISTS = {
    "registration": [
        "/programmes",
        f"{OF_PROGRAMME}/participants",
        "/erasures",
        *(f"/operations/{each}" for each in OUTGOING),
    ],
    "matching": [
        *(f"{OF_PROGRAMME}/{each}" for each in ("pairs", "waiting", "rounds")),
        *(f"/rounds/{{round_id}}/{each}" for each in ("pairs", "left-over", "compare/{other_id}")),
    ],
    "sessions": [f"{OF_PROGRAMME}/sessions"],
    "feedback": [f"{OF_PROGRAMME}/alarms"],
}
"""Service → its lists; all are asked for in the same way, as dead letters are everywhere."""
IN_A_LIST = {"after": "0 to 400 letters", "limit": "1 to 500, else 100"}
TO_ONE = {
    "registration": TERMS
    | PEOPLE
    | {
        "POST /programmes/{programme_id}/import dry_run": "else False",
        **{f"GET /operations/{each} part": "else waiting" for each in OUTGOING},
        **{
            f"{method} /operations/{each}/{{{name}}}{what} {name}": "1 to 300 letters"
            for each, name in OUTGOING.items()
            for method, what in (("GET", ""), ("POST", "/retry"), ("POST", "/drop"))
        },
        "Group.participant_ids": "1 to 10000 items",
        "Leaving.because": "else own-wish",
        "Wanted.ids": "0 to 200 items",
        "Terms.public_call": "else False",
        "Told.email": "1 to 254 letters",
        "Told.weekly": "else True",
        "Contacts.contacts": "0 to 5 items",
    },
    "matching": PAIRING
    | {f"RoundWish.{which}": "0 to 5000 items" for which in ("lock", "unlock", "forbid", "allow")}
    | {"RoundWish.seed": "0 to 2147483647"},
    "sessions": {},
    "feedback": {
        "Answer.feeling": "1 to 5",
        "Answer.useful": "1 to 5",
        "Answer.comment": "0 to 2000 letters",
    },
}


def bounded(name: str, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is bounded or has a default, and how it is."""
    least, most, what = _bounds(schema)
    said = f"{least} to {most}{what}" if most is not None else ""
    default = schema.get("default")
    otherwise = "" if default is None or default in ("", []) or isinstance(default, dict) else f"else {default}"
    if said or otherwise:
        yield name, ", ".join(filter(None, (said, otherwise)))
    yield from bounded(f"{name} each", schema["items"]) if "items" in schema else ()
    for other in schema.get("anyOf", ()):
        yield from bounded(name, other)


def _bounds(schema: dict[str, Any]) -> tuple[int, int | None, str]:
    if "maxItems" in schema:
        return schema.get("minItems", 0), schema["maxItems"], " items"
    if "maxLength" in schema:
        return schema.get("minLength", 0), schema["maxLength"], " letters"
    most = schema["exclusiveMaximum"] - 1 if "exclusiveMaximum" in schema else schema.get("maximum")
    return int(schema.get("minimum", 0)), None if most is None else int(most), ""


def sent(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that stands in an address, or in a body at any depth."""
    schemas, left, seen = document["components"]["schemas"], list[Any](), set[str]()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for each in operation.get("parameters", ()):
                yield f"{method.upper()} {path} {each['name']}", each["schema"]
            left.append(operation.get("requestBody"))
    while left:
        found = left.pop()
        if isinstance(found, dict):
            left += found.values()
            name = str(found.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in seen:
                seen.add(name)
                left.append(schemas[name])
                yield from ((f"{name}.{field}", each) for field, each in schemas[name].get("properties", {}).items())
        elif isinstance(found, list):
            left += found


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_clients_may_rely_on_every_bound(service: Service) -> None:
    found = dict(each for name, schema in sent(app_of(service).openapi()) for each in bounded(name, schema))
    lists = [*LISTS[service.name], "/operations/dead-letters"]
    paged = {f"GET {path} {name}": bound for path in lists for name, bound in IN_A_LIST.items()}
    assert found == EVERYWHERE | paged | TO_ONE[service.name]
