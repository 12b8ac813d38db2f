"""What a round found, in plain words. ``say`` puts a sentence into the reader's language."""

from gettext import NullTranslations
from typing import Protocol

from services.matching.markets.outcome import Alternative, Certificate, Door, Opening, Price, Wanted
from services.matching.rules import reasons
from services.matching.rules.rules import HARD
from shared.domain.marking import _, ngettext


class Say(Protocol):
    """Puts an English sentence, or one of a sentence and its plural by a number, into the reader's language."""

    def __call__(self, one: str, several: str = "", number: int = 1, /) -> str: ...


def saying(catalogue: NullTranslations) -> Say:
    """``say`` of a language's catalogue."""

    def say(one: str, several: str = "", number: int = 1, /) -> str:
        return catalogue.ngettext(one, several, number) if several else catalogue.gettext(one)

    return say


ENGLISH = saying(NullTranslations())

CHANGES = {rule.code: rule.change.sentence for rule in HARD if rule.change}
KEEPS_AWAY = ngettext("This keeps one person away.", "This keeps {closed} people away.")
ALONE = ngettext("For one of them there is no other obstacle.", "For {alone} of them there is no other obstacle.")

HAVE = {
    "topic": ngettext("One mentor with a place teaches «{value}».", "{mentors} mentors with a place teach «{value}»."),
    "language": ngettext(
        "One mentor with a place speaks «{value}».", "{mentors} mentors with a place speak «{value}»."
    ),
    "country": ngettext(
        "One mentor with a place works in «{value}».", "{mentors} mentors with a place work in «{value}»."
    ),
}
NOBODY_HAS = {
    "topic": _("No mentor with a place teaches «{value}»."),
    "language": _("No mentor with a place speaks «{value}»."),
    "country": _("No mentor with a place works in «{value}»."),
}
LEFT_OVER = {
    "topic": ngettext("One mentee left over wants to learn it.", "{unmatched} mentees left over want to learn it."),
    "language": ngettext("One mentee left over speaks it.", "{unmatched} mentees left over speak it."),
    "country": ngettext("One mentee left over works there.", "{unmatched} mentees left over work there."),
}
WANTED = ngettext(
    "One more mentor in «{country}» who speaks «{language}» and teaches «{topic}» would give one more mentee a "
    "partner.",
    "{mentors} more mentors in «{country}» who speak «{language}» and teach «{topic}» would give {mentors} more "
    "mentees a partner.",
)
LEFT_ALONE = ngettext(
    "Choosing them would have left at least one more person without a partner.",
    "Choosing them would have left at least {people} more people without a partner.",
)
RETURNING_ALONE = ngettext(
    "Choosing them would have left at least one more person without a partner, or one more of those whose last pair "
    "had ended.",
    "Choosing them would have left at least one more person without a partner, or {returning} more of those whose "
    "last pair had ended.",
)
ALLOWED = ngettext(
    "This is proven over the one pair that the rules allow.",
    "This is proven over all {allowed} pairs that the rules allow.",
)


def door(found: Door, say: Say = ENGLISH) -> str:
    """What one obstacle did to somebody's chances."""
    parts = [say(reasons.SENTENCES[found.rule]), say(*KEEPS_AWAY, found.closed).format(closed=found.closed)]
    if found.alone == found.closed:
        return " ".join([*parts, say(_("There is no other obstacle."))])
    alone = (
        say(*ALONE, found.alone).format(alone=found.alone) if found.alone else say(_("There are other obstacles too."))
    )
    return " ".join([*parts, alone])


def opening(found: Opening, say: Say = ENGLISH) -> str:
    """What somebody could change, and how many more people would suit them then."""
    return say(*CHANGES[found.rule], found.doors).format(value=found.value, doors=found.doors)


def price(found: Price, say: Say = ENGLISH) -> str:
    """How scarce a topic, a language or a country is among mentors."""
    have = say(*HAVE[found.kind], found.mentors) if found.mentors else say(NOBODY_HAS[found.kind])
    parts = [have.format(value=found.value, mentors=found.mentors)]
    if found.mentors:
        parts.append(_worth(found, say))
    if found.unmatched:
        parts.append(say(*LEFT_OVER[found.kind], found.unmatched).format(unmatched=found.unmatched))
    return " ".join(parts)


def _worth(found: Price, say: Say) -> str:
    if found.people > 0:
        people = say(
            _("One more like them would on average give {people} more people a partner at most, themselves included.")
        )
        return people.format(people=f"{found.people:.1f}")
    if found.points > 0:
        points = say(_("One more like them would on average raise the total score by {points} points at most."))
        return points.format(points=f"{found.points:.0f}")
    return say(_("One more like them would not help by itself."))


def wanted(found: Wanted, say: Say = ENGLISH) -> str:
    """Which mentors to look for."""
    facts = {"topic": found.topic, "language": found.language, "country": found.country, "mentors": found.mentors}
    return " ".join([say(*WANTED, found.mentors).format(**facts), say(_("All other pairs could stay as they are."))])


def alternative(found: Alternative | None, say: Say = ENGLISH) -> str:
    """Whom somebody in a pair could have had instead, and what that would have cost everybody."""
    if found is None:
        return say(_("The rules leave them no other partner."))
    scored = say(_("Their next best partner would have scored {score} points.")).format(score=found.score)
    return f"{scored} {_cost(found, say)}"


def _cost(found: Alternative, say: Say) -> str:
    if found.people > 0:
        return say(*LEFT_ALONE, found.people).format(people=found.people)
    if found.returning > 0:
        return say(*RETURNING_ALONE, found.returning).format(returning=found.returning)
    if found.points > 0:
        points = say(_("Choosing them would have cost the round at least {points} points, or somebody a partner."))
        return points.format(points=found.points)
    return say(_("Choosing them might have been just as good for the round."))


def certificate(found: Certificate, say: Say = ENGLISH) -> str:
    """What is proven of a round."""
    if found.gap:
        not_proven = say(_("It is not proven that this is the best way: another may be worth up to {gap} points more."))
        return not_proven.format(gap=found.gap)
    parts = [_best(found, say), say(*ALLOWED, found.allowed).format(allowed=found.allowed)]
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
