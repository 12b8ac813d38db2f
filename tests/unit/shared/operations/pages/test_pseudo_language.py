"""The pages of operators in the pseudo-language: whatever stays plain English was forgotten."""

from types import SimpleNamespace
from typing import Any

import pytest

from shared.operations.pages.overview import AWAY
from shared.web.wording import PSEUDO
from tests.support.plain_english import plain_words_of_page
from tests.unit.shared.operations.pages.operated import (
    AGAIN,
    ALL_OF_THEM,
    FACTS,
    HALTED,
    HOME,
    JOBS,
    LETTERS,
    NOW,
    ONE,
    OURS,
    REBUILDING,
    STREAMS,
    Desk,
    Projections,
    Replaying,
    letter,
    look,
    running,
    send,
    told,
)


def _busy(part: str) -> Any:
    box = running().outbox
    box.waiting, box.leads, box.oldest_kept = told({OURS: (8, NOW)}), told(False), told(None)
    return running(outbox=box, pulse=SimpleNamespace(troubles={part: "KeyError"}, delays={}))


PAGES: dict[str, list[tuple[Any, str]]] = {
    "overview.html": [(running(), HOME), *((_busy(part), HOME) for part in (*AWAY, "reminders"))],
    "streams.html": [(running(), STREAMS), (running(pulse=SimpleNamespace(troubles=HALTED, delays={})), STREAMS)],
    "letters.html": [
        (running(desk=Desk(open=[letter()])), LETTERS),
        (running(), LETTERS),
        (running(), f"{LETTERS}?settled=true"),
    ],
    "letter.html": [
        (running(desk=Desk(open=[letter(**more)])), ONE)
        for more in (
            {},
            {"value": b"x" * 9_000},
            {"value": b"\xff"},
            {"value": None, "left_out": True},
            {"envelope": None, "subject": ""},
        )
    ]
    + [(running(desk=Desk(open=[letter(settled=how, settled_at=NOW)])), ONE) for how in ("retried", "dropped")],
    "again.html": [(running(replaying=Replaying(JOBS)), AGAIN), (running(), AGAIN)],
    "rebuilding.html": [(running(projections=Projections(ALL_OF_THEM)), REBUILDING), (running(), REBUILDING)],
}


@pytest.mark.parametrize("template", PAGES)
async def test_no_page_has_plain_english(template: str) -> None:
    for at_work, path in PAGES[template]:
        html = (await look(at_work, path, **{"Accept-Language": PSEUDO})).text
        assert "⟦" in html
        assert plain_words_of_page(html, [*FACTS, "Pair p1"]) == []


async def test_no_form_that_comes_back_has_plain_english(kafka: dict[str, Any]) -> None:
    kafka["fails"] = TimeoutError
    at_work = running(desk=Desk(open=[letter()]))
    for path, typed in ((STREAMS, {}), (f"{ONE}/drop", {}), (AGAIN, {"since": "then"})):
        html = (await send(at_work, path, typed, language=PSEUDO)).text
        assert 'class="faults"' in html
        assert plain_words_of_page(html, [*FACTS, "Pair p1"]) == []
