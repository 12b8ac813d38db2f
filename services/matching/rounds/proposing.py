"""From an outcome to proposals: pairs and places, written in chunks, and then the round itself.

Everything is written under the attempt that found it. A round that is taken up again writes the same ids, and drops
what an earlier attempt proposed and this one does not.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from services.matching.markets.outcome import LeftOver, Match, Outcome
from services.matching.members.member import Member
from services.matching.members.programme import Programme, ProgrammeState
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds.report import Place, Report, Tally, place_id
from services.matching.rounds.round import APPROVED, Round, RoundState
from services.matching.rules import reasons
from services.matching.rules.candidate import Candidate, Snapshot
from shared.domain.pieces import in_pieces
from shared.domain.work import BY_ID, Store, Unit
from shared.language.matching import RoundFailure

CHUNK = 500
"""Pairs or places in one unit of work: a transaction of MongoDB should stay near a thousand documents."""


class Attempt(NamedTuple):
    """Which time a round is computed."""

    round_id: str
    number: int


@dataclass(frozen=True)
class Reading:
    """What an attempt looked at."""

    snapshot: Snapshot
    left_out: dict[str, str]
    """Participant id → what is wrong with a record that could not be read."""


class Overtaken(Exception):
    """The round was cancelled, or another process has taken it up: what this one found does not count."""


async def ours(unit: Unit, attempt: Attempt) -> Round:
    """The round; raises Overtaken unless it is still this attempt's."""
    round_ = await unit.find(Round, attempt.round_id)
    if round_ is None or round_.state is not RoundState.RUNNING or round_.attempts != attempt.number:
        raise Overtaken
    return round_


async def propose(store: Store, attempt: Attempt, reading: Reading, outcome: Outcome) -> None:
    """Write what the attempt found; raises Overtaken when it does not count."""
    people = {candidate.id: candidate for candidate in reading.snapshot.candidates}
    standing: list[Match] = []
    gone: set[str] = set()

    async def pairs(matches: Sequence[Match]) -> None:
        gone.update(await store.run(partial(_write_pairs, attempt=attempt, people=people, matches=matches)))
        standing.extend(_standing(matches, gone))

    async def places(those: Sequence[tuple[str, LeftOver]]) -> None:
        await store.run(partial(_write_places, attempt=attempt, places=those))

    await in_pieces(outcome.matches, pairs, CHUNK)
    left_over = _left_over(outcome, standing, people, gone)
    await in_pieces(left_over.items(), places, CHUNK)
    await _drop_stale(store, attempt, {pair_id(attempt.round_id, match) for match in standing})
    alone = frozenset(candidate.id for candidate in people.values() if candidate.alone)
    report, tally = Report.of(outcome, reading.left_out), Tally.of(standing, alone)
    because = [each.because for each in left_over.values()]
    await store.run(partial(_conclude, attempt=attempt, report=report, tally=tally, because=because))


def pair_id(round_id: str, match: Match) -> str:
    """The same round pairing the same two always gives the same id."""
    return hashlib.sha256(f"{round_id}|{match.mentor_id}|{match.mentee_id}".encode()).hexdigest()[:32]


async def _write_pairs(
    unit: Unit, *, attempt: Attempt, people: Mapping[str, Candidate], matches: Sequence[Match]
) -> set[str]:
    """Propose these, without those who have left since; returns who has."""
    round_ = await ours(unit, attempt)
    gone = await _gone(unit, _everybody(matches))
    pairs = [_proposal(round_, match, people) for match in _standing(matches, gone)]
    await unit.fetch((Pair, pair.id) for pair in pairs)
    for pair in pairs:
        if await unit.find(Pair, pair.id) != pair:
            unit.save(pair.proposed(says=round_.says and not round_.goes_on))
    unit.save(round_.alive(unit.now))
    return gone


def _standing(matches: Iterable[Match], gone: set[str]) -> list[Match]:
    return [match for match in matches if gone.isdisjoint((match.mentor_id, match.mentee_id))]


def _everybody(matches: Iterable[Match]) -> set[str]:
    return {person for match in matches for person in (match.mentor_id, match.mentee_id)}


async def _gone(unit: Unit, people: Iterable[str]) -> set[str]:
    where = {"_id": {"$in": sorted(people)}, "withdrawn": True}
    return set(await unit.store.ids(Member, where))


def _proposal(round_: Round, match: Match, people: Mapping[str, Candidate]) -> Pair:
    mentor, mentee = people[match.mentor_id], people[match.mentee_id]
    return Pair(
        id=pair_id(round_.id, match),
        programme_id=round_.programme_id,
        round_id=round_.id,
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        countries=(mentor.profile.country, mentee.profile.country),
        score=match.score,
        criteria=match.criteria,
        locked=match.locked,
        teaches=match.teaches,
        hands_down=match.hands_down,
        mentors_alternative=match.mentors_alternative,
        mentees_alternative=match.mentees_alternative,
    )


def _left_over(
    outcome: Outcome, standing: Sequence[Match], people: Mapping[str, Candidate], gone: set[str]
) -> dict[str, LeftOver]:
    """Why each who has nobody has nobody, whoever lost the partner chosen for them included."""
    let_down = {who for who in _everybody(outcome.matches) - _everybody(standing) - gone if people[who].alone}
    changed = LeftOver(because=(reasons.CHANGED_MEANWHILE,))
    return outcome.left_over | dict.fromkeys(sorted(let_down), changed)


async def _write_places(unit: Unit, *, attempt: Attempt, places: Sequence[tuple[str, LeftOver]]) -> None:
    unit.save((await ours(unit, attempt)).alive(unit.now))
    await save_places(unit, attempt, places)


async def save_places(unit: Unit, attempt: Attempt, places: Sequence[tuple[str, LeftOver]]) -> None:
    """Note why the round leaves these over; whoever has left since waits for nothing."""
    await unit.fetch((Place, place_id(attempt.round_id, person)) for person, _ in places)
    gone = await _gone(unit, (person for person, _ in places))
    for person, left_over in places:
        if person in gone:
            continue
        unit.save(
            Place(
                id=place_id(attempt.round_id, person),
                round_id=attempt.round_id,
                participant_id=person,
                attempt=attempt.number,
                left_over=left_over,
            )
        )


async def _drop_stale(store: Store, attempt: Attempt, wanted: set[str]) -> None:
    """Drop what an earlier attempt proposed and this one does not."""
    stale = [each for each in await proposals(store, attempt.round_id) if each not in wanted]

    async def drop(ids: Sequence[str]) -> None:
        await store.run(partial(_drop, attempt=attempt, ids=ids))

    await in_pieces(stale, drop, CHUNK)


async def proposals(store: Store, round_id: str, limit: int = 0) -> list[str]:
    """The ids of the round's pairs that are still only proposed, in the order of the ids."""
    where = {"round_id": round_id, "state": PairState.PROPOSED.value}
    return await store.ids(Pair, where, sort=BY_ID, limit=limit)


async def _drop(unit: Unit, *, attempt: Attempt, ids: Sequence[str]) -> None:
    unit.save((await ours(unit, attempt)).alive(unit.now))
    await unit.fetch((Pair, pair_id) for pair_id in ids)
    for each in ids:
        unit.save((await unit.get(Pair, each)).dropped(NotMade.CHANGED_MEANWHILE))


async def _conclude(
    unit: Unit, *, attempt: Attempt, report: Report, tally: Tally, because: Sequence[reasons.Because]
) -> None:
    """The proposals are complete: a manager's turn, or on to approval at once."""
    round_ = await ours(unit, attempt)
    programme = await unit.get(Programme, round_.programme_id)
    closed = programme.state is ProgrammeState.CLOSED
    over = RoundFailure.PROGRAMME_OVER
    found = round_.failed(over, unit.now) if closed else round_.found(report, tally, because, unit.now)
    unit.save(found)
    if found.state not in APPROVED:
        unit.save(programme.free_of(round_.id))
