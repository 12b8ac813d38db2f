"""Whatever the order in which streams arrive, nothing is lost."""

import pytest

from services.feedback import handlers
from services.feedback.momentum.momentum import Momentum
from services.feedback.people.programme import Programme
from shared.domain.handlers import Hears, heard
from shared.language.matching import PairState
from shared.language.sessions import Outcome, SessionCancelled, SessionHeld, SessionMissed
from shared.language.streams import Event
from tests.unit.feedback.examples import cancelled, dissolved, formed, held, missed, scheduled


def handler_of(event: Event) -> Hears:
    (found,) = [handler for handler in heard(handlers) if type(event) in handler.events]
    return found


def hear(*events: Event, programme: object = None) -> Momentum:
    """Fold events over one pair as the inbox does."""
    momentum: Momentum | None = None
    for event in events:
        handler = handler_of(event)
        needed = [programme] if handler.needs else []
        assert handler.starts is not None
        momentum = handler.call(momentum or handler.starts(event), event, *needed)
    assert momentum is not None
    return momentum


@pytest.mark.parametrize("event", [scheduled(1), held(1), cancelled(1), missed(1), formed(), dissolved()])
def test_no_event_of_a_pair_waits_for_the_pair(event: Event) -> None:
    handler = handler_of(event)
    assert handler.changes is Momentum
    assert handler.starts is not None
    assert Momentum not in handler.needs.values()


def test_outcomes_wait_for_the_programme_that_says_how_to_judge_them() -> None:
    for handler in heard(handlers):
        judges = bool({SessionCancelled, SessionHeld, SessionMissed} & set(handler.events))
        assert (Programme in handler.needs.values()) is judges


def test_sessions_before_the_pair_are_kept() -> None:
    pair = hear(scheduled(1), scheduled(2), formed())
    assert pair.by_outcome()[Outcome.SCHEDULED] == 2
    assert pair.state is PairState.ACTIVE


def test_a_pair_whose_end_is_heard_first_stays_ended() -> None:
    assert hear(dissolved(), scheduled(1)).state is PairState.DISSOLVED
