"""A place on the waiting list that the database counts is the one that sorting everybody gives."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matching.members.member import Member
from services.matching.members.queue import ahead
from shared.language.terms import Role
from tests.support.memory import MemoryStore
from tests.unit.matching.people import profile

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
MOMENTS = [None, *(FIRST + timedelta(microseconds=each) for each in (0, 1, 500_000, 999_999, 1_000_000, 1_000_001))]
"""Full seconds among their fractions: as text they are not in order."""


def waiting(identity: str, since: datetime | None, returning: bool, role: Role) -> Member:
    return Member(
        id=identity,
        programme_id="programme",
        person_id=f"person-{identity}",
        profile=profile(role),
        waiting_since=since,
        returning=returning,
    )


ROLES = st.sampled_from(list(Role))
PEOPLE = st.lists(st.tuples(st.sampled_from(MOMENTS), st.booleans(), ROLES), min_size=1, max_size=12).map(
    lambda drawn: [waiting(f"m-{n:02}", *facts) for n, facts in enumerate(drawn)]
)


@given(PEOPLE)
async def test_a_place_that_is_counted_is_the_place_among_all(people: Sequence[Member]) -> None:
    elsewhere = Member(id="a", programme_id="other", person_id="a", profile=profile(Role.MENTOR), returning=True)
    paired = Member(id="b", programme_id="programme", person_id="b", profile=profile(Role.MENTOR), pairs=("pair",))
    gone = Member(id="c", programme_id="programme", person_id="c", profile=profile(Role.MENTOR), withdrawn=True)
    store = MemoryStore(*people, elsewhere, paired, gone)
    for role in Role:
        queue = sorted((each for each in people if each.profile and each.profile.role is role), key=lambda m: m.queue)
        counted = [sum([await store.count(Member, where) for where in ahead(each, role)]) for each in queue]
        assert counted == list(range(len(queue)))
