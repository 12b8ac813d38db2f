"""What a round finds: pairs with their reasons, the proof that they are the best, and what a manager can do next."""

from dataclasses import dataclass, field
from enum import StrEnum

from services.matching.rules.reasons import Because
from shared.language.matching import Criterion


class Stage(StrEnum):
    """What a round is busy with, in this order; proving and solving alternate until nothing is left to prove."""

    READING = "reading"
    SCORING = "scoring"
    SOLVING = "solving"
    PROVING = "proving"
    EXPLAINING = "explaining"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a stage is: ``done`` of ``of`` steps."""

    stage: Stage
    done: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a set of pairs is worth, compared from the first field to the last.

    ``people`` and ``returning`` are 0 where the programme goes for the best total alone.
    """

    people: int
    """Participants who get a partner and had none."""
    returning: int
    """Those of them whose last pair was dissolved."""
    points: int
    """Total score."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """The proof: no allowed set of pairs is worth more than ``bound``, which is computed from dual prices of
    everybody over all allowed pairs (weak duality of linear programming)."""

    reached: Worth
    bound: Worth
    gap: int
    """Bound minus reached, in points, a person counting as many points as put people first; 0 is a proof."""
    allowed: int
    """Pairs that every hard rule allows."""
    looked_at: int
    """Of these, the pairs the solver had to look at."""
    pools: int
    """Independent parts the programme fell into."""
    fairest: bool
    """Whether the minimum score is proven to be the highest among all equally good solutions."""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """The other partner for one of a pair whom it would cost the round least to choose.

    ``people``, ``returning`` and ``points``: by how much the whole round would be worth less at least, compared in
    this order; a bound from dual prices. Points are below 0 when fewer people could share more of them. A what-if
    with the pair locked gives the exact figure.
    """

    partner_id: str
    score: int
    people: int
    points: int
    returning: int = 0


@dataclass(frozen=True, kw_only=True)
class Match:
    """Two people the round puts together, and why."""

    mentor_id: str
    mentee_id: str
    score: int
    criteria: tuple[Criterion, ...]
    locked: bool = False
    """Whether a manager had put them together beforehand."""
    teaches: tuple[str, ...] = ()
    """Topics the mentor brings to the mentee, the most valuable first."""
    hands_down: tuple[str, ...] = ()
    """Topics the mentee brings to the mentor, the most valuable first."""
    mentors_alternative: Alternative | None = None
    mentees_alternative: Alternative | None = None


@dataclass(frozen=True, kw_only=True)
class Door:
    """What one hard rule, the manager or the minimum score did to somebody's chances."""

    rule: str
    closed: int
    """People of the other role it keeps away."""
    alone: int
    """Those of them whom no other rule keeps away."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One change by the person that would open doors: a language or topic more (a wish from its beginning, or an offer
    at the highest level), the training done, consent to other countries."""

    rule: str
    value: str
    """What to add (a language, a topic); empty where the rule leaves no choice."""
    doors: int
    """How many more doors would be open."""


@dataclass(frozen=True, kw_only=True)
class LeftOver:
    """Why somebody has no partner and what would change it."""

    because: Because
    open_doors: int = 0
    """People every rule allows."""
    doors: tuple[Door, ...] = ()
    openings: tuple[Opening, ...] = ()
    """The most effective first, at most five."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one more mentor with this attribute is worth at most, on average over those who have it now."""

    kind: str
    """``topic``, ``language`` or ``country``."""
    value: str
    mentors: int
    """Mentors with a place, and the training they need, who have it."""
    unmatched: int
    """Mentees left over who want it, speak it or live there."""
    people: float
    """People more with a partner, that mentor included."""
    points: float
    """Points more beside that; below 0 where more people with a partner cost others points."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So many mentors of this kind more would pair so many mentees more, without changing any other pair."""

    topic: str
    language: str
    country: str
    mentors: int


@dataclass(frozen=True, kw_only=True)
class Scarcity:
    """What a programme is short of."""

    prices: tuple[Price, ...] = ()
    """The dearest first."""
    wanted: tuple[Wanted, ...] = ()
    """The kind that helps most first; each counts only mentees whom those before it do not help."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How a group fared. Scores are in points, mean and spread to two places; 0 where nobody is paired."""

    people: int
    """Everybody who had room and no partner."""
    paired: int
    """Those of them who got one."""
    total: int
    mean: float
    minimum: int
    maximum: int
    spread: float
    """Standard deviation."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """How the people of one country, unit, grade or role fared; somebody's score is that of the best of their pairs."""

    by: str
    """``country``, ``unit``, ``grade`` or ``role``."""
    value: str
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Behind:
    """A group whose people are paired so much more seldom than others of their roles that it can hardly be chance.

    It says that there is something to look into, not what: what they are short of is told by the people left over.
    """

    by: str
    """``country``, ``unit`` or ``grade``."""
    value: str
    people: int
    paired: int
    expected: float
    """How many would be paired if everybody of a role had the same prospects."""
    chance: float
    """How probable it is at most that a lot gives any group of this kind so few."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How good a round is, as a whole, by groups, and beside simpler ways on the same snapshot."""

    overall: Figures
    """People, and the scores of all pairs."""
    most_possible: int
    """People that could be paired at most, proven."""
    blocking: int
    """Pairs not made in which each of the two has a place left or would score higher than in the lowest of their
    pairs; pairs a manager had made are not touched."""
    groups: tuple[Group, ...] = ()
    """The largest first; at most a hundred of a kind."""
    behind: tuple[Behind, ...] = ()
    """The least probable first; nobody is systematically worse off where there is none."""
    greedy: Figures | None = None
    """The best pair first, then the next best; None where a programme is too large to say."""
    first_come: Figures | None = None
    """Whoever waits longest first: each mentee takes the best mentors left; None where a programme is too large."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a round found. ``digest`` is the same whenever snapshot, rules, weights and seed are, on any machine."""

    matches: tuple[Match, ...]
    left_over: dict[str, LeftOver]
    """Participant id → why nobody was found, for everybody who has no partner at all."""
    left_out: dict[str, str]
    """Participant id → what is wrong with the record, for everybody who could not be considered."""
    certificate: Certificate
    quality: Quality
    scarcity: Scarcity
    digest: str
    seconds: dict[Stage, float] = field(default_factory=dict)
    """How long each stage took; not part of the digest."""
