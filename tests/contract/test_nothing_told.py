"""What names somebody, or was written by somebody, stands in no ``repr``: so in no log, traceback or debugger."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

import services
import shared

MARK = "Marker Marksdottir"
PERSONAL = frozenset(
    {
        "body", "body_base64", "cells", "city", "comment", "email", "employee_id", "interests", "manager_employee_id",
        "name", "participations", "stored", "unit", "value",
    }
)  # fmt: skip
"""Fields that hold something of a person, wherever they stand …"""
SECRET = frozenset({"key"})
OF_THINGS = {
    "Asked.name", "Batch.unit", "Behind.value", "Endpoint.name", "Erasure.participations", "ErasureView.participations",
    "Form.body", "Group.value", "Hard.unit", "ObjectiveMeasured.value", "Opening.value",
    "OpeningView.value", "Price.value", "PriceView.value", "ProjectionView.name",
    "Record.key", "Row.key", "Service.name", "Setting.name",
    "Soft.unit", "Topic.name", "Weights.city", "Weights.interests",
}  # fmt: skip
"""… but of rules, projections, topics and the like: words and figures, and ids that events are ordered by."""


def kinds() -> Iterator[type[Any]]:
    """Every model and dataclass of the product."""
    for root in (services, shared):
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if not module.name.endswith(("__main__", "worker_process")):
                here = vars(importlib.import_module(module.name)).values()
                yield from (each for each in here if isinstance(each, type) and each.__module__ == module.name)


def fields_of(kind: type[Any]) -> frozenset[str]:
    """The names of its fields; none when it is something else."""
    if issubclass(kind, BaseModel):
        return frozenset(kind.model_fields)
    return frozenset(each.name for each in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else frozenset()


def personal(kind: type[Any]) -> list[str]:
    """Its fields that hold something of a person."""
    named = fields_of(kind) & (PERSONAL | SECRET)
    return sorted(name for name in named if f"{kind.__name__}.{name}" not in OF_THINGS)


PLANTED = [pytest.param(kind, name, id=f"{kind.__name__}.{name}") for kind in kinds() for name in personal(kind)]


def filled(kind: type[Any], field: str) -> Any:
    """One of it with nothing in it but the marker in that field."""
    told: dict[str, Any] = {**dict.fromkeys(fields_of(kind)), field: MARK}
    if issubclass(kind, BaseModel):
        return kind.model_construct(**told)
    one = object.__new__(kind)
    for name, what in told.items():
        object.__setattr__(one, name, what)
    return one


@pytest.mark.parametrize(("kind", "field"), PLANTED)
def test_what_is_personal_is_not_shown(kind: type[Any], field: str) -> None:
    one = filled(kind, field)
    assert getattr(one, field) == MARK
    assert MARK not in repr(one) + str(one) + repr([one]) + repr(ValueError(one))


def test_who_holds_people_is_looked_at() -> None:
    looked_at = {param.id for param in PLANTED}
    wanted = {"Application.name", "Person.email", "PersonRow.manager_employee_id", "ParticipantView.name", "Face.name"}
    assert wanted | {"Answer.comment", "Fault.value", "Export.stored", "Whom.employee_id", "Row.value"} <= looked_at


def test_what_is_said_to_be_of_things_is_there() -> None:
    there = {f"{kind.__name__}.{name}" for kind in kinds() for name in fields_of(kind)}
    assert OF_THINGS - there == set()
