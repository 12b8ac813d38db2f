"""What matching counts beside what every service counts.

Nothing is counted by programme: a company may have any number of them, and the events say it of each. ``rate()`` and
``increase()`` see the first of everything, because every label set is made at the start. What is true of the last
round of this process is NaN until there is one. People and pairs are counted in the database, the same by every
replica: take the ``max``, not the ``sum``.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.matching.markets.outcome import Outcome, Progress, Stage
from services.matching.members.member import Member
from services.matching.members.programme import Programme, ProgrammeState
from services.matching.pairs.pair import Pair, PairState
from shared.domain.work import Store
from shared.language.matching import PairDeclined, PairFormed
from shared.language.streams import Event

SECONDS = (0.01, 0.1, 0.5, 1, 5, 15, 60, 180, 600, 1800)


class Ending(StrEnum):
    """How the computation of a round ended in this process."""

    COMPUTED = "computed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    HANDED_BACK = "handed-back"


class Metrics:
    """The metrics of matching, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.computations = Counter(
            "telemachus_round_computations",
            "Computations of rounds, by how they ended. “lost”: workers die, mostly of too little memory. "
            "“failed”: a defect, see the log.",
            ["ending"],
            registry=registry,
        )
        self.stage_seconds = Histogram(
            "telemachus_round_stage_seconds",
            "How long the stages of a computed round took. High: many people, or too few processors.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self.running = Gauge(
            "telemachus_rounds_running",
            "Rounds this process computes now. Other rounds wait for it, unless another replica takes them.",
            registry=registry,
        )
        self.progress = Gauge(
            "telemachus_round_progress_ratio",
            "How far the stages of the running round are, 0 to 1; 0 without one. Still: see the worker.",
            ["stage"],
            registry=registry,
        )
        self.gap = Gauge(
            "telemachus_round_gap_points",
            "Points the last round computed here may lie below the best there is. 0: proven to be the best.",
            registry=registry,
        )
        self.coverage = Gauge(
            "telemachus_round_coverage_ratio",
            "People the last round computed here pairs, of those that can be paired at all. "
            "Below 1 only where a programme goes for the best total or a minimum score.",
            registry=registry,
        )
        self.last_success = Gauge(
            "telemachus_round_last_success_timestamp_seconds",
            "When this process last computed a round to its end; 0 until it has. Long ago although rounds are asked "
            "for: they fail, or nobody gets to them.",
            registry=registry,
        )
        self.left_out = Counter(
            "telemachus_round_records_left_out",
            "Participants a round could not consider, because their record cannot be read. Any: repair it, "
            "the round names them.",
            registry=registry,
        )
        self.formed = Counter(
            "telemachus_pairs_formed",
            "Pairs that began, by the way they came about. "
            "Many by the waiting list: rounds are too rare, or many part.",
            ["way"],
            registry=registry,
        )
        self.declined = Counter(
            "telemachus_pairs_declined",
            "Pairs one of the two declined. Many of those formed: look at rules and weights.",
            registry=registry,
        )
        self.broken = Gauge(
            "telemachus_pairs_broken",
            "Pairs that break a hard rule since somebody's data changed. High: managers do not look after them.",
            registry=registry,
        )
        self.waiting = Gauge(
            "telemachus_people_waiting",
            "People in open programmes for whom a round or the waiting list found nobody. "
            "High: run a round, find more mentors.",
            registry=registry,
        )
        self._expect()

    def _expect(self) -> None:
        for ending in Ending:
            self.computations.labels(ending)
        for stage in Stage:
            self.stage_seconds.labels(stage)
        for way in ("round", "waiting-list"):
            self.formed.labels(way)
        self._clear_progress()
        self.gap.set(math.nan)
        self.coverage.set(math.nan)

    def _clear_progress(self) -> None:
        for stage in Stage:
            self.progress.labels(stage).set(0)

    @contextmanager
    def one_running(self) -> Iterator[None]:
        """While inside, a round is computed."""
        self.running.inc()
        try:
            yield
        finally:
            self.running.dec()
            self._clear_progress()

    def ended(self, ending: Ending) -> None:
        """A computation came to this end."""
        self.computations.labels(ending).inc()
        if ending is Ending.COMPUTED:
            self.last_success.set_to_current_time()

    def progressed(self, progress: Progress) -> None:
        """The running round has got this far."""
        self.progress.labels(progress.stage).set(progress.done / progress.of if progress.of else 1)

    def computed(self, outcome: Outcome, unreadable: int) -> None:
        """A round was computed; so many records could not even be read."""
        for stage, seconds in outcome.seconds.items():
            self.stage_seconds.labels(stage).observe(seconds)
        most = outcome.quality.most_possible
        self.gap.set(outcome.certificate.gap)
        self.coverage.set(outcome.quality.overall.paired / most if most else 1)
        self.left_out.inc(len(outcome.left_out) + unreadable)

    def said(self, event: Event) -> None:
        """An event was committed."""
        if isinstance(event, PairFormed):
            self.formed.labels("round" if event.round_id else "waiting-list").inc()
        elif isinstance(event, PairDeclined):
            self.declined.inc()

    async def measure(self, store: Store) -> None:
        """Count people and pairs; by an index each, whatever the size of the programmes."""
        open_ones = await store.ids(Programme, {"state": ProgrammeState.OPEN.value})
        self.waiting.set(await store.count(Member, {"programme_id": {"$in": open_ones}, "waiting_since": {"$gt": ""}}))
        self.broken.set(await store.count(Pair, {"broken": {"$gt": ""}, "state": PairState.FORMED.value}))


metrics = Metrics()
