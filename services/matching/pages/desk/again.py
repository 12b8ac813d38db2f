"""Asking for a round again: with the choices of one there was, and who is to be together or apart from now on."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.matching.pages.desk.asking import QUESTIONS, Wish, begun, changes, known
from services.matching.pages.desk.seeing import OfRound, Seen
from services.matching.pages.desk.words import WHO
from services.matching.pairs.pair import Pair
from services.matching.rounds.choices import Two
from shared.domain.errors import Absent
from shared.domain.marking import Say, _
from shared.domain.work import Unit
from shared.language.reasons import Failure, not_valid
from shared.language.terms import AN_ID, Id, Role
from shared.language.values.forms import Form as Written
from shared.language.values.lists import AtMost
from shared.web.dependencies import Database, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()
MOST_CHOSEN = 20
"""Pairs of a round that one can choose from at once: a page of them."""
MOST_SHOWN = 30
"""Couples of earlier choices that are offered to be let go: names are asked for of 200 people at most."""
BETWEEN = "/"
"""Stands in no id."""

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

A_COUPLE = re.compile(f"{AN_ID}{BETWEEN}{AN_ID}")
Couple = Annotated[str, Written(f"^{A_COUPLE.pattern}$", not_valid("no-id"))]
"""A mentor's and a mentee's id, as one option of a form."""
Couples = Annotated[tuple[Couple, ...], AtMost(100)]
Picked = Annotated[tuple[Id, ...], Query(max_length=MOST_CHOSEN)]


class Again(Wish):
    """The same, and what becomes of couples."""

    together: Couples = ()
    apart: Couples = ()
    unlock: Couples = ()
    allow: Couples = ()


AGAIN = Form(
    Again,
    (
        *QUESTIONS,
        Asked("together", _("Put these together"), "several"),
        Asked("apart", _("Keep these apart"), "several"),
        Asked("unlock", _("Together up to now: whom will you let go?"), "several"),
        Asked("allow", _("Apart up to now: who may be paired again?"), "several"),
    ),
    button=_("Ask for it"),
)


def _written(two: Two) -> str:
    return BETWEEN.join(two)


def _two(couple: str) -> Two:
    mentor, _between, mentee = couple.partition(BETWEEN)
    return mentor, mentee


def _twos(couples: Iterable[str]) -> tuple[Two, ...]:
    return tuple(map(_two, couples))


def _ticked(form: Filled, name: str) -> list[Two]:
    return list(_twos([each for each in form.of(name).value if A_COUPLE.fullmatch(each)][:MOST_CHOSEN]))


def _first(before_others: Iterable[Two], twos: Sequence[Two]) -> list[Two]:
    """Some of them, those before all others."""
    known = set(twos)
    return list(dict.fromkeys([*(two for two in before_others if two in known), *twos[:MOST_SHOWN]]))


@dataclass
class Asking:
    """A round that is asked for again, by one request."""

    request: Request
    seen: Seen
    say: Say
    in_the_way: list[Two] = field(default_factory=list)
    """Who cannot be put together: offered to be let go before all others."""

    async def work(self, wish: Again, unit: Unit) -> Done:
        """Ask for a new round with the choices of this one, some of them changed."""
        now = await Seen.of(self.seen.desk.caller, unit, self.seen.found.id)
        before = replace(now.found.choices, based_on=now.found.id)
        lock, forbid, unlock, allow = map(_twos, (wish.together, wish.apart, wish.unlock, wish.allow))
        other = changes(wish, before.pairing or now.desk.programme.terms.pairing)
        chosen = replace(other, lock=lock, forbid=forbid, unlock=unlock, allow=allow)
        return await begun(self.request, unit, now.desk, chosen, before)

    async def named(self, failure: Failure) -> Failure:
        """The same with names in place of ids: for the eyes of whoever asks, and for nothing else."""
        facts = failure.reason.facts
        if {"mentor_id", "mentee_id"} <= facts.keys():
            self.in_the_way.append((str(facts["mentor_id"]), str(facts["mentee_id"])))
        people = {name: str(facts[name]) for name in ("mentor_id", "mentee_id", "participant_id") if name in facts}
        names = await names_of(self.request, people.values())
        role = Role.MENTEE if people.get("participant_id") == people.get("mentee_id") else Role.MENTOR
        roles = {"mentor_id": Role.MENTOR, "mentee_id": Role.MENTEE, "participant_id": role}
        return failure.told_with(**{name: names.get(who) or self.say(WHO[roles[name]]) for name, who in people.items()})

    async def page(self, form: Filled) -> Response:
        """The form, with the couples that are chosen, and those that were."""
        before = self.seen.found.choices
        offered: dict[str, list[Two]] = {
            "together": _ticked(form, "together"),
            "apart": _ticked(form, "apart"),
            "unlock": _first([*self.in_the_way, *_ticked(form, "unlock")], before.locked),
            "allow": _first(_ticked(form, "allow"), before.forbidden),
        }
        everybody = [who for twos in offered.values() for two in twos for who in two]
        names = await names_of(self.request, everybody)
        options = {name: {_written(two): self._called(two, names) for two in twos} for name, twos in offered.items()}
        left = {"unlock": len(before.locked) - MOST_SHOWN, "allow": len(before.forbidden) - MOST_SHOWN}
        return pages.page(self.request, "again.html", seen=self.seen, form=form.offering(options), left=left)

    def _called(self, two: Two, names: Mapping[str, str]) -> str:
        return " – ".join(names.get(who) or self.say(WHO[role]) for who, role in zip(two, Role, strict=True))


@router.get("/desk/rounds/{round_id}/again", name="ask-again")
async def again(
    request: Request, seen: OfRound, store: Database, say: Saying, together: Picked = (), apart: Picked = ()
) -> Response:
    """The same again: with this round's choices, to be changed, and what was chosen of its pairs."""
    choices = seen.found.choices
    chosen = {
        "together": await _chosen(store.unit(), seen, together),
        "apart": await _chosen(store.unit(), seen, apart),
    }
    form = filled(request, AGAIN, {**known(seen.desk, choices, "trial" if choices.what_if else "round"), **chosen})
    return await Asking(request, seen, say).page(form)


@router.post("/desk/rounds/{round_id}/again", name="asked-again")
async def asked_again(request: Request, seen: OfRound, say: Saying) -> Response:
    """Ask for a new round with the choices of this one."""
    asking = Asking(request, seen, say)
    return await act(request, seen.desk.caller, AGAIN, asking.work, asking.page, asking.named)


async def _chosen(unit: Unit, seen: Seen, ids: Iterable[str]) -> list[str]:
    """The couples of these pairs; raises Absent for a pair of another round, as for one that is none."""
    pairs = [await unit.get(Pair, each) for each in ids]
    for pair in pairs:
        if pair.round_id != seen.found.id:
            raise Absent("no-such", kind="pair", id=pair.id)
    return [_written((pair.mentor_id, pair.mentee_id)) for pair in pairs]
