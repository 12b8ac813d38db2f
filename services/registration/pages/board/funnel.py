"""How far people have come: counted by the database."""

from dataclasses import dataclass

from services.registration.board.card import PairCard
from services.registration.pages.board.scope import SIDES, Scope
from services.registration.people.participant import Participant, Standing
from services.registration.programmes.programme import Programme
from shared.domain.work import Store, Where
from shared.language.matching import PairState
from shared.language.terms import Role


@dataclass(frozen=True)
class Funnel:
    """People who take part now, by how far they have come."""

    registered: int
    trained: int
    paired: int
    met: int
    ready: int
    """Allowed into a matching round, paired or not."""
    withdrawn: int

    @property
    def waiting(self) -> int:
        return max(0, self.ready - self.paired)


async def read_funnel(store: Store, programme: Programme, scope: Scope) -> Funnel:
    """People in the scope, by how far they have come."""
    standings = await _standings(store, scope)
    together = {"state": {"$ne": PairState.DISSOLVED}}
    paired, met = await _paired(store, scope, together), await _paired(store, scope, {**together, "held": {"$gt": 0}})
    here = {key: count for key, count in standings.items() if key[0] is not Standing.WITHDRAWN}
    return Funnel(
        registered=sum(here.values()),
        trained=sum(count for (standing, _), count in here.items() if standing is Standing.TRAINED),
        paired=paired,
        met=met,
        ready=sum(
            count
            for (standing, role), count in here.items()
            if standing is Standing.TRAINED or not programme.terms.pairing.training.is_for(role)
        ),
        withdrawn=sum(standings.values()) - sum(here.values()),
    )


async def _standings(store: Store, scope: Scope) -> dict[tuple[Standing, Role], int]:
    people = await store.counts(Participant, scope.people(), by=("state", "profile.role"))
    return {(Standing(state), Role(role)): count for (state, role), count in people.items()}


async def _paired(store: Store, scope: Scope, where: Where) -> int:
    """People of the scope who stand in such a pair; nobody is a mentor and a mentee in one programme."""
    sides = [await store.different(PairCard, scope.side(side, where), (side,)) for side in SIDES]
    return sum(sides)
