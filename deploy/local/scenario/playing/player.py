"""Plays a programme from its planned sessions to its end: people act, each for themselves, and the clock moves on."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any

from typing_extensions import override

from deploy.local.scenario.drawing.people import Person
from deploy.local.scenario.playing.behaviour import Answer, Behaviour, Couple, Meeting, Outcome
from deploy.local.scenario.playing.gateway import Identity, participant
from deploy.local.scenario.playing.opening import participants
from deploy.local.scenario.playing.settle import Stuck, settle
from deploy.local.scenario.playing.stage import Stage
from deploy.local.scenario.playing.turns import turn
from shared.language.terms import Role, Terms

STEP = timedelta(days=2)
LOOK_BACK = timedelta(days=4)
"""How far back sessions are looked for that somebody should still confirm."""
LONGEST = timedelta(hours=1)
"""A session never lasts longer."""
DEADLINE = 180.0
CLOCK_SPREADS = 0.1
"""Seconds until every process has followed the moved clock."""
NO = frozenset({404, 409})
Session = dict[str, Any]


class Player:
    """The people of one scenario and what they do, step by step. ``tally`` counts what they did."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._behaviour = Behaviour(stage.scenario.seed)
        self._people: dict[str, Person] = {}
        self._moved: set[str] = set()
        self._promised: list[tuple[Identity, str, Answer]] = []
        self._days = 0
        self._confirm_within = timedelta()
        self.tally: Counter[str] = Counter()

    async def play_on(self, until: datetime | None = None) -> None:
        """From wherever the clock stands to that moment or the programme's end; raises Unexpected, Away or Stuck."""
        self._people = {identity: person for identity, (person, _) in (await participants(self._stage)).items()}
        terms = await self._terms()
        first, last = _at_midnight(terms.starts_on), _at_midnight(terms.ends_on)
        self._confirm_within = timedelta(days=terms.plan.confirm_within_days)
        last += self._confirm_within + STEP
        self._days = (last - first).days
        half = first + (last - first) / 2
        stop = min(until or last, last)
        await self._live(max(first, self._stage.clock.now()), min(half, stop), last)
        if stop > half:
            await turn(self._stage, self._people)
            await self._live(max(half, self._stage.clock.now()), stop, last)
        await settle(self._stage.gateway, self._stage.operator)
        await self._keep_promises()

    async def _live(self, moment: datetime, until: datetime, last: datetime) -> None:
        while moment < until:
            left = (last - moment).days
            self._stage.progress(f"{moment:%d %B %Y}, {left} days to go", self._days - left, self._days)
            moment = await self._step(moment, until)
        await self._move_to(until)

    async def end(self) -> None:
        """The manager closes the programme; returns when everybody has heard of it."""
        stage = self._stage
        await stage.gateway.ask(stage.manager, "POST", "registration", f"{stage.programme}/close")
        await settle(stage.gateway, stage.operator)

    async def _terms(self) -> Terms:
        programme = await self._stage.gateway.get(self._stage.manager, "registration", self._stage.programme)
        return Terms.model_validate(programme["terms"])

    async def _move_to(self, moment: datetime) -> None:
        """Move the clock, never back, and let what nobody confirmed be missed before anybody acts again."""
        if self._stage.clock.now() < moment:
            self._stage.clock.move_to(moment)
        await asyncio.sleep(CLOCK_SPREADS)
        too_late, deadline = moment - self._confirm_within - LONGEST, monotonic() + DEADLINE
        while overdue := await self._scheduled(too_late - LOOK_BACK, too_late):
            if monotonic() > deadline:
                raise Stuck(f"{len(overdue)} sessions nobody confirmed are not missed after {DEADLINE:.0f} s.")
            await asyncio.sleep(CLOCK_SPREADS)

    async def _step(self, moment: datetime, latest: datetime) -> datetime:
        """Live through the days from ``moment`` on; returns when the next begin that hold a session."""
        await self._move_to(moment)
        await self._keep_promises()
        sessions = await self._scheduled(moment - LOOK_BACK, self._after(moment))
        await asyncio.gather(*(self._act(session, moment) for session in sessions))
        if sessions:
            return min(self._after(moment), latest)
        later = await self._scheduled(moment, latest)
        return self._before(moment, _starts_at(later[0])) if later else latest

    def _after(self, moment: datetime) -> datetime:
        """When people act next, after they have acted."""
        return moment + STEP

    def _before(self, moment: datetime, starts_at: datetime) -> datetime:
        """When they act next, after a time in which there was nothing to do, before a session starts."""
        return moment + STEP * ((starts_at - moment) // STEP)

    async def _scheduled(self, after: datetime, before: datetime) -> list[Session]:
        """Those that start from ``after`` and up to ``before`` and are not settled yet, the earliest first."""
        path = f"{self._stage.programme}/sessions"
        window = {"starts_from": after.isoformat(), "starts_before": before.isoformat()}
        found: list[Session] = await self._stage.gateway.all(
            self._stage.manager, "sessions", path, state="scheduled", **window
        )
        return found

    async def _act(self, session: Session, moment: datetime) -> None:
        meeting = self._behaviour.meeting(self._couple(session), session["number"])
        to_come = _starts_at(session) >= moment
        if meeting.outcome is Outcome.CANCELLED and to_come:
            await self._cancel(session, meeting)
        elif meeting.moved and to_come and session["session_id"] not in self._moved:
            await self._move(session, meeting)
        elif meeting.outcome is Outcome.HELD and not to_come:
            await self._hold(session, meeting)

    def _couple(self, session: Session) -> Couple:
        mentor, mentee = (self._person(session, role) for role in (Role.MENTOR, Role.MENTEE))
        both_trained = mentor.becomes_trained and mentee.becomes_trained
        return Couple(mentor=mentor.employee_id, mentee=mentee.employee_id, both_trained=both_trained)

    def _person(self, session: Session, role: Role) -> Person:
        return self._people[session[role.value]["participant_id"]]

    def _who(self, session: Session, role: Role) -> Identity:
        person = self._person(session, role)
        return participant(person.employee_id, person.profile.country)

    async def _cancel(self, session: Session, meeting: Meeting) -> None:
        await self._say("cancelled", session, meeting, "cancel", {"because": meeting.because.value})

    async def _hold(self, session: Session, meeting: Meeting) -> None:
        if await self._say("held", session, meeting, "held", None):
            self._promised += [
                (self._who(session, role), session["session_id"], answer) for role, answer in meeting.answers.items()
            ]

    async def _move(self, session: Session, meeting: Meeting) -> None:
        """To the same time one to four days later, whichever suits both calendars first; else it stays."""
        self._moved.add(session["session_id"])
        starts_at = _starts_at(session)
        for days in range(1, 5):
            another = {"starts_at": (starts_at + timedelta(days=days)).isoformat()}
            if await self._say("moved", session, meeting, "move", another):
                return

    async def _say(self, what: str, session: Session, meeting: Meeting, action: str, body: Any) -> bool:
        who, path = self._who(session, meeting.by), f"/sessions/{session['session_id']}/{action}"
        answer = await self._stage.gateway.ask(who, "POST", "sessions", path, json=body, accept=NO)
        self.tally[what if answer.done else f"not {what}: {answer.sentence}"] += 1
        return answer.done

    async def _keep_promises(self) -> None:
        """Answer the pulses of the step before; those that feedback has not heard the session of, a little later."""
        promised, self._promised = self._promised, []
        answered = await asyncio.gather(*(self._pulse(*promise, again=False) for promise in promised))
        unheard = [promise for promise, done in zip(promised, answered, strict=True) if not done]
        if unheard:
            await settle(self._stage.gateway, self._stage.operator)
            await asyncio.gather(*(self._pulse(*promise, again=True) for promise in unheard))

    async def _pulse(self, who: Identity, session_id: str, pulse: Answer, *, again: bool) -> bool:
        body = {"feeling": pulse.feeling, "useful": pulse.useful, "comment": pulse.comment}
        path = f"/sessions/{session_id}/pulse"
        answer = await self._stage.gateway.ask(who, "POST", "feedback", path, json=body, accept=NO)
        if answer.done or again:
            self.tally["pulses" if answer.done else f"no pulse: {answer.sentence}"] += 1
        return answer.done


class Unhurried(Player):
    """Lets everything be heard before the clock moves on: otherwise what is under way grows days old at one stroke."""

    @override
    async def _move_to(self, moment: datetime) -> None:
        await settle(self._stage.gateway, self._stage.operator)
        await super()._move_to(moment)


def _starts_at(session: Session) -> datetime:
    return datetime.fromisoformat(session["starts_at"])


def _at_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
