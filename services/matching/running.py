"""How a round runs: claimed in one unit of work, computed outside of any, concluded in another."""

import asyncio
import hashlib
from collections.abc import Iterator

import structlog

from services.matching import reasons
from services.matching.candidate import Snapshot
from services.matching.member import Member
from services.matching.pair import Pair
from services.matching.programme import Programme, ProgrammeState
from services.matching.round import Round, RoundState
from services.matching.rules import is_open
from services.matching.solver import Match, Outcome
from services.matching.worker import WorkerLost, solve_aside
from shared.errors import is_transient
from shared.events import Parting
from shared.programme import Terms
from shared.store import Store, Unit

log = structlog.get_logger()

OVER = "The programme is over."
DEFECT = "The computation failed because of a defect in the product; the operators see it in the logs."


async def run_round(store: Store, round_id: str) -> None:
    """Run the round unless it has to wait or somebody else runs it; raises only what is transient."""
    programme = await store.run(lambda unit: claim(unit, round_id))
    if programme is None:
        return
    try:
        snapshot = await _look_at(store, programme)
        outcome = await solve_aside(snapshot)
    except WorkerLost:
        log.warning("round lost its worker", key=round_id)
        await store.run(lambda unit: _lose(unit, round_id))
    except asyncio.CancelledError:
        await store.run(lambda unit: _lose(unit, round_id))  # the service stops: another replica need not wait
        raise
    except Exception as error:
        if is_transient(error):
            raise
        log.exception("round failed", key=round_id)
        await store.run(lambda unit: _fail(unit, round_id, DEFECT))
    else:
        await store.run(lambda unit: conclude(unit, round_id, outcome))


async def claim(unit: Unit, round_id: str) -> Programme | None:
    """Take the round for a while; None when it has to wait, is not due or is over."""
    round_ = await unit.get(Round, round_id)
    if round_.due_at is None or round_.due_at > unit.now:
        return None
    programme = await unit.get(Programme, round_.programme_id)
    if programme.busy_with not in ("", round_id):
        unit.save(round_.wait(unit.now))
        return None
    is_closed = programme.state is ProgrammeState.CLOSED
    claimed = round_.failed(OVER, unit.now) if is_closed else round_.claimed(unit.now)
    programme = programme.free_of(round_id) if claimed.is_over else programme.busy(round_id)
    unit.save(claimed)
    unit.save(programme)
    return None if claimed.is_over else programme


async def _look_at(store: Store, programme: Programme) -> Snapshot:
    now = store.clock.now()
    members = await store.all(Member, {"programme_id": programme.id, "withdrawn": False})
    seen = (member.candidate(now) for member in members)
    return Snapshot(terms=programme.terms, candidates=tuple(candidate for candidate in seen if candidate))


async def _lose(unit: Unit, round_id: str) -> None:
    unit.save((await unit.get(Round, round_id)).lost(unit.now))


async def _fail(unit: Unit, round_id: str, failure: str) -> None:
    round_ = await unit.get(Round, round_id)
    programme = await unit.get(Programme, round_.programme_id)
    unit.save(round_.failed(failure, unit.now))
    unit.save(programme.free_of(round_id))


async def conclude(unit: Unit, round_id: str, outcome: Outcome) -> None:
    """Write what the round found, all or nothing. What changed while it was computed is left out."""
    round_ = await unit.get(Round, round_id)
    programme = await unit.get(Programme, round_.programme_id)
    if round_.state is not RoundState.RUNNING:
        return  # the lease ran out and another worker has finished it
    if programme.state is ProgrammeState.CLOSED:
        await _fail(unit, round_id, OVER)
        return
    await unit.fetch((Member, person) for person in _everybody(outcome))
    dropped: dict[str, reasons.Because] = {}
    scores = []
    for match in outcome.matches:
        if await _pair_up(unit, round_, programme.terms, match):
            scores.append(match.score)
        else:
            dropped |= dict.fromkeys((match.mentor_id, match.mentee_id), (reasons.CHANGED_MEANWHILE,))
    left_over = await _tell_left_over(unit, outcome.left_over | dropped)
    unit.save(round_.completed(digest=outcome.digest, scores=scores, left_over=left_over, now=unit.now))
    unit.save(programme.free_of(round_id))


def _everybody(outcome: Outcome) -> Iterator[str]:
    for match in outcome.matches:
        yield match.mentor_id
        yield match.mentee_id
    yield from outcome.left_over


async def _pair_up(unit: Unit, round_: Round, terms: Terms, match: Match) -> bool:
    """Form the pair, unless a hard rule now forbids what the snapshot allowed."""
    mentor, mentee = await unit.get(Member, match.mentor_id), await unit.get(Member, match.mentee_id)
    one, other = mentor.candidate(unit.now), mentee.candidate(unit.now)
    if one is None or other is None or not is_open(one, other, terms):
        return False
    pair = Pair(
        id=pair_id(round_.id, match),
        programme_id=round_.programme_id,
        round_id=round_.id,
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        countries=(one.profile.country, other.profile.country),
        score=match.score,
        criteria=match.criteria,
        formed_at=unit.now,
    )
    unit.save(pair.formed())
    unit.save(mentor.paired(pair.id, mentee.id))
    unit.save(mentee.paired(pair.id, mentor.id))
    return True


def pair_id(round_id: str, match: Match) -> str:
    """The same round pairing the same two always gives the same id."""
    return hashlib.sha256(f"{round_id}|{match.mentor_id}|{match.mentee_id}".encode()).hexdigest()[:32]


async def _tell_left_over(unit: Unit, left_over: dict[str, reasons.Because]) -> list[reasons.Because]:
    """Note the reason with everybody who still waits; returns these reasons."""
    told = []
    for person, because in left_over.items():
        member = await unit.get(Member, person)
        if member.waits:
            unit.save(member.left_over(because, unit.now))
            told.append(because)
    return told


async def part(unit: Unit, pair: Pair, because: Parting) -> Pair:
    """End a pair before its time and free both; raises Refused when it has ended already."""
    ended = pair.dissolved(because)
    unit.save(ended)
    for person in (pair.mentor_id, pair.mentee_id):
        member = await unit.get(Member, person)
        unit.save(member.freed(pair.id, unit.now))
    return ended
