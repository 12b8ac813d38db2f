"""The four services on one database, and what one says carried to the others without a broker."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from deploy.services import SERVICES
from services.matching.markets.outcome import Alternative
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pairs.pair import Pair
from services.matching.pairs.pairing import join
from shared.domain.clock import MovedClock
from shared.language.envelope import Record
from shared.language.matching import Criterion
from shared.store.unit import Unit
from tests.support.apps import client_of, new_issuer, person, settings_for, signed_in
from tests.support.backends import Mongo
from tests.support.seeds import PROGRAMME, TERMS, profile

ISSUER = new_issuer()
MANAGER = signed_in(ISSUER, "manager", employee_id="e-m", countries=["*"])
OPERATOR = signed_in(ISSUER, "operator", employee_id="e-o")
OFFICER = signed_in(ISSUER, "data-protection", employee_id="e-d")
STREAMS = {service.name: frozenset(stream.value for stream in service.streams) for service in SERVICES}
PAIR = "pair-1"


def participant(employee_id: str) -> dict[str, str]:
    """The header of that employee."""
    return dict(signed_in(ISSUER, "participant", employee_id=employee_id))


@dataclass
class Loop:
    """The services by name, and all that was said, in its order."""

    apps: dict[str, FastAPI]
    clients: dict[str, httpx.AsyncClient]
    clock: MovedClock
    said: list[Record] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)
    """Service → how much of it has been brought to it."""

    async def carry(self, down: Collection[str] = ()) -> None:
        """Bring everything to everybody until nobody says more; those who are down hear it later."""
        while await self._publish() or any(self._waits(name) for name in self.apps if name not in down):
            for name in self.apps:
                if name not in down:
                    await self._bring(name)

    def _waits(self, name: str) -> bool:
        return self.heard.get(name, 0) < len(self.said)

    async def _publish(self) -> bool:
        before = len(self.said)
        for name in self.apps:
            outbox = self.database(name)["outbox"]
            async for row in outbox.find({"published_at": None}).sort("_id"):
                headers = [(key, value) for key, value in row["headers"]]
                self.said.append(Record(row["topic"], 0, len(self.said), 1, row["key"], row["value"], headers))
                await outbox.update_one({"_id": row["_id"]}, {"$set": {"published_at": datetime.now(UTC)}})
        return len(self.said) > before

    async def _bring(self, name: str) -> None:
        new, self.heard[name] = self.said[self.heard.get(name, 0) :], len(self.said)
        records = [record for record in new if record.topic in STREAMS[name]]
        inbox = self.apps[name].state.running.inbox
        if records:
            await inbox.take(records)
        while await inbox.take_up_parked():
            pass

    def database(self, name: str) -> Any:
        """That service's."""
        return self.apps[name].state.store.db

    async def ask(self, service: str, method: str, path: str, who: Any, *, expect: int = 200, **body: Any) -> Any:
        """What it answers; the body is ``json`` or ``content``."""
        answer = await self.clients[service].request(method, path, headers=dict(who), **body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def everything(self) -> dict[str, dict[str, list[Any]]]:
        """Service → collection → documents, as they are stored."""
        return {
            name: {
                collection: await self.database(name)[collection].find().to_list(None)
                for collection in sorted(await self.database(name).list_collection_names())
            }
            for name in self.apps
        }

    async def opened(self, programme_id: str = PROGRAMME) -> None:
        """A programme takes applications."""
        terms = TERMS.model_dump(mode="json")
        body = {"id": programme_id, "terms": terms}
        await self.ask("registration", "POST", "/programmes", MANAGER, json=body, expect=201)
        await self.ask("registration", "POST", f"/programmes/{programme_id}/open", MANAGER)

    async def applies(self, employee_id: str, said: dict[str, Any], programme_id: str = PROGRAMME) -> str:
        """Somebody applies; returns the participant id."""
        path = f"/programmes/{programme_id}/participants"
        answer = await self.clients["registration"].post(path, json=said, headers=participant(employee_id))
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["participant_id"])

    async def pair(self, mentor_id: str, mentee_id: str) -> None:
        """Matching puts the two together, with all it says of a pair."""

        async def work(unit: Unit) -> None:
            found = Pair(
                id=PAIR,
                programme_id=PROGRAMME,
                round_id=None,
                mentor_id=mentor_id,
                mentee_id=mentee_id,
                countries=("FR", "GB"),
                score=7,
                criteria=(Criterion(rule="topics", points=7),),
                teaches=("the-web",),
                mentors_alternative=Alternative(partner_id="somebody", score=1, people=0, points=6),
            )
            await unit.fetch([(Member, mentor_id), (Member, mentee_id)])
            await join(unit, found, (await unit.get(Programme, PROGRAMME)).terms)

        await self.apps["matching"].state.store.run(work)

    async def passes(self, until: str) -> None:
        """Time goes on to half an hour after that."""
        self.clock.move_to(datetime.fromisoformat(until) + timedelta(minutes=30))


@asynccontextmanager
async def loop(mongodb: Mongo, prefix: str, directory: Path, **told: str) -> AsyncIterator[Loop]:
    """Four services that know nothing yet; ``told`` are further settings."""
    settings = settings_for(ISSUER, mongodb_url=mongodb.url, mongodb_database_prefix=prefix, **told)
    clock = MovedClock(directory / "clock")
    async with AsyncExitStack() as stack:
        apps = {service.name: service.app(settings, clock) for service in SERVICES}
        for service in SERVICES:
            running = apps[service.name].state.running
            stack.push_async_callback(running.store.close)
            await running.store.prepare(service.aggregates)
            await running.inbox.prepare()
            await running.outbox.prepare()
        clients = {name: await stack.enter_async_context(client_of(app)) for name, app in apps.items()}
        yield Loop(apps, clients, clock)


def application(name: str, email: str, role: str, country: str, **facts: Any) -> dict[str, Any]:
    """What somebody says to take part."""
    return {"name": name, "email": email, "profile": {**profile(role, country), **facts}}


def person_of(employee_id: str) -> str:
    """The person id."""
    return person(employee_id)
