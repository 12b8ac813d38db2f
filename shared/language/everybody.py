"""What every service says."""

from typing import Annotated

from shared.language.reasons import not_valid
from shared.language.streams import Event, Stream
from shared.language.terms import Id
from shared.language.values.days import Instant
from shared.language.values.forms import Form


class ErasureConfirmed(Event):
    """This service has forgotten the participant: it holds nothing any more that tells of them."""

    stream = Stream.ERASURES
    subject_field = "confirmation_id"
    key_field = "participant_id"
    logged = True

    confirmation_id: Id
    erasure_id: Id | None
    participant_id: Id
    service: Annotated[str, Form(r"^[a-z-]{1,40}$", not_valid("no-service"))]


class ReplayRequested(Event):
    """A consumer found a hole in a stream and asks whoever says it to say it again."""

    stream = Stream.REPLAY_REQUESTS
    subject_field = "request_id"
    key_field = "wanted"

    request_id: Id
    wanted: Stream
    since: Instant
