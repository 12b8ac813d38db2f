"""What people teach and learn: topics, levels and wishes."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo

from shared.language.reasons import not_valid
from shared.language.values.accepted import accepted
from shared.language.values.figures import WHOLE
from shared.language.values.forms import Form
from shared.language.values.lists import AtMost
from shared.language.values.value import Value

Level = Annotated[int, Field(ge=0, le=5), WHOLE]
"""How well somebody knows a topic: 0 not at all, 1 heard of it, 3 uses it daily, 5 teaches it."""

Topic = Annotated[str, Form(r"^[a-z0-9][a-z0-9-]{1,59}$", not_valid("no-topic"))]


class Skill(Value):
    """A topic somebody offers, and how well they know it."""

    topic: Topic
    level: Level


class Wish(Value):
    """A topic somebody wants to learn, where they stand today, and how much they want it (3 = most)."""

    topic: Topic
    level: Level = 0
    priority: Annotated[int, Field(ge=1, le=3), WHOLE] = 2


T = TypeVar("T", Skill, Wish)


def _each_topic_once(said: tuple[T, ...], info: ValidationInfo) -> tuple[T, ...]:
    """Which of two levels or priorities is meant, nobody knows but who said them."""
    topics = [each.topic for each in said]
    again = next((topic for nth, topic in enumerate(topics) if topic in topics[:nth]), None)
    if again and not accepted(info):
        raise not_valid("topic-comes-again", topic=again)
    return said


Offers = Annotated[tuple[Skill, ...], AtMost(50), AfterValidator(_each_topic_once)]
Wants = Annotated[tuple[Wish, ...], AtMost(50), AfterValidator(_each_topic_once)]
