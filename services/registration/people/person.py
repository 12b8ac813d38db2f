"""A person as HR knows them. Names and e-mail addresses live here and leave this service in no event."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.profile import Profile
from shared.language.values.languages import Language
from shared.language.values.lines import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class HrsWord:
    """What HR says of somebody's place in the organisation; nobody else's word counts beside it."""

    country: str
    unit: str = field(repr=False)
    grade: int

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """As HR has said it in this profile."""
        return cls(country=profile.country, unit=profile.unit, grade=profile.grade)

    def over(self, profile: Profile) -> Profile:
        """The profile with HR's word in it."""
        return profile.model_copy(update={"country": self.country, "unit": self.unit, "grade": self.grade})


@dataclass(frozen=True, kw_only=True)
class Person(Aggregate):
    """Somebody, over all programmes; ``id`` is the person id, a keyed hash of the employee id.

    What names them is kept out of ``repr``, and so out of logs and tracebacks.
    """

    collection: ClassVar[str] = "people"
    about: ClassVar[tuple[str, ...]] = ("id",)
    shown: ClassVar[Shown] = Shown(
        to_all=("name", "email", "manager_id", "hr"), to_themselves=("employee_id", "language", "fewer_letters")
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("manager_id",),)

    name: Annotated[str, Line(120)] = field(repr=False)
    email: Annotated[str, Line(254)] = field(repr=False)
    employee_id: str | None = field(default=None, repr=False)
    """Unknown of somebody who applied oneself, until HR's data bring it; as it was written, for it gave the id."""
    manager_id: str | None = None
    """Person id of the direct manager, who may be unknown here otherwise."""
    hr: HrsWord | None = None
    """None until HR says something of them; then their name and address are HR's too."""
    language: Language | None = None
    """Which they chose to read; None until they have."""
    fewer_letters: bool = False
    """Whether they want no letter that they may do without."""
