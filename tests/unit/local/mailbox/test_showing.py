"""The pages of the demonstration's mailbox: everything in it, and nothing that a letter does by itself."""

from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest

from deploy.local.front import front
from deploy.local.issuer import CLIENT
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.provider import LocalProvider
from services.registration.app import service
from shared.web.door.provider import CALLBACK
from tests.support.apps import new_issuer, settings_for
from tests.unit.local.mailbox.test_receiving import JUNIOR, PERSONAS, letter

URL = "http://127.0.0.1"


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path, PERSONAS)


@pytest.fixture
async def browser(mailbox: Mailbox) -> AsyncIterator[httpx.AsyncClient]:
    issuer = new_issuer()
    app = front(
        {"registration": service.app(settings_for(issuer))}, LocalProvider(issuer, PERSONAS, URL), MailboxPages(mailbox)
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client


def policy(answer: httpx.Response) -> dict[str, str]:
    rules = answer.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (rule.partition(" ") for rule in rules)}


async def test_personas_who_take_part_have_one(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    empty = await browser.get("/mailbox")
    assert empty.status_code == 200
    assert "No letter yet" in empty.text and "This is a demonstration" in empty.text
    assert "Ada Byron" in empty.text and "Group manager" not in empty.text
    assert "No letter yet" in (await browser.get("/mailbox/junior")).text
    mailbox.receive(JUNIOR, letter("One"))
    assert "One letter" in (await browser.get("/mailbox")).text
    mailbox.receive(JUNIOR, letter("Two"))
    full = (await browser.get("/mailbox")).text
    assert "2 letters" in full and "No letter yet" not in full


async def test_it_lists_letters_the_newest_first(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    for subject in ("The earlier", "The <later>"):
        mailbox.receive(JUNIOR, letter(subject))
    page = (await browser.get("/mailbox/junior")).text
    assert page.index('/mailbox/junior/2">The &lt;later&gt;') < page.index('/mailbox/junior/1">The earlier')
    assert "4 May 2026, 08:00 UTC" in page


async def test_it_is_said_in_the_language_of_the_reader(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/mailbox", headers={"Accept-Language": "de"})
    assert "Noch kein Brief" in page.text and "Briefkästen" in page.text
    assert page.headers["content-language"] == "de"


async def test_a_letter_is_shown_in_a_frame_and_as_text(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    mailbox.receive(JUNIOR, letter("Hello", "It is <b>you</b>"))
    page = await browser.get("/mailbox/junior/1")
    assert 'src="/mailbox/junior/1/html"' in page.text and 'sandbox="allow-popups' in page.text
    assert "It is &lt;b&gt;you&lt;/b&gt;" in page.text
    said = policy(page)
    assert (said["frame-src"], said["style-src"], said["default-src"]) == ("'self'", "'self'", "'none'")


async def test_its_html_does_nothing_by_itself(browser: httpx.AsyncClient, mailbox: Mailbox) -> None:
    mailbox.receive(JUNIOR, letter("Hello", "<script>alert()</script>"))
    answer = await browser.get("/mailbox/junior/1/html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<head><base target="_blank"></head>' in answer.text
    said = policy(answer)
    assert (said["default-src"], said["style-src"]) == ("'none'", "'unsafe-inline'")
    assert {"script-src", "img-src", "connect-src"}.isdisjoint(said)
    assert said["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert (said["form-action"], said["frame-ancestors"]) == ("'none'", "'self'")


async def test_what_it_brings_for_a_calendar_is_shown_and_handed_out(
    browser: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    entries = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
    message = message_from_bytes(letter("When"), policy=default)
    assert isinstance(message, EmailMessage)
    message.add_attachment(entries, maintype="text", subtype="calendar", filename="x.ics", params={"charset": "utf-8"})
    mailbox.receive(JUNIOR, message.as_bytes())
    page = (await browser.get("/mailbox/junior/1")).text
    assert "METHOD:PUBLISH" in page and 'href="/mailbox/junior/1/calendar"' in page
    file = await browser.get("/mailbox/junior/1/calendar")
    assert file.content.splitlines() == entries.splitlines()
    assert file.headers["content-type"].startswith("text/calendar")
    mailbox.receive(JUNIOR, letter("None"))
    assert "/calendar" not in (await browser.get("/mailbox/junior/2")).text
    assert (await browser.get("/mailbox/junior/2/calendar")).status_code == 404


@pytest.mark.parametrize("path", ["/manager", "/nobody", "/nobody/1", "/junior/2", "/junior/2/html", "/nobody/1/html"])
async def test_what_is_not_there_is_said_to_be_not_there(
    browser: httpx.AsyncClient, mailbox: Mailbox, path: str
) -> None:
    mailbox.receive(JUNIOR, letter("Only"))
    answer = await browser.get(f"/mailbox{path}")
    assert answer.status_code == 404
    assert "There is no such letter" in answer.text
    assert policy(answer)["default-src"] == "'none'"


async def test_the_page_with_the_personas_leads_there(browser: httpx.AsyncClient) -> None:
    asked = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
    more = {"redirect_uri": f"{URL}{CALLBACK}", "state": "s", "nonce": "n", "code_challenge": "c"}
    page = await browser.get("/provider/authorize", params=asked | more)
    assert page.status_code == 200
    assert 'href="/mailbox"' in page.text
