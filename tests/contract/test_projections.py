"""What a service declares as a projection depends on events alone."""

import pytest

from deploy.services import SERVICES
from shared.domain.aggregate import Aggregate
from shared.domain.handlers import due, heard
from shared.service import Service
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

DECLARED = [(service, kind) for service in SERVICES for kind in service.projections]
NAMES = [f"{service.name} {kind.__name__}" for service, kind in DECLARED]
every_projection = pytest.mark.parametrize(("service", "kind"), DECLARED, ids=NAMES)


def test_there_are_some() -> None:
    assert {(service.name, kind.collection) for service, kind in DECLARED} >= {
        ("sessions", "programmes"),
        ("feedback", "momentum"),
        ("feedback", "programmes"),
        ("registration", "board_pairs"),
    }


@every_projection
def test_events_change_it_and_need_nothing_but_other_projections(service: Service, kind: type[Aggregate]) -> None:
    changing = [handler for handler in heard(service.handlers) if handler.changes is kind]
    assert changing
    for handler in changing:
        assert set(handler.needs.values()) <= set(service.projections)


@every_projection
def test_time_alone_does_not_change_it(service: Service, kind: type[Aggregate]) -> None:
    assert kind not in {each.kind for each in due(service.handlers)}
    assert kind in service.aggregates


@every_projection
def test_a_running_service_lets_nobody_else_change_it(service: Service, kind: type[Aggregate]) -> None:
    store = service.app(settings_for(ISSUED_BY)).state.store
    assert store.projections == frozenset(service.projections)
    blank = object.__new__(kind)
    with pytest.raises(TypeError, match="is a projection"):
        store.unit().save(_with_id(blank))


def _with_id(blank: Aggregate) -> Aggregate:
    object.__setattr__(blank, "id", "x")
    return blank
