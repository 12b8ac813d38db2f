"""Whoever looks at the demonstration may name a contact: what contacts are written is held against no fact of two."""

from dataclasses import replace
from typing import Any

from deploy.local.scenario.checking.letters import every_letter_has_a_fact, nobody_told_too_often
from services.registration.notices.leading import of_alarms, of_week
from services.registration.programmes.programme import Programme
from shared.store.documents import to_document
from tests.support.letters import MONDAY, contact, spring
from tests.unit.scenario.checking.test_letters import beside, sound


def to_contacts(programme: Programme) -> list[dict[str, Any]]:
    """That pairs need help, and the figures of a week."""
    told = programme.told_to([contact()])
    asked = (*of_alarms(told, MONDAY).asks, *of_week(told, MONDAY).asks)
    return [to_document(each.in_hand(each.to_go_at).sent(each.to_go_at)) for each in asked]


def test_contacts_are_told_of_alarms_and_of_weeks() -> None:
    evidence = beside(sound(), *to_contacts(spring()))
    assert len(to_contacts(spring())) == 2
    assert [*every_letter_has_a_fact(evidence), *nobody_told_too_often(evidence)] == []


def test_alarms_of_a_programme_in_which_there_was_none_are_found() -> None:
    elsewhere = to_contacts(replace(spring(), id="autumn"))
    [found] = every_letter_has_a_fact(beside(sound(), *elsewhere))
    assert "pairs-need-help:autumn" in found and "nothing that has happened" in found
