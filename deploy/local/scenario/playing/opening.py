"""The opening: a programme is made, people come in, are trained and paired, and their sessions are planned.

Every step looks at what is there already, so that an opening that was interrupted can be taken up again.
"""

import asyncio
import time
from typing import Any

from deploy.local.scenario.drawing.people import Person
from deploy.local.scenario.playing.gateway import Unexpected, participant
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage

NOT_FOUND = frozenset({404})
ROUND_DEADLINE = 300.0
PAUSE = 0.2
STEPS = 6


async def opening(stage: Stage) -> None:
    """Everything up to the planned sessions; raises Unexpected, Away or Stuck."""
    stage.progress("the programme opens", 0, STEPS)
    if await _opened(stage) == "open":
        stage.progress(f"HR's file with {len(stage.scenario.imported)} people is imported", 1, STEPS)
        await _import(stage)
        stage.progress(f"{len(stage.scenario.applicants)} people apply themselves", 2, STEPS)
        await asyncio.gather(*(_apply(stage, person) for person in stage.scenario.applicants))
        stage.progress("the groups are trained", 3, STEPS)
        await _train(stage)
        await _manage(stage, "/close-registration")
    stage.progress("the first matching round", 4, STEPS)
    await round_of_matching(stage, 1)
    stage.progress("the sessions are planned", 5, STEPS)
    await settle(stage.gateway, stage.operator)
    stage.progress("pairs are formed and their sessions planned", STEPS, STEPS)


async def _opened(stage: Stage) -> str:
    """The programme's state once it has been opened."""
    found = await stage.gateway.ask(stage.manager, "GET", "registration", stage.programme, accept=NOT_FOUND)
    if found.done and found.body["state"] != "draft":
        return str(found.body["state"])
    if not found.done:
        terms = stage.scenario.terms.model_dump(mode="json")
        body = {"id": stage.scenario.programme_id, "terms": terms}
        await stage.gateway.ask(stage.manager, "POST", "registration", "/programmes", json=body)
    await _manage(stage, "/open")
    return "open"


async def _manage(stage: Stage, step: str) -> None:
    await stage.gateway.ask(stage.manager, "POST", "registration", f"{stage.programme}{step}")


async def _import(stage: Stage) -> None:
    path = f"{stage.programme}/import"
    answer = await stage.gateway.ask(stage.manager, "POST", "registration", path, content=stage.scenario.csv_text())
    if answer.body["refused"]:
        raise Unexpected(f"The import refused {answer.body['refused']} rows: {answer.body['errors'][:3]}")


async def _apply(stage: Stage, person: Person) -> None:
    who = participant(person.employee_id, person.profile.country)
    await stage.gateway.ask(who, "POST", "registration", f"{stage.programme}/participants", json=person.application())


async def participants(stage: Stage) -> dict[str, tuple[Person, dict[str, Any]]]:
    """Participant id → the person behind it, and what registration says of them; told by the e-mail address."""
    by_address = {person.email: person for person in stage.scenario.people}
    listed = await stage.gateway.all(stage.manager, "registration", f"{stage.programme}/participants")
    return {row["participant_id"]: (by_address[row["email"]], row) for row in listed}


async def _train(stage: Stage) -> None:
    everybody = await participants(stage)
    group = [identity for identity, (person, row) in everybody.items() if person.attends and row["state"] == "applied"]
    if not group:
        return
    path = f"{stage.programme}/trained"
    answer = await stage.gateway.ask(stage.manager, "POST", "registration", path, json={"participant_ids": group})
    if answer.body["refused"]:
        raise Unexpected(f"The training of {len(answer.body['refused'])} people was refused.")


async def round_of_matching(stage: Stage, number: int) -> None:
    """Ask for the programme's ``number``-th round when all is quiet, and wait for its end."""
    await settle(stage.gateway, stage.operator)
    round_id = f"{stage.scenario.programme_id}-round-{number}"
    path = f"/rounds/{round_id}"
    known = await stage.gateway.ask(stage.manager, "GET", "matching", path, accept=NOT_FOUND)
    if not known.done:
        await stage.gateway.ask(
            stage.manager, "POST", "matching", f"{stage.programme}/rounds", json={"round_id": round_id}
        )
    await _completed(stage, path)


async def _completed(stage: Stage, path: str) -> None:
    deadline = time.monotonic() + ROUND_DEADLINE
    while True:
        seen = await stage.gateway.get(stage.manager, "matching", path)
        if seen["state"] == "completed":
            return
        if seen["state"] == "failed":
            raise Unexpected(f"The round at {path} failed: {seen['failure']}")
        if time.monotonic() > deadline:
            raise Unexpected(f"The round at {path} is still {seen['state']} after {ROUND_DEADLINE:.0f} s.")
        await asyncio.sleep(PAUSE)
