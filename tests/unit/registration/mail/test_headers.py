"""Headers and texts are written faster than the library does it, and read by it as they were meant."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from services.registration.mail.headers import BOUNDARY, LINE, QUOTED, SEVEN_BITS, as_sent, in_header, somebody

NAMES = [
    "Ada Byron",
    "Zoë Müller",
    "王小明",
    'O\'Brien, "Pat" (x)',
    "back\\slash; <a@b.example>",
    "é?_=",
    "one of many words " * 9,
    "",
]
TEXTS = [
    "Plain.\n",
    "é" * 500 + "\n",
    "x" * 2000 + "\n",
    ".\n..\nFrom somebody\n-- \ntab\t\n=3D = ?\n",
    "\u202f\u2028 and \u0085\n",
    f"--{BOUNDARY}--\n",
]


def read(message: EmailMessage) -> tuple[EmailMessage, list[bytes]]:
    """As whoever gets it does; and its lines."""
    raw = as_sent(message)
    assert raw == message.as_bytes(), "as the library writes it"
    assert raw.isascii()
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found, raw.split(b"\r\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_arrives_as_it_is(name: str) -> None:
    name = in_header(name)
    message = EmailMessage(policy=SEVEN_BITS)
    message["To"] = somebody(name, "a@x.example")
    message["Subject"] = f"To {name}"
    found, lines = read(message)
    [to] = found["To"].addresses
    assert (to.display_name, to.addr_spec, found["Subject"].strip()) == (name, "a@x.example", f"To {name}".strip())
    assert max(map(len, lines)) <= LINE
    assert not found["To"].defects
    assert not found["Subject"].defects


def test_a_header_that_is_more_than_one_is_not_written() -> None:
    message = EmailMessage(policy=SEVEN_BITS)
    with pytest.raises(ValueError):
        message["Subject"] = "hi\r\nBcc: evil@x.example"
    with pytest.raises(ValueError):
        message["To"] = somebody("hi\r\nBcc: evil@x.example", "a@x.example")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_arrives_as_it_is(text: str) -> None:
    message = EmailMessage(policy=SEVEN_BITS)
    message.set_content(text, content_manager=QUOTED)
    message.make_alternative(BOUNDARY)
    message.add_alternative(text, subtype="html", content_manager=QUOTED)
    found, lines = read(message)
    for form in ("plain", "html"):
        body = found.get_body((form,))
        assert body
        assert body.get_content().replace("\r\n", "\n") == text
        assert not body.defects
    assert max(map(len, lines)) <= LINE


def test_a_line_ends_as_lines_of_letters_do_however_it_was_typed() -> None:
    message = EmailMessage(policy=SEVEN_BITS)
    message.set_content("one\rtwo\r\nthree", content_manager=QUOTED)
    assert as_sent(message).endswith(b"\r\n\r\none\r\ntwo\r\nthree\r\n")
