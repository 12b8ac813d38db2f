"""Two rounds side by side: what the other reaches beyond this one, who gets another partner, and what it went by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response

from services.matching.members.member import Member
from services.matching.members.readable import fetch_readable
from services.matching.pages.desk.figures import figures, settings
from services.matching.pages.desk.reading import AT_ONCE, read_comparable
from services.matching.pages.desk.seeing import OfRound, Seen
from services.matching.pages.desk.words import CHANGED, SAID, TURNS, who_is
from services.matching.rounds.comparing import Change, Turn
from services.matching.rounds.recalling import Comparison, compare
from shared.domain.marking import Say
from shared.domain.work import Store
from shared.language.terms import Id
from shared.web.dependencies import Database, Saying
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.lists.paging import After, next_link
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@dataclass(frozen=True)
class Told:
    """Somebody whose partners differ, and how, in words."""

    name: str = field(repr=False)
    what: str = field(repr=False)


@router.get("/desk/rounds/{round_id}/compare", name="compare-round")
async def choosing(request: Request, seen: OfRound, store: Database, after: After) -> Response:
    """With which rounds and trials this one can be compared."""
    found = await read_comparable(store, seen.found, after)
    others = [Seen(seen.desk, each) for each in found.items]
    shown: dict[str, Any] = {"others": others, "then": next_link(request, found.then)}
    return pages.page(request, "compare.html", seen=seen, **shown, **SAID)


@router.get("/desk/rounds/{round_id}/compare/{other_id}", name="compared-round")
async def compared(
    request: Request, seen: OfRound, other_id: Id, store: Database, after: After, say: Saying
) -> Response:
    """What the other one reaches beyond this one, and for whom."""
    other = await Seen.of(seen.desk.caller, store.unit(), other_id)
    found = await compare(store, seen.found, other.found)
    some, then = found.some(after, AT_ONCE)
    shown: dict[str, Any] = {
        "turns": _turns(found, say),
        "figures": figures(found, say),
        "settings": settings(found.settings, say),
        "changes": await _told(request, store, some, say),
        "then": next_link(request, then),
    }
    return pages.page(request, "compared.html", seen=seen, other=other, **shown, **SAID)


def _turns(found: Comparison, say: Say) -> list[str]:
    return [say(TURNS[turn], count=found.turns[turn]) for turn in Turn if found.turns.get(turn)]


async def _told(request: Request, store: Store, listed: Sequence[Change], say: Say) -> list[Told]:
    everybody = [who for each in listed for who in (each.participant_id, *each.before, *each.after)]
    names = await names_of(request, everybody)
    members = await fetch_readable(store.unit(), Member, everybody)
    roles = {each.id: each.profile.role for each in members.values() if each.profile}

    def called(people: Iterable[str]) -> list[str]:
        return [who_is(names, each, roles.get(each), say) for each in people]

    rows = zip(called(each.participant_id for each in listed), listed, strict=True)
    return [Told(name, _what(each, called, say)) for name, each in rows]


def _what(change: Change, called: Callable[[Iterable[str]], list[str]], say: Say) -> str:
    gained = called(each for each in change.after if each not in change.before)
    lost = called(each for each in change.before if each not in change.after)
    return say(CHANGED[change.turn], gained=gained, lost=lost)
