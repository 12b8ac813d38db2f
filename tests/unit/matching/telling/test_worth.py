"""What one more mentor is worth is said in people, in points where there are no people, and not at all below."""

import pytest

from services.matching.telling import sentences
from tests.unit.matching.telling.test_sentences import ENGLISH, price


@pytest.mark.parametrize(
    ("people", "points", "said"),
    [
        (1.5, 7, "give 1.5 more people a partner"),
        (0.25, -7, "give 0.2 more people a partner"),
        (0, 7.4, "raise the total score by 7 points"),
        (0, 1, "raise the total score by 1 points"),
        (0, 0, "would not help by itself"),
        (0, -7, "would not help by itself"),
    ],
)
def test_a_mentor_more_is_worth_people_or_points_or_nothing(people: float, points: float, said: str) -> None:
    assert said in sentences.price(price(people=people, points=points), ENGLISH)


@pytest.mark.parametrize(("mentors", "unmatched", "sentences_said"), [(0, 0, 1), (0, 1, 2), (1, 0, 2), (2, 2, 3)])
def test_nothing_is_said_of_what_there_is_none_of(mentors: int, unmatched: int, sentences_said: int) -> None:
    said = sentences.price(price(mentors=mentors, unmatched=unmatched, people=0, points=0), ENGLISH)
    assert said.count(".") == sentences_said
