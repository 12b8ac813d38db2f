"""What an earlier version did not store is read as what was so then: another default would change what is kept."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from shared.domain.aggregate import Aggregate
from tests.unit.shared.samples import aggregates

BEGINS_AS = {
    "registration.people.erasure.Erasure": {"state": "complete", "participations": 0},
    "registration.people.link.Link": {"country": ""},
    "registration.board.card.PairCard": {"mentor_id": "", "mentee_id": "", "state": "active", "held": 0},
    "registration.people.person.Person": {"fewer_letters": False},
    "registration.people.participant.Participant": {"state": "applied", "of_hr": False, "entered": False},
    "registration.programmes.programme.Programme": {"state": "draft"},
    "matching.members.member.Member": {"trained": False, "withdrawn": False, "returning": False},
    "matching.pairs.pair.Pair": {"locked": False, "state": "proposed"},
    "registration.notices.letter.Letter": {"attempts": 0, "fate": "waiting", "answer": ""},
    "registration.webhooks.delivery.Delivery": {"attempts": 0, "fate": "waiting", "answer": ""},
    "matching.markets.outcome.Alternative": {"returning": 0},
    "matching.markets.outcome.LeftOver": {"open_doors": 0},
    "matching.members.programme.Programme": {"state": "open", "busy_with": ""},
    "matching.rounds.round.Round": {
        "state": "requested",
        "attempts": 0,
        "losses": 0,
        "told_up_to": "",
        "forgotten": False,
    },
    "matching.rounds.choices.Choices": {"seed": 0, "what_if": False, "based_on": ""},
    "matching.rounds.report.Tally": {"pairs": 0, "people": 0, "total_score": 0, "minimum_score": 0},
    "sessions.people.participant.Participant": {"withdrawn": False},
    "sessions.people.programme.Programme": {"over": False},
    "sessions.series.series.Series": {"ended": False},
    "sessions.series.session.Session": {"state": "scheduled"},
    "feedback.momentum.momentum.Momentum": {"state": "active", "in_a_row": 0, "at_risk": False, "recoveries": 0},
    "feedback.pulse.pulse.Pulse": {"published": False},
    "feedback.figures.release.Release": {"people": 0},
    "shared.web.forms.once.Submitted": {"address": "", "notice": ""},
}
"""Kind → field → value, of those that are no empty list, no empty mapping and not None."""

REBUILT = {"registration.PairCard", "sessions.Programme", "feedback.Momentum", "feedback.Programme"}


def kinds_stored() -> Iterator[type[Any]]:
    """Aggregates, and the values that stand in them."""
    seen: set[Any] = set()
    left: list[Any] = list(aggregates())
    while left:
        kind = left.pop()
        if kind in seen:
            continue
        seen.add(kind)
        left += get_args(kind)
        if isinstance(kind, type) and is_dataclass(kind):
            yield kind
            hints = get_type_hints(kind)
            left += [hints[each.name] for each in fields(kind)]


def begins_as(kind: type[Any]) -> dict[str, Any]:
    return {each.name: each.default for each in fields(kind) if _is_plain(each)}


def _is_plain(each: "Field[Any]") -> bool:
    return each.default is not MISSING and each.default is not None and not isinstance(each.default, tuple)


def test_what_was_not_stored_is_read_as_it_was() -> None:
    told = {f"{kind.__module__.removeprefix('services.')}.{kind.__name__}": begins_as(kind) for kind in kinds_stored()}
    assert {name: found for name, found in told.items() if found} == BEGINS_AS


def test_somebody_waits_for_a_round_before_there_was_one() -> None:
    [member] = [kind for kind in aggregates() if kind.__name__ == "Member"]
    assert {each.name: each.default for each in fields(member)}["waiting_because"] == ("no-round-yet",)


@pytest.mark.parametrize("kind", aggregates(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_nothing_is_due_and_nothing_was_said_unless_somebody_says_so(kind: type[Aggregate]) -> None:
    defaults = {each.name: each.default for each in fields(kind)}
    assert (defaults["due_at"], defaults["raised"]) == (None, ())


def test_only_what_says_so_is_rebuilt_from_the_topics() -> None:
    rebuilt = {f"{kind.__module__.split('.')[1]}.{kind.__name__}" for kind in aggregates() if kind.projection}
    assert (rebuilt, Aggregate.projection) == (REBUILT, False)
