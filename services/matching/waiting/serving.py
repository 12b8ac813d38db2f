"""Serving the waiting list: whoever becomes free gets the best partner who waits, at once and without a round.

A lobby in memory only proposes: both are read again in the unit of work that pairs them, and the next best is tried
when something has changed. So several replicas can serve at once and nobody is paired beyond their capacity.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain

from services.matching.members.member import Member
from services.matching.members.programme import Programme, ProgrammeState
from services.matching.members.readable import fetch_readable
from services.matching.members.waiting_list import WaitingList
from services.matching.pairs.completing import complete
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.pairs.pairing import join
from services.matching.rules import reasons
from services.matching.rules.asking import Couple, brings, doors, meeting, shares
from services.matching.waiting.lobby import MARGIN, TRIES, Look, lobby_of
from shared.domain.work import Store, Unit
from shared.language.matching import Criterion
from shared.language.terms import Approval, Role, Terms, Training

CALLED = 500
"""Members called in one unit of work."""


async def serve(member: Member, unit: Unit) -> Pair | None:
    """Look for a partner for a member whose turn has come; ``unit`` is what brought them, the pair has one of its own.

    While a round is at work, or where there is no waiting list yet, they are put off until they are called again.
    """
    programme = await unit.find(Programme, member.programme_id)
    waiting = await unit.find(WaitingList, member.programme_id)
    if programme is None or waiting is None or programme.busy_with or programme.state is ProgrammeState.CLOSED:
        unit.save(member.put_off())
        return None
    if _is_to_be_trained(member, programme.terms):
        unit.save(member.served().left_over((reasons.UNTRAINED,), unit.now))
        return None
    lobby, forbidden = lobby_of(unit.store, programme), frozenset(waiting.forbidden)
    async with lobby.lock:
        if lobby.knows_newer(member):
            return None  # they were somebody's partner a moment ago
        look = await lobby.look(member, forbidden, await _spoken_for(unit.store, programme))
        served: _Served = await unit.store.run(partial(_serve, known=member, programme=programme, look=look))
        lobby.know(served.members)
        if look.choices and not served.pair:
            lobby.doubt(member.id)
    return served.pair


def _is_to_be_trained(member: Member, terms: Terms) -> bool:
    """Whether no door can be open to them before they have done their training."""
    gate, role = terms.pairing.training, member.profile.role if member.profile else None
    return not member.trained and (gate is Training.BOTH or (gate is Training.MENTOR and role is Role.MENTOR))


@dataclass(frozen=True)
class _Served:
    pair: Pair | None
    members: Sequence[Member] = ()
    """The two as they are now."""


async def _serve(unit: Unit, *, known: Member, programme: Programme, look: Look) -> _Served:
    await fetch_readable(unit, Member, (known.id, *(each.participant_id for each in look.choices[:1])))
    member = await unit.get(Member, known.id)
    if member.due_at is None or member.due_at > unit.now or member.changed_at != known.changed_at:
        return _Served(None)  # another replica has served them, or the look was at somebody else than they are now
    for choice in look.choices:
        pair = await _try(unit, member, choice.participant_id, programme)
        if pair:
            return _Served(pair, [await unit.get(Member, person) for person in (pair.mentor_id, pair.mentee_id)])
    again = len(look.choices) == TRIES
    unit.save(member.called(unit.now) if again else _in_vain(member, look, unit.now))
    return _Served(None)


def _in_vain(member: Member, look: Look, now: datetime) -> Member:
    served = member.served()
    because = (reasons.ALL_TAKEN,) if look.choices else look.because
    return served.left_over(because, now) if because and served.waits else served


async def _try(unit: Unit, member: Member, partner_id: str, programme: Programme) -> Pair | None:
    """Pair the two, or propose it, if every rule holds for them as they are now."""
    partner = (await fetch_readable(unit, Member, [partner_id])).get(partner_id)
    couple = _couple(member, partner, unit.now)
    if partner is None or couple is None or not (member.waits or partner.waits):
        return None
    pair = await _pair(unit, couple, programme)
    if pair is None:
        return None
    if programme.terms.pairing.approval is Approval.AUTOMATIC:
        return await join(unit, pair, programme.terms)
    if {member.id, partner.id} & await _spoken_for(unit.store, programme):
        return None
    unit.save(pair.proposed(says=True))
    unit.save(partner)  # so that of two replicas that propose the same partner one starts over
    unit.save(member if member.room > 1 else member.served())
    return pair


def _couple(member: Member, partner: Member | None, now: datetime) -> Couple | None:
    one, other = member.candidate(now), partner.candidate(now) if partner else None
    if one is None or other is None:
        return None
    return (one, other) if one.profile.role is Role.MENTOR else (other, one)


async def _pair(unit: Unit, couple: Couple, programme: Programme) -> Pair | None:
    """The proposal of these two; None when a rule keeps them apart or a manager has refused it."""
    mentor, mentee = couple
    identity = pair_id(mentor.id, mentee.id)
    before = await unit.find(Pair, identity)
    criteria = _criteria(couple, programme.terms)
    if criteria is None or (before and before.not_made is NotMade.REFUSED):
        return None
    return Pair(
        id=identity,
        programme_id=programme.id,
        round_id=None,
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        countries=(mentor.profile.country, mentee.profile.country),
        score=sum(criterion.points for criterion in criteria),
        criteria=criteria,
        teaches=brings(mentor, mentee),
        hands_down=brings(mentee, mentor),
    )


def _criteria(couple: Couple, terms: Terms) -> tuple[Criterion, ...] | None:
    """Each soft rule's share; None when the two may not be a pair."""
    meet = meeting([couple], terms)
    if not doors(meet).all():
        return None
    [criteria] = shares(meet)
    minimum = terms.pairing.minimum_score
    return None if minimum is not None and sum(each.points for each in criteria) < minimum else criteria


def pair_id(mentor_id: str, mentee_id: str) -> str:
    """The waiting list pairing the same two always gives the same id: they can be a pair only once."""
    return hashlib.sha256(f"waiting|{mentor_id}|{mentee_id}".encode()).hexdigest()[:32]


async def _spoken_for(store: Store, programme: Programme) -> frozenset[str]:
    """Whoever has no place left once all of the waiting list's open proposals are approved."""
    if programme.terms.pairing.approval is Approval.AUTOMATIC:
        return frozenset()
    where = {"programme_id": programme.id, "state": PairState.PROPOSED.value, "round_id": None}
    places = Counter(chain.from_iterable(await store.values(Pair, where, ("mentor_id", "mentee_id"))))
    people = await store.all(Member, {"_id": {"$in": list(places)}})
    return frozenset(member.id for member in people if member.room <= places[member.id])


async def call(waiting: WaitingList, unit: Unit) -> None:
    """Call whoever became free while a round ran, or just as the list began; part by part."""
    programme = await unit.get(Programme, waiting.id)
    if programme.state is ProgrammeState.CLOSED:
        unit.save(waiting.calls(unit.now) if await complete(unit, programme.id) else waiting.closed())
        return
    if programme.busy_with:
        unit.save(waiting.waits_for_round(unit.now))
        return
    ids = await _uncalled(unit.store, waiting)
    await unit.fetch((Member, participant_id) for participant_id in ids)
    for participant_id in ids:
        unit.save((await unit.get(Member, participant_id)).called(unit.now))
    unit.save(waiting.calls(unit.now) if len(ids) == CALLED else waiting.calls_later(unit.now))


async def _uncalled(store: Store, waiting: WaitingList) -> list[str]:
    since = (waiting.since - MARGIN).isoformat().replace("+00:00", "Z")
    where = {"programme_id": waiting.id, "unserved_since": {"$gte": since}, "due_at": None}
    return await store.ids(Member, where, limit=CALLED)
