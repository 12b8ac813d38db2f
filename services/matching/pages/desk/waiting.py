"""Who waits for a partner in a programme: since when, why, and what would help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.queue import read_queue
from services.matching.pages.desk.reading import AT_ONCE
from services.matching.pages.desk.seeing import Desk, PartOfProgramme
from services.matching.rounds.recalling import last_places
from services.matching.rounds.report import Place
from services.matching.telling.sentences import opening, waits
from shared.domain.marking import Say
from shared.domain.work import Key, Store
from shared.language.profile import Profile
from shared.language.terms import Role
from shared.language.values.places import spellings
from shared.web.access import Caller
from shared.web.dependencies import Database, Saying
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import address_of, switch
from shared.web.guarded import Guarded
from shared.web.lists.managed import partly_managed_by
from shared.web.lists.paging import After, next_link, of_theirs
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()
EVERY: Literal["all"] = "all"

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@dataclass(frozen=True)
class Picked:
    """Which part of those who wait."""

    role: str = EVERY
    country: str = EVERY

    @property
    def is_all(self) -> bool:
        """Whether nobody is left away."""
        return (self.role, self.country) == (EVERY, EVERY)


@dataclass(frozen=True)
class Waiting:
    """Somebody without a partner, and what they could change."""

    member: Member
    profile: Profile
    why: str
    openings: list[str]


@router.get("/desk/programmes/{programme_id}/waiting", name="waiting-list")
async def waiting(
    request: Request,
    of: PartOfProgramme,
    store: Database,
    after: After,
    say: Saying,
    role: Literal["all"] | Role = EVERY,
    country: Annotated[str, Query(max_length=3)] = EVERY,
) -> Response:
    """Whoever has no partner, in the order of the waiting list."""
    picked = Picked(str(role), country)
    found, then = await _read(store, of, picked, after, say)
    shown: dict[str, Any] = {
        "found": found,
        "names": await names_of(request, [each.member.id for each in found]),
        "then": next_link(request, then),
        "programmes": switch(
            request, "waiting-list", await partly_managed_by(of.caller, store, Programme), of.programme.id
        ),
        "people_at": address_of(request, "registration", f"/everybody/{of.programme.id}/one"),
    }
    return pages.page(request, "waiting.html", desk=of, picked=picked, **shown)


async def _read(store: Store, of: Desk, picked: Picked, after: Key, say: Say) -> tuple[list[Waiting], Key]:
    page = await read_queue(store, of.programme.id, after, AT_ONCE, _among(of, picked))
    places = await last_places(store, of.programme.id, [each.id for each in page.items])
    told = [_told(each, each.profile, places, of.caller, say) for each in page.items if each.profile]
    return told, page.then


def _among(of: Desk, picked: Picked) -> dict[str, Any]:
    among: dict[str, Any] = dict(of_theirs(of.caller, "profile.country"))
    if picked.country != EVERY:
        among["profile.country"] = {"$in": spellings(of.caller.managed([picked.country]))}
    if picked.role != EVERY:
        among["profile.role"] = picked.role
    return among


def _told(member: Member, profile: Profile, places: Mapping[str, Place], caller: Caller, say: Say) -> Waiting:
    you = caller.plays(member)
    place = places.get(member.id)
    openings = [opening(each, say, you) for each in place.left_over.openings] if place else []
    return Waiting(member, profile, waits(member.waiting_because, say, you), openings)
