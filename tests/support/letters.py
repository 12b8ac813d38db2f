"""Two people of a pair who are written to, and what happens to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Letter, letter_id
from services.registration.notices.truth import AHEAD
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.contact import Contact, Told
from services.registration.programmes.programme import Programme, Stage
from shared.language.profile import Profile
from shared.language.sessions import SessionEvent
from tests.support.apps import PSEUDONYM_KEY
from tests.unit.registration.samples import PROFILE, programme

MONDAY = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
"""Ten o'clock in Paris, on a working day."""
PAIR = {"programme_id": "spring", "pair_id": "pair", "mentor_id": "junior", "mentee_id": "senior"}
SENIOR = PROFILE.model_copy(
    update=Profile.model_validate(
        {
            **PROFILE.model_dump(mode="json"),
            "role": "mentee",
            "country": "GB",
            "time_zone": "Europe/London",
            "languages": ["en"],
            "offers": [{"topic": "negotiation", "level": 5}],
            "wants": [{"topic": "social-media", "level": 1, "priority": 3}],
        }
    ).__dict__
)


def junior(**facts: Any) -> tuple[Participant, Person]:
    """A mentor in Paris, who reads French."""
    return _somebody("junior", "Ada Byron", PROFILE, **facts)


def senior(**facts: Any) -> tuple[Participant, Person]:
    """A mentee in London."""
    return _somebody("senior", "Blaise Pascal", SENIOR, **facts)


def _somebody(identity: str, name: str, profile: Profile, **facts: Any) -> tuple[Participant, Person]:
    person_id = f"person-{identity}"
    participant = Participant(id=identity, programme_id="spring", person_id=person_id, profile=profile)
    return participant, Person(id=person_id, name=name, email=f"{identity}@x.example", **facts)


def spring(**terms: Any) -> Programme:
    """The programme of both."""
    return programme(Stage.CLOSED, **terms)


def contact(**facts: Any) -> Contact:
    """Somebody in Paris who is told how the programme goes."""
    told = {"email": "lead@x.example", "language": "en", "time_zone": "Europe/Paris", **facts}
    return Contact.of(Told.model_validate(told), "spring", PSEUDONYM_KEY)


def session(kind: type[Any], starts_at: datetime, number: int = 1, **more: Any) -> SessionEvent:
    """Something that happens to a session of the two, which takes half an hour."""
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
    event: SessionEvent = kind(**PAIR, session_id=f"session-{number}", number=number, **times, **more)
    return event


def letter(kind: Kind, to_go_at: datetime = MONDAY, *, reader: str = "junior", subject: str = "") -> Letter:
    """To one of the two, about their pair or what else is said; it is due then."""
    about = subject or ("spring" if kind in (Kind.RECEIVED, Kind.TRAINING) else "pair")
    times = {"starts_at": (MONDAY + timedelta(days=2)).isoformat()} if kind in (*AHEAD, Kind.PULSE) else {}
    return Letter(
        id=letter_id(kind, about, reader),
        kind=kind,
        programme_id="spring",
        participant_id=reader,
        subject=about,
        facts={"role": "mentor", "partner": "senior", "pair_id": "pair", **times},
        asked_at=to_go_at,
        to_go_at=to_go_at,
        due_at=to_go_at,
    )
