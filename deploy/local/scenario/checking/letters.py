"""What must be true of the letters of a scenario, held against the facts they tell."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.local.scenario.checking.evidence import Document, Evidence
from deploy.local.scenario.checking.facts import PAIR_ENDS, REMINDERS, Fact, demand_of, demands_of, facts_of

NOT_OWED = frozenset({"training-waits", "did-it-take-place", "how-was-it", "losing-momentum", "week-in-figures"})
"""Letters that nobody asked for or has to know of."""
MOST, WEEK = 2, timedelta(days=7)
"""Of these for one person, and within which time."""
UNDER_WAY = timedelta(minutes=2)
"""What was said so shortly before a letter went may not have been heard by whoever sends it."""
TOGETHER = frozenset(("paired", "sessions-planned", "losing-momentum", *REMINDERS))
"""Letters that speak to two who are a pair."""
OVER: Mapping[str, tuple[str, ...]] = {
    "application-received": ("participant-withdrawn",),
    "training-waits": ("participant-trained", "participant-withdrawn"),
    "losing-momentum": ("pair-recovered",),
    "how-was-it": ("feedback-submitted",),
}
"""After which facts of its subject a letter says nothing true, or asks for what was said."""


def every_letter_has_a_fact(evidence: Evidence) -> Iterator[str]:
    """Nobody is written to without a reason, nor twice for one."""
    pairs, facts = _pairs(evidence), facts_of(evidence)
    demanded = {demand for fact in facts for demand in demands_of(fact, pairs)}
    erasures = {fact.body.get("erasure_id") for fact in facts if fact.kind == "participant-erased"}
    in_need = {fact.body["programme_id"] for fact in facts if fact.kind == "pair-at-risk"}
    answered: Counter[Any] = Counter()
    for letter in evidence.letters or ():
        if letter["kind"] == "erasure-done" and letter["subject"] in erasures:
            continue
        if letter["kind"] == "week-in-figures" or _tells_of_alarms(letter, in_need):
            continue  # to a contact: that a week is over is no fact
        demand = demand_of(letter)
        answered[demand] += 1
        if demand not in demanded:
            yield f"Letter {letter['_id']} tells of nothing that has happened."
        elif answered[demand] > 1:
            yield f"Letter {letter['_id']} tells what another letter tells as well."


def every_fact_is_told(evidence: Evidence) -> Iterator[str]:
    """Whoever has to hear of a fact is, or will be, written to, or there is a reason why not."""
    if evidence.letters is None:
        return
    pairs, facts = _pairs(evidence), facts_of(evidence)
    erased = {fact.body["participant_id"] for fact in facts if fact.kind == "participant-erased"}
    answered = {demand_of(letter) for letter in evidence.letters}
    for fact in facts:
        for demand in demands_of(fact, pairs):
            if demand not in answered and demand.reader not in erased:
                yield f"{fact.kind} of {fact.at:%d %B} asks for “{demand.kind}” of {demand.subject}: there is none."
    for letter in evidence.letters:
        if letter["fate"] not in ("sent", "waiting") and not letter["because"]:
            yield f"Letter {letter['_id']} was {letter['fate']}, and nothing says why."


def nobody_told_what_is_over(evidence: Evidence) -> Iterator[str]:
    """When a letter went, what it says was still so."""
    known = _Known(facts_of(evidence))
    for letter in _sent(evidence):
        if why := known.speaks_against(letter, _told_at(letter) - UNDER_WAY):
            yield f"Letter {letter['_id']} went on {_told_at(letter):%d %B}, after {why}."


def nobody_told_too_often(evidence: Evidence) -> Iterator[str]:
    """At most so many letters a week to one person beside those that are owed to them."""
    persons: dict[str, str] = {one["_id"]: one["person_id"] for one in evidence.participants}
    told: dict[str, list[datetime]] = defaultdict(list)
    for letter in _sent(evidence):
        if letter["kind"] in NOT_OWED:
            reader = str(letter["participant_id"])
            told[persons.get(reader, reader)].append(_told_at(letter))
    for person, times in told.items():
        times.sort()
        if any(later - sooner < WEEK for sooner, later in zip(times, times[MOST:], strict=False)):
            yield f"Person {person} got more than {MOST} letters within a week that nobody owed them."


def _tells_of_alarms(letter: Document, in_need: set[str]) -> bool:
    """All of a day are told to a contact in one letter."""
    return letter["kind"] == "pairs-need-help" and letter["subject"] in in_need


def _pairs(evidence: Evidence) -> Mapping[str, Document]:
    return {pair["_id"]: pair for pair in evidence.pairs}


def _sent(evidence: Evidence) -> Iterator[Document]:
    return (letter for letter in evidence.letters or () if letter["fate"] == "sent")


def _told_at(letter: Document) -> datetime:
    """When it was first in the hand of whoever sends: what is noted afterwards may be noted later."""
    return datetime.fromisoformat(letter["tried_at"])


class _Known:
    """When it was over what letters may tell."""

    def __init__(self, facts: list[Fact]) -> None:
        self._of: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            for name in ("participant_id", "pair_id", "session_id"):
                if subject := fact.body.get(name):
                    self._of[subject].append(fact)

    def speaks_against(self, letter: Document, until: datetime) -> str:
        """What had happened by then that makes it untrue; empty where nothing had."""
        kind, facts = letter["kind"], letter["facts"]
        asked_at, role = datetime.fromisoformat(letter["asked_at"]), facts.get("role")
        happened = [fact for fact in self._until(letter["subject"], until) if fact.at > asked_at]
        if kind in REMINDERS and not _is_planned(happened, datetime.fromisoformat(facts["starts_at"])):
            return "its session was no longer planned for that time"
        over = [fact for fact in happened if fact.kind in OVER.get(kind, ())]
        against = [fact.kind for fact in over if fact.body.get("role", role) == role]
        if kind in TOGETHER:
            pair = self._until(facts.get("pair_id", letter["subject"]), until)
            against += [fact.kind for fact in pair if fact.kind in PAIR_ENDS]
        return next(iter(against), "")

    def _until(self, subject: str, until: datetime) -> list[Fact]:
        return [fact for fact in self._of[subject] if fact.at < until]


def _is_planned(happened: list[Fact], starts_at: datetime) -> bool:
    """Whether the session was still to be at that time, after what had happened since it was asked about."""
    last = next((fact for fact in reversed(happened) if fact.kind.startswith("session-")), None)
    if last is None:
        return True
    return last.kind in ("session-scheduled", "session-rescheduled") and last.time("starts_at") == starts_at
