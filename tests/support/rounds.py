"""The matching service on a real database with a small programme, driven step by step and with a simple solver."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from fastapi import FastAPI

from services.matching import handlers
from services.matching.app import service
from services.matching.markets.outcome import LeftOver, Match, Outcome, Progress, Stage
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds.round import Round
from services.matching.rules.asking import broken_rules
from services.matching.rules.candidate import Candidate, Snapshot
from shared.delivery.due import DueRows
from shared.language.matching import MatchingRequested
from shared.language.terms import Approval, Role, Terms
from shared.store.store import Store
from shared.store.unit import Unit
from tests.support.apps import client_of, new_issuer, settings_for, signed_in
from tests.support.backends import Mongo
from tests.support.outcomes import outcome_of
from tests.support.seeds import hear
from tests.support.valuing import valued
from tests.unit.matching.people import profile, terms

PROGRAMME = "programme"
ISSUER = new_issuer()
MANAGER = signed_in(ISSUER, "manager", employee_id="e-m", countries=["*"])
BY_HAND, BY_ITSELF = terms(approval=Approval.MANAGER), terms(approval=Approval.AUTOMATIC)
ROUND_DUES = [handlers.round_to_compute, handlers.round_to_end]
OnProgress = Callable[[Progress], Awaitable[None]]


def solve_simply(snapshot: Snapshot) -> Outcome:
    """The first that suits, by id: not the best, but everything a round has to keep to."""
    taken: Counter[str] = Counter()
    couples = list(_wanted(snapshot))
    chosen = [couple for couple in couples if _fits(couple, snapshot, taken)]
    worth = valued(chosen, snapshot.terms) if chosen else []
    matches = tuple(
        Match(
            mentor_id=mentor.id,
            mentee_id=mentee.id,
            score=score,
            criteria=shares,
            locked=(mentor.id, mentee.id) in snapshot.locked,
        )
        for (mentor, mentee), (score, shares) in zip(chosen, worth, strict=True)
    )
    alone = [candidate.id for candidate in snapshot.candidates if candidate.alone]
    left = {person: LeftOver(because=("all-taken",)) for person in alone if not taken[person]}
    return outcome_of(matches, left, people=len(alone) - len(left), text=snapshot.text())


def _wanted(snapshot: Snapshot) -> Any:
    people = {candidate.id: candidate for candidate in snapshot.candidates}
    yield from ((people[mentor], people[mentee]) for mentor, mentee in snapshot.locked)
    for mentor in snapshot.mentors:
        for mentee in snapshot.mentees:
            if (mentor.id, mentee.id) not in {*snapshot.locked, *snapshot.forbidden}:
                yield mentor, mentee


def _fits(couple: tuple[Candidate, Candidate], snapshot: Snapshot, taken: Counter[str]) -> bool:
    if any(taken[person.id] >= person.room for person in couple):
        return False
    if broken_rules([couple], snapshot.terms) != [()]:
        return False
    taken.update(person.id for person in couple)
    return True


async def solve_here(snapshot: Snapshot, on_progress: OnProgress) -> Outcome:
    """In place of the worker process."""
    await on_progress(Progress(stage=Stage.SOLVING, done=0, of=1))
    return solve_simply(snapshot)


def somebody(identity: str, role: Role, **facts: Any) -> Member:
    """A trained member; keywords change the profile."""
    return Member(
        id=identity,
        programme_id=PROGRAMME,
        person_id=f"person-{identity}",
        profile=profile(role, **facts),
        trained=True,
    )


@dataclass(frozen=True)
class World:
    """One replica of the matching service, and its database."""

    app: FastAPI
    client: httpx.AsyncClient
    rounds: DueRows

    @property
    def store(self) -> Store:
        store: Store = self.app.state.store
        return store

    async def keep(self, *aggregates: Any) -> None:
        """Store these as they are, over what is there."""

        async def work(unit: Unit) -> None:
            for aggregate in aggregates:
                await unit.find(type(aggregate), aggregate.id)
                unit.save(aggregate)

        await self.store.run(work)

    async def programme(self, terms: Terms, mentors: int = 3, mentees: int = 3, **facts: Any) -> None:
        """A programme with people who all suit each other: mentor-0…, mentee-0…."""
        people = [somebody(f"mentor-{n}", Role.MENTOR, **facts) for n in range(mentors)]
        people += [somebody(f"mentee-{n}", Role.MENTEE, **facts) for n in range(mentees)]
        await self.keep(Programme(id=PROGRAMME, terms=terms), *people)

    async def post(self, path: str, body: Any = None, expect: int = 200) -> Any:
        """Ask as a manager."""
        answer = await self.client.post(path, json=body, headers=dict(MANAGER))
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def get(self, path: str, expect: int = 200) -> Any:
        """Look as a manager."""
        answer = await self.client.get(path, headers=dict(MANAGER))
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def ask(self, round_id: str, **wish: Any) -> None:
        """Ask for a round from scratch, and have the bus deliver the request."""
        await self.post(f"/programmes/{PROGRAMME}/rounds", {"round_id": round_id, **wish}, expect=202)
        await self.delivered(round_id)

    async def again(self, before: str, round_id: str, **wish: Any) -> None:
        """Ask for a round with the choices of another one."""
        await self.post(f"/rounds/{before}/again", {"round_id": round_id, **wish}, expect=202)
        await self.delivered(round_id)

    async def delivered(self, round_id: str) -> None:
        """The request of the round has gone over the bus, unless it was not said."""
        said = {"topic": MatchingRequested.stream.value, "subject": round_id}
        if await self.store.db["outbox"].count_documents(said):
            await hear(self.app, MatchingRequested(programme_id=PROGRAMME, round_id=round_id))

    async def step(self) -> None:
        """Do once what is due of rounds."""
        for due in self.rounds.dues:
            await self.rounds.do(due)

    async def settle(self) -> None:
        """Do what is due of rounds until nothing is."""
        while any([await self.rounds.ids(due) for due in self.rounds.dues]):
            await self.step()

    async def run(self, round_id: str, **wish: Any) -> Any:
        """Ask for a round and see it through; returns what a manager sees."""
        await self.ask(round_id, **wish)
        await self.settle()
        return await self.get(f"/rounds/{round_id}")

    async def round(self, round_id: str) -> Round:
        return await self.store.unit().get(Round, round_id)

    async def member(self, identity: str) -> Member:
        return await self.store.unit().get(Member, identity)

    async def couples(self, state: PairState, round_id: str | None = None) -> set[tuple[str, str]]:
        """Mentor and mentee of the pairs in that state."""
        which = {"state": state.value} | ({"round_id": round_id} if round_id else {})
        return {(pair.mentor_id, pair.mentee_id) for pair in await self.store.all(Pair, which)}

    async def said(self) -> Counter[str]:
        """How often each kind of event was said."""
        rows = [dict(row["headers"]) async for row in self.store.db["outbox"].find()]
        return Counter(row["ce_type"].decode().removeprefix("telemachus.").removesuffix(".v1") for row in rows)

    async def change(self, identity: str, **facts: Any) -> None:
        """Another profile for somebody."""
        member = await self.member(identity)
        assert member.profile is not None
        await self.keep(replace(member, profile=member.profile.model_copy(update=facts)))


@asynccontextmanager
async def world(mongodb: Mongo, prefix: str) -> AsyncIterator[World]:
    """One replica; several on the same prefix share the database."""
    app = service.app(settings_for(ISSUER, mongodb_url=mongodb.url, mongodb_database_prefix=prefix))
    await app.state.store.prepare(service.aggregates)
    await app.state.running.inbox.prepare()
    running = app.state.running
    async with client_of(app) as client:
        yield World(app, client, DueRows(running.store, ROUND_DUES, running.telemetry))
    await app.state.store.close()
