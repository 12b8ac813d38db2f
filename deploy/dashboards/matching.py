"""The row about rounds, which only matching has."""

from deploy.dashboards.panels import often, one
from deploy.dashboards.spec import EVERY, Lines, Query, Row, Stat, named, of, since

STAGE = "telemachus_round_stage_seconds"
LAST = "telemachus_round_last_success_timestamp_seconds"


def rounds(by: str) -> Row:
    """How rounds are computed, and how good the last one is."""
    mean = (
        f"sum by (stage) (rate({of(STAGE + '_sum')}[{EVERY}])) / sum by (stage) (rate({of(STAGE + '_count')}[{EVERY}]))"
    )
    return Row(
        "Rounds",
        (
            often("Computations, by how they ended", "telemachus_round_computations_total", "ending"),
            Lines(
                title="How long the stages took",
                says=STAGE,
                unit="s",
                queries=(Query(mean, "{{stage}}"),),
                also="The mean of a stage; nothing while no round is computed.",
                nothing="no round",
            ),
            Lines(
                title="How far the running round is",
                says="telemachus_round_progress_ratio",
                unit="percentunit",
                queries=(Query(f"max by (stage) ({of('telemachus_round_progress_ratio')})", "{{stage}}"),),
            ),
            one("Rounds running", "telemachus_rounds_running", by),
            Stat(
                title="Below the best by",
                says="telemachus_round_gap_points",
                unit="short",
                queries=(Query(f"max by ({by}) ({of('telemachus_round_gap_points')})", named(by)),),
                nothing="no round yet",
            ),
            Stat(
                title="Of those who can be paired",
                says="telemachus_round_coverage_ratio",
                unit="percentunit",
                queries=(Query(f"min by ({by}) ({of('telemachus_round_coverage_ratio')})", named(by)),),
                nothing="no round yet",
            ),
            Stat(
                title="Last round computed before",
                says=LAST,
                unit="s",
                queries=(Query(since(LAST, by=by, last=True), named(by)),),
                runbook="TelemachusRoundFailed",
            ),
            often("Records left out", "telemachus_round_records_left_out_total", by),
        ),
    )
