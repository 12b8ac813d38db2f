"""What matching counts of rounds and pairs."""

import math
import time
from dataclasses import replace
from typing import Any

import pytest

from services.matching.markets.outcome import Outcome, Progress, Stage
from services.matching.metrics import Ending, Metrics
from services.matching.rules.candidate import Snapshot
from shared.language.matching import PairDeclined, PairDissolved, PairFormed, Parting
from tests.support.slow_worker import outcome_of
from tests.unit.matching.people import mentee, mentor, terms

OUTCOME: Outcome = outcome_of(Snapshot(terms=terms(), candidates=(mentor(), mentor("other"), mentee())))
NAMES = {"programme_id": "p", "pair_id": "pair", "mentor_id": "junior", "mentee_id": "senior"}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def shown(metrics: Metrics, name: str, **labels: Any) -> float:
    value = metrics.registry.get_sample_value(f"telemachus_{name}", labels)
    assert value is not None, f"{name} {labels} is not shown"
    return value


def test_everything_is_shown_from_the_start(metrics: Metrics) -> None:
    assert all(shown(metrics, "round_computations_total", ending=ending) == 0 for ending in Ending)
    assert all(shown(metrics, "round_stage_seconds_count", stage=stage) == 0 for stage in Stage)
    assert all(shown(metrics, "pairs_formed_total", way=way) == 0 for way in ("round", "waiting-list"))
    assert math.isnan(shown(metrics, "round_gap_points")) and math.isnan(shown(metrics, "round_coverage_ratio"))


@pytest.mark.parametrize("ending", Ending)
def test_only_a_computed_round_is_a_success(metrics: Metrics, ending: Ending) -> None:
    assert shown(metrics, "round_last_success_timestamp_seconds") == 0
    before = time.time()
    metrics.ended(ending)
    assert shown(metrics, "round_computations_total", ending=ending) == 1
    assert (shown(metrics, "round_last_success_timestamp_seconds") >= before) is (ending is Ending.COMPUTED)


def test_a_running_round_shows_how_far_it_is_until_it_ends(metrics: Metrics) -> None:
    with pytest.raises(ZeroDivisionError), metrics.one_running():
        metrics.progressed(Progress(stage=Stage.SCORING, done=3, of=4))
        metrics.progressed(Progress(stage=Stage.PROVING, done=0, of=0))
        assert shown(metrics, "rounds_running") == 1
        assert shown(metrics, "round_progress_ratio", stage="scoring") == 0.75
        assert shown(metrics, "round_progress_ratio", stage="proving") == 1
        raise ZeroDivisionError
    assert shown(metrics, "rounds_running") == 0
    assert all(shown(metrics, "round_progress_ratio", stage=stage) == 0 for stage in Stage)


def test_a_computed_round_shows_how_good_it_is(metrics: Metrics) -> None:
    gap = replace(OUTCOME.certificate, gap=7)
    quality = replace(OUTCOME.quality, most_possible=4)
    metrics.computed(replace(OUTCOME, certificate=gap, quality=quality, left_out={"x": "y"}), unreadable=2)

    assert shown(metrics, "round_gap_points") == 7
    assert shown(metrics, "round_coverage_ratio") == 0.5
    assert shown(metrics, "round_records_left_out_total") == 3
    assert shown(metrics, "round_stage_seconds_sum", stage="solving") == 0.5


def test_where_nobody_can_be_paired_nobody_is_missing(metrics: Metrics) -> None:
    nobody = replace(OUTCOME.quality, most_possible=0, overall=replace(OUTCOME.quality.overall, paired=0))
    metrics.computed(replace(OUTCOME, quality=nobody), unreadable=0)
    assert shown(metrics, "round_coverage_ratio") == 1


def test_pairs_are_counted_by_the_way_they_came(metrics: Metrics) -> None:
    for round_id in ("round", None, None):
        metrics.said(PairFormed(**NAMES, round_id=round_id, score=1, criteria=()))
    metrics.said(PairDeclined(**NAMES))
    metrics.said(PairDissolved(**NAMES, because=Parting.DECLINED))

    assert shown(metrics, "pairs_formed_total", way="round") == 1
    assert shown(metrics, "pairs_formed_total", way="waiting-list") == 2
    assert shown(metrics, "pairs_declined_total") == 1
