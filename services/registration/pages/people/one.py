"""One person of a programme: who they are, how far they have come, marked as trained, and taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.registration.board.acquainted import names_known
from services.registration.board.card import PairCard, active_of
from services.registration.pages.people.managed import Managed, Managing
from services.registration.pages.people.reading import Stand, stand_of
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.registration import Withdrawal
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Forbidden, known_to
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()
MOST_PAIRS = 100
"""Of one person in one programme, that are told of."""

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


class Leaving(Sent):
    """Why somebody is taken out; nobody is asked for more than the category."""

    because: Withdrawal


TRAINING = Form(Nothing, (), button=_("Mark as trained"))
LEAVING = Form(
    Leaving,
    (
        Asked(
            "because",
            _("Why do they step back?"),
            "one",
            options={
                "own-wish": _("It is their own wish"),
                "left-company": _("They are leaving the company"),
                "manager": _("I have decided so"),
            },
        ),
    ),
    button=_("Take out of the programme"),
)
IS_TRAINED = _("The training is recorded. From now on we look for a partner.")
IS_GONE = _("They no longer take part. Whoever was paired with them is told, and we look for somebody new.")


@dataclass(frozen=True)
class One:
    """Somebody, as a manager of theirs sees them."""

    seen: Managing
    participant: Participant
    person: Person | None = field(repr=False)
    """None where nobody knows who it was any more."""
    cards: Sequence[PairCard]
    names: Mapping[str, str] = field(repr=False)
    """Of partners, by participant id: those whom the reader may know."""
    now: datetime

    @property
    def stand(self) -> Stand:
        """How far they have come."""
        return stand_of(self.participant, self.seen.programme)

    @property
    def is_trainable(self) -> bool:
        """Whether a training can be recorded."""
        return self.stand is Stand.TO_TRAIN and self.is_changeable

    @property
    def is_changeable(self) -> bool:
        """Whether what is known of them can be changed, where they have not stepped back."""
        return self.seen.programme.state in (Stage.OPEN, Stage.CLOSED)

    @property
    def is_over(self) -> bool:
        """Whether nothing comes any more."""
        return self.seen.programme.is_over(self.now)

    @property
    def pairs(self) -> Sequence[PairCard]:
        """Those that work together now."""
        return active_of(self.cards)

    def partner_of(self, card: PairCard) -> str:
        """The name of the other one; empty where it is not for the reader."""
        return self.names.get(_other(card, self.participant.id), "")


def _other(card: PairCard, own: str) -> str:
    return card.mentee_id if card.mentor_id == own else card.mentor_id


async def _one(participant_id: Id, seen: Managed, store: Database) -> One:
    """Who is of another programme or country is as one who is not there."""
    unit = store.unit()
    participant = await known_to(seen.caller, unit, Participant, participant_id)
    _must_be_theirs(participant, seen)
    either = [{"mentor_id": participant.id}, {"mentee_id": participant.id}]
    cards = await store.all(PairCard, {"programme_id": seen.programme.id, "$or": either}, limit=MOST_PAIRS)
    others = [_other(card, participant.id) for card in cards]
    names = await names_known(store, seen.caller.ids, seen.caller.manages, others) if others else {}
    return One(seen, participant, await unit.find(Person, participant.person_id), cards, names, unit.now)


def _must_be_theirs(participant: Participant, seen: Managing) -> None:
    if participant.programme_id != seen.programme.id or not seen.caller.manages(participant.profile.country):
        raise Forbidden("of-somebody-else")


Theirs = Annotated[One, Depends(_one)]


@router.get("/everybody/{programme_id}/one/{participant_id}", name="one-of-people")
async def one(request: Request, of: Theirs) -> Response:
    """What is known of them, and what can be done for them."""
    return await _page(request, of, filled(request, TRAINING))


@router.post("/everybody/{programme_id}/one/{participant_id}/trained", name="one-trained")
async def trained(request: Request, of: Theirs) -> Response:
    """Record that they have finished the training for their role."""

    async def work(__: Nothing, unit: Unit) -> Done:
        before = await still_theirs(unit, of)
        (await unit.get(Programme, before.programme_id)).must_run()
        return _kept(request, unit, of, before, before.trained(), IS_TRAINED)

    return await act(request, of.seen.caller, TRAINING, work, partial(_page, request, of))


@router.get("/everybody/{programme_id}/one/{participant_id}/take-out", name="take-out")
async def asked(request: Request, of: Theirs) -> Response:
    """What it means, and why it is done."""
    if of.stand is Stand.WITHDRAWN:
        raise Refused("withdrawn-for-good", about=of.participant.person_id)
    return await _taking_out(request, of, filled(request, LEAVING))


@router.post("/everybody/{programme_id}/one/{participant_id}/take-out", name="taken-out")
async def taken_out(request: Request, of: Theirs) -> Response:
    """Record that they step back, for good."""

    async def work(leaving: Leaving, unit: Unit) -> Done:
        before = await still_theirs(unit, of)
        return _kept(request, unit, of, before, before.withdrawn(leaving.because), IS_GONE)

    return await act(request, of.seen.caller, LEAVING, work, partial(_taking_out, request, of))


async def still_theirs(unit: Unit, of: One) -> Participant:
    """As they are in this unit of work: they may have moved to another country meanwhile."""
    found = await unit.get(Participant, of.participant.id)
    _must_be_theirs(found, of.seen)
    return found


def _kept(request: Request, unit: Unit, of: One, before: Participant, after: Participant, told: str) -> Done:
    if after is not before:
        unit.save(after)
    note(participant_id=after.id)
    parts = {"programme_id": of.seen.programme.id, "participant_id": after.id}
    return Done(request.url_for("one-of-people", **parts).path, Notice(told))


async def _page(request: Request, of: One, form: Filled) -> Response:
    return pages.page(request, "person.html", one=of, form=form)


async def _taking_out(request: Request, of: One, form: Filled) -> Response:
    return pages.page(request, "take_out.html", one=of, form=form)
