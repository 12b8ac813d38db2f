"""What is known of oneself: shown, handed out, erased on one's own word, and read in one's own language."""

import re
from dataclasses import replace
from datetime import timedelta

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Facts, Letter, letter_id
from services.registration.pages import router
from services.registration.pages.mydata.letters import AT_ONCE, TOLD, WHY_NOT
from services.registration.pages.mydata.routes import KEPT
from services.registration.people.erasure import Erasure
from services.registration.people.participant import Participant
from services.registration.people.person import HrsWord, Person
from shared.domain.aggregate import Aggregate
from shared.language import SPEAKERS
from shared.language.registration import ParticipantErased
from tests.support.forms import browsing, hidden, site
from tests.unit.registration.pages.own import ANN, BEN, HERE, NOW, OWN, PEOPLE, THERE, VOICES, kept, look, send

ALL = (VOICES, HERE, THERE, *PEOPLE)
SURE = {"sure": "true"}


def test_every_service_hands_out_its_part() -> None:
    assert set(KEPT) == set(SPEAKERS)


async def test_it_shows_ones_own_and_where_it_comes_from() -> None:
    html = (await look(kept(*ALL), "/my-data")).text
    assert "ann@x.example" in html
    assert "From you, when you applied." in html
    assert "ben@x.example" not in html
    assert ANN not in html
    assert all(f'href="{path}"' in html for path in ("/people/me", "/matching/people/me", "/sessions/people/me"))
    by_hr = Person(id=ANN, name="Ann", email="a@x.example", hr=HrsWord(country="GB", unit="Risk", grade=3))
    assert "From HR." in (await look(kept(by_hr), "/my-data")).text


async def test_of_somebody_unknown_nothing_is_known() -> None:
    html = (await look(kept(*ALL), "/my-data", "cid~participant")).text
    assert "Nothing is known of you" in html
    assert "/my-data/erase" not in html


async def test_erasing_takes_a_second_word_and_tells_how_far_it_is() -> None:
    store = kept(*ALL)
    again = await send(store, "/my-data/erase", {})
    assert again.status_code == 422
    assert await store.count(Person, {}) == 2
    done = await send(store, "/my-data/erase", SURE)
    assert (done.status_code, done.headers["location"]) == (303, "/my-data")
    assert [person.name for person in await store.all(Person, {})] == ["Ben Example"]
    assert [each.participant_id for each in store.said if isinstance(each, ParticipantErased)] == [HERE.id]
    assert "4 services are still working on it." in (await look(store, "/my-data")).text


async def test_the_receipt_names_what_every_service_has_erased() -> None:
    store = kept(*ALL)
    await send(store, "/my-data/erase", SURE)
    [erasure] = await store.all(Erasure, {})
    for name in SPEAKERS:
        erasure = erasure.confirming(HERE.id, name, NOW)
    html = (await look(kept(erasure), "/my-data")).text
    assert "It is done, in every service." in html
    assert html.count("erased on 2 March 2026") == len(SPEAKERS)
    assert "It is done" not in (await look(kept(erasure), "/my-data", "cid~participant")).text


async def test_a_service_that_has_more_to_forget_is_on_no_receipt_yet() -> None:
    erasure = Erasure.of(ANN, NOW).asking([HERE.id, "another"])
    html = (await look(kept(erasure.confirming(HERE.id, SPEAKERS[0], NOW)), "/my-data")).text
    assert "4 services are still working on it." in html and "erased on" not in html


async def test_whoever_was_below_reports_to_the_next_one_above() -> None:
    line = HERE.profile.model_copy(update={"managers": (ANN, "boss")})
    below = Participant.registered("voices", "person-dan", line)
    dan = Person(id="person-dan", name="Dan", email="d@x.example", manager_id=ANN)
    boss = Person(id=ANN, name="Ann", email="a@x.example", manager_id="boss")
    store = kept(VOICES, HERE, boss, below, dan)
    await send(store, "/my-data/erase", SURE)
    [left] = await store.all(Participant, {"person_id": "person-dan"})
    assert left.profile.managers == ("boss",)


async def test_without_a_number_nothing_is_known_to_be_ones_own_and_the_page_says_so() -> None:
    html = (await look(kept(*ALL), "/my-data", "~manager")).text
    assert "You are signed in without an employee number" in html
    assert "Ann Example" not in html and "/people/me" not in html
    done = await send(kept(*ALL), "/my-data/language", {"language": "fr"}, "~manager", shown="/my-data")
    assert "telemachus_language=fr" in ",".join(done.headers.get_list("set-cookie"))
    erased = await look(kept(*ALL), "/my-data/erase", "~manager")
    assert erased.status_code == 404


async def test_a_language_is_kept_with_the_person_and_in_the_browser() -> None:
    store = kept(*ALL)
    done = await send(store, "/my-data/language", {"language": "fr"}, shown="/my-data")
    assert done.status_code == 303
    assert "telemachus_language=fr" in ",".join(done.headers.get_list("set-cookie"))
    assert {person.id: person.language for person in await store.all(Person, {})}[ANN] == "fr"
    async with browsing(site(router, store=store), OWN) as browser:
        typed = {**hidden((await browser.get("/my-data")).text), "language": "fr"}
        twice = [await browser.post("/my-data/language", data=typed) for _ in range(2)]
    assert ["telemachus_language=fr" in str(each.headers.get_list("set-cookie")) for each in twice] == [True, True]
    again = await send(store, "/my-data/language", {"language": "xx"}, shown="/my-data")
    assert again.status_code == 422
    assert "telemachus_language" not in ",".join(again.headers.get_list("set-cookie"))


async def test_who_takes_no_part_may_choose_a_language_and_is_kept_nowhere() -> None:
    store = kept(VOICES)
    done = await send(store, "/my-data/language", {"language": "de"}, shown="/my-data")
    assert done.status_code == 303
    assert await store.count(Person, {}) == 0


async def test_the_switch_of_every_page_is_kept_too_and_leads_back_there() -> None:
    store = kept(*ALL)
    async with browsing(site(router, store=store), OWN) as browser:
        done = await browser.post("/my-language", data={"language": "it", "then": "/matching/partner?a=1"})
        assert (done.status_code, done.headers["location"]) == (303, "/matching/partner?a=1")
        assert "telemachus_language=it" in done.headers["set-cookie"]
        elsewhere = await browser.post("/my-language", data={"language": "it", "then": "//other.example"})
        unknown = await browser.post("/my-language", data={"language": "xx", "then": "/"})
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (303, "/")
    assert (unknown.status_code, "set-cookie" in unknown.headers) == (422, False)
    assert {person.id: person.language for person in await store.all(Person, {})}[ANN] == "it"


def letter(kind: Kind, nth: int = 0, reader: str = HERE.id) -> Letter:
    """Asked for that many days ago."""
    at, subject = NOW - timedelta(days=nth), f"about-{nth}"
    return Letter(
        id=letter_id(kind, subject, reader),
        kind=kind,
        programme_id=VOICES.id,
        participant_id=reader,
        subject=subject,
        facts={},
        asked_at=at,
        to_go_at=at,
        due_at=at,
    )


async def test_every_letter_to_one_stands_there_with_what_became_of_it_the_newest_first() -> None:
    letters: tuple[Aggregate, ...] = (
        letter(Kind.PAIRED, 3).sent(NOW - timedelta(days=1)),
        letter(Kind.PULSE, 2).spared(Because.ENOUGH, NOW),
        replace(letter(Kind.TOMORROW, 4), due_at=NOW + timedelta(days=9)),
        letter(Kind.LEFT, reader=THERE.id).sent(NOW),
    )
    html = (await look(kept(*ALL, *letters), "/my-data")).text
    rows = [
        "<span>Reminder of a session</span> <span>waits until 11 March 2026</span>",
        "<span>How a session was</span> <span>not sent: you had enough letters that week</span>",
        "<span>Who your partner is</span> <span>sent on 1 March 2026</span>",
    ]
    places = [html.index(row) for row in rows]
    assert places == sorted(places)
    assert "Your pair has ended" not in html
    without = (await look(kept(*ALL), "/my-data")).text
    assert "the newest first" not in without and 'name="fewer"' in without, "one may say beforehand how much one wants"
    assert 'name="fewer"' not in (await look(kept(VOICES), "/my-data")).text


async def test_a_letter_about_a_session_says_its_day_by_the_clock_of_its_reader() -> None:
    late: Facts = {"pair_id": "pair", "starts_at": "2026-03-05T23:30:00+00:00"}
    letters = (replace(letter(Kind.MOVED), facts=late), letter(Kind.PLANNED))
    east = replace(HERE, profile=HERE.profile.model_copy(update={"time_zone": "Europe/Paris"}))
    west = replace(HERE, profile=HERE.profile.model_copy(update={"time_zone": "Europe/London"}))
    for here, day in ((east, "6 March 2026"), (west, "5 March 2026")):
        html = (await look(kept(VOICES, here, *PEOPLE, *letters), "/my-data")).text
        assert f"<span>A session was moved ({day})</span>" in html and "<span>When you meet</span>" in html


async def test_whoever_wants_fewer_says_so_and_takes_it_back() -> None:
    store = kept(*ALL)
    for typed, fewer in (({"fewer": "true"}, True), ({}, False)):
        done = await send(store, "/my-data/letters", typed, shown="/my-data")
        assert (done.status_code, done.headers["location"]) == (303, "/my-data")
        assert {each.id: each.fewer_letters for each in await store.all(Person, {})} == {ANN: fewer, BEN: False}
        assert (' value="true" checked' in (await look(store, "/my-data")).text) is fewer
    wrong = await send(store, "/my-data/letters", {"fewer": "perhaps"}, shown="/my-data")
    assert wrong.status_code == 422 and "This cannot be kept yet" in wrong.text


async def test_every_button_says_what_it_keeps() -> None:
    html = (await look(kept(*ALL), "/my-data")).text
    buttons = re.findall(r'<button class="button first">([^<]+)</button>', html)
    assert buttons == ["Keep this wish", "Keep this language"]


async def test_no_more_letters_stand_there_than_one_can_read() -> None:
    html = (await look(kept(*ALL, *(letter(Kind.PULSE, nth) for nth in range(AT_ONCE + 5))), "/my-data")).text
    assert html.count("How a session was") == AT_ONCE
    assert "waits until 2 March 2026" in html


def test_there_are_words_for_every_letter_and_for_every_reason_why_one_was_not_sent() -> None:
    assert set(TOLD) == set(Kind)
    assert set(WHY_NOT) == set(Because)
