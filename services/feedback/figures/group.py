"""The whole group's programmes in figures, of every region whose statistics reach this one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel

from shared.domain.aggregate import Aggregate
from shared.domain.work import Store
from shared.language.feedback import PairCounts, ProgrammeCounted, SessionCounts

MOST_PROGRAMMES = 500


@dataclass(frozen=True, kw_only=True)
class Told(Aggregate):
    """A programme as its region last told of it, this region's own too; ``id`` is the event's ``count_id``."""

    collection: ClassVar[str] = "group"

    counted: ProgrammeCounted
    counted_at: AwareDatetime


class RegionalProgramme(BaseModel):
    """One programme in one region. Means are of the scale 1 to 5, absent while too few people answered."""

    region: str
    programme_id: str
    counted_at: AwareDatetime
    pairs: dict[str, int]
    sessions: dict[str, int]
    at_risk: int
    recovered: int
    answered: int
    feeling: float | None
    useful: float | None

    @classmethod
    def of(cls, told: Told) -> "RegionalProgramme":
        return cls.model_validate({**told.counted.model_dump(), "counted_at": told.counted_at})


class Total(BaseModel):
    """All of them together."""

    programmes: int
    pairs: dict[str, int]
    sessions: dict[str, int]
    at_risk: int
    recovered: int
    answered: int


class Group(BaseModel):
    """What the group's office sees: who takes part is never in it."""

    total: Total
    programmes: list[RegionalProgramme]

    @classmethod
    def of(cls, told: Sequence[Told]) -> "Group":
        programmes = [RegionalProgramme.of(one) for one in told]
        total = Total(
            programmes=len(programmes),
            pairs=_sums(PairCounts(), [one.pairs for one in programmes]),
            sessions=_sums(SessionCounts(), [one.sessions for one in programmes]),
            at_risk=sum(one.at_risk for one in programmes),
            recovered=sum(one.recovered for one in programmes),
            answered=sum(one.answered for one in programmes),
        )
        return cls(total=total, programmes=programmes)


async def group_now(store: Store) -> Group:
    """All programmes of all regions that tell this one; at most 500."""
    return Group.of(await store.all(Told, {}, limit=MOST_PROGRAMMES))


def _sums(none: PairCounts | SessionCounts, counts: Sequence[dict[str, int]]) -> dict[str, int]:
    return {name: sum(count[name] for count in counts) for name in none.model_dump()}
