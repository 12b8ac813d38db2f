"""Streams, the base of every event, and the registry that finds an event's class by its type."""

import re
from enum import StrEnum
from types import ModuleType
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from shared.language.terms import Id
from shared.language.values.accepted import as_accepted

PREFIX = "telemachus"


class Stream(StrEnum):
    """One topic each, because the order of «registered, then withdrawn» matters."""

    PROGRAMMES = f"{PREFIX}.programmes"
    PARTICIPANTS = f"{PREFIX}.participants"
    PAIRS = f"{PREFIX}.pairs"
    SESSIONS = f"{PREFIX}.sessions"
    FEEDBACK = f"{PREFIX}.feedback"
    MATCHING_REQUESTS = f"{PREFIX}.matching-requests"
    REPLAY_REQUESTS = f"{PREFIX}.replay-requests"
    ERASURES = f"{PREFIX}.erasures"
    STATISTICS = f"{PREFIX}.statistics"

    @property
    def dead_letters(self) -> str:
        """The topic for what could not be dealt with."""
        return f"{self.value}.dead-letters"


CROSSING = (Stream.STATISTICS,)
"""The streams that may be copied into another region: figures alone, nobody's id and nothing that somebody wrote."""

REGISTRY: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """Something that happened, in the past tense.

    A subclass names its ``stream``, the field that names its aggregate (``subject_field``) and the field that
    orders it (``key_field``: events of one key keep their order). Readers ignore fields they do not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    stream: ClassVar[Stream]
    version: ClassVar[int] = 1
    subject_field: ClassVar[str]
    key_field: ClassVar[str]
    type: ClassVar[str]
    logged: ClassVar[bool] = False
    """Whether the log has a line for it: what ends something long, and comes seldom."""
    announced: ClassVar[bool] = False
    """Whether it is defined, and said by nobody yet."""

    @classmethod
    @override
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if hasattr(cls, "stream") and "abstract" not in cls.__dict__:
            words = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
            cls.type = f"{PREFIX}.{words}.v{cls.version}"
            REGISTRY[cls.type] = cls

    @classmethod
    @override
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """What a reader takes: also what was said before the edge asked for more."""
        with as_accepted():
            return super().model_json_schema(*args, **options)

    @property
    def subject(self) -> str:
        """The id of the aggregate that changed."""
        return str(getattr(self, self.subject_field))

    @property
    def key(self) -> str:
        """What the event is ordered by."""
        return str(getattr(self, self.key_field))


class OfProgramme(Event):
    """Base of all that happens in a programme."""

    abstract: ClassVar[bool] = True

    programme_id: Id


def said_by(speaker: ModuleType) -> list[type[Event]]:
    """What a service says: the events of its module of the language, in the order of their types."""
    own = [event for event in REGISTRY.values() if event.__module__ == speaker.__name__ and not event.announced]
    return sorted(own, key=lambda event: event.type)
