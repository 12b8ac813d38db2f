"""Takes up letters whose time has come: what is not to be sent is told so, the rest is in our hand."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from services.registration.board.card import PairCard
from services.registration.board.figures import Figures, read_figures
from services.registration.mail.headers import mailbox
from services.registration.mail.readers import Reader
from services.registration.notices.kinds import RULES, TO_CONTACTS
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.notices.timing import WEEK, Letterbox, decided
from services.registration.notices.truth import is_true, is_true_of_programme, pair_of
from services.registration.people.erasure import Erasure, ErasureState
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.aggregate import Aggregate
from shared.domain.work import Store, Unit

A = TypeVar("A", bound=Aggregate)

NOT_YET = timedelta(minutes=1)
"""After which one looks again whether every service has erased somebody."""
COUNTED = [kind.value for kind, rule in RULES.items() if not rule.owed]


@dataclass(frozen=True)
class Ready:
    """A letter, and all that is known for writing it."""

    letter: Letter
    reader: Reader
    programme: Programme | None
    """None where nothing is known of its reader but an address."""
    now: datetime
    partner: Participant | None = None
    partner_name: str = field(default="", repr=False)
    card: PairCard | None = None
    figures: Figures | None = None
    """How the programme goes, for its contacts."""

    @cached_property
    def address(self) -> str:
        """Where it goes; empty where its reader has no address that can be written to."""
        return mailbox(self.reader.email)


@dataclass(frozen=True)
class _Known:
    """What a batch of letters is about."""

    participants: Mapping[str, Participant]
    people: Mapping[str, Person]
    programmes: Mapping[str, Programme]
    cards: Mapping[str, PairCard]
    figures: Mapping[str, Figures]
    """Letter id → how the programme goes."""
    erased: Collection[str]
    """Ids of erasures that are complete."""
    spoilt: Set[str]
    """Ids of whoever and whatever is stored and cannot be read."""
    lately: Counter[str]
    """Person id → letters of the last week that nobody owed them; goes on counting in the batch."""

    def can_be_told(self, letter: Letter) -> bool:
        """Whether all that it is about can be read."""
        two = [letter.participant_id, str(letter.facts.get("partner", ""))]
        people = [self.participants[each].person_id for each in two if each in self.participants]
        return self.spoilt.isdisjoint((*two, *people, letter.programme_id, pair_of(letter)))

    def ready(self, letter: Letter, now: datetime) -> Ready | None:
        """None where the reader or the programme is not there any more."""
        reader, programme = self._reader(letter), self.programmes.get(letter.programme_id)
        if reader is None or (programme is None and letter.to is None):
            return None
        partner = self.participants.get(str(letter.facts.get("partner", "")))
        their = self.people.get(partner.person_id) if partner else None
        return Ready(
            letter,
            reader,
            programme,
            now,
            partner=partner,
            partner_name=their.name if their else "",
            card=self.cards.get(pair_of(letter)),
            figures=self.figures.get(letter.id),
        )

    def _reader(self, letter: Letter) -> Reader | None:
        if letter.to:
            return Reader.of_address(letter.participant_id, letter.to)
        if letter.kind in TO_CONTACTS:
            programme = self.programmes.get(letter.programme_id)
            contact = programme.contact(letter.participant_id) if programme else None
            return Reader.of_contact(contact, programme) if programme and contact else None
        participant = self.participants.get(letter.participant_id)
        person = self.people.get(participant.person_id) if participant else None
        return Reader.of(participant, person) if participant and person else None


async def claim(ids: Sequence[str], unit: Unit) -> tuple[list[Ready], list[str]]:
    """Those of these letters that are to be sent now by whoever makes this unit of work true.

    And the ids of those that cannot be read, or are about something that cannot.
    """
    aside: list[str] = []
    found = await unit.several(Letter, ids, aside)
    due = [each for each in found if each.waits and each.due_at and each.due_at <= unit.now]
    known = await _known(unit.store, due, unit.now)
    ready: list[Ready] = []
    for letter in due:
        if not known.can_be_told(letter):
            aside.append(letter.id)
        elif taken := _taken(letter, known, unit):
            ready.append(taken)
    return ready, aside


def _taken(letter: Letter, known: _Known, unit: Unit) -> Ready | None:
    ready = known.ready(letter, unit.now)
    if ready is None or not _is_true(ready):
        unit.save(letter.overtaken(unit.now))
        return None
    if not ready.address:
        unit.save(letter.given_up(Because.NO_ADDRESS, unit.now))
        return None
    reader = ready.reader
    after = decided(letter, Letterbox(reader.calendar, known.lately[reader.person_id], reader.fewer), unit.now)
    if after is letter and letter.to and letter.subject not in known.erased:
        after = letter.put_off(unit.now + NOT_YET)
    if after is letter:
        known.lately[reader.person_id] += not letter.rule.owed and bool(reader.person_id)
        unit.save(letter.in_hand(unit.now))
        return ready
    unit.save(after)
    return None


def _is_true(ready: Ready) -> bool:
    if ready.programme is None:
        return True
    if ready.figures:
        return is_true_of_programme(ready.letter, ready.programme, ready.figures, ready.now)
    participant = ready.reader.participant
    return participant is not None and is_true(ready.letter, participant, ready.card, ready.programme)


async def _known(store: Store, letters: Sequence[Letter], now: datetime) -> _Known:
    wanted = {each.participant_id for each in letters} | {str(each.facts.get("partner", "")) for each in letters}
    spoilt: set[str] = set()
    participants = await _by_id(store, Participant, wanted, spoilt)
    people = await _by_id(store, Person, {each.person_id for each in participants.values()}, spoilt)
    programmes = await _by_id(store, Programme, {each.programme_id for each in letters}, spoilt)
    cards = await _by_id(store, PairCard, {pair_of(each) for each in letters}, spoilt)
    readers = {participants[each.participant_id].person_id for each in letters if each.participant_id in participants}
    figures = {each.id: await _figures(store, each, now) for each in letters if each.kind in TO_CONTACTS}
    erased = await store.ids(Erasure, {"_id": {"$in": _erasures(letters)}, "state": ErasureState.COMPLETE.value})
    lately = await _lately(store, readers, now)
    return _Known(participants, people, programmes, cards, figures, erased, spoilt, lately)


def _erasures(letters: Iterable[Letter]) -> list[str]:
    return [each.subject for each in letters if each.to]


async def _figures(store: Store, letter: Letter, now: datetime) -> Figures:
    """With the sessions of the week it tells of; none where it tells of none."""
    since, until = (str(letter.facts.get(name) or now.isoformat()) for name in ("since", "until"))
    return await read_figures(store, letter.programme_id, datetime.fromisoformat(since), datetime.fromisoformat(until))


async def _by_id(store: Store, kind: type[A], ids: Iterable[str], spoilt: set[str]) -> dict[str, A]:
    found, faults = await store.readable(kind, {"_id": {"$in": sorted(filter(None, ids))}})
    spoilt.update(faults)
    return {each.id: each for each in found}


async def _lately(store: Store, people: Collection[str], now: datetime) -> Counter[str]:
    """How many letters each of them was sent in the last week that nobody owed them, in all their programmes.

    One that is in somebody's hand, or was, counts too: nobody knows yet that it has not gone.
    """
    rows = await store.values(Participant, {"person_id": {"$in": sorted(people)}}, ["_id", "person_id"])
    persons: dict[str, str] = dict(rows)
    which = {
        "participant_id": {"$in": sorted(persons)},
        "kind": {"$in": COUNTED},
        "$or": [
            {"fate": Fate.SENT.value, "ended_at": {"$gte": (now - WEEK).isoformat()}},
            {"fate": Fate.WAITING.value, "attempts": {"$gt": 0}, "due_at": {"$gt": now}},
        ],
    }
    lately: Counter[str] = Counter()
    for (participant_id,), count in (await store.counts(Letter, which, ["participant_id"])).items():
        lately[persons[participant_id]] += count
    return lately
