"""Sends what is to be sent.

A letter is in our hand before it is handed over, and noted as sent afterwards. Where the process ends in between, it is
sent again five minutes later, under the same Message-ID: rather twice, which a mailbox may notice, than never.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import structlog

from services.registration.mail.claiming import Ready, claim
from services.registration.mail.sending import Message, Outcome, Sender
from services.registration.mail.writing import Writer, know_languages
from services.registration.metrics import metrics
from services.registration.notices.asking import put
from services.registration.notices.leading import RUNNING, monday_of, of_week, together
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.programmes.programme import Programme
from shared.domain.pieces import chunks
from shared.domain.work import Store, Unit, Where
from shared.domain.working.days import public_holidays
from shared.loops import Pulse, still_moving
from shared.settings import Settings

log = structlog.get_logger()
TOGETHER, HANDS, ROUNDS = 100, 2, 10
"""Taken up at a time by each hand: while one asks the database, the other is at the mail server; how often."""
AGAIN = 600.0
"""Seconds after which one looks again at what could not be read: somebody may have put it right."""
LOOK = 1.0
"""Seconds after which one looks again when nothing was due."""
HOME = "GB"
"""A country; with the first, the library knows all."""
PAUSE = 20.0
"""Seconds for which a server is left alone that took nothing; shorter than the lease, which another would take up."""


class Postman:
    """Takes letters out of the database, and to the mail server."""

    part = "letters"
    silent = 600.0

    def __init__(self, store: Store, settings: Settings, pulse: Pulse) -> None:
        self._store, self._pulse = store, pulse
        self._writer, self._hands = Writer(settings), [Sender(settings) for _ in range(HANDS)]
        self._taking, self._is_all_taken = asyncio.Lock(), False
        self._trouble: str | None = None
        """What was in the way the last time that anything was to be handed over."""
        self._warm = False
        self._week: date | None = None
        """Whose letters have been asked for, by its Monday."""
        self._aside: dict[str, float] = {}
        """Letters that cannot be read, or are about something that cannot, and until when they are left alone."""
        self._unnoted: dict[str, tuple[Outcome, str]] = {}
        """What became of letters, and why they were not taken, until the database knows: it may be away just then."""

    async def step(self) -> None:
        """Send what is due now, or wait a little."""
        dealt_with = await self.post()
        if self._trouble:
            await asyncio.sleep(PAUSE)
        elif dealt_with < TOGETHER:
            await asyncio.sleep(LOOK)

    async def post(self) -> int:
        """Deal with what is due, for a while; returns how many letters that were."""
        await self._note(dict(self._unnoted))
        await self._warm_up()
        await self._ask_for_the_week()
        self._is_all_taken = False
        done = await asyncio.gather(*map(self._hand_over, self._hands), return_exceptions=True)
        dealt_with = 0
        for each in done:  # what is on its way in one hand is not broken off for what happens to the other
            if isinstance(each, BaseException):
                raise each
            dealt_with += each
        return dealt_with

    async def _hand_over(self, sender: Sender) -> int:
        """Hundred by hundred, as long as there are whole hundreds and a server that takes them."""
        dealt_with = 0
        for _ in range(ROUNDS):
            ids, ready = await self._take_up()
            dealt_with += len(ids)
            await self._send(ready, sender)
            if len(ids) < TOGETHER or self._trouble:
                break
        return dealt_with

    async def _take_up(self) -> tuple[Sequence[str], Sequence[Ready]]:
        """One hand after the other, so that they do not reach for the same letters."""
        async with self._taking:
            ids = [] if self._is_all_taken else await self._due()
            self._is_all_taken = len(ids) < TOGETHER
            if not ids:
                return [], []
            ready, aside = await self._store.run(partial(claim, ids))
            self._set_aside(aside)
            return ids, ready

    async def _due(self) -> list[str]:
        now = time.monotonic()
        self._aside = {identity: until for identity, until in self._aside.items() if until > now}
        due: Where = {
            "fate": Fate.WAITING.value,
            "due_at": {"$lte": self._store.clock.now()},
            "_id": {"$nin": [*self._aside, *self._unnoted]},
        }
        return await self._store.ids(Letter, due, sort=(("due_at", 1), ("_id", 1)), limit=TOGETHER)

    def _set_aside(self, ids: Sequence[str]) -> None:
        for identity in ids:
            self._aside[identity] = time.monotonic() + AGAIN
            metrics.set_aside.inc()
            log.error("letter set aside", letter_id=identity, because="not-readable")

    async def _warm_up(self) -> None:
        """Holidays and languages take half a second when they are first looked at, and nobody is to wait for that."""
        if not self._warm:
            await asyncio.to_thread(public_holidays, HOME, self._store.clock.now().year)
            await asyncio.to_thread(know_languages)
            self._warm = True

    async def _ask_for_the_week(self) -> None:
        """No event tells that a week has passed: once a week, and once after every start, its letters are asked for."""
        week = monday_of(self._store.clock.now())
        if week != self._week:
            led = {"state": {"$in": sorted(RUNNING)}, "contacts.0": {"$exists": True}}
            for ids in chunks(await self._store.ids(Programme, led), TOGETHER):
                await self._store.run(partial(_ask, ids))
            self._week = week

    async def _send(self, ready: Sequence[Ready], sender: Sender) -> None:
        messages: list[Message] = [(each.letter.id, each.address, partial(self._writer.write, each)) for each in ready]
        still_moving()
        if messages:
            outcomes, why = await sender.send(messages), sender.said
            answers = {each: (outcome, why.get(each) or sender.trouble or "") for each, outcome in outcomes.items()}
            self._unnoted |= answers
            self._trouble = sender.trouble
            self._pulse.delay(self.part, self._trouble)
            await self._note(answers)

    async def _note(self, answers: Mapping[str, tuple[Outcome, str]]) -> None:
        if answers:
            await self._store.run(partial(_note, answers))
            self._unnoted = {each: answer for each, answer in self._unnoted.items() if each not in answers}


async def _ask(ids: Sequence[str], unit: Unit) -> None:
    programmes = await unit.several(Programme, ids, spoilt=[])
    await put(unit, together(of_week(each, unit.now) for each in programmes))


async def _note(outcomes: Mapping[str, tuple[Outcome, str]], unit: Unit) -> None:
    for letter in await unit.several(Letter, list(outcomes), spoilt=[]):  # a reader may have been erased meanwhile
        outcome, why = outcomes[letter.id]
        if letter.waits or outcome is Outcome.TAKEN:
            unit.save(_noted(letter.answered(why), outcome, unit))


def _noted(letter: Letter, outcome: Outcome, unit: Unit) -> Letter:
    match outcome:
        case Outcome.TAKEN:
            return letter.sent(unit.now)
        case Outcome.REFUSED:
            return letter.given_up(Because.REFUSED, unit.now)
        case Outcome.LATER:
            return letter.not_taken(unit.now)
