"""People who answer what they were written by the links in it, and on their pages only what no letter asked them.

They look into their mail on working days at noon, before a session and after it: letters come in working hours.
"""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from deploy.local.scenario.playing.behaviour import Answer, Meeting
from deploy.local.scenario.playing.gateway import Answer as Answered
from deploy.local.scenario.playing.gateway import Identity
from deploy.local.scenario.playing.player import Session, Unhurried
from deploy.local.scenario.playing.post import Post
from deploy.local.scenario.playing.stage import Stage

SATURDAY, NOON = 5, 12
"""Before which weekday, from Monday, and at which hour in UTC everybody looks."""
BUTTONS = {"held": "Yes, we met", "cancel": "Cancel the session"}
"""What can be said of a session → the button of the page that a link opens."""
IN_ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}
OVER = frozenset({409, 410})
"""What a link says that can do nothing any more."""
LOOKS, PAUSE = 80, 0.25
"""How often one looks whether letters are still to come, and seconds in between: then one goes on without."""
AT_FIRST = timedelta(minutes=1)
"""In which what was asked for in the opening goes: a week later it would tell nothing new."""
WAITING = re.compile(r"^telemachus_letters_waiting\{[^}]*\} (\S+)", re.MULTILINE)


class Clicker(Unhurried):
    """The people of a scenario, each with a mailbox. ``tally`` counts what was said by letter."""

    def __init__(self, stage: Stage, post: Post) -> None:
        super().__init__(stage)
        self._post = post

    @override
    async def play_on(self, until: datetime | None = None) -> None:
        await self._move_to(self._stage.clock.now() + AT_FIRST)
        await super().play_on(until)

    @override
    async def _live(self, moment: datetime, until: datetime, last: datetime) -> None:
        await super()._live(_next_look(moment), until, last)

    @override
    def _after(self, moment: datetime) -> datetime:
        return _next_look(moment + timedelta(hours=1))

    @override
    def _before(self, moment: datetime, starts_at: datetime) -> datetime:
        look = self._after(moment)
        while (later := self._after(look)) <= starts_at:
            look = later
        return look

    @override
    async def _move_to(self, moment: datetime) -> None:
        await super()._move_to(moment)
        for _ in range(LOOKS):
            if not await self._letters_waiting():
                return
            await asyncio.sleep(PAUSE)

    async def _letters_waiting(self) -> bool:
        told = await self._stage.gateway.get(self._stage.operator, "registration", "/metrics")
        found = WAITING.search(told)
        return found is not None and float(found[1]) > 0

    @override
    async def _say(self, what: str, session: Session, meeting: Meeting, action: str, body: Any) -> bool:
        employee_id = self._person(session, meeting.by).employee_id
        for letter in self._post.about(employee_id, session["session_id"]) if action in BUTTONS else ():
            for link in letter.links("sessions"):
                if await self._pressed(link, BUTTONS[action], (body or {}).get("because", "")):
                    self.tally[f"{what} by letter"] += 1
                    return True
        return await super()._say(what, session, meeting, action, body)

    async def _pressed(self, link: str, button: str, chosen: str) -> bool:
        """Whether the link opened a page with that button, and it did what it says."""
        page = await self._follow("GET", link)
        return page.done and button in page.body and (await self._follow("POST", link, chosen)).done

    async def _follow(self, method: str, link: str, chosen: str = "") -> Answered:
        before, _, token = link.rpartition("/do/")
        form = {"chosen": chosen} if method == "POST" else None
        return await self._stage.gateway.ask(
            None, method, before.rpartition("/")[2], f"/do/{token}", form=form, headers=IN_ENGLISH, accept=OVER
        )

    @override
    async def _pulse(self, who: Identity, session_id: str, pulse: Answer, *, again: bool) -> bool:
        """Whoever has more to say than a link can carry says it on the page."""
        links = [] if pulse.comment else self._post.asking_how_it_was(who.employee_id, session_id)
        if links and (await self._follow("POST", links[5 - pulse.feeling], str(pulse.useful))).done:
            self.tally["pulses by letter"] += 1
            return True
        return await super()._pulse(who, session_id, pulse, again=again)


def _next_look(moment: datetime) -> datetime:
    """The first moment from then on at which everybody looks into their mail."""
    look = moment.replace(hour=NOON, minute=0, second=0, microsecond=0)
    while look < moment or look.weekday() >= SATURDAY:
        look += timedelta(days=1)
    return look
