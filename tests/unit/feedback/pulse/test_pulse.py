"""A pulse is given once, after the session was held, and nothing of it gets out."""

import pytest
from pydantic import ValidationError

from services.feedback.api.views import PulseView
from services.feedback.app import service
from services.feedback.people.participant import Participant
from services.feedback.pulse.pulse import Answer, Pulse
from shared.domain.errors import Absent
from shared.language.feedback import FeedbackSubmitted
from shared.language.sessions import SessionEvent
from shared.language.terms import Role
from tests.support.sentences import refusing
from tests.unit.feedback.examples import after, cancelled, held, scheduled

MENTOR = Participant(id="mentor", programme_id="p", person_id="x", role=Role.MENTOR)
ANSWER = Answer(feeling=4, useful=5, comment="only between us")


def test_a_pulse_tells_that_it_was_given_and_not_what_it_says() -> None:
    pulse = Pulse.submitted(after(held(1)), "s1", MENTOR, ANSWER, before=None)
    (event,) = pulse.raised
    assert isinstance(event, FeedbackSubmitted)
    assert event.subject == pulse.id == "s1.mentor"
    assert set(event.model_dump()) == {"programme_id", "pulse_id", "pair_id", "session_id", "role"}


def test_the_answer_is_not_shown_back() -> None:
    pulse = Pulse.submitted(after(held(1)), "s1", MENTOR, ANSWER, before=None)
    assert pulse.answer == ANSWER
    assert "only between us" not in PulseView.of(pulse).model_dump_json()


def test_a_second_answer_is_refused() -> None:
    first = Pulse.submitted(after(held(1)), "s1", MENTOR, ANSWER, before=None)
    with refusing(service.spoken, "already"):
        Pulse.submitted(after(held(1)), "s1", MENTOR, ANSWER, before=first)


@pytest.mark.parametrize(("event", "word"), [(scheduled(1), "scheduled"), (cancelled(1), "cancelled")])
def test_only_a_session_that_was_held_has_a_pulse(event: SessionEvent, word: str) -> None:
    with refusing(service.spoken, f"this one is {word}"):
        Pulse.submitted(after(event), "s1", MENTOR, ANSWER, before=None)


def test_an_unknown_session_is_absent() -> None:
    with refusing(service.spoken, "no session “s9”", Absent):
        Pulse.submitted(after(held(1)), "s9", MENTOR, ANSWER, before=None)


@pytest.mark.parametrize(
    "body",
    [
        {"feeling": 0, "useful": 3},
        {"feeling": 6, "useful": 3},
        {"feeling": 3},
        {"feeling": 2.5, "useful": 3},
        {"feeling": "3", "useful": 3},
        {"feeling": 3, "useful": 3, "comment": "x" * 2001},
        {"feeling": 3, "useful": 3, "coment": "x"},
    ],
)
def test_answers_outside_the_scale_are_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate(body)
