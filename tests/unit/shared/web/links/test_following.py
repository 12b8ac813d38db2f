"""The pages of a link, in words: offer.html, done.html, used.html, old.html and refused.html."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from shared.domain.errors import Refused
from shared.domain.marking import Say
from shared.domain.work import Unit
from shared.web.links.deed import Deed, Offer
from shared.web.links.link import Link
from shared.web.wording import PSEUDO
from tests.support.forms import site
from tests.support.links import anybody, link_to
from tests.support.plain_english import plain_words_of_page

TELEMACHUS = ("Telemachus", "Reverse", "mentoring")


async def offer(_link: Link, _unit: Unit, _say: Say, _language: str) -> Offer:
    return Offer("Pulses", question="Alarms", options={"a": "", "b": ""})


async def do(_link: Link, chosen: str, _unit: Unit) -> None:
    if chosen != "a":
        raise Refused("link-unanswered")


async def nothing(*_: object) -> Offer:
    raise Refused("link-unanswered")


DEED = Deed(offer, do, "Send", "Done")


@pytest.fixture
def app() -> FastAPI:
    app = site(service="feedback")
    app.state.deeds = {"deed": DEED, "refused": replace(DEED, offer=nothing)}
    return app


@pytest.mark.parametrize(
    ("deed", "method", "chosen", "status"),
    [
        ("deed", "GET", "", 200),
        ("deed", "POST", "", 409),
        ("deed", "POST", "a", 200),
        ("deed", "AGAIN", "a", 200),
        ("refused", "GET", "", 409),
        ("unknown", "GET", "", 410),
        ("unknown", "POST", "", 410),
    ],
)
async def test_each_is_all_in_the_readers_language(
    app: FastAPI, deed: str, method: str, chosen: str, status: int
) -> None:
    link = link_to(app, deed, "subject", "reader")
    async with anybody(app) as reader:
        if method == "AGAIN":
            await reader.post(link, data={"chosen": chosen})
        sent = {"chosen": chosen} if method != "GET" else None
        told = {"Accept-Language": PSEUDO}
        answer = await reader.request("GET" if method == "GET" else "POST", link, data=sent, headers=told)
    assert answer.status_code == status
    assert plain_words_of_page(answer.text, facts=(*TELEMACHUS, "Pulses", "Alarms", "Send", "Done")) == []
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
