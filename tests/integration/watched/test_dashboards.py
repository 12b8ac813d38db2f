"""Every expression of every dashboard has an answer once a scenario has been played."""

import math
import re
from pathlib import Path

import pytest

from tests.integration.watched.conftest import Watched
from tests.support.dashboards import FILES, FOLDER, Asked, asked, within
from tests.support.prometheus import what_remains

NOT_HERE = {
    "telemachus_certificate_expiry_timestamp_seconds": "Kafka is reached without TLS",
    "ALERTS": "nothing fires while all is well",
}
"""What a stack that is well and local does not count."""
EVERY, SHOWN = "20s", "1h"

every_dashboard = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def _expected(one: Asked) -> bool:
    return not NOT_HERE.keys() & set(re.findall(r"[\w:]+", one.expr))


def _silent(watched: Watched, file: Path) -> list[str]:
    """Panel and expression of what has no answer."""
    return [
        f"{one.panel}: {one.expr}"
        for one in filter(_expected, asked(file))
        if not watched.prometheus.query(within(one.expr, EVERY, SHOWN))
    ]


@every_dashboard
async def test_every_panel_shows_something_after_a_scenario(watched: Watched, file: Path) -> None:
    assert await what_remains(lambda: _silent(watched, file)) == []


def test_the_office_sees_what_was_played_and_counts_it_once(watched: Watched) -> None:
    """Not merely zeros; and what three services hear of is not counted three times."""
    seen: dict[tuple[str, str], float] = {}
    for one in asked(FOLDER / "office.json"):
        for _, value in watched.prometheus.query(within(one.expr, EVERY, SHOWN)):
            seen[one.panel, one.legend] = seen.get((one.panel, one.legend), 0) + value
    assert not any(map(math.isnan, seen.values()))
    report = watched.report
    happened = {
        ("Sessions", "held"): report.sessions["held"],
        ("Sessions", "missed"): report.sessions["missed"],
        ("Pulses", "answered"): report.pulses["answered"],
    }
    for shown, count in happened.items():
        assert 0 < seen[shown] < 1.5 * count, "increase() reckons a little beyond the first and the last scrape"
    assert seen["Pairs formed", "by {{way}}"] > 0
