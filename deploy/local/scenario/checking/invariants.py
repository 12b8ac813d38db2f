"""What must be true after every scenario, whatever was killed on the way. Each check is a function of the evidence."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from deploy.local.scenario.checking.evidence import Document, Evidence, Said
from deploy.local.scenario.checking.letters import (
    every_fact_is_told,
    every_letter_has_a_fact,
    nobody_told_too_often,
    nobody_told_what_is_over,
)

Check = Callable[[Evidence], Iterator[str]]


@dataclass(frozen=True)
class Finding:
    """One invariant, and in sentences where it does not hold."""

    invariant: str
    violations: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.violations


def examine(evidence: Evidence) -> list[Finding]:
    """Every invariant, held against the evidence."""
    return [Finding(invariant, tuple(check(evidence))) for invariant, check in INVARIANTS.items()]


def violations(evidence: Evidence) -> list[str]:
    """Everything that is wrong, in sentences; empty when all is well."""
    return [violation for finding in examine(evidence) for violation in finding.violations]


def published_exactly(evidence: Evidence) -> Iterator[str]:
    """Topics hold what the outboxes say was published, byte for byte, and nothing else.

    An outbox no longer knows what was said of somebody who was erased; no topic forgets it.
    """
    scrubbed = {row["_id"] for rows in evidence.outboxes.values() for row in rows if row.get("scrubbed")}
    there = {said for said in evidence.records if said.header("ce_id") not in scrubbed}
    decided = set()
    for service, rows in evidence.outboxes.items():
        for row in rows:
            if row["_id"] in scrubbed:
                continue
            said = _as_said(row)
            decided.add(said)
            if row["published_at"] is not None and said not in there:
                yield f"{service} published {row['_id']}, but it is not in {row['topic']} as it was decided."
    for said in there - decided:
        yield f"{said.topic} holds {said.header('ce_id') or 'a record without id'}, which no outbox knows like that."


def _as_said(row: Document) -> Said:
    headers = tuple((name, value) for name, value in row["headers"])
    return Said(row["topic"], row["key"], row["value"], headers)


def heard_by_all(evidence: Evidence) -> Iterator[str]:
    """Every service has dealt with the newest version of every subject of the streams it hears."""
    newest = _newest(evidence)
    for service, streams in evidence.hears.items():
        inbox = evidence.inboxes.get(service, {})
        for (stream, subject), version in newest.items():
            dealt_with = inbox.get(f"{stream}/{subject}", 0)
            if stream in streams and dealt_with < version:
                yield f"{service} is at version {dealt_with} of {stream}/{subject}, published is {version}."


def _newest(evidence: Evidence) -> dict[tuple[str, str], int]:
    newest: dict[tuple[str, str], int] = defaultdict(int)
    for record in evidence.records:
        if not record.dead:
            where = record.topic, record.header("ce_subject")
            newest[where] = max(newest[where], _version(record))
    return newest


def _version(record: Said) -> int:
    text = record.header("ce_version")
    return int(text) if text.isdigit() else 0


def numbered_without_gaps(evidence: Evidence) -> Iterator[str]:
    """The versions of a subject count 1, 2, 3 …, and each is one event."""
    versions: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for record in evidence.records:
        if not record.dead:
            versions[record.topic, record.header("ce_subject")][_version(record)].add(record.header("ce_id"))
    for (stream, subject), numbered in versions.items():
        if sorted(numbered) != list(range(1, len(numbered) + 1)):
            yield f"{stream}/{subject} has the versions {sorted(numbered)}."
        for version, ids in numbered.items():
            if len(ids) > 1:
                yield f"{stream}/{subject} has {len(ids)} different events with version {version}."


def outboxes_empty(evidence: Evidence) -> Iterator[str]:
    """Nothing waits to be published."""
    for service, rows in evidence.outboxes.items():
        waiting = sum(row["published_at"] is None for row in rows)
        if waiting:
            yield f"{service} has {waiting} events in its outbox that are not published."


def nothing_parked(evidence: Evidence) -> Iterator[str]:
    """Nothing waits for something that never came."""
    for service, rows in evidence.parked.items():
        for row in rows:
            yield f"{service} has parked {row['_id']} because of {row.get('missing', 'an unknown reason')}."


def no_dead_letters(evidence: Evidence) -> Iterator[str]:
    """Everything could be dealt with."""
    for record in evidence.records:
        if record.dead:
            reason = record.header("dead-letter-reason")
            yield f"{record.topic} holds {record.header('ce_id') or 'a record without id'}: {reason or 'no reason'}."


NOT_LOOKED_AT = "no-round-yet"
TOGETHER = ("formed", "completed")


def paired_or_told_why(evidence: Evidence) -> Iterator[str]:
    """Whoever is trained and takes part has a partner or a reason from a round."""
    paired = {pair[side] for pair in evidence.pairs if pair["state"] in TOGETHER for side in ("mentor_id", "mentee_id")}
    for member in evidence.members:
        told_why = [code for code in member["waiting_because"] if code != NOT_LOOKED_AT]
        takes_part = member["trained"] and not member["withdrawn"]
        if takes_part and member["_id"] not in paired and not told_why:
            yield f"Participant {member['_id']} is trained and has neither a partner nor a reason."


def nobody_above_capacity(evidence: Evidence) -> Iterator[str]:
    """Nobody has more partners at a time than they offered to have."""
    partners = Counter(
        pair[side] for pair in evidence.pairs if pair["state"] == "formed" for side in ("mentor_id", "mentee_id")
    )
    room = {member["_id"]: member["profile"]["capacity"] for member in evidence.members if member["profile"]}
    for participant, count in partners.items():
        if count > room.get(participant, 0):
            yield f"Participant {participant} has {count} pairs, but room for {room.get(participant, 0)}."


def nobody_in_two_places(evidence: Evidence) -> Iterator[str]:
    """No two sessions of one person, whichever pairs they belong to, overlap."""
    persons: dict[str, str] = {one["_id"]: one["person_id"] for one in evidence.participants}
    calendars: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    for session in evidence.sessions:
        if session["state"] in ("scheduled", "held"):
            for side in ("mentor_id", "mentee_id"):
                person = persons.get(session[side], str(session[side]))
                calendars[person].append((_time(session["starts_at"]), _time(session["ends_at"]), session["_id"]))
    for person, sessions in calendars.items():
        for (_, ends_at, one), (starts_at, _, other) in pairwise(sorted(sessions)):
            if starts_at < ends_at:
                yield f"Person {person} has the sessions {one} and {other} at the same time."


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def feedback_saw_all(evidence: Evidence) -> Iterator[str]:
    """Feedback knows of every session held, cancelled or missed what became of it."""
    seen = {
        meeting["session_id"]: meeting["outcome"] for momentum in evidence.momentum for meeting in momentum["meetings"]
    }
    for session in evidence.sessions:
        known = seen.get(session["_id"], "unknown")
        if session["state"] != "scheduled" and known != session["state"]:
            yield f"Session {session['_id']} was {session['state']}; to feedback it is {known}."


INVARIANTS: dict[str, Check] = {
    "every event decided is in its topic, byte for byte, and nothing else": published_exactly,
    "every consumer has dealt with every event it hears": heard_by_all,
    "versions of a subject have no gaps and no doubles": numbered_without_gaps,
    "outboxes are empty": outboxes_empty,
    "nothing is parked": nothing_parked,
    "dead letters are empty": no_dead_letters,
    "everybody trained is paired or told why not": paired_or_told_why,
    "nobody is above capacity": nobody_above_capacity,
    "no two sessions of one person overlap": nobody_in_two_places,
    "feedback has seen every session held, cancelled and missed": feedback_saw_all,
    "every letter has a fact": every_letter_has_a_fact,
    "every fact that demands a letter has one, or a reason why not": every_fact_is_told,
    "nobody was told what was no longer true": nobody_told_what_is_over,
    "nobody got more letters a week than the limit": nobody_told_too_often,
}
