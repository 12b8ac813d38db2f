"""How a programme of two begins, as the bus tells it."""

from datetime import timedelta

from shared.domain.clock import SystemClock
from shared.language.matching import PairFormed
from shared.language.registration import ParticipantRegistered, ProgrammeOpened
from shared.language.streams import Event
from tests.support.apps import person


def beginning() -> list[Event]:
    """A programme of two who are a pair, alarmed by the first session that is lost."""
    today = SystemClock().now().date()
    terms = {
        "title": "Reverse mentoring",
        "countries": ["GB"],
        "languages": ["en"],
        "topics": ["the-web"],
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=200)),
        "momentum": {"alarm_after": 1},
    }
    of = {"country": "GB", "time_zone": "Europe/London", "languages": ["en"], "unit": "u", "grade": 1}
    return [
        ProgrammeOpened.model_validate({"programme_id": "p", "terms": terms}),
        *(
            ParticipantRegistered.model_validate(
                {"programme_id": "p", "participant_id": who, "person_id": person(who), "profile": {**of, "role": who}}
            )
            for who in ("mentor", "mentee")
        ),
        PairFormed(
            programme_id="p", pair_id="pair", mentor_id="mentor", mentee_id="mentee", round_id="r", score=1, criteria=()
        ),
    ]
