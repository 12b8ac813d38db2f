"""Builders for the tests of matching: a pair that suits in every respect, to spoil one respect at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from hypothesis import strategies as st

from services.matching.members.member import Member
from services.matching.pairs.pair import Pair
from services.matching.rules.candidate import Candidate, Snapshot
from shared.language.profile import Profile, WorkingHours
from shared.language.skills import Skill, Wish
from shared.language.terms import Goal, PairingRules, Role, SameUnit, Terms, Training, Weights, WorkPlan
from shared.language.values.accepted import ACCEPTED


def terms(*, minutes: Any = 30, weights: Weights | None = None, **pairing: Any) -> Terms:
    """A programme's terms; keywords are settings of pairing."""
    return Terms(
        title="A programme",
        countries=("FR", "GB"),
        languages=("en",),
        topics=("social-media",),
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 3, 1),
        plan=WorkPlan(minutes=minutes),
        pairing=PairingRules(weights=weights or Weights(), **pairing),
    )


def profile(role: Role, **changes: Any) -> Profile:
    """A junior mentor or a senior mentee."""
    is_mentor = role is Role.MENTOR
    facts: dict[str, Any] = {
        "role": role,
        "country": "FR",
        "time_zone": "Europe/Paris",
        "languages": ("fr",),
        "unit": "marketing" if is_mentor else "finance",
        "grade": 3 if is_mentor else 9,
        "offers": (Skill(topic="social-media", level=4),) if is_mentor else (Skill(topic="negotiation", level=5),),
        "wants": (Wish(topic="negotiation"),) if is_mentor else (Wish(topic="social-media", level=1, priority=3),),
    }
    return Profile.model_validate(facts | changes, context=ACCEPTED)  # matching hears of them, and asks nobody


def member(who: str, role: Role, *, country: str = "FR", **more: Any) -> Member:
    """Somebody trained who takes part in the programme ``p``; other keywords change facts of the member."""
    found = Member(
        id=who, programme_id="p", person_id=f"person-{who}", profile=profile(role, country=country), trained=True
    )
    return replace(found, **more)


def pair(**changes: Any) -> Pair:
    """What the round ``r`` proposes for ``mentor`` and ``mentee``; keywords change facts of it."""
    proposed = Pair(
        id="pair",
        programme_id="p",
        round_id="r",
        mentor_id="mentor",
        mentee_id="mentee",
        countries=("FR", "FR"),
        score=40,
        criteria=(),
    )
    return replace(proposed, **changes)


_OUTSIDE = {"person_id", "trained", "room", "partners", "waited_weeks", "alone", "returning"}


def candidate(role: Role, identity: str, **changes: Any) -> Candidate:
    """Somebody who suits; keywords change facts of the candidate or of the profile."""
    outside = {name: changes.pop(name) for name in _OUTSIDE & changes.keys()}
    seen = profile(role, **changes)
    facts: dict[str, Any] = {
        "person_id": f"person-{identity}",
        "trained": True,
        "room": seen.capacity,
        "partners": frozenset(),
        "waited_weeks": 0,
    }
    return Candidate(id=identity, profile=seen, **(facts | outside))


def mentor(identity: str = "junior", **changes: Any) -> Candidate:
    """A mentor who suits ``mentee()``."""
    return candidate(Role.MENTOR, identity, **changes)


def mentee(identity: str = "senior", **changes: Any) -> Candidate:
    """A mentee who suits ``mentor()``."""
    return candidate(Role.MENTEE, identity, **changes)


TOPICS = ("social-media", "generative-ai", "the-web", "negotiation", "vision")
_levels = st.integers(0, 5)
_skills = st.lists(st.builds(Skill, topic=st.sampled_from(TOPICS), level=_levels), max_size=3)
_wishes = st.lists(
    st.builds(Wish, topic=st.sampled_from(TOPICS), level=_levels, priority=st.integers(1, 3)), max_size=3
)
_places = st.sampled_from([("FR", "Europe/Paris"), ("GB", "Europe/London"), ("JP", "Asia/Tokyo")])


@st.composite
def candidates(draw: Callable[[Any], Any], role: Role, identity: str) -> Candidate:
    """Anybody: about every second pair of two fails at least one hard rule."""
    country, zone = draw(_places)
    capacity = draw(st.sampled_from([1, 1, 2]))
    return candidate(
        role,
        identity,
        country=country,
        time_zone=zone,
        languages=tuple(draw(st.sets(st.sampled_from(["en", "fr", "en-GB", "nb", "no"]), min_size=1))),
        unit=draw(st.sampled_from(["à b", "a\u0300\u00a0B", "À\u00ad  b", "b", "c"])),
        grade=draw(st.integers(1, 4)) + (3 if role is Role.MENTEE else 0),
        working_hours=draw(st.sampled_from([WorkingHours(), WorkingHours(start="06:00", end="22:00")])),
        offers=tuple(draw(_skills)) + ((Skill(topic="the-web", level=4),) if draw(st.booleans()) else ()),
        wants=tuple(draw(_wishes)) + ((Wish(topic="the-web"),) if draw(st.booleans()) else ()),
        interests=tuple(draw(st.sets(st.sampled_from(["chess", "music", "sport", "Ｓｐｏｒｔ", "che\u00adss"])))),
        city=draw(st.sampled_from(["", "Orléans", "ORLE\u0301ANS"])),
        capacity=capacity,
        cross_border=draw(st.sampled_from([True, True, False])),
        managers=tuple(draw(st.sets(st.sampled_from([f"person-{side}{n}" for side in "mn" for n in range(2)])))),
        trained=draw(st.sampled_from([True, True, True, False])),
        room=draw(st.integers(0, capacity)) if draw(st.booleans()) else capacity,
        partners=frozenset(draw(st.sets(st.sampled_from(["m0", "n0"]), max_size=1))),
        waited_weeks=draw(st.integers(0, 30)),
        alone=draw(st.sampled_from([True, True, True, False])),
        returning=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def snapshots(draw: Callable[[Any], Any]) -> Snapshot:
    """A small programme of anybody."""
    mentors = [draw(candidates(Role.MENTOR, f"m{n}")) for n in range(draw(st.integers(0, 4)))]
    mentees = [draw(candidates(Role.MENTEE, f"n{n}")) for n in range(draw(st.integers(0, 4)))]
    rules = terms(
        grade_gap=draw(st.integers(0, 2)),
        same_unit=draw(st.sampled_from(SameUnit)),
        training=draw(st.sampled_from(Training)),
    )
    return Snapshot(terms=rules, candidates=tuple(draw(st.permutations([*mentors, *mentees]))))


@st.composite
def decided(draw: Callable[[Any], Any]) -> Snapshot:
    """A small programme with everything a manager can choose."""
    snapshot: Snapshot = draw(snapshots())
    weights = {rule: draw(st.sampled_from([0, 1, 5, 100])) for rule in Weights.model_fields}
    changes = {
        "goal": draw(st.sampled_from(Goal)),
        "minimum_score": draw(st.sampled_from([None, None, 0, 200, 2_000])),
        "weights": Weights(**weights) if draw(st.booleans()) else Weights(),
    }
    pairs = [(mentor.id, mentee.id) for mentor, mentee in product(snapshot.mentors, snapshot.mentees)]
    some = st.lists(st.sampled_from(pairs), max_size=2, unique=True) if pairs else st.just([])
    room = {person.id: person.room for person in snapshot.candidates}
    locked = [pair for pair in draw(some) if all(room[person] for person in pair)]
    return replace(
        snapshot,
        terms=snapshot.terms.model_copy(update={"pairing": snapshot.terms.pairing.model_copy(update=changes)}),
        seed=draw(st.integers(0, 3)),
        locked=tuple(locked[:1]),
        forbidden=tuple(pair for pair in draw(some) if pair not in locked),
    )


@st.composite
def crowded(draw: Callable[[Any], Any]) -> Snapshot:
    """A small programme of people who nearly all suit each other, more or less well, some with room for two."""

    def somebody(role: Role, identity: str) -> Candidate:
        topics = [Skill(topic=topic, level=draw(st.integers(2, 5))) for topic in ("social-media", "negotiation")]
        outside = {name: draw(st.sampled_from([True, False])) for name in ("alone", "returning")}
        return candidate(role, identity, offers=topics, capacity=draw(st.integers(1, 2)), **outside)

    mentors = [somebody(Role.MENTOR, f"m{n}") for n in range(draw(st.integers(1, 4)))]
    mentees = [somebody(Role.MENTEE, f"n{n}") for n in range(draw(st.integers(1, 4)))]
    pairs = st.tuples(st.sampled_from([one.id for one in mentors]), st.sampled_from([one.id for one in mentees]))
    forbidden = tuple(draw(st.lists(pairs, max_size=6, unique=True)))
    rules = terms(goal=draw(st.sampled_from(Goal)))
    return Snapshot(terms=rules, candidates=(*mentors, *mentees), seed=draw(st.integers(0, 3)), forbidden=forbidden)
