"""Two rounds side by side."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.matching.rounds.choices import Choices
from services.matching.rounds.comparing import Proposal, Reached, Turn, changes, settings
from services.matching.rounds.report import Report, Tally
from shared.language.terms import PairingRules, Weights
from tests.support.outcomes import outcome_of

_couples = st.tuples(st.sampled_from(["m0", "m1", "m2"]), st.sampled_from(["n0", "n1", "n2"]))
rounds = st.dictionaries(_couples, st.integers(0, 9)).map(
    lambda found: [Proposal(mentor, mentee, score) for (mentor, mentee), score in found.items()]
)


def partners(proposals: list[Proposal]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for mentor, mentee, score in proposals:
        found[mentor][mentee] = found[mentee][mentor] = score
    return found


@given(rounds, rounds)
def test_exactly_those_with_other_partners_are_named_with_what_they_have_on_both_sides(
    before: list[Proposal], after: list[Proposal]
) -> None:
    old, new = partners(before), partners(after)
    found = {change.participant_id: change for change in changes(before, after)}
    assert set(found) == {who for who in old.keys() | new.keys() if set(old[who]) != set(new[who])}
    for who, change in found.items():
        assert (change.before, change.after) == (old[who], new[who])
        assert (change.turn is Turn.GAINS) == (set(old[who]) < set(new[who]))
        assert (change.turn is Turn.LOSES) == (set(new[who]) < set(old[who]))


@given(rounds, rounds)
def test_the_other_way_round_gains_are_losses(before: list[Proposal], after: list[Proposal]) -> None:
    opposite = {Turn.GAINS: Turn.LOSES, Turn.LOSES: Turn.GAINS, Turn.ANOTHER: Turn.ANOTHER}
    there, back = changes(before, after), changes(after, before)
    assert [(change.participant_id, opposite[change.turn]) for change in there] == [
        (change.participant_id, change.turn) for change in back
    ]


def test_figures_are_those_of_the_proposals() -> None:
    report = Report.of(outcome_of(people=8), {})
    some = Reached.of(Tally(pairs=3, people=6, total_score=12, minimum_score=2), report)
    assert (some.mean, some.coverage) == (4.0, 0.75)
    none = Reached.of(Tally(), Report.of(outcome_of(), {}))
    assert (none.mean, none.coverage) == (0.0, 0.0)
    difference = some.beyond(none)
    assert (difference["pairs"], difference["people"], difference["mean"], difference["gap"]) == (3, 6, 4.0, 0)


def test_settings_that_differ_are_named_one_by_one() -> None:
    before = Choices(pairing=PairingRules(weights=Weights(topics=3)), locked=(("a", "b"), ("c", "d")))
    assert settings(before, replace(before, locked=(("c", "d"), ("a", "b")))) == []
    after = Choices(pairing=PairingRules(grade_gap=2, weights=Weights(topics=4)), seed=1, forbidden=(("a", "b"),))
    found = {each.name: (each.before, each.after) for each in settings(before, after)}
    assert found == {
        "grade_gap": (1, 2),
        "weights.topics": (3, 4),
        "seed": (0, 1),
        "locked": ([["a", "b"], ["c", "d"]], []),
        "forbidden": ([], [["a", "b"]]),
    }


def test_a_round_that_has_not_been_started_goes_by_no_rules_yet() -> None:
    asked, started = Choices(), Choices(pairing=PairingRules(grade_gap=2))
    there = {each.name: (each.before, each.after) for each in settings(asked, started)}
    back = {each.name: (each.before, each.after) for each in settings(started, asked)}
    assert there["grade_gap"] == (None, 2) and back["grade_gap"] == (2, None)
