"""Scenario bnp-uk: a consumer bank's programme reaches its British offices after the French ones.

24 people answer a call for applications: in each of twelve departments one mentor and one mentee. Training comes
first, pairs cross departments, six monthly sessions of half an hour. The United Kingdom reports to one chief
executive, France does not: only a French coordinator can be the chief executive's mentor.
"""

from datetime import date, timedelta

from deploy.local.scenario.drawing.draw import between, chance, pick, several
from deploy.local.scenario.drawing.names import Names, address
from deploy.local.scenario.drawing.people import Person, Scenario
from shared.language.profile import Profile, WorkingHours
from shared.language.skills import Skill, Wish
from shared.language.terms import Objective, Role, Terms, WorkPlan

DEPARTMENTS = (
    "General management",
    "Risk",
    "Finance",
    "Human resources",
    "Customer care",
    "Operations",
    "Information technology",
    "Compliance",
    "Sales",
    "Legal",
    "Communication",  # in France, like the next
    "Marketing",
)
FRENCH = 2
TAUGHT = (
    "social-media",
    "data-literacy",
    "generative-ai",
    "collaboration-tools",
    "remote-meetings",
    "employer-branding",
)
HANDED_DOWN = ("goal-setting", "business-plan", "vision", "negotiation")
UNTAUGHT = "cyber-hygiene"
INTERESTS = ("running", "cooking", "photography", "chess", "gardening", "cinema", "sailing", "music", "travel")
CHIEF = 0
SPEAKS_FRENCH_ONLY = 10
WANTS_THE_UNTAUGHT = 7
MISSES_TRAINING = {(Role.MENTOR, 5), (Role.MENTEE, 8)}


def scenario(seed: int, today: date) -> Scenario:
    """The programme, beginning a week after ``today``."""
    names = Names(seed)
    people = [_person(seed, names, role, nth) for role in (Role.MENTEE, Role.MENTOR) for nth in range(len(DEPARTMENTS))]
    return Scenario(name="bnp-uk", seed=seed, terms=_terms(today + timedelta(days=7)), people=people, clicks=True)


def _terms(starts_on: date) -> Terms:
    return Terms(
        title="Reverse mentoring – United Kingdom",
        countries=("GB", "FR"),
        languages=("en", "fr"),
        topics=(*TAUGHT, UNTAUGHT, *HANDED_DOWN),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=183),
        plan=WorkPlan(sessions=6, cadence_days=28, minutes=30),
        objectives=(
            Objective(id="communication", title="People of different ages talk openly", baseline=2.8, target=3.8),
            Objective(id="generations", title="Relations between generations", baseline=3.1, target=4.0),
            Objective(id="comfort-zone", title="People leave their comfort zone", baseline=2.5, target=3.5),
        ),
    )


def _person(seed: int, names: Names, role: Role, nth: int) -> Person:
    number = nth + 1 if role is Role.MENTEE else nth + 1 + len(DEPARTMENTS)
    french = nth >= len(DEPARTMENTS) - FRENCH
    name = names.name("FR" if french else "GB")
    return Person(
        employee_id=_employee_id(number),
        name=name,
        email=address(name, number),
        profile=_profile(seed, role, nth, french=french),
        manager=_manager(role, nth, french=french),
        applies=french or (role is Role.MENTEE and nth == CHIEF),
        attends=(role, nth) not in MISSES_TRAINING,
    )


def _employee_id(number: int) -> str:
    return f"bnp-{number:04d}"


def _manager(role: Role, nth: int, *, french: bool) -> str:
    if french:
        return ""
    if role is Role.MENTOR:
        return _employee_id(nth + 1)
    return "" if nth == CHIEF else _employee_id(CHIEF + 1)


def _profile(seed: int, role: Role, nth: int, *, french: bool) -> Profile:
    about = (seed, "bnp-uk", role.value, nth)
    start, end = pick((("08:30", "17:00"), ("09:00", "17:30"), ("09:30", "18:00")), *about, "hours")
    mentor = role is Role.MENTOR
    return Profile(
        role=role,
        country="FR" if french else "GB",
        time_zone="Europe/Paris" if french else "Europe/London",
        languages=_languages(role, nth, french=french),
        unit=DEPARTMENTS[nth],
        grade=between(3, 5, *about, "grade") if mentor else 14 if nth == CHIEF else between(9, 12, *about, "grade"),
        city="Paris" if french else pick(("London", "Cardiff", "Solihull"), *about, "city"),
        working_hours=WorkingHours(start=start, end=end),
        offers=_digital_skills(about) if mentor else _experience(about),
        wants=_wants_experience(about) if mentor else _wants_digital(about, nth),
        interests=several(INTERESTS, 3, *about, "interests"),
        capacity=2 if mentor and nth in (1, 2) else 1,
        cross_border=french or nth == CHIEF or chance(*about, "border") < 0.7,
    )


def _languages(role: Role, nth: int, *, french: bool) -> tuple[str, ...]:
    if role is Role.MENTEE and nth == SPEAKS_FRENCH_ONLY:
        return ("fr",)
    return ("fr", "en") if french else ("en",)


def _digital_skills(about: tuple[object, ...]) -> tuple[Skill, ...]:
    topics = several(TAUGHT, 4, *about, "offers")
    return tuple(Skill(topic=topic, level=between(4, 5, *about, topic)) for topic in topics)


def _experience(about: tuple[object, ...]) -> tuple[Skill, ...]:
    return tuple(Skill(topic=topic, level=5) for topic in several(HANDED_DOWN, 2, *about, "offers"))


def _wants_digital(about: tuple[object, ...], nth: int) -> tuple[Wish, ...]:
    if nth == WANTS_THE_UNTAUGHT:
        return (Wish(topic=UNTAUGHT, level=1, priority=3),)
    topics = several(TAUGHT, 3, *about, "wants")
    return tuple(
        Wish(topic=topic, level=between(0, 2, *about, topic), priority=3 - rank) for rank, topic in enumerate(topics)
    )


def _wants_experience(about: tuple[object, ...]) -> tuple[Wish, ...]:
    return tuple(Wish(topic=topic, level=1, priority=2) for topic in several(HANDED_DOWN, 2, *about, "wants"))
