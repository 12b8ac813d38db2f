"""Reads which sessions somebody has been to, and of which they have not said yet how they were."""

from collections.abc import Collection
from dataclasses import dataclass

from services.feedback.momentum.momentum import Meeting, Momentum
from services.feedback.people.participant import Participant
from services.feedback.pulse.pulse import Pulse, pulse_id
from shared.domain.people import pairs_of, parts_of
from shared.domain.work import Store
from shared.language.sessions import Outcome

MOST = 50
"""Sessions of one person that are shown, the latest first."""


@dataclass(frozen=True)
class Asked:
    """A session that took place, as one of the two sees it."""

    meeting: Meeting
    other_id: str
    """The partner's participant id."""
    is_answered: bool


async def read_asked(store: Store, ids: Collection[str]) -> list[Asked]:
    """Sessions that were held, of all pairs of the person of these ids."""
    mine = {each.id: each for each in await store.all(Participant, parts_of(ids))} if ids else {}
    pairs = await store.all(Momentum, pairs_of(mine)) if mine else []
    held = [(pair, each) for pair in pairs for each in pair.meetings if each.outcome is Outcome.HELD]
    latest = sorted(held, key=lambda found: found[1].starts_at, reverse=True)[:MOST]
    answers = {each: pulse_id(each.session_id, _own(pair, mine).role) for pair, each in latest}
    given = set(await store.ids(Pulse, {"_id": {"$in": sorted(answers.values())}})) if answers else set()
    return [Asked(each, _other(pair, mine), answers[each] in given) for pair, each in latest]


def _own(pair: Momentum, mine: dict[str, Participant]) -> Participant:
    return mine[pair.mentor_id] if pair.mentor_id in mine else mine[pair.mentee_id]


def _other(pair: Momentum, mine: dict[str, Participant]) -> str:
    return pair.mentee_id if pair.mentor_id in mine else pair.mentor_id
