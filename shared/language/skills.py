"""What people teach and learn: topics, levels and wishes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Level = Annotated[int, Field(ge=0, le=5)]
"""How well somebody knows a topic: 0 not at all, 1 heard of it, 3 uses it daily, 5 teaches it."""

Topic = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]


class Value(BaseModel):
    """Base of everything that is compared by what it says and never changes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Skill(Value):
    """A topic somebody offers, and how well they know it."""

    topic: Topic
    level: Level


class Wish(Value):
    """A topic somebody wants to learn, where they stand today, and how much they want it (3 = most)."""

    topic: Topic
    level: Level = 0
    priority: Annotated[int, Field(ge=1, le=3)] = 2
