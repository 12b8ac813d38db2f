"""What somebody was written, in words: every letter there is about them, and what has become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.people.participant import Participant
from shared.domain.marking import _
from shared.domain.work import Store
from shared.language.values.zones import zone_of

AT_ONCE = 50

TOLD: Mapping[Kind, str] = {
    Kind.RECEIVED: _("You take part"),
    Kind.TRAINING: _("Your training is still to come"),
    Kind.PAIRED: _("Who your partner is"),
    Kind.PLANNED: _("When you meet"),
    Kind.MOVED: _("A session was moved"),
    Kind.CANCELLED: _("A session was cancelled"),
    Kind.TOMORROW: _("Reminder of a session"),
    Kind.PLACE: _("Whether you have met"),
    Kind.PULSE: _("How a session was"),
    Kind.MOMENTUM: _("Sessions did not take place"),
    Kind.LEFT: _("Your pair has ended"),
    Kind.ENDED: _("The programme has ended"),
    Kind.ERASED: _("Everything about you was erased"),
    Kind.WEEK: _("The week in five figures"),
    Kind.ALARMS: _("Pairs that need help"),
}
"""What a letter is about."""

WHY_NOT: Mapping[Because, str] = {
    Because.OVERTAKEN: _("not sent: it was no longer needed"),
    Because.ENOUGH: _("not sent: you had enough letters that week"),
    Because.UNWANTED: _("not sent: you asked for fewer letters"),
    Because.TOO_LATE: _("not sent: it would have come too late"),
    Because.MAYBE_SENT: _("not sent again: it may have gone before data were restored"),
    Because.NO_ADDRESS: _("not sent: we know no e-mail address of yours"),
    Because.REFUSED: _("not sent: your mail server refused it"),
    Because.NOT_TAKEN: _("not sent: no mail server took it in time"),
    Because.OPERATOR: _("not sent: whoever runs this service has withdrawn it"),
}


@dataclass(frozen=True)
class Told:
    """One letter: what it is about, and what has become of it; ``fate`` names its ``day``."""

    what: str
    session_on: date | None
    """The day of the session it is about, by the clock of its reader; None where it is about none."""
    fate: str
    day: date


async def letters_to(store: Store, ids: Sequence[str]) -> list[Told]:
    """The last letters to the person of these ids in all their programmes, by day, the newest first."""
    mine = await store.all(Participant, {"person_id": {"$in": list(ids)}})
    zones = {each.id: each.profile.time_zone for each in mine}
    newest = (("asked_at", -1), ("_id", -1))
    page = await store.page(Letter, {"participant_id": {"$in": list(zones)}}, sort=newest, limit=AT_ONCE)
    told = [_told(each, zones[each.participant_id]) for each in page.items]
    return sorted(told, key=attrgetter("day"), reverse=True)


def _told(letter: Letter, zone: str) -> Told:
    day = (letter.ended_at or letter.due_at or letter.to_go_at).date()
    return Told(TOLD[letter.kind], _session_on(letter, zone), _fate(letter), day)


def _session_on(letter: Letter, zone: str) -> date | None:
    starts_at = letter.facts.get("starts_at")
    return datetime.fromisoformat(str(starts_at)).astimezone(zone_of(zone)).date() if starts_at else None


def _fate(letter: Letter) -> str:
    if letter.because:
        return WHY_NOT[letter.because]
    return _("sent on %(day)s") if letter.fate is Fate.SENT else _("waits until %(day)s")
