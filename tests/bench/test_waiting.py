"""A late arrival served from the waiting list among ten thousand, beside reading everybody who waits anew.

Real database, the rules of a programme, people who differ in everything the rules look at.
"""

import random
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from services.matching import handlers
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.waiting_list import WaitingList
from services.matching.waiting import lobby
from services.matching.waiting import serving as waiting
from shared.delivery.due import DueRows
from shared.language.profile import Profile, WorkingHours
from shared.language.skills import Skill, Wish
from shared.language.terms import Role
from shared.store.documents import Document, to_document
from tests.bench.conftest import Show
from tests.support.backends import Mongo
from tests.support.rounds import PROGRAMME, somebody
from tests.support.waiting import Desk, desk
from tests.unit.matching.people import terms

PEOPLE, ARRIVALS = 10_000, 100
TOPICS = [f"topic-{n}" for n in range(40)]
PLACES = [("FR", "Europe/Paris"), ("GB", "Europe/London"), ("DE", "Europe/Berlin"), ("US", "America/New_York")]
DRAW = random.Random(1)


def anybody(role: Role, identity: str) -> Member:
    """Somebody, by lot."""
    country, zone = DRAW.choice(PLACES)
    seen = Profile(
        role=role,
        country=country,
        time_zone=zone,
        languages=tuple(DRAW.sample(("en", "fr", "de", "es"), DRAW.randint(1, 2))),
        unit=f"unit-{DRAW.randrange(30)}",
        grade=DRAW.randint(1, 5) + (0 if role is Role.MENTOR else 3),
        city=f"city-{DRAW.randrange(20)}",
        working_hours=WorkingHours(start=DRAW.choice(("08:00", "09:00", "10:00"))),
        offers=tuple(Skill(topic=topic, level=DRAW.randint(1, 5)) for topic in DRAW.sample(TOPICS, 3)),
        wants=tuple(
            Wish(topic=topic, level=DRAW.randint(0, 3), priority=DRAW.randint(1, 3)) for topic in DRAW.sample(TOPICS, 3)
        ),
        interests=tuple(DRAW.sample([f"interest-{n}" for n in range(60)], 4)),
        managers=tuple(f"manager-{DRAW.randrange(300)}" for _ in range(4)),
        cross_border=DRAW.random() < 0.8,
    )
    return replace(somebody(identity, role), profile=seen)


@pytest.fixture
async def here(mongodb: Mongo, database_name: str) -> AsyncIterator[Desk]:
    async with desk(mongodb, database_name) as one:
        now = one.world.store.clock.now()
        await one.world.keep(Programme(id=PROGRAMME, terms=terms()), WaitingList(id=PROGRAMME, since=now))
        long_ago = now - timedelta(days=1)
        people = [replace(anybody(role, f"{role}-{n}"), changed_at=long_ago) for role in Role for n in range(PEOPLE)]
        rows: list[Document] = [{**to_document(member), "_revision": 1, "_said": 0} for member in people]
        await one.world.store.collection(Member).insert_many(rows)
        yield one


class Watch:
    """How long each call of something takes, in milliseconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        self.times: list[float] = []
        plain = getattr(owner, name)

        async def watched(*args: object, **kwargs: object) -> object:
            began = time.perf_counter()
            try:
                return await plain(*args, **kwargs)
            finally:
                self.times.append(1000 * (time.perf_counter() - began))

        monkeypatch.setattr(owner, name, watched)

    @override
    def __str__(self) -> str:
        return f"median {statistics.median(self.times):6.1f} ms   longest {max(self.times):6.1f} ms"


async def _arrive(here: Desk, role: Role, number: int) -> None:
    now = here.world.store.clock.now()
    late = replace(anybody(role, f"late-{role}-{number}"), changed_at=now, unserved_since=now, due_at=now)
    await here.world.store.collection(Member).insert_one({**to_document(late), "_revision": 1, "_said": 0})


@pytest.mark.parametrize("role", Role)
async def test_one_late_arrival(here: Desk, role: Role, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints both parts of serving one, and what it takes without memory."""
    rows = DueRows(here.world.store, [handlers.member_due], here.world.app.state.running.telemetry)
    await _arrive(here, role, 0)
    began = time.perf_counter()
    await rows.do(handlers.member_due)
    anew = 1000 * (time.perf_counter() - began)
    look, check = Watch(monkeypatch, lobby.Lobby, "look"), Watch(monkeypatch, waiting, "_serve")
    write, whole = Watch(monkeypatch, here.world.store, "run"), Watch(monkeypatch, rows, "do")
    for number in range(1, ARRIVALS + 1):
        await _arrive(here, role, number)
        await rows.do(handlers.member_due)
    paired = len(await here.together())
    median = statistics.median(whole.times)

    show(f"one late {role} among {PEOPLE} and {PEOPLE} who wait ({paired} of {ARRIVALS + 1} paired)")
    show(f"  in all, from due to committed   {whole}   (aim 20)")
    show(f"  reading changes, asking rules   {look}")
    show(f"  both read again, rules checked  {check}")
    show(f"  the same with its transaction   {write}")
    show(f"  reading everybody anew          {anew:13.1f} ms   ratio {anew / median:5.0f}\n")
