"""What is heard late happened when it happened: no service keeps the time of hearing but where it works by it.

Whoever stores ``unit.now`` in a handler finds the field here. Is it shown, or counted by? Then it is
``unit.happened_at``. Does it say when to work next, or what to read again? Then it is named below.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI

from deploy.describing.examples import FOLDER
from deploy.services import SERVICES
from services.matching.members.member import Member
from services.matching.pairs.pair import Pair, PairState
from services.registration.board.feed import Feed
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.language.everybody import ErasureConfirmed
from shared.language.feedback import PairRecovered
from shared.language.matching import MatchingRequested, PairDissolved, PairFormed
from shared.language.registration import (
    ParticipantErased,
    ParticipantIdentified,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    ProgrammeClosed,
    ProgrammeOpened,
    RegistrationClosed,
)
from shared.language.streams import Event
from shared.language.terms import Role
from shared.service import Service
from tests.integration.shown.conftest import FIRST, Asking, At, Telling, keep, record
from tests.support.seeds import TERMS

pytestmark = pytest.mark.emptied

E = TypeVar("E", bound=Event)

HEARD = FIRST + timedelta(days=3)
NOT_OVER = TERMS.model_copy(update={"starts_on": FIRST.date(), "ends_on": FIRST.date() + timedelta(days=200)})
FIRST_COME = (ProgrammeOpened, ParticipantRegistered, PairFormed)
LAST_COME = (PairRecovered, PairDissolved, ParticipantWithdrawn, ProgrammeClosed, ParticipantErased, ErasureConfirmed)

BY_THE_CLOCK: Mapping[str, set[str]] = {
    "matching": {
        "Member.changed_at",  # what a replica has yet to read
        "Member.unserved_since",  # whom the waiting list has yet to look after
        "Programme.due_at",
        "Round.due_at",
        "Round.ended_at",  # until then it might have formed pairs
    },
    "registration": {"Feed.heard_at"},  # what an open page has yet to show
    "sessions": set(),
    "feedback": set(),
}
"""Service → what it keeps of when it heard something."""


def example(kind: type[E], **more: Any) -> E:
    said = kind.model_validate_json((FOLDER / f"{kind.type}.json").read_text()).model_dump()
    return kind.model_validate({**said, **({"terms": NOT_OVER} if "terms" in said else {}), **more})


ONE = example(ParticipantRegistered)
IDENTIFIED = example(ParticipantIdentified, participant_id=ONE.participant_id)
THEIRS = ONE.profile.model_copy(update={"role": Role.MENTEE})
FORMED = example(PairFormed)
OTHER = example(ParticipantRegistered, participant_id=FORMED.mentee_id, person_id="person-other", profile=THEIRS)
CONFIRMED = example(ErasureConfirmed)
UNKNOWN = example(ParticipantErased, participant_id=CONFIRMED.participant_id, erasure_id=CONFIRMED.erasure_id)


def story(service: Service) -> list[Event]:
    """Everything that the service hears, what comes first and last in its place."""
    ranks = {kind: rank for rank, kind in enumerate(FIRST_COME, start=-len(FIRST_COME))}
    ranks |= {kind: rank for rank, kind in enumerate(LAST_COME, start=1)}
    kinds = sorted(service.hears, key=lambda kind: ranks.get(kind, 0))
    told: Mapping[type[Event], Sequence[Event]] = {
        ParticipantRegistered: (ONE, OTHER),
        ParticipantIdentified: (IDENTIFIED,),
        ParticipantErased: (example(ParticipantErased), UNKNOWN),
    }
    return [event for kind in kinds for event in told.get(kind) or (example(kind),)]


async def known_before(apps: Mapping[str, FastAPI]) -> None:
    """A pair of the two, and one of them where a backup has brought them back."""
    pair = Pair(
        id=FORMED.pair_id,
        programme_id=FORMED.programme_id,
        round_id=FORMED.round_id,
        mentor_id=FORMED.mentor_id,
        mentee_id=FORMED.mentee_id,
        countries=("GB", "GB"),
        score=7,
        criteria=(),
        state=PairState.FORMED,
    )
    members = [
        Member(id=each.participant_id, programme_id=each.programme_id, person_id=each.person_id, profile=each.profile)
        for each in (ONE, OTHER)
    ]
    await keep(apps["matching"], pair, *(each.paired(pair.id, "", FIRST) for each in members))
    back = Participant(
        id=ONE.participant_id, programme_id=ONE.programme_id, person_id=ONE.person_id, profile=ONE.profile
    )
    await keep(apps["registration"], back, Person(id=ONE.person_id, name="One", email="one@x.example"))


def times(document: Any, name: str) -> Iterator[tuple[str, datetime]]:
    """Every time in it, under the name of the field it is in at first."""
    match document:
        case dict():
            for inner in document.values():
                yield from times(inner, name)
        case list():
            for inner in document:
                yield from times(inner, name)
        case datetime():
            yield name, document
        case str() if document[:2] == "20" and document.endswith("Z"):
            yield name, datetime.fromisoformat(document)


async def kept(app: FastAPI, service: Service, moment: datetime) -> set[str]:
    """The fields of what the service stores that bear this time."""
    return {
        name
        for kind in service.aggregates
        async for document in app.state.store.collection(kind).find({})
        for field, value in document.items()
        for name, time in times(value, f"{kind.__name__}.{field}")
        if time == moment
    }


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_nothing_is_shown_as_of_when_it_was_heard(
    apps: dict[str, FastAPI], tell: Telling, service: Service
) -> None:
    await known_before(apps)
    app = apps[service.name]
    app.state.store.clock = At(HEARD)
    found = set[str]()
    for event in story(service):
        await tell(service.name, event, at=FIRST)
        found |= await kept(app, service, HEARD)
    assert [each["missing"] async for each in app.state.store.db["parked"].find({})] == []
    assert await app.state.store.db["outbox"].count_documents({"topic": {"$regex": "dead-letters"}}) == 0
    assert found == BY_THE_CLOCK[service.name]


async def test_whoever_is_left_waits_since_the_other_stepped_back(
    apps: dict[str, FastAPI], ask: Asking, tell: Telling
) -> None:
    await known_before(apps)
    apps["matching"].state.store.clock = At(HEARD)
    opened, left = example(ProgrammeOpened), example(ParticipantWithdrawn)
    await tell("matching", opened, OTHER, ONE, example(MatchingRequested), left, at=FIRST)
    [waits] = await ask("matching", f"/programmes/{opened.programme_id}/waiting")
    assert (waits["participant_id"], waits["since"]) == (OTHER.participant_id, "2026-03-02T09:00:00Z")
    [asked] = await ask("matching", f"/programmes/{opened.programme_id}/rounds")
    assert asked["requested_at"] == "2026-03-02T09:00:00Z"


async def test_each_of_a_batch_and_what_had_to_wait_has_its_own_time(apps: dict[str, FastAPI]) -> None:
    running, later = apps["registration"].state.running, FIRST + timedelta(days=1)
    opened, closed, trained = example(ProgrammeOpened), example(RegistrationClosed), example(ParticipantTrained)
    await running.inbox.take([record(closed, 2, later)])
    together = [record(opened, 1, FIRST), record(ONE, 1, FIRST - timedelta(days=1)), record(trained, 2, later)]
    await running.inbox.take(together)

    async def happened(key: str) -> list[tuple[str, datetime]]:
        feed = await running.store.unit().get(Feed, key)
        return [(each.event, each.at) for each in feed.happenings]

    assert await happened(opened.programme_id) == [("RegistrationClosed", later), ("ProgrammeOpened", FIRST)]
    assert await happened(ONE.participant_id) == [
        ("ParticipantTrained", later),
        ("ParticipantRegistered", FIRST - timedelta(days=1)),
    ]
