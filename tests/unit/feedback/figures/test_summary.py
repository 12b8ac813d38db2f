"""The summary adds up, and tells nothing of fewer than five people."""

import pytest

from services.feedback.figures.summary import Counted, mean, summary_of
from shared.language.matching import PairState
from shared.language.sessions import Outcome


@pytest.mark.parametrize("people", range(5))
def test_fewer_than_five_people_have_no_mean(people: int) -> None:
    assert mean(total=40, answered=10, people=people) == "too few"


def test_five_people_have_one() -> None:
    assert mean(total=41, answered=12, people=5) == 3.4


def test_many_answers_of_few_people_are_still_too_few() -> None:
    summary = summary_of("p", Counted(people=4, answers={(4, 4): 24}))
    assert summary.pulses.feeling == summary.pulses.useful == "too few"
    assert summary.pulses.answered == 24


def test_an_empty_programme_has_every_row_and_no_figures() -> None:
    summary = summary_of("p", Counted())
    assert summary.pairs == dict.fromkeys(PairState, 0)
    assert summary.sessions == dict.fromkeys(Outcome, 0)
    assert (summary.at_risk, summary.recovered, summary.saved, summary.pulses.possible) == (0, 0, 0, 0)


def test_figures_are_added_over_the_states() -> None:
    summary = summary_of(
        "p",
        Counted(
            pairs={
                ("active", False, 0): 4,
                ("active", True, 0): 1,
                ("active", True, 1): 1,
                ("active", False, 2): 1,
                ("dissolved", False, 1): 1,
                ("dissolved", True, 0): 1,
            },
            sessions={("held",): 10, ("missed",): 3},
            answers={(3, 5): 7, (5, 3): 7, (4, 4): 1},
            people=6,
        ),
    )
    assert summary.pairs == {PairState.ACTIVE: 7, PairState.DISSOLVED: 2, PairState.COMPLETED: 0}
    assert summary.sessions[Outcome.HELD] == 10
    assert (summary.at_risk, summary.recovered, summary.saved) == (2, 4, 1)
    assert summary.pulses.model_dump() == {
        "answered": 15,
        "possible": 20,
        "people": 6,
        "feeling": 4.0,
        "useful": 4.0,
    }
