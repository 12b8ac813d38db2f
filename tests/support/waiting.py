"""The waiting list of a programme, driven step by step."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.matching import handlers
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.waiting_list import WaitingList
from services.matching.pairs.pair import PairState
from shared.delivery.due import DueRows
from shared.language.terms import Role, Terms
from tests.support.backends import Mongo
from tests.support.rounds import PROGRAMME, World, somebody, world

DUES = [handlers.member_due, handlers.waiting_list_due, handlers.programme_due]


@dataclass(frozen=True)
class Desk:
    """One replica that serves a waiting list."""

    world: World
    rows: DueRows

    async def open(self, terms: Terms, *people: Member) -> None:
        """A programme that has had a round, and people it left over."""
        now = self.world.store.clock.now()
        left_over = [replace(each, waiting_since=now - timedelta(days=1), changed_at=now) for each in people]
        await self.world.keep(
            Programme(id=PROGRAMME, terms=terms), WaitingList(id=PROGRAMME, since=now, due_at=now), *left_over
        )

    async def arrive(self, identity: str, role: Role, **facts: Any) -> None:
        """Somebody has registered and done the training."""
        now = self.world.store.clock.now()
        await self.world.keep(
            replace(somebody(identity, role, **facts), changed_at=now, unserved_since=now, due_at=now)
        )

    async def settle(self) -> None:
        """Do what is due of the waiting list until nothing is."""
        while await self.rows.overdue():
            await self.step()

    async def step(self) -> None:
        """Do once what is due."""
        for due in DUES:
            await self.rows.do(due)

    async def together(self) -> set[tuple[str, str]]:
        """Mentor and mentee of every pair."""
        return await self.world.couples(PairState.FORMED)


@asynccontextmanager
async def desk(mongodb: Mongo, prefix: str) -> AsyncIterator[Desk]:
    """One replica; several on the same prefix share the database."""
    async with world(mongodb, prefix) as one:
        yield Desk(one, DueRows(one.store, DUES, one.app.state.running.telemetry))
