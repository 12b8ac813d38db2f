"""A lobby: the two waiting rooms of a programme at one replica, brought up to date by what has changed since."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from weakref import WeakKeyDictionary

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.rules import reasons
from services.matching.rules.candidate import Candidate
from services.matching.waiting.block import Waiting
from services.matching.waiting.view import Forbidden
from services.matching.waiting.waiting_room import Choice, WaitingRoom
from shared.domain.work import Store
from shared.language.terms import Role, Terms

TRIES = 100
"""Choices offered at once; all of them may turn out to be taken."""

MARGIN = timedelta(seconds=15)
"""A change may be stored that much later than the time it bears."""

KEPT = timedelta(hours=1)
"""After that a lobby is read as a whole again: nothing is missed for longer, and weeks of waiting are counted anew."""

LOBBIES = 10
"""Programmes a replica keeps in memory."""


class Lobby:
    """Who waits in a programme, mentors and mentees, as one replica knows it."""

    def __init__(self, store: Store, programme_id: str, terms: Terms) -> None:
        self._store, self._programme_id, self.terms = store, programme_id, terms
        self._rooms = {role: WaitingRoom(terms) for role in Role}
        self._seen: dict[str, datetime | None] = {}
        """Participant id → the change that is known."""
        self._read_at: datetime | None = None
        self._full_at: datetime | None = None
        self.lock = asyncio.Lock()

    async def look(self, member: Member, forbidden: Forbidden, without: frozenset[str]) -> "Look":
        """What this member may expect; reads what has changed since the last time."""
        now = self._store.clock.now()
        newcomer = member.candidate(now)
        if newcomer is None or member.id in without:
            return Look((), ())  # a proposal for them waits for a manager
        if self._seen.get(member.id) != member.changed_at or self._full_at is None:
            await self._read(now, member)  # whoever came before this member did is known from here on
        role = Role.MENTEE if newcomer.profile.role is Role.MENTOR else Role.MENTOR
        look = await asyncio.to_thread(_look, self._rooms[role], newcomer, forbidden, without)
        return look if len(self._rooms[role]) else Look((), await self._why_empty(role))

    async def _why_empty(self, role: Role) -> reasons.Because:
        where = {"programme_id": self._programme_id, "withdrawn": False, "profile.role": role.value}
        others = await self._store.ids(Member, where, limit=1)
        return (reasons.ALL_TAKEN,) if others else (reasons.NOBODY_THERE,)

    def knows_newer(self, member: Member) -> bool:
        """Whether they have changed since they were read."""
        known = self._seen.get(member.id)
        return bool(known and member.changed_at and known > member.changed_at)

    async def _read(self, now: datetime, member: Member) -> None:
        if self._read_at is None or self._full_at is None or now - self._full_at > KEPT:
            places = [{"pairs": []}, {"profile.capacity": {"$gt": 1}, "pairs": {"$size": 1}}]
            where = {"programme_id": self._programme_id, "withdrawn": False, "$or": places}
            members, _ = await self._store.readable(Member, where)
            self._rooms, self._seen, self._full_at = {role: WaitingRoom(self.terms) for role in Role}, {}, now
        else:
            members = await self._changed(self._read_at, member)
        self._read_at = now
        await asyncio.to_thread(self.know, members)

    async def _changed(self, since: datetime, member: Member) -> list[Member]:
        """Whoever has changed since then, this member for one."""
        from_then = (since - MARGIN).isoformat().replace("+00:00", "Z")
        where = {"programme_id": self._programme_id, "changed_at": {"$gte": from_then}, "_id": {"$ne": member.id}}
        stamps = await self._store.values(Member, where, ("_id", "changed_at"))
        ids = [participant_id for participant_id, changed_at in stamps if self._is_new(participant_id, changed_at)]
        others = (await self._store.readable(Member, {"_id": {"$in": ids}}))[0] if ids else []
        return [member, *others]

    def _is_new(self, participant_id: str, changed_at: str) -> bool:
        return self._seen.get(participant_id) != datetime.fromisoformat(changed_at)

    def doubt(self, participant_id: str) -> None:
        """What is known is too old to serve this one: read what has changed before the next look."""
        self._seen.pop(participant_id, None)

    def know(self, members: Iterable[Member]) -> None:
        """This is how they are now."""
        now = self._store.clock.now()
        free: dict[Role, list[Waiting]] = {role: [] for role in Role}
        for member in members:
            self._seen[member.id] = member.changed_at
            candidate = member.candidate(now)
            if candidate and candidate.room:
                free[candidate.profile.role].append(Waiting(candidate=candidate, queue=member.queue))
            else:
                for room in self._rooms.values():
                    room.remove(member.id)
        for role, people in free.items():
            self._rooms[role].put(people)


@dataclass(frozen=True)
class Look:
    """The partners to try, the best first; and when there is none, the rules that stood in the way."""

    choices: tuple[Choice, ...]
    because: reasons.Because


def _look(room: WaitingRoom, newcomer: Candidate, forbidden: Forbidden, without: frozenset[str]) -> Look:
    all_choices = room.choices(newcomer, forbidden)
    choices = tuple(islice((choice for choice in all_choices if choice.participant_id not in without), TRIES))
    return Look(choices, () if choices else _why(room, newcomer))


def _why(room: WaitingRoom, newcomer: Candidate) -> reasons.Because:
    return room.closed(newcomer) or (reasons.ALL_TAKEN,)


_lobbies: WeakKeyDictionary[Store, dict[str, Lobby]] = WeakKeyDictionary()


def lobby_of(store: Store, programme: Programme) -> Lobby:
    """The programme's lobby; another one once its terms are different. Those used longest ago are given up."""
    known = _lobbies.setdefault(store, {})
    lobby = known.pop(programme.id, None)
    if lobby is None or lobby.terms != programme.terms:
        lobby = Lobby(store, programme.id, programme.terms)
    known[programme.id] = lobby
    if len(known) > LOBBIES:
        del known[next(iter(known))]
    return lobby
