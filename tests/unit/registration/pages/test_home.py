"""What is next: in every state of every programme, for whoever takes part, and where everybody else is led."""

import re
from dataclasses import replace

import pytest

from services.registration.pages.home.steps import Step, step_of
from services.registration.people.participant import Participant
from services.registration.programmes.programme import Stage
from shared.language.matching import PairState
from shared.language.registration import Withdrawal
from shared.language.sessions import Outcome
from shared.language.terms import PairingRules, Role, Training
from tests.unit.registration.pages.own import (
    HERE,
    NOW,
    PEOPLE,
    THERE,
    VOICES,
    kept,
    look,
    meeting,
    pair,
    part,
    programme,
    send,
)

COMING, HELD = meeting(3, 8), meeting(1, -30, Outcome.HELD)
PAIRED = (VOICES, HERE, THERE, *PEOPLE)


@pytest.mark.parametrize(
    ("rule", "role", "step"),
    [
        (Training.BOTH, Role.MENTEE, Step.TRAIN),
        (Training.MENTOR, Role.MENTOR, Step.TRAIN),
        (Training.MENTOR, Role.MENTEE, Step.WAIT),
        (Training.NONE, Role.MENTOR, Step.WAIT),
    ],
)
def test_training_is_next_for_those_who_need_it(rule: Training, role: Role, step: Step) -> None:
    of = programme(pairing=PairingRules(training=rule))
    applied = part(of, trained=False, profile=HERE.profile.model_copy(update={"role": role}))
    assert step_of(applied, of, [], NOW) is step
    assert step_of(applied.trained(), of, [], NOW) is Step.WAIT


def test_a_pair_meets_until_no_session_is_to_come() -> None:
    assert step_of(HERE, VOICES, [pair(COMING)], NOW) is Step.MEET
    assert step_of(HERE, VOICES, [pair(HELD)], NOW) is Step.PLAN
    assert step_of(HERE, VOICES, [pair(COMING, state=PairState.DISSOLVED)], NOW) is Step.WAIT
    assert step_of(HERE, VOICES, [replace(pair(COMING), mentor_id="")], NOW) is Step.WAIT, "nobody is known of it yet"


def test_what_is_over_is_over() -> None:
    assert step_of(HERE, programme(state=Stage.ENDED), [pair(COMING)], NOW) is Step.OVER
    assert step_of(HERE, programme(ends_on=NOW.date()), [pair(COMING)], NOW) is Step.MEET, "on the last day, too"
    assert step_of(HERE.withdrawn(Withdrawal.OWN_WISH), VOICES, [], NOW) is Step.WITHDRAWN


async def test_the_next_session_has_its_partner_its_times_and_its_actions() -> None:
    html = (await look(kept(*PAIRED, pair(HELD, COMING)), "/")).text
    assert "You meet Ben Example" in html
    assert "Tue 10 Mar, 09:00" in html
    assert "10:00 in Paris" in html
    assert "Session 3 of 6, 30 minutes." in html
    told = re.sub(r"<(?!/a)[^>]*>", "", html)
    assert all(f"{button}</a>" in told for button in ("Our sessions", "Move it (Ben Example)", "Why the two of us"))
    assert "Cancel it (Ben Example)</a>" in told
    assert "/sessions/" in html
    assert HERE.id not in html
    assert THERE.id not in html


async def test_a_session_nobody_has_spoken_of_is_asked_about_first() -> None:
    html = (await look(kept(*PAIRED, pair(meeting(2, -3), COMING)), "/")).text
    assert html.index("Did you meet on Fri 27 Feb?") < html.index("You meet Ben Example")
    assert "Session 2 with Ben Example." in html


async def test_somebody_erased_is_your_partner_without_a_name() -> None:
    html = (await look(kept(VOICES, HERE, PEOPLE[0], pair(COMING)), "/")).text
    assert "You meet your partner" in html


async def test_nobody_sees_what_is_somebody_elses() -> None:
    html = (await look(kept(*PAIRED, pair(COMING)), "/", "cid~participant")).text
    assert "Ben Example" not in html
    assert "You do not take part in a programme yet." in html
    assert 'href="/call/voices"' in html


async def test_programmes_that_take_applications_are_those_one_is_not_in() -> None:
    others = [programme("draft", Stage.DRAFT), programme("closed", Stage.CLOSED), programme("past", ends_on=NOW.date())]
    html = (await look(kept(*PAIRED, programme("spring"), *others), "/")).text
    assert {each for each in ("voices", "spring", "draft", "closed", "past") if f'"/call/{each}"' in html} == {"spring"}


@pytest.mark.parametrize(
    ("who", "goes_to"),
    [
        ("ann~manager", None),
        ("ann~participant~manager", None),
        ("ann~operator", "/operating"),
        ("ann~data-protection", "/protecting"),
    ],
)
async def test_everybody_is_led_to_where_their_work_is(who: str, goes_to: str | None) -> None:
    answer = await look(kept(*PAIRED), "/", who)
    assert answer.headers.get("location") == goes_to
    assert answer.status_code == (303 if goes_to else 200)


async def test_stepping_back_asks_why_and_happens_once() -> None:
    store = kept(*PAIRED)
    path = "/mine/voices/step-back"
    again = await send(store, path, {})
    assert again.status_code == 422
    assert "Choose one." in again.text
    done = await send(store, path, {"because": "own-wish"})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    [participant] = await store.all(Participant, {"_id": HERE.id})
    assert participant.state == "withdrawn"
    assert (await look(store, path)).status_code == 409
    assert "You have stepped back" in (await look(store, "/mine/voices")).text


@pytest.mark.parametrize("path", ["/mine/voices", "/mine/voices/step-back", "/mine/nothing"])
async def test_whoever_takes_no_part_hears_the_same_of_every_programme(path: str) -> None:
    answer = await look(kept(*PAIRED), path, "cid~participant")
    assert (answer.status_code, "This belongs to somebody else." in answer.text) == (403, True)


async def test_ones_part_shows_what_one_said_in_words() -> None:
    html = (await look(kept(*PAIRED, pair(COMING)), "/mine/voices")).text
    assert "As a mentor, you teach" in html
    assert "Risk, United Kingdom" in html
    assert "Digital &lt;voices&gt;" in html
    assert 'href="/apply/voices"' in html
