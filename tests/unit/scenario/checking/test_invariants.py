"""A small world in which everything is right; then one thing at a time is broken and must be found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.scenario.checking.evidence import Evidence, Said
from deploy.local.scenario.checking.invariants import INVARIANTS, examine, violations

PAIRS = "telemachus.pairs"


def row(identity: str, subject: str, version: int, topic: str = PAIRS, **other: Any) -> dict[str, Any]:
    headers = [["ce_id", identity.encode()], ["ce_subject", subject.encode()], ["ce_version", str(version).encode()]]
    content = {"topic": topic, "key": subject.encode(), "value": b"{}", "headers": headers}
    return {"_id": identity, **content, "published_at": "at noon", **other}


def said(row: dict[str, Any]) -> Said:
    return Said(row["topic"], row["key"], row["value"], tuple((name, value) for name, value in row["headers"]))


def member(identity: str, **other: Any) -> dict[str, Any]:
    known = {"trained": True, "withdrawn": False, "waiting_because": [], "profile": {"capacity": 1}}
    return {"_id": identity, **known, **other}


def pair(identity: str, mentor: str, mentee: str, state: str = "formed") -> dict[str, Any]:
    return {"_id": identity, "mentor_id": mentor, "mentee_id": mentee, "state": state}


def session(identity: str, hour: int, state: str = "held", minutes: int = 30, **sides: str) -> dict[str, Any]:
    times = {"starts_at": f"2026-03-02T{hour:02}:00:00Z", "ends_at": f"2026-03-02T{hour:02}:{minutes}:00Z"}
    return {"_id": identity, "mentor_id": "anne", "mentee_id": "bert", "state": state, **times, **sides}


def sound() -> Evidence:
    rows = [row("e1", "p1", 1), row("e2", "p1", 2)]
    sessions = [session("s1", 9), session("s2", 10, "cancelled"), session("s3", 10, "scheduled")]
    meetings = [{"session_id": one["_id"], "outcome": one["state"]} for one in sessions]
    return Evidence(
        records=[said(row) for row in rows],
        outboxes={"matching": rows, "sessions": []},
        inboxes={"matching": {}, "sessions": {f"{PAIRS}/p1": 2}},
        parked={"matching": [], "sessions": []},
        hears={"matching": frozenset(), "sessions": frozenset({PAIRS})},
        members=[member("anne"), member("bert"), member("cleo", waiting_because=["no-topic"])],
        pairs=[pair("p1", "anne", "bert")],
        sessions=sessions,
        participants=[{"_id": "anne", "person_id": "a"}, {"_id": "bert", "person_id": "b"}],
        momentum=[{"_id": "p1", "meetings": meetings}],
    )


def with_outbox(evidence: Evidence, *rows: dict[str, Any]) -> Evidence:
    return replace(evidence, outboxes={**evidence.outboxes, "matching": [*evidence.outboxes["matching"], *rows]})


def with_event(evidence: Evidence, row: dict[str, Any]) -> Evidence:
    return replace(with_outbox(evidence, row), records=[*evidence.records, said(row)])


def with_record(evidence: Evidence, **changed: Any) -> Evidence:
    first, *others = evidence.records
    return replace(evidence, records=[replace(first, **changed), *others])


def with_member(evidence: Evidence, **facts: Any) -> Evidence:
    return replace(evidence, members=[*evidence.members, member("dora", **facts)])


def with_pairs(evidence: Evidence, *pairs: dict[str, Any]) -> Evidence:
    return replace(evidence, pairs=[*evidence.pairs, *pairs])


def with_session(evidence: Evidence, session: dict[str, Any]) -> Evidence:
    meeting = {"session_id": session["_id"], "outcome": session["state"]}
    momentum = [*evidence.momentum, {"_id": "another", "meetings": [meeting]}]
    return replace(evidence, sessions=[*evidence.sessions, session], momentum=momentum)


Break = Callable[[Evidence], Evidence]

BROKEN: dict[str, tuple[str, Break]] = {
    "a published event is missing": ("in its topic", lambda e: with_outbox(e, row("e0", "p0", 1))),
    "another body": ("in its topic", lambda e: with_record(e, value=b"{ }")),
    "an event nobody decided": ("in its topic", lambda e: replace(e, records=[*e.records, said(row("e0", "p0", 1))])),
    "another key": ("in its topic", lambda e: with_record(e, key=b"p2")),
    "another header": ("in its topic", lambda e: with_record(e, headers=(("ce_id", b"e1"),))),
    "a consumer is behind": ("every consumer", lambda e: replace(e, inboxes={"sessions": {f"{PAIRS}/p1": 1}})),
    "a consumer knows nothing": ("every consumer", lambda e: replace(e, inboxes={})),
    "a gap": ("no gaps", lambda e: with_event(e, row("e4", "p1", 4))),
    "does not begin at 1": ("no gaps", lambda e: with_event(e, row("e9", "p9", 2))),
    "two events of one version": ("no gaps", lambda e: with_event(e, row("e3", "p1", 2))),
    "not published yet": ("outboxes", lambda e: with_outbox(e, row("e3", "p1", 3, published_at=None))),
    "parked": ("parked", lambda e: replace(e, parked={"sessions": [{"_id": "x", "missing": "Programme p"}]})),
    "a dead letter": ("dead letters", lambda e: with_event(e, row("d", "p1", 3, topic=f"{PAIRS}.dead-letters"))),
    "forgotten": ("told why", lambda e: with_member(e)),
    "never looked at": ("told why", lambda e: with_member(e, waiting_because=["no-round-yet"])),
    "partner gone, no word": ("told why", lambda e: with_pairs(with_member(e), pair("p2", "dora", "eve", "dissolved"))),
    "two partners, room for one": ("capacity", lambda e: with_pairs(e, pair("p2", "cleo", "bert"))),
    "a session in a session": ("overlap", lambda e: with_session(e, session("s4", 9, mentee_id="cleo"))),
    "one person, two roles": (
        "overlap",
        lambda e: with_session(
            replace(e, participants=[*e.participants, {"_id": "dora", "person_id": "a"}]),
            session("s4", 9, mentor_id="cleo", mentee_id="dora"),
        ),
    ),
    "feedback missed it": ("feedback", lambda e: replace(e, momentum=[])),
    "feedback has it otherwise": (
        "feedback",
        lambda e: replace(e, sessions=[session("s1", 9, "missed"), *e.sessions[1:]]),
    ),
}


def test_nothing_is_wrong_in_a_sound_world() -> None:
    assert violations(sound()) == []
    assert len(examine(sound())) == len(INVARIANTS) == 14


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(what: str) -> None:
    words, broken = BROKEN[what]
    found = [finding for finding in examine(broken(sound())) if words in finding.invariant]
    assert [finding.holds for finding in found] == [False]


@pytest.mark.parametrize(
    "harmless",
    [
        lambda e: replace(e, records=[*e.records, *e.records]),
        lambda e: with_member(e, trained=False),
        lambda e: with_member(e, withdrawn=True),
        lambda e: with_member(e, waiting_because=["pair-ended"]),
        lambda e: with_pairs(with_member(e), pair("p2", "dora", "eve", "completed")),
        lambda e: with_pairs(e, pair("p0", "anne", "cleo", "dissolved")),
        lambda e: with_session(e, session("s0", 8, minutes=59)),
    ],
    ids=["published twice", "untrained", "withdrawn", "waits with reason", "completed", "had another before", "before"],
)
def test_what_is_harmless_is_left_alone(harmless: Break) -> None:
    assert violations(harmless(sound())) == []
