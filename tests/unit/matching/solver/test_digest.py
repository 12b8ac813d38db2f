"""One snapshot, one digest: on every machine, with every version of the libraries, and in every process.

When this fails without a change of rules, weights, terms or profiles, two machines would pair people differently.
"""

from typing import Any

from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.solver.solver import solve
from shared.language.skills import Skill, Wish
from shared.language.terms import Role
from tests.support.topics import DIGITAL, EXPERIENCE
from tests.unit.matching.people import candidate, mentee, mentor, terms

PLACES = [
    ("FR", "Europe/Paris", ("fr", "en")),
    ("GB", "Europe/London", ("en-GB",)),
    ("DE", "Europe/Berlin", ("de",)),
    ("US", "America/New_York", ("en-US",)),
]


def somebody(role: Role, nth: int) -> Candidate:
    """As different as remainders make them."""
    country, zone, languages = PLACES[nth * nth % 7 % 4]
    own, others = (DIGITAL, EXPERIENCE) if role is Role.MENTOR else (EXPERIENCE, DIGITAL)
    changes: dict[str, Any] = {
        "country": country,
        "time_zone": zone,
        "languages": languages,
        "unit": f"unit-{nth % 5}",
        "grade": 1 + nth % 4 + (3 if role is Role.MENTEE else 0),
        "offers": tuple(Skill(topic=own[(nth + step) % len(own)], level=3 + nth % 3) for step in (0, 2)),
        "wants": tuple(Wish(topic=others[(nth * step) % len(others)], level=nth % 2) for step in (1, 3)),
        "interests": ("chess", "music", "sport")[: nth % 4],
        "capacity": 1 + (nth % 6 == 0),
        "cross_border": nth % 5 > 0,
    }
    outside = {"trained": nth % 11 > 0, "waited_weeks": nth % 9, "returning": nth % 10 == 3}
    return candidate(role, f"{role}-{nth}", **changes, **outside)


def crowd() -> Snapshot:
    people = tuple(somebody(role, nth) for role in Role for nth in range(40))
    locked, forbidden = (("mentor-1", "mentee-2"),), (("mentor-4", "mentee-9"), ("mentor-8", "mentee-1"))
    return Snapshot(terms=terms(), candidates=people, seed=7, locked=locked, forbidden=forbidden)


def test_the_digest_of_a_known_snapshot() -> None:
    outcome = solve(crowd())
    worth = outcome.certificate.reached
    assert (len(outcome.matches), worth.people, worth.returning, worth.points) == (34, 66, 6, 44_724)
    assert outcome.digest == "247c4a64cf0d7dc3cf3f40578e979b786d1ae29b9914a49836b4adf6da0893a6"


def test_the_lots_of_a_known_seed() -> None:
    people = (*(mentor(f"m{nth}") for nth in range(6)), *(mentee(f"n{nth}") for nth in range(5)))
    outcome = solve(Snapshot(terms=terms(), candidates=people, seed=3))
    assert [f"{match.mentor_id}-{match.mentee_id}" for match in outcome.matches] == [
        "m1-n4",
        "m2-n2",
        "m3-n1",
        "m4-n0",
        "m5-n3",
    ]
