"""Every service forgets and confirms, and no aggregate that names somebody is left out of an export."""

from dataclasses import fields

import pytest

from deploy.services import SERVICES
from services.registration.people.erasure import CONFIRMING
from shared.domain.aggregate import Aggregate
from shared.language.everybody import ErasureConfirmed
from shared.language.registration import ParticipantErased
from shared.privacy.erasing import Erased
from shared.service import Service

services = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
NAMES = {"person_id", "participant_id", "mentor_id", "mentee_id"}
PEOPLE = {"Person", "Participant", "Link", "Member", "Diary", "Feed"}
"""Aggregates whose own id is that of a person or a participant."""


def test_an_erasure_waits_for_exactly_the_services_there_are() -> None:
    assert set(CONFIRMING) == {service.name for service in SERVICES}


@services
def test_every_service_hears_of_an_erasure_and_confirms_it(service: Service) -> None:
    assert ParticipantErased in service.hears
    assert ErasureConfirmed in service.says
    assert Erased in service.aggregates


KINDS = [
    pytest.param(kind, id=f"{service.name} {kind.__name__}")
    for service in SERVICES
    for kind in service.aggregates
    if kind is not Erased
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_aggregate_says_which_of_its_fields_name_somebody(kind: type[Aggregate]) -> None:
    named = {field.name for field in fields(kind)}
    assert set(kind.about) <= named
    assert NAMES & named <= set(kind.about)
    if kind.about:
        assert sorted(kind.shown.names) == sorted(named - {"id", "due_at", "raised"}), "say to whom each is shown"
    assert ("id" in kind.about) is (kind.__name__ in PEOPLE)
