"""Scenario ge-1999: five hundred top managers are told to find a young employee who teaches them the web.

Top-down: nobody applies, HR imports one file of 500 senior mentees and 500 junior mentors of seven places on three
continents. Only the mentors are trained by all means; so trained and untrained pairs can be compared.
"""

from datetime import date, timedelta

from deploy.local.scenario.drawing.draw import between, chance, pick, several
from deploy.local.scenario.drawing.names import Names, address
from deploy.local.scenario.drawing.people import Person, Scenario
from shared.language.profile import Profile, WorkingHours
from shared.language.skills import Skill, Wish
from shared.language.terms import Objective, PairingRules, Role, Terms, Training, WorkPlan

SENIORS = JUNIORS = 500
PLACES = (  # share of the people in percent, country, time zone, city, languages
    (30, "US", "America/New_York", "New York", ("en",)),
    (20, "US", "America/Chicago", "Chicago", ("en",)),
    (10, "US", "America/Los_Angeles", "San Francisco", ("en",)),
    (12, "GB", "Europe/London", "London", ("en",)),
    (12, "DE", "Europe/Berlin", "Munich", ("de", "en")),
    (8, "IN", "Asia/Kolkata", "Bengaluru", ("en", "hi")),
    (8, "BR", "America/Sao_Paulo", "São Paulo", ("pt", "en")),
)
UNITS = (
    "Aircraft engines",
    "Appliances",
    "Broadcasting",
    "Capital markets",
    "Card services",
    "Commercial finance",
    "Corporate",
    "Equity",
    "Fleet services",
    "Industrial systems",
    "Information services",
    "Insurance",
    "Lighting",
    "Medical systems",
    "Mortgages",
    "Plastics",
    "Power systems",
    "Real estate",
    "Silicones",
    "Transportation",
)
FAMILY = ("the-web", "remote-meetings", "collaboration-tools", "cyber-hygiene")
UNTAUGHT = "generative-ai"
HANDED_DOWN = ("goal-setting", "business-plan", "negotiation", "career-paths")
INTERESTS = ("baseball", "football", "cycling", "jazz", "chess", "cooking", "travel", "gardening", "history", "films")


def scenario(seed: int, today: date) -> Scenario:
    """The programme, beginning a week after ``today``."""
    names = Names(seed)
    people = [_person(seed, names, Role.MENTEE, nth) for nth in range(SENIORS)]
    people += [_person(seed, names, Role.MENTOR, nth) for nth in range(JUNIORS)]
    return Scenario(name="ge-1999", seed=seed, terms=_terms(today + timedelta(days=7)), people=people)


def _terms(starts_on: date) -> Terms:
    return Terms(
        title="Top managers learn the web",
        countries=tuple(dict.fromkeys(country for _, country, *_ in PLACES)),
        languages=("en", "de", "pt", "hi", "fi"),
        topics=(*FAMILY, UNTAUGHT, *HANDED_DOWN),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=84),
        plan=WorkPlan(sessions=4, cadence_days=14, minutes=30),
        pairing=PairingRules(training=Training.MENTOR),
        objectives=(
            Objective(
                id="uses-the-web", title="Managers who use the web weekly", scale="percentage", baseline=15, target=80
            ),
        ),
    )


def _person(seed: int, names: Names, role: Role, nth: int) -> Person:
    about = (seed, "ge-1999", role.value, nth)
    number = nth + 1 if role is Role.MENTEE else nth + 1 + SENIORS
    profile = _profile(about, role, nth)
    name = names.name(profile.country)
    trained, attends = _training(about, role)
    return Person(
        employee_id=_employee_id(number),
        name=name,
        email=address(name, number),
        profile=profile,
        manager=_manager(about, role, nth),
        trained=trained,
        attends=attends,
    )


def _employee_id(number: int) -> str:
    return f"ge-{number:05d}"


def _manager(about: tuple[object, ...], role: Role, nth: int) -> str:
    """The first senior of a unit leads it; one junior in five reports to another unit."""
    if role is Role.MENTEE:
        return "" if nth < len(UNITS) else _employee_id(nth % len(UNITS) + 1)
    elsewhere = chance(*about, "matrix") < 0.2
    senior = between(0, SENIORS - 1, *about, "manager")
    return _employee_id((senior if elsewhere else senior - senior % len(UNITS) + nth % len(UNITS)) + 1)


def _training(about: tuple[object, ...], role: Role) -> tuple[bool, bool]:
    """Whether HR's file says so, and whether the person comes to the group's training."""
    if role is Role.MENTOR:
        return chance(*about, "trained") < 0.5, chance(*about, "attends") < 0.96
    return False, chance(*about, "attends") < 0.75


def _profile(about: tuple[object, ...], role: Role, nth: int) -> Profile:
    _, country, zone, city, languages = _place(about)
    mentor = role is Role.MENTOR
    exotic = chance(*about, "exotic")
    start, end = pick((("08:00", "16:30"), ("08:30", "17:00"), ("09:00", "17:30"), ("09:30", "18:30")), *about, "hours")
    if 0.01 <= exotic < 0.02:  # a night shift
        start, end = "00:00", "05:00"
    return Profile(
        role=role,
        country=country,
        time_zone=zone,
        languages=("fi",) if exotic < 0.01 else languages,
        unit=UNITS[nth % len(UNITS)],
        grade=between(3, 7, *about, "grade") if mentor else between(11, 16, *about, "grade"),
        city=city,
        working_hours=WorkingHours(start=start, end=end),
        offers=_skills(about) if mentor else _experience(about),
        wants=_wants_experience(about) if mentor else _wishes(about, untaught=0.02 <= exotic < 0.03),
        interests=several(INTERESTS, 3, *about, "interests"),
        capacity=2 if mentor and chance(*about, "capacity") < 0.05 else 1,
        cross_border=chance(*about, "border") < 0.5,
    )


def _place(about: tuple[object, ...]) -> tuple[int, str, str, str, tuple[str, ...]]:
    share = between(1, 100, *about, "place")
    for place in PLACES:
        share -= place[0]
        if share <= 0:
            return place
    raise AssertionError("the shares of PLACES make less than 100")


def _skills(about: tuple[object, ...]) -> tuple[Skill, ...]:
    topics = ("the-web", *several(FAMILY[1:], 1, *about, "offers"))
    return tuple(Skill(topic=topic, level=between(3, 5, *about, topic)) for topic in topics)


def _wishes(about: tuple[object, ...], *, untaught: bool) -> tuple[Wish, ...]:
    if untaught:
        return (Wish(topic=UNTAUGHT, level=0, priority=3),)
    second = several(FAMILY[1:], 1, *about, "wants")[0]
    web = Wish(topic="the-web", level=between(0, 2, *about, "the-web"), priority=3)
    return web, Wish(topic=second, level=between(0, 1, *about, second), priority=1)


def _experience(about: tuple[object, ...]) -> tuple[Skill, ...]:
    return tuple(Skill(topic=topic, level=5) for topic in several(HANDED_DOWN, 2, *about, "hands-down"))


def _wants_experience(about: tuple[object, ...]) -> tuple[Wish, ...]:
    return tuple(Wish(topic=topic, level=1, priority=2) for topic in several(HANDED_DOWN, 2, *about, "learns"))
