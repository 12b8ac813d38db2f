"""What happens half-way: one pair asks to be dissolved, somebody withdraws, and a second round looks for partners."""

from collections.abc import Mapping
from typing import Any

from deploy.local.scenario.drawing.people import Person
from deploy.local.scenario.playing.gateway import participant
from deploy.local.scenario.playing.opening import round_of_matching
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage

OWN_WISH = {"because": "own-wish"}


async def turn(stage: Stage, people: Mapping[str, Person]) -> None:
    """Once a programme: the mentee of one pair asks to part, the mentor of another withdraws."""
    pairs: list[dict[str, Any]] = await stage.gateway.all(stage.manager, "matching", f"{stage.programme}/pairs")
    if any(pair["state"] == "dissolved" for pair in pairs):
        return
    pairs.sort(key=lambda pair: people[pair["mentee_id"]].employee_id)
    parting = pairs[len(pairs) // 2]
    others = [pair for pair in pairs if pair["mentor_id"] != parting["mentor_id"]]
    await _part(stage, parting, people)
    await _withdraw(stage, others[len(others) // 2]["mentor_id"], people)
    await round_of_matching(stage, 2)
    await settle(stage.gateway, stage.operator)


async def _part(stage: Stage, pair: Mapping[str, Any], people: Mapping[str, Person]) -> None:
    mentee = people[pair["mentee_id"]]
    await stage.gateway.ask(
        participant(mentee.employee_id, mentee.profile.country),
        "POST",
        "matching",
        f"/pairs/{pair['pair_id']}/dissolve",
        json=OWN_WISH,
    )


async def _withdraw(stage: Stage, participant_id: str, people: Mapping[str, Person]) -> None:
    person = people[participant_id]
    await stage.gateway.ask(
        participant(person.employee_id, person.profile.country),
        "POST",
        "registration",
        f"/participants/{participant_id}/withdraw",
        json=OWN_WISH,
    )
