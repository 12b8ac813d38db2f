"""Somebody of whom everything is unheard-of, so that a search finds it wherever it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.backends import Mongo
from tests.support.loop import MANAGER, PAIR, Loop, application, loop, participant

JUNIOR, SENIOR = "employee-4711", "employee-0815"
NAME, ADDRESS, COMMENT = "Quirina Ungewitter", "quirina@unheard-of.example", "a comment like no other"
THANKS = "a word of thanks"
UNIT, CITY, INTEREST = "Department of Oddities", "Oddville", "extreme ironing"
TRACES = (NAME, ADDRESS, JUNIOR, COMMENT, UNIT, CITY, INTEREST)
"""What nobody else has."""


@asynccontextmanager
async def met_once(mongodb: Mongo, prefix: str, directory: Path) -> AsyncIterator[Loop]:
    """Two people in a programme, a pair, a session that was held, one cancelled; all that can be said was said."""
    async with loop(mongodb, prefix, directory) as one:
        await one.opened()
        said = application(NAME, ADDRESS, "mentor", "FR", unit=UNIT, city=CITY, interests=[INTEREST])
        said["employee_id"] = JUNIOR
        mentor = await one.applies(JUNIOR, said)
        await one.applies(JUNIOR, {**said, "profile": {**said["profile"], "grade": 4}})
        wants = [{"topic": "the-web", "level": 1}]
        theirs = application("S", "s@company.example", "mentee", "GB", offers=[], wants=wants)
        mentee = await one.applies(SENIOR, theirs)
        await one.carry()
        await one.pair(mentor, mentee)
        await one.carry()
        first, second, *_ = (await one.ask("sessions", "GET", f"/pairs/{PAIR}/sessions", MANAGER))["sessions"]
        cancel = f"/sessions/{second['session_id']}/cancel"
        await one.ask("sessions", "POST", cancel, participant(JUNIOR), json={"because": "ill"})
        await one.passes(first["ends_at"])
        await one.ask("sessions", "POST", f"/sessions/{first['session_id']}/held", participant(JUNIOR))
        await one.carry()
        for who, comment in ((JUNIOR, COMMENT), (SENIOR, THANKS)):
            pulse = {"feeling": 5, "useful": 2, "comment": comment}
            path = f"/sessions/{first['session_id']}/pulse"
            await one.ask("feedback", "POST", path, participant(who), json=pulse, expect=201)
        await one.carry()
        yield one
