"""What people left over could change about themselves so that a rule lets them meet more people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.matching.rules.candidate import Candidate
from shared.domain.marking import Addressed, ngettext
from shared.language.skills import Skill, Wish
from shared.language.terms import Role, Terms

HIGHEST = 5
"""Level from which there is nothing left to learn."""


@dataclass(frozen=True)
class Change:
    """Values somebody may add, such as a language; one empty value where there is nothing to choose.

    Adding one changes the answer of its own rule and of no other hard rule.
    """

    reach: Callable[[Candidate, Terms], Iterable[str]]
    """The values that would open the door to this one of the other role, were their rule the only one to close it."""
    has: Callable[[Candidate], Iterable[str]]
    """The values somebody has, so that there is nothing to add."""
    made: Callable[[Candidate, str], Candidate]
    """Somebody with a value more."""
    sentence: Addressed
    """For one door and for several; ``count`` is how many doors it opens, ``topic`` or ``language`` what is added."""
    scored: bool = False
    """Whether adding a value changes scores."""


def must_train(candidate: Candidate, terms: Terms) -> bool:
    """Whether the programme asks for a training they have not done."""
    return terms.pairing.training.is_for(candidate.profile.role) and not candidate.trained


def _trained(candidate: Candidate, _: str) -> Candidate:
    return replace(candidate, trained=True)


def _consenting(candidate: Candidate, _: str) -> Candidate:
    return _with(candidate, cross_border=True)


def _speaking(candidate: Candidate, value: str) -> Candidate:
    return _with(candidate, languages=(*candidate.profile.languages, value))


def _interested(candidate: Candidate, value: str) -> Candidate:
    """A mentee who wants to learn the topic from its beginning, or a mentor who teaches it."""
    own = candidate.profile
    if own.role is Role.MENTEE:
        return _with(candidate, wants=(*own.wants, Wish(topic=value)))
    return _with(candidate, offers=(*own.offers, Skill(topic=value, level=HIGHEST)))


def _with(candidate: Candidate, **facts: object) -> Candidate:
    return replace(candidate, profile=candidate.profile.model_copy(update=facts))


def _topics_to_meet(other: Candidate, _: Terms) -> Iterable[str]:
    """What this mentor can teach from the beginning, or what this mentee can still learn."""
    if other.profile.role is Role.MENTOR:
        return (topic for topic, level in other.offers.items() if level > 0)
    return (topic for topic, level, _priority in other.wants if level < HIGHEST)


def _topics_had(own: Candidate) -> Iterable[str]:
    if own.profile.role is Role.MENTOR:
        return own.offers
    return (topic for topic, _level, _priority in own.wants)


TRAINING = Change(
    reach=lambda other, terms: () if must_train(other, terms) else ("",),
    has=lambda own: ("",) if own.trained else (),
    made=_trained,
    sentence=Addressed(
        you=ngettext(
            "Once you have done the training, one more person suits you.",
            "Once you have done the training, %(count)s more people suit you.",
        ),
        others=ngettext(
            "Once they have done the training, one more person suits them.",
            "Once they have done the training, %(count)s more people suit them.",
        ),
    ),
)

CROSS_BORDER = Change(
    reach=lambda other, _: ("",) if other.profile.cross_border else (),
    has=lambda own: ("",) if own.profile.cross_border else (),
    made=_consenting,
    sentence=Addressed(
        you=ngettext(
            "If you agreed to a partner in another country, one more person would suit you.",
            "If you agreed to a partner in another country, %(count)s more people would suit you.",
        ),
        others=ngettext(
            "If they agreed to a partner in another country, one more person would suit them.",
            "If they agreed to a partner in another country, %(count)s more people would suit them.",
        ),
    ),
)

LANGUAGE = Change(
    reach=lambda other, _: other.languages,
    has=lambda own: own.languages,
    made=_speaking,
    sentence=Addressed(
        you=ngettext(
            "If you also spoke %(language)s, one more person would suit you.",
            "If you also spoke %(language)s, %(count)s more people would suit you.",
        ),
        others=ngettext(
            "If they also spoke %(language)s, one more person would suit them.",
            "If they also spoke %(language)s, %(count)s more people would suit them.",
        ),
    ),
)

TOPIC = Change(
    reach=_topics_to_meet,
    has=_topics_had,
    made=_interested,
    sentence=Addressed(
        you=ngettext(
            "With “%(topic)s” as one more topic, one more person would suit you.",
            "With “%(topic)s” as one more topic, %(count)s more people would suit you.",
        ),
        others=ngettext(
            "With “%(topic)s” as one more topic, one more person would suit them.",
            "With “%(topic)s” as one more topic, %(count)s more people would suit them.",
        ),
    ),
    scored=True,
)
