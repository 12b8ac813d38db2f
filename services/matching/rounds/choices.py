"""What a manager decides about a round beforehand: other rules, who stays together, who is kept apart."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from services.matching.rules.asking import Couple, broken_rules
from services.matching.rules.candidate import Candidate
from services.matching.rules.rules import capacity
from shared.domain.errors import Refused
from shared.language.reasons import OneByOne
from shared.language.terms import PairingRules, Role, Terms

Two = tuple[str, str]
"""Mentor and mentee id."""
MOST_COUPLES = 5000
"""Couples that one round keeps together, and apart: every later round that begins with its choices carries them on."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a round is to go by, apart from the people."""

    pairing: PairingRules | None = None
    """None: the programme's, as they are when the round starts."""
    seed: int = 0
    locked: tuple[Two, ...] = ()
    """Put together by a manager: proposals to keep, or two paired by hand."""
    forbidden: tuple[Two, ...] = ()
    what_if: bool = False
    """A trial: nothing is said of it until somebody approves it."""
    based_on: str = ""
    """The round whose choices these began as."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is to be different from the choices of another round; None and empty leave a choice as it is."""

    pairing: PairingRules | None = None
    """Only what was set in it counts."""
    seed: int | None = None
    what_if: bool | None = None
    lock: tuple[Two, ...] = ()
    unlock: tuple[Two, ...] = ()
    forbid: tuple[Two, ...] = ()
    allow: tuple[Two, ...] = ()

    def of(self, before: Choices, programme: Terms) -> Choices:
        """The choices with these changes; raises Refused when they are too many, or together and apart at once.

        Rounds from before there was a limit may be far beyond it: with fewer couples than they had, they go on.
        """
        pairing = before.pairing
        if self.pairing is not None:
            pairing = _merged(pairing or programme.pairing, self.pairing)
        changed = replace(
            before,
            pairing=pairing,
            seed=before.seed if self.seed is None else self.seed,
            what_if=before.what_if if self.what_if is None else self.what_if,
            locked=_changed(before.locked, self.lock, (*self.unlock, *self.forbid)),
            forbidden=_changed(before.forbidden, self.forbid, (*self.allow, *self.lock)),
        )
        for mentor, mentee in sorted(set(self.lock) & set(self.forbid)):
            raise Refused("together-and-apart", mentor_id=mentor, mentee_id=mentee)
        for now, then in ((changed.locked, before.locked), (changed.forbidden, before.forbidden)):
            if len(now) > MOST_COUPLES and len(now) >= len(then):
                raise Refused("too-many-couples", most=MOST_COUPLES)
        return changed


def _merged(before: PairingRules, changes: PairingRules) -> PairingRules:
    known, new = before.model_dump(), changes.model_dump(exclude_unset=True)
    return PairingRules.model_validate({**known, **new, "weights": known["weights"] | new.get("weights", {})})


def _changed(before: tuple[Two, ...], more: Iterable[Two], less: Iterable[Two]) -> tuple[Two, ...]:
    without = set(less)
    return tuple(dict.fromkeys([two for two in before if two not in without] + list(more)))


@dataclass(frozen=True)
class Locks:
    """Which of a round's locked pairs can be made, one after the other as long as there is room."""

    held: tuple[Two, ...]
    refused: Mapping[Two, Refused]
    """Why not."""

    @classmethod
    def of(
        cls, locked: Iterable[Two], people: Mapping[str, Candidate], terms: Terms, taken: Counter[str] | None = None
    ) -> Self:
        """Ask every hard rule of every locked pair; ``people`` are those who take part, by id.

        ``taken`` counts each one's places that locked pairs have; these are added.
        """
        wanted = list(dict.fromkeys(locked))
        refused = {two: absent for two in wanted if (absent := _absent(two, people))}
        couples = {two: (people[two[0]], people[two[1]]) for two in wanted if two not in refused}
        refused |= _against_rules(couples, terms)
        allowed = [two for two in wanted if two not in refused]
        refused |= _no_room(allowed, people, Counter() if taken is None else taken)
        return cls(tuple(two for two in wanted if two not in refused), refused)

    def must_hold(self) -> None:
        """Raises Refused with the reason of the first that cannot be made."""
        for refused in self.refused.values():
            raise refused


def _absent(two: Two, people: Mapping[str, Candidate]) -> Refused | None:
    mentor, mentee = two
    for person, role in ((mentor, Role.MENTOR), (mentee, Role.MENTEE)):
        if person not in people:
            return Refused("together-takes-no-part", mentor_id=mentor, mentee_id=mentee, participant_id=person)
        if people[person].profile.role is not role:
            return Refused(
                "together-in-other-role", mentor_id=mentor, mentee_id=mentee, participant_id=person, role=role
            )
    return None


def _against_rules(couples: Mapping[Two, Couple], terms: Terms) -> dict[Two, Refused]:
    """Room is counted apart, over all locked pairs together."""
    if not couples:
        return {}
    broken = broken_rules(list(couples.values()), terms)
    whys = {
        two: OneByOne(code for code in codes if code != capacity.code)
        for two, codes in zip(couples, broken, strict=True)
    }
    return {
        (mentor, mentee): Refused("together-against-rules", mentor_id=mentor, mentee_id=mentee, rules=rules)
        for (mentor, mentee), rules in whys.items()
        if rules
    }


def _no_room(wanted: list[Two], people: Mapping[str, Candidate], taken: Counter[str]) -> dict[Two, Refused]:
    refused = {}
    for mentor, mentee in wanted:
        full = [person for person in (mentor, mentee) if taken[person] >= people[person].room]
        if full:
            refused[mentor, mentee] = Refused(
                "together-without-place", mentor_id=mentor, mentee_id=mentee, participant_id=full[0]
            )
        else:
            taken.update((mentor, mentee))
    return refused
