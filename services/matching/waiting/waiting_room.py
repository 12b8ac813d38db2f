"""A waiting room: the people of one role with a free place, in memory as rules see them; a newcomer meets all at once.

They are kept in blocks: encoding somebody is dear, meeting a block is cheap. Newly arrived people make a small block;
small blocks are melted into larger ones as they grow. Whoever leaves is crossed out where they are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.matching.rules.candidate import Candidate
from services.matching.waiting.block import Block, Waiting
from services.matching.waiting.view import CLOSED, Forbidden, View
from shared.language.terms import Terms

RATIO = 8
"""A block is melted into the one before it unless that one is so many times larger."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A possible partner."""

    participant_id: str
    score: int


class WaitingRoom:
    """The mentors or the mentees of a programme with a free place."""

    def __init__(self, terms: Terms, people: Iterable[Waiting] = ()) -> None:
        self.terms = terms
        self._blocks: list[Block] = []
        self._place: dict[str, tuple[Block, int]] = {}
        self.put(people)

    def __len__(self) -> int:
        return len(self._place)

    def remove(self, participant_id: str) -> None:
        """They have no free place any more; nothing happens when they are not here."""
        if participant_id in self._place:
            block, place = self._place.pop(participant_id)
            block.here[place] = False

    def put(self, people: Iterable[Waiting]) -> None:
        """These have a free place, or something about them has changed."""
        new = list(people)
        for each in new:
            self.remove(each.candidate.id)
        while new and self._blocks and len(self._blocks[-1]) < RATIO * len(new):
            new = [*self._blocks.pop().those_here(), *new]
        if new:
            self._add(Block(self.terms, new))

    def _add(self, block: "Block") -> None:
        self._blocks.append(block)
        self._place |= {each.candidate.id: (block, place) for place, each in enumerate(block.people)}

    def choices(self, newcomer: Candidate, forbidden: Forbidden = frozenset()) -> Iterator[Choice]:
        """Everybody who suits: whoever returns first, then by score, then by their place on the list.

        Of the two one at least has no partner yet, and the programme's minimum score is kept.
        """
        views = [View(block, newcomer, forbidden) for block in self._blocks]
        while views:
            best = max(view.best for view in views)
            if best == CLOSED:
                return
            tied = [(view.block.people[place].queue, view, place) for view in views for place in view.places(best)]
            for _, view, place in sorted(tied, key=lambda each: each[0]):
                yield Choice(participant_id=view.block.people[place].candidate.id, score=int(view.scores[place]))
                view.values[place] = CLOSED

    def closed(self, newcomer: Candidate) -> tuple[str, ...]:
        """The fewest rules that would have to give way for somebody here, the commonest such set.

        Empty when somebody suits or nobody is here.
        """
        sets: dict[tuple[str, ...], int] = {}
        for block in self._blocks:
            for codes, times in View(block, newcomer, frozenset()).closed():
                sets[codes] = sets.get(codes, 0) + times
        return min(sets, key=lambda codes: (len(codes), -sets[codes], codes), default=())
