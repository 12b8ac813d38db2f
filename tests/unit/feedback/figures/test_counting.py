"""What is told to the group: once an hour at most, only what changed, figures alone."""

from datetime import UTC, datetime, timedelta

from services.feedback.figures.counting import EVERY, Count, counted
from services.feedback.figures.group import Group, Told
from services.feedback.figures.summary import Counted, Summary, summary_of
from shared.language.feedback import ProgrammeCounted

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def summary(people: int = 6, held: int = 4) -> Summary:
    return summary_of(
        "p",
        Counted(
            pairs={("active", True, 1): 2, ("active", False, 1): 1, ("active", False, 0): 4},
            sessions={("held",): held},
            answers={(4, 3): 8},
            people=people,
        ),
    )


def told(region: str, held: int) -> Told:
    event = counted(region, summary(held=held))
    return Told(id=event.count_id, counted=event, counted_at=NOW)


def test_it_is_looked_at_every_hour_and_told_when_it_changed() -> None:
    count = Count.beginning("eu", "p", NOW)
    assert count.due_at == NOW + EVERY == NOW + timedelta(hours=1)
    first = count.counted(counted("eu", summary()), NOW + EVERY)
    assert [event.subject for event in first.raised] == [first.id] == ["eu.p"]
    assert first.due_at == NOW + 2 * EVERY


def test_what_has_not_changed_is_not_told_again() -> None:
    event = counted("eu", summary())
    count = Count(id="eu.p", programme_id="p", told=event)
    assert count.counted(counted("eu", summary()), NOW) == Count(
        id="eu.p", programme_id="p", told=event, due_at=NOW + EVERY
    )
    assert not count.counted(event, NOW).raised
    assert count.counted(counted("eu", summary(held=5)), NOW).raised


def test_means_of_few_people_are_not_told() -> None:
    few, enough = counted("eu", summary(people=4)), counted("eu", summary(people=5))
    assert (few.feeling, few.useful, few.answered) == (None, None, 8)
    assert (enough.feeling, enough.useful) == (4.0, 3.0)


def test_the_group_adds_its_regions_up() -> None:
    group = Group.of([told("eu", held=4), told("us", held=10)])
    assert [(one.region, one.programme_id) for one in group.programmes] == [("eu", "p"), ("us", "p")]
    assert group.total.sessions == {"scheduled": 0, "held": 14, "cancelled": 0, "missed": 0}
    assert (group.total.programmes, group.total.pairs["active"], group.total.at_risk) == (2, 14, 4)
    assert Group.of([]).total.pairs == {"active": 0, "dissolved": 0, "completed": 0}


def test_an_older_count_may_know_fewer_states() -> None:
    of_older = ProgrammeCounted.model_validate(
        {"count_id": "eu.p", "region": "eu", "programme_id": "p", "pairs": {}, "sessions": {}}
        | {"at_risk": 0, "recovered": 0, "answered": 0, "more": 1}
    )
    assert of_older.pairs.active == of_older.sessions.held == 0
