"""Recording that a whole group was trained: everybody who can be recorded is, and for the others it says why not."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel

from services.registration.people.participant import Participant
from services.registration.people.whereabouts import Covers
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.pieces import in_pieces
from shared.domain.work import Store, Unit
from shared.language.reasons import Reason
from shared.language.terms import Id
from shared.language.values.lists import AtMost
from shared.language.values.value import Sent


class Group(Sent):
    """The people who finished a training together."""

    participant_ids: Annotated[list[Id], AtMost(10_000, least=1)]


class Untrained(BaseModel):
    """Somebody of a group for whom no training was recorded, and why."""

    participant_id: str
    reason: Reason


class GroupReport(BaseModel):
    """What became of a group: newly trained, trained before, and refused."""

    trained: int = 0
    unchanged: int = 0
    refused: list[Untrained] = []


async def train(store: Store, programme_id: str, identities: Sequence[str], covers: Covers) -> GroupReport:
    """Record the training of these participants, chunk by chunk; raises Refused unless the programme runs."""
    total = GroupReport()

    async def some(identities: Sequence[str]) -> GroupReport:
        return await store.run(lambda unit: train_some(unit, programme_id, identities, covers))

    for report in await in_pieces(dict.fromkeys(identities), some):
        total.trained += report.trained
        total.unchanged += report.unchanged
        total.refused += report.refused
    return total


async def train_some(unit: Unit, programme_id: str, identities: Sequence[str], covers: Covers) -> GroupReport:
    """The same of so many that one unit of work is enough."""
    (await unit.get(Programme, programme_id)).must_run()
    await unit.fetch((Participant, identity) for identity in identities)
    report = GroupReport()
    for identity in identities:
        before = await unit.find(Participant, identity)
        try:
            after = _in_reach(before, programme_id, covers).trained()
        except Refused as refusal:
            report.refused.append(Untrained(participant_id=identity, reason=refusal.reason))
            continue
        if after is before:
            report.unchanged += 1
        else:
            report.trained += 1
            unit.save(after)
    return report


def _in_reach(participant: Participant | None, programme_id: str, covers: Covers) -> Participant:
    if participant is None or participant.programme_id != programme_id:
        raise Refused("nobody-of-this-id")
    if not covers(participant.profile.country):
        raise Refused("people-not-managed", country=participant.profile.country)
    return participant
