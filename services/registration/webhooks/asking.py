"""Which endpoints are told of an event, and what: ids and times, and nothing else of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.registration.webhooks.delivery import Delivery, delivery_id
from shared.domain.endpoints import Endpoint
from shared.domain.handlers import Hears
from shared.domain.work import Unit
from shared.language.feedback import FeedbackSubmitted
from shared.language.matching import MatchingRoundProgressed
from shared.language.registration import ParticipantErased, ParticipantIdentified
from shared.language.streams import REGISTRY, OfProgramme, Stream
from shared.privacy.erasing import forgotten

NOT_TOLD = (FeedbackSubmitted, MatchingRoundProgressed, ParticipantIdentified)
"""Who has answered is between them and the figures; progress is no event for a chat; a number's spelling is no news."""
KINDS: Mapping[str, type[OfProgramme]] = {
    kind.type: kind
    for kind in REGISTRY.values()
    if issubclass(kind, OfProgramme) and kind.stream is not Stream.MATCHING_REQUESTS and kind not in NOT_TOLD
}
"""Type → event that endpoints may be told of."""
PEOPLE = ("participant_id", "mentor_id", "mentee_id")
DATA = ("pair_id", "session_id", "round_id", "starts_at", "ends_at", "moved_from")
"""All that is told beside the programme and its people; a field that is not named here goes nowhere."""
NEWS = timedelta(days=3)
"""For how long an event is news: no longer than it is tried to be told."""


def unknown_kinds(endpoints: Sequence[Endpoint]) -> list[str]:
    """Kinds that somebody wants to be told of and that do not exist, or are told to nobody."""
    return sorted({kind for each in endpoints for kind in each.kinds if kind not in KINDS})


def hearing(endpoints: Sequence[Endpoint]) -> list[Hears]:
    """A handler for the events that any of them is told of; none where nobody is."""
    wanted = tuple(KINDS[kind] for kind in sorted({kind for each in endpoints for kind in each.kinds if kind in KINDS}))

    async def tell(event: OfProgramme, unit: Unit) -> None:
        await put(unit, event, endpoints)

    return [Hears(wanted, tell)] if wanted else []


async def put(unit: Unit, event: OfProgramme, endpoints: Sequence[Endpoint]) -> None:
    """In the unit of work that hears it, note whom to tell: once for each, however often it is heard.

    Of whoever was erased before nothing is told: what happens to their pairs afterwards names the other one alone.
    """
    wanting = [each for each in endpoints if _wants(each, event)]
    if not wanting or unit.now - unit.happened_at > NEWS:
        return
    people = {name: str(getattr(event, name, "")) for name in PEOPLE}
    gone = await forgotten(unit, people.values())
    if people["participant_id"] in gone and not isinstance(event, ParticipantErased):
        return
    known = {name: "" if who in gone else who for name, who in people.items()}
    told = [_delivery(event, unit, each, known) for each in wanting]
    await unit.fetch([(Delivery, each.id) for each in told])
    for each in told:
        if await unit.find(Delivery, each.id) is None:
            unit.save(each)


def _wants(endpoint: Endpoint, event: OfProgramme) -> bool:
    return event.type in endpoint.kinds and (not endpoint.programmes or event.programme_id in endpoint.programmes)


def _delivery(event: OfProgramme, unit: Unit, endpoint: Endpoint, people: Mapping[str, str]) -> Delivery:
    data = {name: written for name in DATA if (written := _written(getattr(event, name, None)))}
    if isinstance(event, ParticipantErased):  # the one thing that is told of them when all else of them is deleted
        people, data["participant_id"] = dict.fromkeys(PEOPLE, ""), event.participant_id
    return Delivery(
        id=delivery_id(unit.event_id, endpoint.name),
        endpoint=endpoint.name,
        kind=event.type,
        programme_id=event.programme_id,
        participant_id=people["participant_id"],
        mentor_id=people["mentor_id"],
        mentee_id=people["mentee_id"],
        data=data,
        happened_at=unit.happened_at,
        due_at=unit.now,
    )


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value or "")


def payload_of(delivery: Delivery) -> dict[str, object]:
    """What goes out: the type, when it happened, and ids and times."""
    people = {name: getattr(delivery, name) for name in PEOPLE}
    data = {"programme_id": delivery.programme_id, **people, **delivery.data}
    return {
        "type": delivery.kind,
        "timestamp": delivery.happened_at.isoformat(),
        "data": {name: value for name, value in data.items() if value},
    }
