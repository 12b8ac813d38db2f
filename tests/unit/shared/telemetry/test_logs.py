"""Logs say what happened and where, and nothing that people wrote."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from shared.telemetry.logs import configure_logs

SECRET = "jane.doe@company.example"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged since."""
    stream = io.StringIO()
    configure_logs("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    configure_logs("WARNING")


def fail(comment: str) -> None:
    """With the secret in the message, in a local variable, in a note and in the cause."""
    written = f"She wrote {comment}"
    try:
        dict[str, str]()[written]
    except KeyError as error:
        raised = ValueError(written)
        raised.add_note(written)
        raise raised from error


def _by_structlog() -> None:
    structlog.get_logger().exception("failed", part="inbox")


def _by_structlog_with_error() -> None:
    try:
        fail(SECRET)
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)


def _by_a_library() -> None:
    logging.getLogger("some.library").exception("failed")


def _in_a_group() -> None:
    try:
        raise ExceptionGroup(SECRET, [ValueError(SECRET), OSError(SECRET)])
    except ExceptionGroup:
        structlog.get_logger().exception("failed")


@pytest.mark.parametrize("logged", [_by_structlog, _by_structlog_with_error, _by_a_library, _in_a_group])
def test_a_failure_is_told_without_its_words(
    lines: Callable[[], list[dict[str, Any]]], logged: Callable[[], None]
) -> None:
    try:
        fail(SECRET)
    except ValueError:
        logged()

    [line] = lines()
    assert SECRET not in json.dumps(line)
    assert "jane" not in json.dumps(line)
    assert line["event"] == "failed"
    kinds = {stack["type"] for stack in line["exception"]}
    assert kinds & {"ValueError", "ExceptionGroup"}
    assert any("test_logs.py" in frame for stack in line["exception"] for frame in stack["frames"])


def test_every_line_is_json_with_a_time_in_utc(lines: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.get_logger("shared.delivery.outbox").info("replay", topic="all", events=3)
    logging.getLogger("some.library").warning("slow: %s", 7)

    ours, theirs = lines()
    assert (ours["event"], ours["topic"], ours["events"], ours["level"]) == ("replay", "all", 3, "info")
    assert (theirs["event"], theirs["logger"]) == ("slow: 7", "some.library")
    assert ours["timestamp"].endswith("Z")


def test_chatter_of_libraries_is_left_out_whoever_looks_closely() -> None:
    stream = io.StringIO()
    configure_logs("DEBUG", stream)
    for name in ("aiokafka.consumer", "httpcore.http11", "httpx", "uvicorn.access", "pymongo.command"):
        logging.getLogger(name).info("GET /participants/%s", SECRET)
    configure_logs("WARNING")

    assert stream.getvalue() == ""
