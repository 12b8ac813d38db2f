"""What a manager begins with is counted from indexes: the database looks at nothing that needs nobody."""

from datetime import timedelta
from typing import Any

import pytest

from services.registration.app import service
from services.registration.board.card import AtRisk, PairCard
from services.registration.pages.home.needs import Needed, read_led
from services.registration.people.participant import Participant
from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit
from shared.store.store import Store
from shared.web.access import Caller
from tests.unit.registration.pages.own import HIS, NOW, PROFILE, part, programme

WELL = 40
"""Pairs that need nobody, and people who have been trained."""
FEW = 4
"""Documents: of both programmes the pairs that are asked for, or the people in these."""
TODAY = NOW.date()


async def _keep(store: Store, *things: Aggregate) -> None:
    async def work(unit: Unit) -> None:
        for each in things:
            unit.save(each)

    await store.run(work)


def _everything() -> list[Aggregate]:
    """Two programmes, with one alarm, one broken pair and one application each."""
    kept: list[Aggregate] = []
    for of in (programme("one", starts_on=TODAY - timedelta(40)), programme("two", starts_on=TODAY - timedelta(40))):
        people = [part(of, profile=(PROFILE, HIS)[number % 2], person=f"{number}") for number in range(WELL)]
        cards = [_card(of.id, str(number), people) for number in range(WELL)]
        losing = _card(of.id, "losing", people, at_risk=AtRisk(since=NOW, sessions_lost=2))
        breaking = _card(of.id, "breaking", people, broken=("language", "grade"))
        kept += [of, *people, part(of, person="new", trained=False), *cards, losing, breaking]
    return kept


def _card(of: str, name: str, people: list[Participant], **more: Any) -> PairCard:
    return PairCard(id=f"{of}-{name}", programme_id=of, mentor_id=people[0].id, mentee_id=people[1].id, **more)


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("*", {Needed.ALARMS: 1, Needed.BROKEN: 1, Needed.TRAINING: 1}),
        ("GB", {Needed.ALARMS: 1, Needed.BROKEN: 1, Needed.TRAINING: 1}),
        ("FR", {Needed.ALARMS: 1, Needed.BROKEN: 1}),
    ],
)
async def test_what_needs_somebody_is_found_without_a_look_at_what_does_not(
    store: Store, country: str, expected: dict[Needed, int]
) -> None:
    await store.prepare(service.aggregates)
    await _keep(store, *_everything())
    await store.db.command("profile", 2)
    led = await read_led(store, Caller(None, frozenset({"manager"}), frozenset({country})))
    await store.db.command("profile", 0)
    counted = [{need.what: need.count for need in each.needs if need.count} for each in led]
    assert counted == [expected, expected]
    names = [f"{store.db.name}.{kind.collection}" for kind in (PairCard, Participant)]
    asked = await store.db["system.profile"].find({"ns": {"$in": names}}).to_list(None)
    assert asked
    assert [(each["ns"], each["planSummary"]) for each in asked if each["docsExamined"] > FEW] == []
