"""What topics tell, read without the product's code: what was said, of whom, when, and which letters it demands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deploy.local.scenario.checking.evidence import Document, Evidence

SIDES = ("mentor", "mentee")
LONG_BEFORE = timedelta(days=1)
"""A session that is planned that long beforehand is one to remind of."""
REMINDERS = ("session-moved", "tomorrow-you-meet", "did-it-take-place")
"""Letters of which there is one for each time a session was planned for."""
TOLD: Mapping[str, tuple[str, ...]] = {
    "participant-registered": ("application-received", "training-waits"),
    "pair-formed": ("paired",),
    "pair-dissolved": ("partner-left",),
    "pair-completed": ("what-came-of-it",),
    "pair-at-risk": ("losing-momentum",),
    "session-scheduled": ("sessions-planned", "tomorrow-you-meet", "did-it-take-place"),
    "session-rescheduled": REMINDERS,
    "session-cancelled": ("session-cancelled",),
    "session-held": ("how-was-it",),
}
"""Kind of fact → the letters it is told by."""
PAIR_ENDS = ("pair-dissolved", "pair-completed")


@dataclass(frozen=True)
class Fact:
    """One event. ``kind`` is its type without what all of them share, such as ``pair-formed``."""

    kind: str
    at: datetime
    body: Mapping[str, Any]

    def time(self, name: str) -> datetime:
        """The moment that stands there."""
        return datetime.fromisoformat(self.body[name])

    def asks_for(self, kind: str) -> bool:
        """Whether it has to be told by a letter of that kind, of those that such facts are told by."""
        if kind == "tomorrow-you-meet":
            return self.time("starts_at") - self.at >= LONG_BEFORE
        return kind != "session-cancelled" or self.body["because"] != "pair-ended"


@dataclass(frozen=True)
class Demand:
    """That somebody is told something, once. ``when`` tells apart what comes again of one subject."""

    kind: str
    subject: str
    reader: str
    when: str = ""


def facts_of(evidence: Evidence) -> list[Fact]:
    """Everything that was said, once each, in the order in which it happened."""
    said = {record.header("ce_id"): record for record in evidence.records if not record.dead}
    facts = [
        Fact(
            record.header("ce_type").removeprefix("telemachus.").rpartition(".v")[0],
            datetime.fromisoformat(record.header("ce_time")),
            json.loads(record.value or b"{}"),
        )
        for record in said.values()
        if record.header("ce_time")
    ]
    return sorted(facts, key=lambda fact: fact.at)


def demand_of(letter: Document) -> Demand:
    """What a letter answers, from what it says of itself."""
    asked_at, starts_at = datetime.fromisoformat(letter["asked_at"]), letter["facts"].get("starts_at", "")
    when = _when(letter["kind"], asked_at, starts_at)
    return Demand(letter["kind"], letter["subject"], letter["participant_id"], when)


def demands_of(fact: Fact, pairs: Mapping[str, Document]) -> Iterator[Demand]:
    """Whom it has to be told; ``pairs`` by id, for facts that do not name the two."""
    body = {**pairs.get(fact.body.get("pair_id", ""), {}), **fact.body}
    for kind in filter(fact.asks_for, TOLD.get(fact.kind, ())):
        subject = "pair_id" if kind == "sessions-planned" else f"{fact.kind.partition('-')[0]}_id"
        for side in SIDES if fact.kind != "participant-registered" else ("participant",):
            yield Demand(kind, body[subject], body[f"{side}_id"], _when(kind, fact.at, body.get("starts_at", "")))


def _when(kind: str, asked_at: datetime, starts_at: str) -> str:
    if kind in REMINDERS:
        return datetime.fromisoformat(starts_at).isoformat()
    if kind == "sessions-planned":
        return asked_at.date().isoformat()
    return asked_at.isoformat() if kind == "losing-momentum" else ""
