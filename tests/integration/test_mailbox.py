"""A letter on its whole way: out of the real database, through a mail server, to the page that shows it; and back by
the link in it, which does what it says."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from deploy.local.front import front
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.receiving import receiving
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.personas import Persona
from deploy.local.ports import HOST
from deploy.local.provider import LocalProvider
from deploy.local.stack import MAIL_FROM
from services.registration.board.card import PairCard
from services.registration.mail.postman import Postman
from services.registration.notices.asking import of_pair
from services.registration.notices.letter import Letter
from services.registration.pages import router
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.language.matching import PairFormed
from shared.loops import Pulse
from shared.store.store import Store
from shared.web.links.link import Followed
from tests.support.backends import Mongo
from tests.support.browsers import HERE, with_a_door
from tests.support.forms import site
from tests.support.letters import MONDAY, PAIR, junior, senior, spring
from tests.support.memory import Stopped
from tests.support.tokens import ISSUED_BY

KINDS = (Letter, Participant, Person, Programme, PairCard, Followed)
PERSONAS = (Persona("senior", "Senior", "Blaise Pascal", ("participant",), (), "e-2", "senior@x.example"),)
LINK = re.compile(rf"{HERE}(/registration/do/[\w.~-]+)")


@pytest.fixture
async def store(mongodb: Mongo, database_name: str) -> AsyncIterator[Store]:
    store = Store(mongodb.url, database_name, Origin("registration", "test"), Stopped(MONDAY + timedelta(days=1)))
    await store.prepare(KINDS)

    async def begin(unit: Unit) -> None:
        formed = PairFormed(**PAIR, round_id="round", score=1, criteria=())
        card = PairCard.of_event(formed).paired(formed)
        for each in (*junior(), *senior(), spring(), card, *of_pair(formed, MONDAY).asks):
            unit.save(each)

    await store.run(begin)
    yield store
    await store.close()


@pytest.fixture
async def browser(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody is signed in; what was due has been sent."""
    mailbox = Mailbox(tmp_path, PERSONAS)
    async with receiving(mailbox) as port:
        mail = {"smtp_host": HOST, "smtp_port": port, "smtp_security": "none", "mail_from": MAIL_FROM}
        assert await Postman(store, with_a_door(ISSUED_BY, **mail), Pulse()).post() == 2
    services = {"registration": site(router, store=store)}
    whole = front(services, LocalProvider(ISSUED_BY, PERSONAS, HERE), MailboxPages(mailbox))
    told = {"Accept": "text/html"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(whole), base_url=HERE, headers=told) as client:
        yield client


async def test_a_persona_reads_their_letter_and_steps_back_by_its_link(
    store: Store, browser: httpx.AsyncClient
) -> None:
    assert "One letter" in (await browser.get("/mailbox")).text, "the junior is no persona here"
    shown = unescape((await browser.get("/mailbox/senior/1")).text)
    assert "Your partner is Ada Byron" in shown
    assert LINK.search(unescape((await browser.get("/mailbox/senior/1/html")).text)), "on a phone as well"
    [link] = LINK.findall(shown)

    offered = (await browser.get(link)).text
    assert "You step back from “Spring programme” for good: your pair ends" in offered
    assert (await store.unit().get(Participant, "senior")).state is Standing.APPLIED, "looking changes nothing"
    assert "You have stepped back" in (await browser.post(link, data={"chosen": "own-wish"})).text
    assert (await store.unit().get(Participant, "senior")).state is Standing.WITHDRAWN
    assert "This is done already" in (await browser.post(link, data={"chosen": "own-wish"})).text
