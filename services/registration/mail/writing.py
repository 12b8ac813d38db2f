"""Writes a letter in its reader's language, as HTML and as plain text, from one template."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache, cached_property, partial
from hashlib import blake2b
from typing import Any

from jinja2 import PackageLoader, Template
from markupsafe import Markup, escape

from services.registration.mail.addresses import address_of, address_of_link
from services.registration.mail.calendar_entries import Calendars, entries_of
from services.registration.mail.claiming import Ready
from services.registration.mail.headers import (
    BOUNDARY,
    EIGHT_BITS,
    QUOTED,
    SEVEN_BITS,
    as_sent,
    in_header,
    somebody,
    unsubscribed_by,
)
from services.registration.mail.parts import Look, Parts
from services.registration.mail.telling import facts_of
from services.registration.notices.letter import Letter
from services.registration.notices.truth import pair_of
from shared.domain.marking import _
from shared.settings import Settings
from shared.web.links.link import LASTS, Link, Links
from shared.web.pages import catalogues_of, environment
from shared.web.wording import CATALOGUES, SOURCE, languages, locale, saying

SENDER = _("Telemachus reverse mentoring")
ENTRY = _("Mentoring session")
"""What stands in calendars, which colleagues may see."""


class Writer:
    """Of letters, for one installation."""

    def __init__(self, settings: Settings) -> None:
        self._from, self._url = settings.mail_from, settings.public_url
        self._links, self._calendars = Links(settings), Calendars(settings.mail_from)

    def write(self, ready: Ready) -> bytes:
        """The whole message, as it is sent: ASCII, but for an address that is not."""
        language = language_of(ready)
        tongue = _tongue(language)
        link = partial(self._link, ready.letter, ready.now)
        fewer = "" if ready.letter.rule.owed else link("fewer-letters")
        told = facts_of(ready) | {"url": self._address, "link": link, "fewer": fewer}
        subject, text, html = tongue.write(ready.letter.kind, told)
        message = EmailMessage(policy=SEVEN_BITS if ready.address.isascii() else EIGHT_BITS)
        message["From"] = somebody(tongue.say(SENDER), self._from)
        message["To"] = somebody(in_header(ready.reader.name), ready.address)
        message["Subject"] = subject
        message["Date"] = format_datetime(ready.now)
        message["Auto-Submitted"] = "auto-generated"
        self._thread(message, ready)
        if fewer:
            unsubscribed_by(message, fewer)
        message.set_content(text, content_manager=QUOTED)
        message.make_alternative(BOUNDARY)
        message.add_alternative(html, subtype="html", content_manager=QUOTED)
        if entries := entries_of(ready, told.get("meetings", ())):
            self._calendars.attach(message, ready, entries, tongue.say(ENTRY), self._session)
        message["Content-Language"] = language  # now: what is said of contents goes with the first of them
        return as_sent(message)

    def _address(self, page: str, **parts: str) -> str:
        return f"{self._url}{address_of(page, **parts)}"

    def _session(self, session_id: str) -> str:
        return self._address("our-session", session_id=session_id)

    def _link(self, letter: Letter, now: datetime, deed: str, chosen: str = "", about: str = "") -> str:
        """Does this for the reader without asking who they are; empty where nothing can be sealed.

        ``about``: with something else than what the letter is about.
        """
        if not self._links:
            return ""
        ends = int((now + LASTS).timestamp())
        token = self._links.token(Link(deed, about or letter.subject, letter.participant_id, letter.id, ends, chosen))
        return f"{self._url}{address_of_link(deed, token)}"

    def _thread(self, message: EmailMessage, ready: Ready) -> None:
        """One thread for a pair and reader, and one for their part in a programme, whichever letter comes first."""
        domain, about = self._from.rpartition("@")[2], pair_of(ready.letter) or ready.letter.programme_id
        thread = f"<{_hashed('thread', about, ready.reader.id)}@{domain}>"
        message["Message-ID"] = f"<{_hashed('letter', ready.letter.id)}@{domain}>"
        message["In-Reply-To"] = thread
        message["References"] = thread


class _Tongue:
    """One language: its templates, and how a letter looks in it."""

    def __init__(self, language: str) -> None:
        folders = catalogues_of(__package__), CATALOGUES
        self._language = language
        self._templates = environment(PackageLoader(__package__), language, *folders)
        self.say = saying(language, *folders)

    def warm_up(self) -> None:
        """What the first letter would wait for."""
        self._foot  # noqa: B018 - kept once it is made
        self._look  # noqa: B018

    @cached_property
    def _look(self) -> Look:
        direction = locale(self._language).text_direction
        side = "right" if direction == "rtl" else "left"
        frame = self._templates.get_template("_frame.html")
        return Look(frame.render(language=self._language, direction=direction, side=side))

    @cached_property
    def _foot(self) -> Template:
        return self._templates.get_template("_foot.html")

    def write(self, kind: str, told: Mapping[str, Any]) -> tuple[str, str, str]:
        """Subject, plain text and HTML."""
        parts, foot = Parts(self._look), Parts(self._look)
        template = self._templates.get_template(f"{kind}.html")
        subject = in_header(Markup(self._block(template, "subject", told)).unescape())  # noqa: S704 - it is escaped
        self._block(template, "body", {**told, "part": parts})
        self._foot.render(told, foot=foot)
        html = self._look.whole.substitute(
            subject=escape(subject),
            preview=escape(_in_one_line(parts.plain[1])),
            body="".join(parts.html),
            foot="<br />".join(foot.html),
        )
        return subject, "\n\n".join(parts.plain) + "\n\n-- \n" + "\n".join(foot.plain), html

    def _block(self, template: Template, block: str, told: Mapping[str, Any]) -> str:
        return self._templates.concat(template.blocks[block](template.new_context(dict(told))))


_tongue = cache(_Tongue)


def know_languages() -> None:
    """Read every catalogue and what all letters have in common, once in a process."""
    for each in languages():
        _tongue(each).warm_up()


def _in_one_line(words: str) -> str:
    return " ".join(words.split())


def language_of(ready: Ready) -> str:
    """The first of those a reader reads that there is, else the source."""
    known = languages()
    return next((each for each in ready.reader.languages if each in known), SOURCE)


def _hashed(what: str, *parts: str) -> str:
    """Tells nothing of what it is made of: headers are read by many."""
    return blake2b("\0".join(parts).encode(), digest_size=16, person=what.encode()).hexdigest()
