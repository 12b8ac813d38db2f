"""What a manager decides: about all that a round proposes, or about one proposal, of a round or the waiting list."""

from services.matching.markets.outcome import LeftOver
from services.matching.members.programme import Programme
from services.matching.pairs import pairing
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds.approving import form_proposed
from services.matching.rounds.proposing import Attempt, save_places
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.domain.errors import Refused
from shared.domain.work import Unit

STANDING = (RoundState.PROPOSED, RoundState.APPROVING)
"""A round's proposals can be decided about while it is in one of these states."""


async def approve_all(unit: Unit, found: Round) -> Round:
    """Form every pair the round still proposes; raises Refused when it proposes none, or the programme is over."""
    (await unit.get(Programme, found.programme_id)).must_be_open()
    approved = found.approved(unit.now)
    unit.save(approved)
    return approved


async def approve(unit: Unit, pair: Pair, programme: Programme) -> Pair:
    """Form this one; raises Refused when it is no proposal or can no longer be made."""
    programme.must_be_open()
    if pair.state is PairState.FORMED:
        return pair  # the answer got lost and was asked for again
    round_ = await _must_stand(unit, pair)
    if round_ is None:
        (made,) = await pairing.form(unit, [pair], programme.terms)
    else:
        (made,) = await form_proposed(unit, [pair], round_, programme)
    if made.state is not PairState.FORMED:
        raise Refused("pair-changed-meanwhile")
    return made


async def refuse(unit: Unit, pair: Pair) -> Pair:
    """Drop this one; raises Refused when it is no proposal. Its round tells the two why, once it is approved."""
    if pair.not_made is NotMade.REFUSED:
        return pair  # the answer got lost and was asked for again
    round_ = await _must_stand(unit, pair)
    if round_ is not None:
        because = LeftOver(because=(reasons.NOT_CHOSEN,))
        both = [(pair.mentor_id, because), (pair.mentee_id, because)]
        await save_places(unit, Attempt(round_.id, round_.attempts), both)
        unit.save(round_)
    return await pairing.refuse(unit, pair)


async def _must_stand(unit: Unit, pair: Pair) -> Round | None:
    """The round of a proposal, None when the waiting list made it; raises Refused unless it still stands."""
    if pair.state is not PairState.PROPOSED:
        raise Refused("pair-not-proposed", state=pair.state)
    if pair.round_id is None:
        return None
    round_ = await unit.get(Round, pair.round_id)
    if round_.state not in STANDING:
        raise Refused("round-does-not-stand", state=round_.state)
    return round_
