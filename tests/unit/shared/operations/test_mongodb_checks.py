"""What ``check`` says of rights, clocks and refusals of MongoDB, without one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import ConfigurationError, OperationFailure, ServerSelectionTimeoutError

from shared.operations.checks.mongodb import _clocks, _covers, explain


@pytest.mark.parametrize(
    ("resource", "covered"),
    [
        ({"anyResource": True}, True),
        ({"db": "ours", "collection": ""}, True),
        ({"db": "", "collection": ""}, True),
        ({"db": "theirs", "collection": ""}, False),
        ({"db": "ours", "collection": "outbox"}, False),
        ({"cluster": True}, False),
    ],
)
def test_a_right_counts_where_it_is_for_the_whole_of_our_database(resource: dict[str, Any], covered: bool) -> None:
    assert _covers(resource, "ours") is covered


@pytest.mark.parametrize(("skew", "fine"), [(0, True), (-4, True), (4, True), (6, False), (-6, False)])
def test_clocks_may_be_five_seconds_apart(skew: int, fine: bool) -> None:
    """Leases are given for ten."""
    check = _clocks(datetime.now(UTC) + timedelta(seconds=skew))
    assert (check.fine, check.remedy != "") == (fine, not fine)


@pytest.mark.parametrize(
    ("error", "found", "remedy"),
    [
        (OperationFailure("no", 18), "refuses user or password", "correct user, password and authSource"),
        (OperationFailure("no", 13), "the user may not do this", "docs/security.md"),
        (OperationFailure("no", 59), "refuses with code 59", "see the log of MongoDB"),
        (ConfigurationError("mongodb://u:secret@"), "its address cannot be read", "correct MONGODB_URL"),
        (ValueError("secret"), "its address cannot be read", "correct MONGODB_URL"),
        (ServerSelectionTimeoutError("SSL handshake failed"), "TLS fails", "tlsCAFile"),
        (ServerSelectionTimeoutError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "TLS fails", "tlsCAFile"),
        (ServerSelectionTimeoutError("timed out"), "does not answer", "open the network"),
    ],
)
def test_a_refusal_says_which_setting_to_look_at_and_quotes_nothing(error: Exception, found: str, remedy: str) -> None:
    told = explain(error)
    assert told[0] == found
    assert remedy in told[1]
    assert "secret" not in "".join(told)
