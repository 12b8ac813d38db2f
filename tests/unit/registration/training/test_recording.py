import pytest

from services.registration.people.participant import Participant
from services.registration.programmes.programme import Stage
from services.registration.training.recording import train
from shared.domain.errors import Refused
from shared.language.registration import ParticipantTrained, Withdrawal
from tests.support.memory import MemoryStore
from tests.unit.registration.samples import PROFILE, programme

HERE = Participant.registered("spring", "person-a", PROFILE)
ABROAD = Participant.registered("spring", "person-b", PROFILE.model_copy(update={"country": "GB"}))
GONE = Participant.registered("spring", "person-c", PROFILE).withdrawn(Withdrawal.OWN_WISH)
ELSEWHERE = Participant.registered("autumn", "person-a", PROFILE)


async def test_who_can_be_recorded_is_and_for_the_others_it_says_why_not() -> None:
    memory = MemoryStore(programme(), HERE, ABROAD, GONE, ELSEWHERE)
    group = [HERE.id, HERE.id, ABROAD.id, GONE.id, ELSEWHERE.id, "nobody"]
    report = await train(memory, "spring", group, "FR".__eq__)
    assert (report.trained, report.unchanged) == (1, 0)
    assert [each.participant_id for each in report.refused] == group[2:]
    assert [str(each.reason) for each in report.refused] == [
        "people-not-managed country=GB",
        "withdrawn-before-training",
        "nobody-of-this-id",
        "nobody-of-this-id",
    ]
    assert memory.said == [ParticipantTrained(programme_id="spring", participant_id=HERE.id)]


async def test_recording_again_changes_nothing() -> None:
    memory = MemoryStore(programme(), HERE)
    await train(memory, "spring", [HERE.id], lambda _: True)
    again = await train(memory, "spring", [HERE.id], lambda _: True)
    assert (again.trained, again.unchanged, len(memory.said)) == (0, 1, 1)


@pytest.mark.parametrize("state", [Stage.DRAFT, Stage.ENDED])
async def test_a_programme_that_does_not_run_trains_nobody(state: Stage) -> None:
    with pytest.raises(Refused):
        await train(MemoryStore(programme(state), HERE), "spring", [HERE.id], lambda _: True)
