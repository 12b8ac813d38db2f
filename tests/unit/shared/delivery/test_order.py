"""Rows of replicas whose clocks are apart: each subject's versions ascend, whatever their ids say."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.relaying.order import earlier, in_order

APART = st.integers(20, 200)
"""Milliseconds."""


@st.composite
def decided(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of five subjects, one after the other, each by one of three replicas whose clocks are apart."""
    ahead = [0, draw(APART), -draw(APART)]
    versions: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for now in range(1000, 1000 + draw(st.integers(1, 60)) * 7, 7):
        subject, replica = draw(st.sampled_from("abcde")), draw(st.integers(0, 2))
        versions[subject] = versions.get(subject, 0) + 1
        identity = f"{now + ahead[replica]:06}-{len(rows)}"
        rows.append({"_id": identity, "topic": "t", "subject": subject, "version": versions[subject]})
    return rows


@given(decided())
def test_each_subject_goes_by_its_versions(rows: list[dict[str, Any]]) -> None:
    said = in_order(rows)
    assert sorted(row["_id"] for row in said) == sorted(row["_id"] for row in rows)
    for subject in "abcde":
        versions = [row["version"] for row in said if row["subject"] == subject]
        assert versions == sorted(versions)


@given(decided())
def test_subjects_share_out_the_places_their_ids_gave_them(rows: list[dict[str, Any]]) -> None:
    by_id = sorted(rows, key=lambda row: row["_id"])
    assert [row["subject"] for row in in_order(rows)] == [row["subject"] for row in by_id]


@given(decided(), st.integers(1, 60))
def test_an_earlier_version_that_waits_beyond_the_window_is_asked_for(rows: list[dict[str, Any]], most: int) -> None:
    by_id = sorted(rows, key=lambda row: row["_id"])
    window, beyond = by_id[:most], by_id[most:]
    missing = [
        row["_id"]
        for row in beyond
        if any(row["subject"] == seen["subject"] and row["version"] < seen["version"] for seen in window)
    ]
    assert [row["_id"] for row in beyond if any(_found(query, row) for query in earlier(window))] == missing


def _found(query: dict[str, Any], row: dict[str, Any]) -> bool:
    """As MongoDB would."""
    return (
        row["topic"] == query["topic"]
        and row["subject"] in query["subject"]["$in"]
        and row["version"] < query["version"]["$lt"]
    )


def test_an_import_asks_for_nothing_more() -> None:
    rows = [{"_id": str(n), "topic": "t", "subject": str(n), "version": 1} for n in range(1000)]
    assert earlier(rows) == []


def test_the_same_subject_of_two_topics_is_numbered_apart() -> None:
    rows = [
        {"_id": "1", "topic": "t", "subject": "a", "version": 2},
        {"_id": "2", "topic": "u", "subject": "a", "version": 1},
        {"_id": "3", "topic": "t", "subject": "a", "version": 1},
    ]
    assert [row["_id"] for row in in_order(rows)] == ["3", "2", "1"]
    assert earlier(rows[:2]) == [{"topic": "t", "subject": {"$in": ["a"]}, "version": {"$lt": 2}}]
