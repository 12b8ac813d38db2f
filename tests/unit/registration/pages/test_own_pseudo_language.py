"""The pages about oneself in the pseudo-language: whatever stays plain English was forgotten."""

import re

import pytest

from services.registration.people.erasure import Erasure
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Stage
from shared.domain.aggregate import Aggregate
from shared.language.registration import Withdrawal
from shared.language.sessions import Outcome
from shared.language.skills import Skill, Wish
from shared.language.terms import PairingRules, Training
from shared.web.languages.choosing import OWN_NAMES
from shared.web.wording import PSEUDO
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import (
    ANN,
    HERE,
    NOW,
    PEOPLE,
    PROFILE,
    TERMS,
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

PLACES = ["London", "Paris", "Leeds"]
WRITTEN = ["Ann Example", "Ben Example", "ann@x.example", "Risk", "chess", "e-1", "Ann", "a@x.example"]
CODES = ["GB", "FR", "en", "fr", "voices"]
FACTS = ["Telemachus", TERMS.title, *PLACES, *WRITTEN, *CODES, *OWN_NAMES.values()]
ZONES = re.compile(r'<select id="field-time_zone".*?</select>', re.DOTALL)
"""Places have names, not sentences."""
SERVICES = re.compile(r'<span class="unseen">\(\w+\)</span>')

TOLD = PROFILE.model_copy(
    update={
        "offers": (Skill(topic="social-media", level=4),),
        "wants": (Wish(topic="negotiation", priority=3),),
        "city": "Leeds",
        "interests": ("chess",),
    }
)
BY_HR = Person(
    id=ANN, name="Ann", email="a@x.example", employee_id="e-1", hr=HrsWord(country="GB", unit="Risk", grade=3)
)
PAIRED = (VOICES, HERE, THERE, *PEOPLE)
GONE = Erasure.of(ANN, NOW).asking([HERE.id])
STATES: dict[str, tuple[Aggregate, ...]] = {
    "nobody": (),
    "a call": (VOICES,),
    "to be trained": (VOICES, part(VOICES, trained=False, profile=TOLD), *PEOPLE),
    "waiting": (VOICES, HERE, *PEOPLE),
    "paired": (*PAIRED, pair()),
    "met": (*PAIRED, pair(meeting(1, -20, Outcome.HELD), held=1)),
    "meeting": (*PAIRED, pair(meeting(1, -20), meeting(2, 8))),
    "withdrawn": (VOICES, HERE.withdrawn(Withdrawal.OWN_WISH), BY_HR),
    "over": (programme(state=Stage.ENDED), HERE, BY_HR),
    "untrained": (programme(pairing=PairingRules(training=Training.MENTOR)), part(VOICES, profile=TOLD), BY_HR),
    "closed": (programme(state=Stage.CLOSED),),
    "being erased": (VOICES, GONE),
    "erased": (VOICES, GONE.confirming(HERE.id, "matching", NOW)),
}
PATHS = {
    "/": "home.html",
    "/call/voices": "call.html",
    "/apply/voices": "apply.html",
    "/mine/voices": "part.html",
    "/mine/voices/step-back": "step_back.html",
    "/my-data": "my_data.html",
    "/my-data/erase": "erase.html",
}


def plain(html: str) -> list[str]:
    return plain_words_of_page(SERVICES.sub("", ZONES.sub("", html)), FACTS)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("state", STATES)
async def test_no_page_about_oneself_has_plain_english(state: str, path: str) -> None:
    html = (await look(kept(*STATES[state]), path, **{"Accept-Language": PSEUDO})).text
    assert "⟦" in html
    assert plain(html) == []


@pytest.mark.parametrize("path", ["/apply/voices", "/mine/voices/step-back", "/my-data/erase"])
async def test_no_form_that_comes_back_has_plain_english(path: str) -> None:
    answer = await send(kept(*PAIRED), path, {"end": "07:00"}, headers={"Accept-Language": PSEUDO})
    assert answer.status_code == 422
    assert plain(answer.text) == []
