"""One look at a programme for all who follow it: what they see is drawn once a process, whoever looks."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from services.registration.board.card import PairCard
from services.registration.board.feed import Feed
from services.registration.pages.board.reading import newest_change
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.aggregate import Aggregate
from shared.domain.work import Store

PAUSE = 1.0
"""Seconds between two looks at the store while nothing wakes us: what another replica has heard shows up as late."""
OLDEST = 15.0
"""Seconds after which it is drawn anew even if nothing happened: time passes on the page too."""
REST = 1
"""Times as long as drawing took is waited before followers get another: a storm of events takes half of the time."""
KEPT = 30.0
"""Seconds after which a programme that nobody looks at is forgotten."""
SHOWN: tuple[type[Aggregate], ...] = (Programme, Participant, Person, PairCard)
"""What the page shows beside feeds: a page that is loaded after such a change shows it."""

T = TypeVar("T")


class Moment:
    """A programme as it was at one moment, and all that was made of it then."""

    def __init__(self, programme: Programme, change: str) -> None:
        self.programme, self.change, self.at = programme, change, time.monotonic()
        self._made: dict[Hashable, asyncio.Task[Any]] = {}
        self._at_work, self._since, self._took = 0, self.at, 0.0

    async def once(self, what: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What is made for the first who asks for it; all others get the same."""
        if what not in self._made:
            self._made[what] = asyncio.ensure_future(self._timed(what, make))
        made: T = await asyncio.shield(self._made[what])  # whoever asked first may go away
        return made

    async def _timed(self, what: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        if not self._at_work:
            self._since = time.monotonic()
        self._at_work += 1
        try:
            return await make()
        except Exception:
            del self._made[what]  # the next who asks tries again
            raise
        finally:
            self._at_work -= 1
            if not self._at_work:
                now = time.monotonic()
                self._took, self._since = self._took + now - self._since, now

    @property
    def rest(self) -> float:
        """Seconds until followers may be shown another."""
        return self._since + min(PAUSE, REST * self._took) - time.monotonic()


class Watched:
    """A programme that somebody looks at in this process."""

    def __init__(self, programme_id: str) -> None:
        self._programme_id = programme_id
        self._lock = asyncio.Lock()
        self._woken = asyncio.Event()
        self._stale = False
        self._moment: Moment | None = None
        self._looked_at = 0.0
        self.used_at = time.monotonic()

    def heard(self) -> None:
        """An event of it was heard of: followers look at once."""
        self._woken.set()

    def changed(self) -> None:
        """Something that may be on the page has changed."""
        self._stale = True

    async def newest(self, store: Store) -> Moment:
        """For followers: another one when something was heard, or it has become old; raises Absent."""
        async with self._lock:
            return await self._current(store, anew=self._woken.is_set())

    async def now(self, store: Store) -> Moment:
        """For a page: the same, and another one when anything on it was changed in this process; raises Absent."""
        async with self._lock:
            return await self._current(store, anew=self._stale or self._woken.is_set())

    async def _current(self, store: Store, *, anew: bool) -> Moment:
        moment, now = self._moment, time.monotonic()
        self.used_at = now
        if moment is None or anew or now - moment.at >= OLDEST:
            return await self._look(store)
        if now - self._looked_at >= PAUSE:
            self._looked_at = now
            if await newest_change(store, self._programme_id) != moment.change:
                return await self._look(store)
        return moment

    async def _look(self, store: Store) -> Moment:
        self._stale, self._looked_at = False, time.monotonic()
        self._woken.clear()
        programme_id = self._programme_id
        programme, change = await asyncio.gather(
            store.unit().get(Programme, programme_id), newest_change(store, programme_id)
        )
        self._moment = Moment(programme, change)
        return self._moment

    async def more(self, than: Moment) -> None:
        """Until it is time for a follower to look again."""
        await asyncio.sleep(than.rest)
        if self._moment is not than:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAUSE):
                await self._woken.wait()


class _Watch:
    """All programmes that are looked at through one store."""

    def __init__(self) -> None:
        self._programmes: dict[str, Watched] = {}

    def told(self, aggregate: Aggregate | None) -> None:
        for watched in self._programmes.values():
            watched.changed()
        if isinstance(aggregate, Feed) and aggregate.programme_id in self._programmes:
            self._programmes[aggregate.programme_id].heard()

    def of(self, programme_id: str) -> Watched:
        if programme_id not in self._programmes:
            long_ago = time.monotonic() - KEPT
            self._programmes = {key: each for key, each in self._programmes.items() if each.used_at > long_ago}
            self._programmes[programme_id] = Watched(programme_id)
        return self._programmes[programme_id]


_watches: WeakKeyDictionary[Store, _Watch] = WeakKeyDictionary()


def watched(store: Store, programme_id: str) -> Watched:
    """The programme as all in this process look at it."""
    if store not in _watches:
        _watches[store] = watch = _Watch()
        store.news.listen((*SHOWN, Feed), watch.told)
    return _watches[store].of(programme_id)
