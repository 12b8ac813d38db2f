"""Builders for the tests of matching: a pair that suits in every respect, to spoil one respect at a time."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import strategies as st

from services.matching.candidate import Candidate, Snapshot
from shared.profile import Profile, WorkingHours
from shared.programme import PairingRules, Role, SameUnit, Terms, Training, Weights, WorkPlan
from shared.skills import Skill, Wish


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
    return Profile.model_validate(facts | changes)


_OUTSIDE = {"person_id", "trained", "room", "partners", "waited_weeks"}


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
        languages=tuple(draw(st.sets(st.sampled_from(["en", "fr", "en-GB"]), min_size=1))),
        unit=draw(st.sampled_from(["a", "b", "c"])),
        grade=draw(st.integers(1, 4)) + (3 if role is Role.MENTEE else 0),
        working_hours=draw(st.sampled_from([WorkingHours(), WorkingHours(start="06:00", end="22:00")])),
        offers=tuple(draw(_skills)) + ((Skill(topic="the-web", level=4),) if draw(st.booleans()) else ()),
        wants=tuple(draw(_wishes)) + ((Wish(topic="the-web"),) if draw(st.booleans()) else ()),
        interests=tuple(draw(st.sets(st.sampled_from(["chess", "music", "sport"])))),
        capacity=capacity,
        cross_border=draw(st.sampled_from([True, True, False])),
        managers=tuple(draw(st.sets(st.sampled_from([f"person-{side}{n}" for side in "mn" for n in range(2)])))),
        trained=draw(st.sampled_from([True, True, True, False])),
        room=draw(st.integers(0, capacity)) if draw(st.booleans()) else capacity,
        partners=frozenset(draw(st.sets(st.sampled_from(["m0", "n0"]), max_size=1))),
        waited_weeks=draw(st.integers(0, 30)),
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
