"""Letters that one may do without say how, to people and to their mailboxes; what one has to know does not offer it."""

import re

import pytest
from pydantic import SecretStr

from services.registration.mail import writing
from services.registration.mail.writing import Writer
from services.registration.notices.kinds import RULES, Kind
from shared.web.links.link import Link, Links
from shared.web.wording import PSEUDO
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.mail.test_looks import FACTS, HIDDEN
from tests.unit.registration.mail.test_writing import SETTINGS, ready, written

EACH = pytest.mark.parametrize("kind", list(Kind))


@EACH
def test_only_what_one_may_do_without_offers_it_in_words_and_to_the_mailbox(kind: Kind) -> None:
    message, text, html = written(ready(kind))
    offers = not RULES[kind].owed
    assert ("Fewer letters like this one" in text) is ("Fewer letters like this one" in html) is offers
    assert ("List-Unsubscribe" in message) is offers
    assert message["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if offers else None)


def test_a_mailbox_finds_the_link_as_it_is_and_it_is_sealed_for_its_reader() -> None:
    raw = Writer(SETTINGS).write(ready(Kind.PULSE)).decode()
    [token] = re.findall(
        r"^List-Unsubscribe: <https://mentoring\.example\.com/registration/do/([\w.-]+)>\r?$", raw, re.MULTILINE
    )
    link = Links(SETTINGS).open(token)
    assert isinstance(link, Link)
    assert (link.deed, link.participant_id) == ("fewer-letters", "senior")
    assert max(map(len, raw.splitlines())) < 998, "RFC 5322, 2.1.1"


def test_without_a_key_to_seal_with_nothing_is_offered() -> None:
    keyless = SETTINGS.model_copy(update={"session_keys": SecretStr("")})
    message = Writer(keyless).write(ready(Kind.PULSE)).decode()
    assert "List-Unsubscribe" not in message
    assert "/do/" not in message


@EACH
def test_no_plain_english_is_left_in_the_pseudo_language(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    monkeypatch.setattr(writing, "language_of", lambda _: PSEUDO)
    assert plain_words_of_page(HIDDEN.sub("", written(ready(kind))[2]), FACTS) == []
