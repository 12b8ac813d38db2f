"""What the tests of pages about oneself build on: «ann», whose pages they are, and her partner."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from services.registration.board.card import Meeting, PairCard
from services.registration.pages import router
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from shared.domain.aggregate import Aggregate
from shared.language.profile import Profile
from shared.language.sessions import Outcome
from shared.language.terms import Terms
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANN, BEN = "person-ann", "person-ben"
OWN = "ann~participant"
TERMS = Terms(
    title="Digital <voices>",
    countries=("GB", "FR"),
    languages=("en", "fr"),
    topics=("social-media", "negotiation"),
    starts_on=date(2026, 2, 1),
    ends_on=date(2026, 8, 30),
)
PROFILE = Profile(role="mentor", country="GB", time_zone="Europe/London", languages=("en",), unit="Risk", grade=3)
HIS = Profile(role="mentee", country="FR", time_zone="Europe/Paris", languages=("fr",), unit="Sales", grade=9)


def programme(identity: str = "voices", state: Stage = Stage.OPEN, **terms: Any) -> Programme:
    return Programme(id=identity, terms=TERMS.model_copy(update=terms), state=state)


def part(of: Programme, *, trained: bool = True, profile: Profile = PROFILE, person: str = ANN) -> Participant:
    applied = Participant.registered(of.id, person, profile)
    return applied.trained() if trained else applied


VOICES = programme()
HERE, THERE = part(VOICES), part(VOICES, profile=HIS, person=BEN)
PEOPLE = (
    Person(id=ANN, name="Ann Example", email="ann@x.example"),
    Person(id=BEN, name="Ben Example", email="ben@x.example"),
)


def meeting(number: int, days: int, outcome: Outcome = Outcome.SCHEDULED) -> Meeting:
    return Meeting(session_id=f"s{number}", number=number, starts_at=NOW + timedelta(days=days), outcome=outcome)


def pair(*meetings: Meeting, **more: Any) -> PairCard:
    return PairCard(
        id="pair-1", programme_id="voices", mentor_id=HERE.id, mentee_id=THERE.id, meetings=meetings, **more
    )


def kept(*things: Aggregate) -> MemoryStore:
    return MemoryStore(*things, now=NOW)


async def look(store: MemoryStore, path: str, who: str = OWN, **headers: str) -> Any:
    async with browsing(site(router, store=store), who, **headers) as browser:
        return await browser.get(path)


async def send(
    store: MemoryStore,
    path: str,
    typed: dict[str, Any],
    who: str = OWN,
    *,
    shown: str = "",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """Open the page, fill in its form and send it."""
    async with browsing(site(router, store=store), who, **headers) as browser:
        page = await browser.get(shown or path)
        return await browser.post(path, data={**hidden(page.text), **typed})
