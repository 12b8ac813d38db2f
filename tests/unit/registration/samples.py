"""What the tests of registration build on."""

from datetime import UTC, date, datetime
from typing import Any

from services.registration.people.application import Application
from services.registration.programmes.programme import Programme, Stage
from shared.language.profile import Profile
from shared.language.terms import Terms

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TERMS = Terms(
    title="Spring programme",
    countries=("FR", "GB"),
    languages=("en",),
    topics=("social-media", "negotiation"),
    starts_on=date(2026, 4, 1),
    ends_on=date(2026, 9, 30),
)

PROFILE = Profile.model_validate(
    {
        "role": "mentor",
        "country": "FR",
        "time_zone": "Europe/Paris",
        "languages": ["fr", "en"],
        "unit": "Risk",
        "grade": 3,
        "offers": [{"topic": "social-media", "level": 4}],
    }
)


def programme(state: Stage = Stage.OPEN, **terms: Any) -> Programme:
    return Programme(id="spring", terms=TERMS.model_copy(update=terms), state=state)


def said(name: str = "Somebody", email: str = "somebody@x.example", **facts: Any) -> Application:
    """An application of somebody who is as the sample but for these facts."""
    profile = {**PROFILE.model_dump(mode="json", exclude_unset=True), **facts}
    return Application.model_validate({"name": name, "email": email, "profile": profile})
