"""The last letter to somebody: that everything about them is erased, where their address is still known."""

from collections.abc import Sequence

from services.registration.notices.asking import Post, put
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Address, Letter, letter_id
from services.registration.people.erasure import Erasure
from services.registration.people.person import Person
from services.registration.privacy.erasing import erase, participations
from shared.domain.work import Unit


async def erase_and_tell(unit: Unit, ids: Sequence[str], *, is_told: bool) -> Erasure:
    """Erase the person of these ids, as ``erase`` does, and ask for the letter that tells them when it is done.

    It holds name and address until it has gone, or cannot go; ``is_told`` says whether letters go at all.
    """
    to = await _address(unit, ids) if is_told else None
    erasure = await erase(unit, ids)
    if to:
        await put(unit, Post((_last(erasure, to, unit),)))
    return erasure


async def _address(unit: Unit, ids: Sequence[str]) -> Address | None:
    people = [person for each in ids if (person := await unit.find(Person, each))]
    if not people:
        return None
    person = people[0]
    spoken = [tag for part in await participations(unit, ids) for tag in part.profile.languages]
    return Address(name=person.name, email=person.email, language=person.language or next(iter(spoken), ""))


def _last(erasure: Erasure, to: Address, unit: Unit) -> Letter:
    return Letter(
        id=letter_id(Kind.ERASED, erasure.id, "self", unit.happened_at.isoformat()),
        kind=Kind.ERASED,
        programme_id="",
        participant_id=erasure.id,
        subject=erasure.id,
        facts={},
        asked_at=unit.happened_at,
        to_go_at=unit.happened_at,
        due_at=unit.happened_at,
        to=to,
    )
