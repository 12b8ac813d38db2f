"""What matching counts in its database: people who wait and pairs that break a rule, of what still runs."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.matching.app import service
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.metrics import Metrics
from services.matching.pairs.pair import Pair, PairState
from shared.domain.work import Unit
from shared.language.terms import Role
from shared.store.store import Store
from tests.unit.matching.people import profile, terms

NOW = datetime(2026, 9, 1, tzinfo=UTC)
OPEN = Programme(id="open", terms=terms())
WAITING = Member(
    id="waiting", programme_id="open", person_id="p", profile=profile(Role.MENTOR), waiting_since=NOW, trained=True
)
BROKEN = Pair(
    id="broken",
    programme_id="open",
    round_id=None,
    mentor_id="junior",
    mentee_id="senior",
    countries=("FR", "FR"),
    score=1,
    criteria=(),
    state=PairState.FORMED,
    broken=("language", "grade"),
)


def _shown(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(f"telemachus_{name}")


async def test_what_still_runs_is_counted(store: Store) -> None:
    await store.prepare(service.aggregates)
    kept: list[Any] = [
        OPEN,
        Programme(id="over", terms=terms()).closed(),
        WAITING,
        replace(WAITING, id="late", programme_id="over"),
        replace(WAITING, id="paired", waiting_since=None, pairs=("pair",)),
        BROKEN,
        replace(BROKEN, id="whole", broken=()),
        replace(BROKEN, id="over", state=PairState.DISSOLVED),
    ]

    async def work(unit: Unit) -> None:
        for aggregate in kept:
            unit.save(aggregate)

    await store.run(work)
    metrics = Metrics()
    await metrics.measure(store)

    assert (_shown(metrics, "people_waiting"), _shown(metrics, "pairs_broken")) == (1, 1)


async def test_an_index_answers_whatever_the_size(store: Store) -> None:
    await store.prepare(service.aggregates)
    for kind, query in (
        (Member, {"programme_id": {"$in": ["open", "other"]}, "waiting_since": {"$gt": ""}}),
        (Pair, {"broken": {"$gt": ""}, "state": PairState.FORMED.value}),
    ):
        plan = await store.db.command("explain", {"count": kind.collection, "query": query})
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
