"""The waiting list as the database is asked for it: who is on it, part after part, and who comes before somebody."""

from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.matching.members.member import Member
from shared.domain.work import BY_ID, Key, Order, Page, Store, Where
from shared.language.terms import Role

SINCE: Order = (("waiting_since", 1), ("_id", 1))


EVERYBODY: Where = MappingProxyType({})


def parts(programme_id: str, among: Where = EVERYBODY) -> list[tuple[Where, Order]]:
    """Whoever waits, by ``Member.queue``: those who return first, and last those for whom nobody has looked yet.

    Within a second it goes by the text that is stored, where a full second comes behind its fractions.
    """
    waits = {"programme_id": programme_id, "withdrawn": False, "pairs": [], "profile": {"$ne": None}, **among}
    found: list[tuple[Where, Order]] = []
    for returning in ({"returning": True}, {"returning": {"$ne": True}}):
        found.append(({**waits, **returning, "waiting_since": {"$gt": ""}}, SINCE))
        found.append(({**waits, **returning, "waiting_since": None}, BY_ID))
    return found


async def read_queue(store: Store, programme_id: str, after: Key, limit: int, among: Where = EVERYBODY) -> Page[Member]:
    """So many of the waiting list who come after that key: the part of the list it is in, and where in there."""
    found = list[Member]()
    first, key = (int(after[0] or 0), after[1:]) if after else (0, ())
    for part, (where, sort) in list(enumerate(parts(programme_id, among)))[first:]:
        if len(found) == limit:
            return Page(found, (part,))
        page = await store.page(Member, where, sort=sort, after=key, limit=limit - len(found), spoilt=[])
        found, key = found + page.items, ()
        if page.then:
            return Page(found, (part, *page.then))
    return Page(found, ())


async def place_of(store: Store, member: Member, role: Role) -> int:
    """Their place among those of that role who wait, from 1."""
    return 1 + sum([await store.count(Member, where) for where in ahead(member, role)])


def ahead(member: Member, role: Role) -> list[Where]:
    """Whoever of that role waits and comes before them by ``Member.queue``; nobody is an answer to two.

    Records that nobody can read count, too.
    """
    queue = {"programme_id": member.programme_id, "withdrawn": False, "pairs": [], "profile.role": role.value}
    alike = {**queue, "returning": True if member.returning else {"$ne": True}}
    first = [] if member.returning else [{**queue, "returning": True}]
    since = member.waiting_since
    same = {**alike, "waiting_since": _stored(since) if since else None, "_id": {"$lt": member.id}}
    earlier = _before(since) if since else [{"$gt": ""}]
    return [*first, *({**alike, "waiting_since": each} for each in earlier), same]


def _stored(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _before(moment: datetime) -> list[Any]:
    """Times are stored as text, where a full second comes behind its fractions: «00Z» behind «00.5Z»."""
    second = _stored(moment.replace(microsecond=0))
    return [{"$lt": _stored(moment)}, second] if moment.microsecond else [{"$lt": second.removesuffix("Z")}]
