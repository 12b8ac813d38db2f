"""What is known of whoever applies, and what can be guessed, so that nothing is asked for twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.registration.people.participant import Participant
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Store
from shared.language.profile import Profile
from shared.language.terms import Role
from shared.language.values.zones import zones_in


@dataclass(frozen=True)
class Known:
    """Somebody who applies, as far as they are known."""

    person: Person | None = field(repr=False)
    here: Participant | None
    """Their part in this very programme: then they change what they have said."""
    elsewhere: Participant | None
    """In another one, the last of them."""

    @property
    def profile(self) -> Profile | None:
        """As they have described themselves last."""
        part = self.here or self.elsewhere
        return part.profile if part else None

    @property
    def hr(self) -> HrsWord | None:
        """What HR has said of where they stand; then nobody asks them."""
        if self.here and self.here.of_hr:
            return HrsWord.of(self.here.profile)
        return self.person.hr if self.person else None


async def read_known(store: Store, programme_id: str, ids: Sequence[str]) -> Known:
    """Who that is."""
    people = await store.all(Person, {"_id": {"$in": list(ids)}})
    parts = await store.all(Participant, {"person_id": {"$in": list(ids)}})
    here = next((each for each in parts if each.programme_id == programme_id), None)
    others = [each for each in parts if each.programme_id != programme_id]
    return Known(people[0] if people else None, here, others[-1] if others else None)


async def guess_role(store: Store, programme: Programme, grade: int | None) -> Role | None:
    """The role of those who are closest to that grade; None where nobody has applied, or the grade is not known."""
    counted = await store.counts(Participant, {"programme_id": programme.id}, by=("profile.role", "profile.grade"))
    means = {role: _mean(counted, role) for role in Role}
    if grade is None or not all(means.values()):
        return None
    return min(Role, key=lambda role: abs((means[role] or 0) - grade))


def _mean(counted: Mapping[tuple[str, int], int], role: Role) -> float | None:
    of_role = {grade: count for (of, grade), count in counted.items() if of == role}
    people = sum(of_role.values())
    return sum(grade * count for grade, count in of_role.items()) / people if people else None


def guess_country(programme: Programme, accepted: str) -> str:
    """The only one there is, or the one that the browser's languages name; empty for none."""
    countries = programme.terms.countries
    if len(countries) == 1:
        return countries[0]
    named = [tag.partition(";")[0].strip().rpartition("-")[2].upper() for tag in accepted.split(",")[:5]]
    return next((country for country in named if country in countries), "")


async def guess_zone(store: Store, programme: Programme, country: str) -> str:
    """That of most people of the programme there; of nobody the country's own, if it has but one."""
    where = {"programme_id": programme.id, "profile.country": country}
    counted = await store.counts(Participant, where, by=("profile.time_zone",))
    if counted:
        return str(max(sorted(counted), key=lambda zone: counted[zone])[0])
    zones = zones_in(country)
    return zones[0] if len(zones) == 1 else ""
