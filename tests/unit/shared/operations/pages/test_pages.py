"""The pages of operators: what they are told, what they let a service do, once, and that nobody else may."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from shared.delivery.replays.jobs import Because, Wish
from shared.domain.errors import Refused
from shared.language.streams import Stream
from shared.language.values.days import FIRST, LAST
from shared.operations.pages.overview import AWAY
from shared.store.mongodb import PyMongoError
from shared.web.languages.words import SERVICES
from tests.support.forms import hidden
from tests.unit.shared.operations.pages.operated import (
    AGAIN,
    ALL_OF_THEM,
    HALTED,
    HOME,
    JOBS,
    LETTERS,
    NOW,
    ONE,
    OURS,
    REBUILDING,
    STRANGERS,
    STREAMS,
    Desk,
    Projections,
    Replaying,
    letter,
    look,
    projection,
    running,
    send,
    told,
)

SURE = {"sure": "true"}


async def test_a_service_that_is_well_says_so_and_what_waits() -> None:
    html = (await look(running(), HOME)).text
    assert "Ready: people are served." in html and "Nothing: what happens is heard and published." in html
    assert "2 – since 2 March 2026, 09:00 UTC" in html
    assert all(f"<dd>{figure}</dd>" in html for figure in (3, 4, 5, 6))


async def test_without_its_database_it_says_that_and_asks_it_nothing() -> None:
    box = SimpleNamespace(waiting=told(None, PyMongoError))
    html = (await look(running(store=SimpleNamespace(ping=told(None, PyMongoError)), outbox=box), HOME)).text
    assert "Not ready" in html and AWAY["mongodb"] in html and "What waits" not in html


async def test_without_kafka_people_are_served_and_the_page_says_what_that_means(kafka: dict[str, Any]) -> None:
    bus = running().bus
    bus.asked = 0

    async def lag() -> None:
        bus.asked += 1
        raise KafkaConnectionError

    bus.lag = lag
    html = (await look(running(bus=bus), HOME)).text
    assert "Ready: people are served." in html and AWAY["kafka"] in html
    assert "Nobody can tell at the moment." in html
    assert bus.asked == 1
    kafka["fails"] = TimeoutError
    answer = await look(running(), STREAMS)
    assert answer.status_code == 200 and "Kafka does not answer" in answer.text


async def test_what_fails_is_told_with_its_kind_and_topics_that_wait() -> None:
    box = running().outbox
    box.waiting = told({OURS: (8, None)})
    pulse = SimpleNamespace(troubles={"inbox": "NoAnswer", "reminders": "KeyError"}, delays={})
    html = (await look(running(pulse=pulse, outbox=box), HOME)).text
    assert "<code>NoAnswer</code>" in html and "Something that fell due" in html
    assert f"<code>{OURS}</code>" in html


@pytest.mark.parametrize("service", SERVICES)
async def test_each_service_leads_to_the_same_part_of_the_others(service: str) -> None:
    html = (await look(running(), STREAMS, service=service)).text
    others = [f"/{name}{STREAMS}" for name in SERVICES if name != service]
    assert all(f'href="{address}"' in html for address in others)
    assert f'<a href="{STREAMS}" aria-current="page">' in html
    assert f'<a href="{HOME}" aria-current="true">Operations</a>' in html


async def test_how_far_each_stream_is_behind_is_told() -> None:
    html = (await look(running(), STREAMS)).text
    assert "12 events wait to be heard" in html and "34 seconds" in html
    assert "This replica has not stopped." in html


async def test_a_consumer_goes_on_once_somebody_means_it() -> None:
    at_work = running(pulse=SimpleNamespace(troubles=HALTED, delays={}))
    assert "are no events" in (await look(at_work, STREAMS)).text
    again = await send(at_work, STREAMS, {})
    assert again.status_code == 422 and at_work.accepted == []
    done = await send(at_work, STREAMS, SURE, times=2)
    assert (done.status_code, done.headers["location"]) == (303, STREAMS)
    assert (at_work.accepted, at_work.telemetry.actions) == (["poison"], ["resume"])


async def test_dead_letters_are_listed_a_page_at_a_time() -> None:
    many = [letter(f"dead-{number:02}") for number in range(30)]
    at_work = running(desk=Desk(open=many, settled=[letter("dead-x", settled="dropped", settled_at=NOW)]))
    first = (await look(at_work, LETTERS)).text
    [then] = [line.split('"')[3] for line in first.splitlines() if 'rel="next"' in line]
    rest = (await look(at_work, f"{LETTERS}{then.replace('&amp;', '&')}")).text
    assert (first.count("waits for Pair p1"), rest.count("waits for Pair p1")) == (25, 5)
    assert "dead-x" in (await look(at_work, f"{LETTERS}?settled=true")).text
    assert (await look(at_work, f"{LETTERS}?after=made-up")).status_code == 422


async def test_nothing_to_do_is_said() -> None:
    assert "There is nothing to do here." in (await look(running(), LETTERS)).text
    assert "None was settled yet" in (await look(running(), f"{LETTERS}?settled=true")).text
    assert "Nothing is said again" in (await look(running(), AGAIN)).text
    assert "No projections" in (await look(running(), REBUILDING)).text


async def test_a_dead_letter_is_shown_with_what_it_says_and_why_it_failed() -> None:
    html = (await look(running(desk=Desk(open=[letter()])), ONE)).text
    assert "waits for Pair p1" in html and "&#34;pair_id&#34;: &#34;p1&#34;" in html and "version 3" in html
    assert (await look(running(), ONE)).status_code == 404


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b'"' * 900_000, "Only the beginning is shown."),
        (b"\xff", "Nothing that could be shown as text."),
        (b"{", '<pre tabindex="0">{</pre>'),
    ],
)
async def test_whatever_stands_in_it_is_shown_as_far_as_it_can_be(value: bytes, shown: str) -> None:
    html = (await look(running(desk=Desk(open=[letter(value=value)])), ONE)).text
    assert shown in html and len(html) < 50_000


@pytest.mark.parametrize("outcome", ["handled", "dead-letter", "parked", "duplicate"])
async def test_a_dead_letter_is_tried_again_once(outcome: str) -> None:
    desk = Desk(open=[letter()], becomes=outcome)
    at_work = running(desk=desk)
    done = await send(at_work, f"{ONE}/retry", {}, times=2)
    assert (done.status_code, done.headers["location"]) == (303, ONE)
    assert (desk.done, at_work.telemetry.actions) == ([("retry", "dead-1")], ["retry"])


async def test_moving_on_asks_for_a_reason_and_is_done_once() -> None:
    desk = Desk(open=[letter()])
    at_work = running(desk=desk)
    for typed in ({}, {"why": "made-up"}):
        assert (await send(at_work, f"{ONE}/drop", typed)).status_code == 422
    assert desk.done == []
    done = await send(at_work, f"{ONE}/drop", {"why": "gone"}, times=2)
    assert (done.status_code, desk.done, at_work.telemetry.actions) == (303, [("drop", "dead-1")], ["drop"])


@pytest.mark.parametrize("what", ["retry", "drop"])
async def test_a_rule_that_says_no_is_told_on_the_page_and_what_was_chosen_is_kept(what: str) -> None:
    desk = Desk(open=[letter()], refuses=Refused("version-missing", version=2))
    at_work = running(desk=desk)
    answer = await send(at_work, f"{ONE}/{what}", {"why": "gone"})
    assert answer.status_code == 409 and "Version 2 of this subject is missing" in answer.text
    assert ('value="gone" checked' in answer.text) == (what == "drop")
    assert at_work.telemetry.actions == []


async def test_a_settled_one_is_not_asked_about() -> None:
    html = (await look(running(desk=Desk(settled=[letter(settled="retried", settled_at=NOW)])), ONE)).text
    assert "It was tried again, and dealt with." in html and "<form class" not in html


async def test_whole_days_are_said_again_once() -> None:
    replaying = Replaying()
    at_work = running(replaying=replaying)
    typed = {"stream": OURS, "since": "2026-03-01", "until": "2026-03-02"}
    done = await send(at_work, AGAIN, typed, times=2)
    assert (done.status_code, done.headers["location"]) == (303, AGAIN)
    wish = Wish(Because.ASKED, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))
    assert (replaying.asked, at_work.telemetry.actions) == ([(wish, OURS)], ["replay"])


async def test_whoever_chooses_nothing_asks_for_everything() -> None:
    replaying = Replaying()
    await send(running(replaying=replaying), AGAIN, {})
    assert replaying.asked == [(Wish(Because.ASKED, FIRST, LAST), None)]


@pytest.mark.parametrize(
    ("typed", "status", "kept"),
    [
        ({"since": "2026-03-03", "until": "2026-03-01"}, 409, 'value="2026-03-03"'),
        ({"stream": Stream.ERASURES.value}, 409, "This service does not say"),
        ({"since": "then"}, 422, 'value="then"'),
    ],
)
async def test_what_cannot_be_said_again_is_told_with_what_was_typed(
    typed: dict[str, str], status: int, kept: str
) -> None:
    replaying = Replaying()
    answer = await send(running(replaying=replaying), AGAIN, typed)
    assert answer.status_code == status and kept in answer.text
    assert replaying.asked == []


async def test_what_is_said_again_is_told_with_how_far_it_is() -> None:
    html = (await look(running(replaying=Replaying(JOBS)), AGAIN)).text
    assert "3 of about 9" in html and "An operator asked for it" in html


async def test_a_projection_is_worked_out_anew_once() -> None:
    projections = Projections([projection()])
    at_work = running(projections=projections)
    assert "It was never worked out anew." in (await look(at_work, REBUILDING)).text
    done = await send(at_work, f"{REBUILDING}/members", {}, times=2)
    assert (done.status_code, done.headers["location"]) == (303, REBUILDING)
    assert (projections.begun, at_work.telemetry.actions) == (["members"], ["rebuild"])
    again = await send(at_work, f"{REBUILDING}/members", {})
    assert again.status_code == 409 and "is being rebuilt already" in again.text


async def test_each_projection_of_a_page_is_begun_by_itself() -> None:
    projections = Projections([projection(), projection() | {"name": "pairs"}])
    at_work = running(projections=projections)
    shown = hidden((await look(at_work, REBUILDING)).text)
    for name in ("members", "pairs"):
        assert (await send(at_work, f"{REBUILDING}/{name}", shown)).status_code == 303
    assert projections.begun == ["members", "pairs"]


async def test_how_far_a_rebuild_is_and_why_it_failed_is_told() -> None:
    html = (await look(running(projections=Projections(ALL_OF_THEM)), REBUILDING)).text
    assert "5 of about 9 events" in html and "The process that did it is gone." in html
    assert html.count(f'action="{REBUILDING}/members"') == 3


@pytest.mark.parametrize("who", STRANGERS)
async def test_they_are_for_nobody_else(who: str) -> None:
    at_work = running(desk=Desk(open=[letter()]))
    for path in (HOME, STREAMS, LETTERS, ONE, AGAIN, REBUILDING):
        assert (await look(at_work, path, who)).status_code == 403
    for path in (STREAMS, f"{ONE}/retry", f"{ONE}/drop", AGAIN, f"{REBUILDING}/members"):
        assert (await send(at_work, path, SURE | {"why": "gone"}, who)).status_code == 403
    assert at_work.telemetry.actions == []
