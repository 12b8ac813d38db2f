"""What a round found, in plain words. ``say`` puts a sentence into the reader's language; ``you``: they are who it is
about."""

from services.matching.markets.outcome import Alternative, Certificate, Door, Opening, Price, Wanted
from services.matching.pairs.pair import Pair
from services.matching.rules import reasons
from services.matching.rules.asking import words
from services.matching.rules.reasons import Because
from services.matching.rules.rules import HARD
from shared.domain.marking import Addressed, Say, Sentence, _, ngettext
from shared.language.reasons import Fact

CHANGES = {rule.code: rule.change.sentence for rule in HARD if rule.change}
KEEPS_AWAY = ngettext("This excludes one person.", "This excludes %(count)s people.")
ALONE = ngettext("For one of them there is no other obstacle.", "For %(count)s of them there is no other obstacle.")

HAVE = {
    "topic": ngettext(
        "One mentor with a place teaches “%(topic)s”.", "%(count)s mentors with a place teach “%(topic)s”."
    ),
    "language": ngettext(
        "One mentor with a place speaks %(language)s.", "%(count)s mentors with a place speak %(language)s."
    ),
    "country": ngettext(
        "One mentor with a place works in this country: %(country)s.",
        "%(count)s mentors with a place work in this country: %(country)s.",
    ),
}
NOBODY_HAS = {
    "topic": _("No mentor with a place teaches “%(topic)s”."),
    "language": _("No mentor with a place speaks %(language)s."),
    "country": _("No mentor with a place works in this country: %(country)s."),
}
LEFT_OVER = {
    "topic": ngettext("One mentee left over wants to learn it.", "%(count)s mentees left over want to learn it."),
    "language": ngettext("One mentee left over speaks it.", "%(count)s mentees left over speak it."),
    "country": ngettext("One mentee left over works there.", "%(count)s mentees left over work there."),
}
WANTED = ngettext(
    "One more mentor (%(country)s) who speaks %(language)s and teaches “%(topic)s” would give one more mentee a "
    "partner.",
    "%(count)s more mentors (%(country)s) who speak %(language)s and teach “%(topic)s” would give %(count)s more "
    "mentees a partner.",
)
LEFT_ALONE = ngettext(
    "Choosing them would have left at least one more person without a partner.",
    "Choosing them would have left at least %(count)s more people without a partner.",
)
RETURNING_ALONE = ngettext(
    "Choosing them would have left at least one more person without a partner, or one more of those whose last pair "
    "had ended.",
    "Choosing them would have left at least one more person without a partner, or %(count)s more of those whose "
    "last pair had ended.",
)
ALLOWED = ngettext(
    "This is proven over the one pair that the rules allow.",
    "This is proven over all %(count)s pairs that the rules allow.",
)


def told(sentence: Sentence | Addressed, say: Say, you: bool = False, **facts: Fact) -> str:
    """A sentence to whoever it is about, or to anybody else."""
    return say(sentence.to(you) if isinstance(sentence, Addressed) else sentence, **facts)


def spoke_for(pair: Pair, say: Say, you: bool = False) -> list[str]:
    """Why two are a pair, what counted most first; empty when that is not known (any more)."""
    counted = sorted((each for each in pair.criteria if each.points > 0), key=lambda each: -each.points)
    return [told(words(each), say, you) for each in counted]


def waits(because: Because, say: Say, you: bool = False) -> str:
    """Why somebody has no partner; a code that another version has stored is passed over."""
    known = [told(reasons.SENTENCES[each], say, you) for each in because if each in reasons.SENTENCES]
    if len(because) == 1:
        return "".join(known)
    several = told(reasons.SENTENCES[reasons.SEVERAL], say, you)
    return " ".join([several, say(_("Even for the closest matches:")), *known])


def door(found: Door, say: Say, you: bool = False) -> str:
    """What one obstacle did to somebody's chances."""
    parts = [told(reasons.SENTENCES[found.rule], say, you), say(KEEPS_AWAY, count=found.closed)]
    if found.alone == found.closed:
        return " ".join([*parts, say(_("There is no other obstacle."))])
    alone = say(ALONE, count=found.alone) if found.alone else say(_("There are other obstacles too."))
    return " ".join([*parts, alone])


def opening(found: Opening, say: Say, you: bool = False) -> str:
    """What somebody could change, and how many more people would suit them then."""
    return told(CHANGES[found.rule], say, you, count=found.doors, topic=found.value, language=found.value)


def price(found: Price, say: Say) -> str:
    """How scarce a topic, a language or a country is among mentors."""
    scarce = {found.kind: found.value}
    if not found.mentors:
        parts = [say(NOBODY_HAS[found.kind], **scarce)]
    else:
        parts = [say(HAVE[found.kind], count=found.mentors, **scarce), _worth(found, say)]
    if found.unmatched:
        parts.append(say(LEFT_OVER[found.kind], count=found.unmatched))
    return " ".join(parts)


def _worth(found: Price, say: Say) -> str:
    if found.people > 0:
        return say(
            _(
                "One more like them would on average give %(people)s more people a partner at most, "
                "themselves included."
            ),
            people=round(found.people, 1),
        )
    if found.points > 0:
        return say(
            _("One more like them would on average raise the total score by %(points)s points at most."),
            points=round(found.points),
        )
    return say(_("One more like them would not help by itself."))


def wanted(found: Wanted, say: Say) -> str:
    """Which mentors to look for."""
    mentors = say(WANTED, count=found.mentors, topic=found.topic, language=found.language, country=found.country)
    return " ".join([mentors, say(_("All other pairs could stay as they are."))])


def alternative(found: Alternative | None, say: Say) -> str:
    """Whom somebody in a pair could have had instead, and what that would have cost everybody."""
    if found is None:
        return say(_("The rules leave them no other partner."))
    scored = say(_("Their next best partner would have scored %(score)s points."), score=found.score)
    return f"{scored} {_cost(found, say)}"


def _cost(found: Alternative, say: Say) -> str:
    if found.people > 0:
        return say(LEFT_ALONE, count=found.people)
    if found.returning > 0:
        return say(RETURNING_ALONE, count=found.returning)
    if found.points > 0:
        return say(
            _("Choosing them would have cost the round at least %(points)s points, or somebody a partner."),
            points=found.points,
        )
    return say(_("Choosing them might have been just as good for the round."))


def certificate(found: Certificate, say: Say) -> str:
    """What is proven of a round."""
    if found.gap:
        return say(
            _("It is not proven that this is the best way: another may be worth up to %(gap)s points more."),
            gap=found.gap,
        )
    parts = [_best(found, say), say(ALLOWED, count=found.allowed)]
    if found.fairest:
        parts.append(say(_("Of all equally good ways it is one whose lowest pair scores highest.")))
    return " ".join(parts)


def _best(found: Certificate, say: Say) -> str:
    if not found.reached.people:
        return say(_("No other way reaches a higher total score."))
    if found.reached.returning:
        return say(
            _(
                "No other way gives more people a partner. Of those that give as many people one, none serves more of "
                "those whose last pair ended, and then none reaches a higher total score."
            )
        )
    return say(
        _(
            "No other way gives more people a partner, and none that gives as many people one reaches a higher total "
            "score."
        )
    )
