"""In which order events are said. Ids are each replica's own clock; the versions of a subject are nobody's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
"""As the outbox keeps it."""
Subject = tuple[str, str]
"""Topic and subject."""


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By id, but each subject's by their versions: they share out the places their ids gave them."""
    by_id = sorted(rows, key=lambda row: row["_id"])
    theirs = {subject: iter(sorted(found, key=_version)) for subject, found in _by_subject(by_id).items()}
    return [next(theirs[_subject(row)]) for row in by_id]


def earlier(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """MongoDB queries, one of which finds each earlier version that is not among these, and nothing that is later."""
    highest: dict[tuple[str, int], list[str]] = defaultdict(list)
    for (topic, subject), theirs in _by_subject(rows).items():
        versions = {row["version"] for row in theirs}
        if len(versions) < max(versions):
            highest[topic, max(versions)].append(subject)
    return [
        {"topic": topic, "subject": {"$in": subjects}, "version": {"$lt": version}}
        for (topic, version), subjects in highest.items()
    ]


def _by_subject(rows: Iterable[Row]) -> dict[Subject, list[Row]]:
    found: dict[Subject, list[Row]] = defaultdict(list)
    for row in rows:
        found[_subject(row)].append(row)
    return found


def _subject(row: Row) -> Subject:
    return row["topic"], row["subject"]


def _version(row: Row) -> int:
    version: int = row["version"]
    return version
