"""What a change in somebody's data does to their pairs: rules that no longer hold are marked, nobody is parted."""

from dataclasses import replace

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pairs.pair import Pair
from services.matching.rules.asking import broken_rules
from services.matching.rules.candidate import Candidate
from services.matching.rules.rules import capacity, never_before, topic, training
from shared.domain.work import Unit
from shared.language.terms import Role

ONCE = frozenset(rule.code for rule in (capacity, training, never_before, topic))
"""Rules for making a pair: what has been taught since, for one, is no reason against it."""


async def recheck(unit: Unit, member: Member) -> None:
    """Ask the rules again for every pair this member has now."""
    if not member.pairs:
        return
    programme = await unit.need(Programme, member.programme_id)
    await unit.fetch((Pair, pair_id) for pair_id in member.pairs)
    for pair in [await unit.get(Pair, pair_id) for pair_id in member.pairs]:
        mentor = await _seen(unit, pair.mentor_id, Role.MENTOR)
        mentee = await _seen(unit, pair.mentee_id, Role.MENTEE)
        if mentor and mentee:
            [broken] = broken_rules([(mentor, mentee)], programme.terms)
            unit.save(pair.rechecked(tuple(code for code in broken if code not in ONCE)))


async def _seen(unit: Unit, participant_id: str, role: Role) -> Candidate | None:
    """As the rules look at them in a pair they are in: whoever has changed sides since stays what they are in it."""
    found = (await unit.get(Member, participant_id)).candidate(unit.now)
    return replace(found, profile=found.profile.model_copy(update={"role": role})) if found else None
