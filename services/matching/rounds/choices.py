"""What a manager decides about a round beforehand: other rules, who stays together, who is kept apart."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from services.matching.rules import reasons
from services.matching.rules.candidate import Candidate
from services.matching.rules.checking import Couple, broken_rules
from services.matching.rules.rules import capacity
from shared.domain.errors import Refused
from shared.language.terms import PairingRules, Role, Terms

Two = tuple[str, str]
"""Mentor and mentee id."""


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
        """The choices with these changes; raises Refused when two are to be put together and kept apart."""
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
            raise Refused(f"«{mentor}» and «{mentee}» cannot be put together and kept apart at once: choose one.")
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
    refused: Mapping[Two, str]
    """Why not, in a sentence for people."""

    @classmethod
    def of(cls, locked: Iterable[Two], people: Mapping[str, Candidate], terms: Terms) -> Self:
        """Ask every hard rule of every locked pair; ``people`` are those who take part, by id."""
        wanted = list(dict.fromkeys(locked))
        refused = {two: absent for two in wanted if (absent := _absent(two, people))}
        couples = {two: (people[two[0]], people[two[1]]) for two in wanted if two not in refused}
        refused |= {two: why for two, why in _against_rules(couples, terms).items() if why}
        refused |= _no_room([two for two in wanted if two not in refused], people)
        return cls(tuple(two for two in wanted if two not in refused), refused)

    def must_hold(self) -> None:
        """Raises Refused with the sentence of the first that cannot be made."""
        for (mentor, mentee), why in self.refused.items():
            raise Refused(f"«{mentor}» and «{mentee}» cannot be put together. {why}")


def _absent(two: Two, people: Mapping[str, Candidate]) -> str:
    for person, role in zip(two, (Role.MENTOR, Role.MENTEE), strict=True):
        if person not in people:
            return f"«{person}» does not take part in this programme."
        if people[person].profile.role is not role:
            return f"«{person}» is no {role} in this programme."
    return ""


def _against_rules(couples: Mapping[Two, Couple], terms: Terms) -> dict[Two, str]:
    """Room is counted apart, over all locked pairs together."""
    if not couples:
        return {}
    broken = broken_rules(list(couples.values()), terms)
    return {
        two: " ".join(reasons.BROKEN[code] for code in codes if code != capacity.code)
        for two, codes in zip(couples, broken, strict=True)
    }


def _no_room(wanted: list[Two], people: Mapping[str, Candidate]) -> dict[Two, str]:
    taken: Counter[str] = Counter()
    refused = {}
    for two in wanted:
        full = [person for person in two if taken[person] >= people[person].room]
        if full:
            refused[two] = f"«{full[0]}» has as many partners as they can take."
        else:
            taken.update(two)
    return refused
