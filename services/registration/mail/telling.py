"""What the template of a letter may tell: of its reader, their partner and programme; to contacts, how it goes."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from services.registration.board.card import Meeting
from services.registration.board.figures import Figures
from services.registration.mail.claiming import Ready
from services.registration.notices.kinds import TO_CONTACTS
from services.registration.notices.letter import Letter
from services.registration.people.participant import Participant, has_to_train
from services.registration.programmes.programme import Programme
from shared.language.sessions import Outcome

MOMENTS = frozenset({"starts_at", "ends_at", "moved_from", "since", "until"})
A_MOMENT = timedelta(seconds=1)


def facts_of(ready: Ready) -> dict[str, Any]:
    """Name → value; ``partner`` is empty where nobody knows their name."""
    letter, reader = ready.letter, ready.reader
    return {
        **{name: _moment(name, value) for name, value in letter.facts.items()},
        "name": reader.name,
        "programme": ready.programme,
        "zone": reader.calendar.time_zone,
        "subject_id": letter.subject,
        "is_contact": letter.kind in TO_CONTACTS,
        **(_of_part(ready, reader.participant, ready.programme) if reader.participant and ready.programme else {}),
        **(_of_programme(ready.figures, letter) if ready.figures else {}),
    }


def _of_part(ready: Ready, reader: Participant, programme: Programme) -> Mapping[str, Any]:
    return {
        "partner": ready.partner_name,
        "role": reader.profile.role,
        "entered": bool(ready.letter.facts.get("entered")),
        "to_train": has_to_train(reader.state, reader.profile.role, programme.terms),
        "mine": _shared_topics(reader, ready.partner),
        "theirs": _shared_topics(ready.partner, reader),
        "meetings": _to_come(ready),
        "held": ready.card.held if ready.card else 0,
    }


def _of_programme(figures: Figures, letter: Letter) -> Mapping[str, Any]:
    until = letter.facts.get("until")
    return {**asdict(figures), "last_day": datetime.fromisoformat(str(until)) - A_MOMENT if until else None}


def _to_come(ready: Ready) -> list[Meeting]:
    """The pair's other sessions that are still to be, the earliest first: a move may have changed their order."""
    planned = [
        each
        for each in (ready.card.meetings if ready.card else ())
        if each.outcome is Outcome.SCHEDULED and each.starts_at > ready.now and each.session_id != ready.letter.subject
    ]
    return sorted(planned, key=lambda each: each.starts_at)


def _moment(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in MOMENTS and value else value


def _shared_topics(one: Participant | None, other: Participant | None) -> list[str]:
    """What one offers and the other wants, in the order of their wishes."""
    if one is None or other is None:
        return []
    offered = {each.topic for each in one.profile.offers}
    return [each.topic for each in other.profile.wants if each.topic in offered]
